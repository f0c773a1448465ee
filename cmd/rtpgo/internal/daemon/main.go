// Package daemon wires the daemon: configuration, logger, interfaces, engine,
// calls, NG servers and signals. It decides nothing about calls.
package daemon

import (
	"fmt"
	"os"
)

// Main runs the daemon with rtpengine's options and returns the exit status.
func Main(args []string, version string) int {
	fmt.Fprintln(os.Stderr, "rtpgo: the daemon is not wired yet")
	return 1
}
