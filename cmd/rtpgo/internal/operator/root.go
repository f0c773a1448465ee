// Package operator is the operator's command line: it asks a running daemon
// over the NG protocol, examines the host, and checks configuration files.
package operator

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// Exit statuses of the operator's commands.
const (
	exitOK       = 0
	exitFailed   = 1 // the daemon refused, or a check failed
	exitUsage    = 2 // the command line is wrong
	exitNoDaemon = 3 // nobody answers at the address
	exitNoCall   = 4 // the daemon doesn't know the call
)

// statusError is an error that ends the process with a status of its own.
type statusError struct {
	status int
	error
}

func (e statusError) Unwrap() error { return e.error }

// Handles tells whether the arguments name an operator's command. The daemon
// has options only, so the first word decides.
func Handles(args []string) bool {
	return len(args) > 0 && !strings.HasPrefix(args[0], "-")
}

// Main runs one command and returns the exit status.
func Main(args []string, version string) int {
	return run(args, version, os.Stdout, os.Stderr)
}

func run(args []string, version string, stdout, stderr io.Writer) int {
	root := newRoot(version)
	root.SetArgs(negativesLast(args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "rtpgo: %v\n", err)
	var status statusError
	if errors.As(err, &status) {
		return status.status
	}
	return exitUsage
}

// negativesLast moves a negative number among the arguments of rtpgo set to
// where it isn't taken for a flag.
func negativesLast(args []string) []string {
	if len(args) == 0 || args[0] != "set" {
		return args
	}
	for i, a := range args {
		if _, err := strconv.Atoi(a); err == nil && a[0] == '-' {
			return append(slices.Delete(slices.Clone(args), i, i+1), "--", a)
		}
	}
	return args
}

func newRoot(version string) *cobra.Command {
	root := &cobra.Command{
		Use:   "rtpgo [rtpengine options] | rtpgo COMMAND",
		Short: "Media proxy for SIP, driven by Kamailio's rtpengine module",
		Long: "Without a command rtpgo is the daemon and takes rtpengine's options;\n" +
			"`rtpgo --help` lists them. With a command it asks a running daemon.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(callsCommand(), topCommand(), queryCommand(), explainCommand(), terminateCommand(), debugCommand(),
		statsCommand(), interfacesCommand(), paramsCommand(), setCommand(), pingCommand(),
		doctorCommand(), configCommand(), versionCommand(version), manpageCommand(version))
	return root
}

func versionCommand(version string) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintln(cmd.OutOrStdout(), Version(version))
		},
	}
}

// Version is the version with the commit it was built from, where known.
func Version(version string) string {
	line := "rtpgo " + version
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
				line += " (" + setting.Value[:12] + ")"
			}
		}
	}
	return fmt.Sprintf("%s %s %s/%s", line, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
