package operator

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rtpgo/ng"
)

func interfacesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "interfaces",
		Short: "Show the local addresses: ports in use, packets, loss, MOS",
		Long: "Show the local addresses of each logical interface. IN and OUT are packets\n" +
			"received and sent since the start, LOST is what was missing among those\n" +
			"received, MOS the average of what RTCP reports said, - where none came.",
		Args: cobra.NoArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON instead of a table")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		reply, err := askOnce(connect, ng.Dict{{Key: "command", Value: "statistics"}})
		if err != nil {
			return err
		}
		statistics := field[ng.Dict](reply, "statistics")
		if *asJSON {
			return writeJSON(cmd.OutOrStdout(), field[ng.List](statistics, "interfaces"))
		}
		return printInterfaces(cmd.OutOrStdout(), dicts(statistics, "interfaces"))
	}
	return cmd
}

func printInterfaces(w io.Writer, list []ng.Dict) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "INTERFACE\tADDRESS\tPORTS\tIN USE\tFREE\tIN\tOUT\tERRORS\tLOST\tMOS")
	for _, d := range list {
		ports, in, out, q := field[ng.Dict](d, "ports"), field[ng.Dict](d, "ingress"), field[ng.Dict](d, "egress"), field[ng.Dict](d, "voip_metrics")
		mos := "-"
		if field[int64](q, "mos_samples_total") > 0 {
			mos = fmt.Sprintf("%.3s", field[string](q, "mos_average"))
		}
		fmt.Fprintf(t, "%s\t%s\t%d-%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", field[string](d, "name"), field[string](d, "address"),
			field[int64](ports, "min"), field[int64](ports, "max"), field[int64](ports, "used"), field[int64](ports, "free"),
			field[int64](in, "packets"), field[int64](out, "packets"), field[int64](in, "errors")+field[int64](out, "errors"),
			field[int64](d, "packets_lost"), mos)
	}
	return t.Flush()
}
