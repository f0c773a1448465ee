package operator

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rtpgo/cmd/rtpgo/internal/settings"
	"rtpgo/config"
	"rtpgo/ng"
)

func paramsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "params",
		Short: "Show the daemon's options: values at the start and now",
		Long: "Show the options that the daemon runs with. NOW is a value that was changed by\n" +
			"rtpgo set since the start.",
		Args: cobra.NoArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON instead of a table")
	changed := cmd.Flags().Bool("changed", false, "only what was changed since the start")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		list, err := params(connect)
		if err != nil {
			return err
		}
		if *changed {
			list = only(list, func(p ng.Dict) bool { return field[string](p, "start") != field[string](p, "current") })
		}
		if *asJSON {
			return writeJSON(cmd.OutOrStdout(), asList(list))
		}
		t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "OPTION\tAT THE START\tNOW")
		for _, p := range list {
			start, current := field[string](p, "start"), field[string](p, "current")
			if current == start {
				current = ""
			}
			fmt.Fprintf(t, "%s\t%s\t%s\n", field[string](p, "name"), orElse(start, "-"), current)
		}
		return t.Flush()
	}
	return cmd
}

func setCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set [OPTION VALUE]",
		Short: "Change an option while the daemon runs",
		Long: "Change an option while the daemon runs, for calls that are up too, until the\n" +
			"daemon ends. Without arguments it lists the options that can be changed.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return fmt.Errorf("want an option and its new value, or nothing to list the options")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	revert := cmd.Flags().Bool("revert", false, "give every option the value that it had at the start")
	asJSON := cmd.Flags().Bool("json", false, "list as JSON")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case *revert && len(args) > 0:
			return fmt.Errorf("--revert takes no option")
		case len(args) == 0 && !*revert:
			list, err := params(connect)
			if err != nil {
				return err
			}
			list = only(list, func(p ng.Dict) bool { return field[int64](p, "changeable") != 0 })
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), asList(list))
			}
			return printChangeable(cmd.OutOrStdout(), list)
		}
		request := ng.Dict{{Key: "command", Value: settings.SetCommand}}
		if len(args) > 0 {
			request = append(request, ng.Pair{Key: "setting", Value: args[0]}, ng.Pair{Key: "value", Value: args[1]})
		}
		if _, err := askOnce(connect, request); err != nil {
			return err
		}
		if *revert {
			fmt.Fprintln(cmd.OutOrStdout(), "every option is what it was at the start")
			return nil
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s = %s\n", args[0], args[1])
		return nil
	}
	return cmd
}

// params asks a daemon for its options.
func params(connect func() (*daemon, func(), error)) ([]ng.Dict, error) {
	reply, err := askOnce(connect, ng.Dict{{Key: "command", Value: settings.ParamsCommand}})
	return dicts(reply, "params"), err
}

func printChangeable(w io.Writer, list []ng.Dict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "OPTION\tNOW\tWHAT IT DOES")
	for _, p := range list {
		doc := ""
		if o, ok := config.Lookup(field[string](p, "name")); ok {
			doc = firstSentence(o.Doc)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", field[string](p, "name"), field[string](p, "current"), doc)
	}
	return t.Flush()
}

// firstSentence is where a short column has no room for more.
func firstSentence(doc string) string {
	for i := range doc {
		if doc[i] == ';' || doc[i] == '.' && (i+1 == len(doc) || doc[i+1] == ' ') {
			return doc[:i]
		}
	}
	return doc
}

func only(list []ng.Dict, keep func(ng.Dict) bool) []ng.Dict {
	out := []ng.Dict{}
	for _, d := range list {
		if keep(d) {
			out = append(out, d)
		}
	}
	return out
}

func asList(list []ng.Dict) ng.List {
	out := ng.List{}
	for _, d := range list {
		out = append(out, d)
	}
	return out
}
