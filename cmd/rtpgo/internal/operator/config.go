package operator

import (
	"fmt"

	"github.com/spf13/cobra"

	"rtpgo/config"
)

func configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Examine configuration files", Args: cobra.NoArgs}
	check := &cobra.Command{
		Use:   "check FILE",
		Short: "Report errors with their lines, and the addresses that SDP would carry",
		Args:  cobra.ExactArgs(1),
	}
	section := check.Flags().String("config-section", "", "section to read instead of [rtpgo] or [rtpengine]")
	check.RunE = func(cmd *cobra.Command, args []string) error {
		report := config.CheckSection(args[0], *section)
		if _, err := report.WriteTo(cmd.OutOrStdout()); err != nil {
			return err
		}
		if !report.OK() {
			return statusError{exitFailed, fmt.Errorf("%s: the daemon won't start with it", args[0])}
		}
		fmt.Fprintf(cmd.OutOrStdout(), "examine this host for it: rtpgo doctor --config-file=%s\n", args[0])
		return nil
	}
	cmd.AddCommand(check)
	return cmd
}

// manpageCommand serves the packaging; an operator has man(1).
func manpageCommand(version string) *cobra.Command {
	return &cobra.Command{
		Use:    "manpage",
		Short:  "Print the manual page in roff",
		Args:   cobra.NoArgs,
		Hidden: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(config.ManPage(version))
			return err
		},
	}
}
