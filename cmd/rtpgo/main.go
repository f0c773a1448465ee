// Command rtpgo relays the media of SIP calls as Kamailio's rtpengine module
// asks it to. Without a subcommand it is the daemon and takes rtpengine's
// options; with one it is the operator's tool.
package main

import (
	"os"

	"rtpgo/cmd/rtpgo/internal/daemon"
	"rtpgo/cmd/rtpgo/internal/operator"
)

// version is stamped in by the Makefile.
var version = "development"

func main() {
	if operator.Handles(os.Args[1:]) {
		os.Exit(operator.Main(os.Args[1:], version))
	}
	os.Exit(daemon.Main(os.Args[1:], version, operator.Version(version)))
}
