package operator

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rtpgo/call"
	"rtpgo/ng"
)

func pingCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ping",
		Short: "Ask whether the daemon answers",
		Args:  cobra.NoArgs,
	}
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		start := time.Now()
		if _, err := d.do(ng.Dict{{Key: "command", Value: "ping"}}); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "pong from %s in %v\n", d.address, time.Since(start).Round(10*time.Microsecond))
		return nil
	}
	return cmd
}

func terminateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "terminate CALL-ID... | --all",
		Short: "End calls at once and release their ports",
		Long: "End calls at once and release their ports. The telephones aren't told: their\n" +
			"SIP dialogues go on without media.",
	}
	all := cmd.Flags().Bool("all", false, "end every call")
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if *all == (len(args) > 0) {
			return fmt.Errorf("want call-ids or --all")
		}
		return nil
	}
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		if *all {
			reply, err := d.do(ng.Dict{{Key: "command", Value: call.TerminateCommand}, {Key: "all", Value: "all"}})
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "ended %s\n", plural(int(field[int64](reply, "ended")), "call"))
			}
			return err
		}
		for _, id := range args {
			if err := d.terminate(id); err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "ended %s\n", id)
		}
		return nil
	}
	return cmd
}

func (d *daemon) terminate(callID string) error {
	_, err := d.do(ng.Dict{{Key: "command", Value: call.TerminateCommand}, {Key: "call-id", Value: callID}})
	return err
}

func debugCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "debug CALL-ID on|off",
		Short: "Log everything about one call, whatever the log level",
		Args:  cobra.ExactArgs(2),
	}
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if args[1] != "on" && args[1] != "off" {
			return statusError{exitUsage, fmt.Errorf("%q is neither on nor off", args[1])}
		}
		_, err := askOnce(connect, ng.Dict{{Key: "command", Value: call.DebugCommand}, {Key: "call-id", Value: args[0]}, {Key: "value", Value: args[1]}})
		if err == nil {
			fmt.Fprintf(cmd.OutOrStdout(), "debugging of %s is %s\n", args[0], args[1])
		}
		return err
	}
	return cmd
}

func statsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Show the daemon's statistics",
		Long: "Show what the packet engine counted, and what the daemon answers to the NG\n" +
			"command statistics. With --json the output is that answer alone.",
		Args: cobra.NoArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print the reply as JSON")
	all := cmd.Flags().Bool("all", false, "print zeros too")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		reply, err := d.do(ng.Dict{{Key: "command", Value: "statistics"}})
		if err != nil {
			return err
		}
		statistics := field[ng.Dict](reply, "statistics")
		if *asJSON {
			return writeJSON(cmd.OutOrStdout(), statistics)
		}
		status, err := d.do(ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "limit", Value: int64(0)}})
		if err != nil {
			return err
		}
		printDaemon(cmd.OutOrStdout(), status)
		both := append(ng.Dict{{Key: "engine", Value: field[ng.Dict](status, "engine")}}, statistics...)
		return printStatistics(cmd.OutOrStdout(), both, *all)
	}
	return cmd
}

// printStatistics prints each number with its path, one a line.
func printStatistics(w io.Writer, statistics ng.Dict, zeros bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var walk func(path []string, v any)
	walk = func(path []string, v any) {
		switch v := v.(type) {
		case ng.Dict:
			for _, p := range v {
				walk(append(path, p.Key), p.Value)
			}
		case ng.List:
			for i, e := range v {
				name := fmt.Sprint(i + 1)
				if d, ok := e.(ng.Dict); ok {
					name = orElse(strings.TrimSpace(field[string](d, "name")+" "+field[string](d, "address")), orElse(field[string](d, "proxy"), name))
				}
				walk(append(path, name), e)
			}
		default:
			text := fmt.Sprint(v)
			if n, err := strconv.ParseFloat(text, 64); err == nil && n == 0 && !zeros {
				return
			}
			fmt.Fprintf(t, "%s\t%s\n", strings.Join(path, " / "), text)
		}
	}
	walk(nil, statistics)
	return t.Flush()
}
