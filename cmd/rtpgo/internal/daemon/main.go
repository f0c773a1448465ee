// Package daemon wires the daemon: configuration, logger, interfaces, engine,
// calls, NG servers and signals. It decides nothing about calls.
package daemon

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/config"
)

// Exit statuses.
const (
	exitOK     = 0 // ended by a signal, as the reference
	exitFailed = 1 // could not start
	exitUsage  = 2 // wrong options or configuration file
)

// Main runs the daemon with rtpengine's options and returns the exit status.
// banner is the line that --version prints, version its number.
func Main(args []string, version, banner string) int {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(signals)
	return run(args, version, banner, signals, os.Stdout, os.Stderr)
}

func run(args []string, version, banner string, signals <-chan os.Signal, stdout, stderr io.Writer) int {
	cfg, err := config.Load(args)
	if err != nil {
		fmt.Fprintf(stderr, "rtpgo: %v\n", err)
		return exitUsage
	}
	switch {
	case cfg.Help:
		if err := config.Usage(stdout); err != nil {
			return exitFailed
		}
		return exitOK
	case cfg.Version:
		fmt.Fprintln(stdout, banner)
		return exitOK
	}
	debug := new(call.Debugged)
	log := logs.New(cfg.Log, debug, stderr)
	d, err := start(cfg, version, log, debug)
	if err != nil {
		log.Log.Error("not started", zap.Error(err))
		if !cfg.Log.Stderr {
			fmt.Fprintf(stderr, "rtpgo: not started: %v\n", err)
		}
		return exitFailed
	}
	d.wait(signals)
	d.stop()
	return exitOK
}
