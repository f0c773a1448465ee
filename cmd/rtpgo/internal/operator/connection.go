package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rtpgo/ng"
)

// defaultAddress is where rtpengine and rtpgo listen unless told otherwise.
const defaultAddress = "127.0.0.1:22222"

// daemon asks one daemon over the NG protocol.
type daemon struct {
	address string
	timeout time.Duration
	ask     func(ctx context.Context, request ng.Dict) (ng.Dict, error)
}

// connectionFlags adds the flags that every command has which asks a daemon.
func connectionFlags(cmd *cobra.Command) (connect func() (*daemon, func(), error)) {
	address := cmd.Flags().StringP("address", "a", defaultAddress, "NG address of the daemon")
	timeout := cmd.Flags().Duration("timeout", 3*time.Second, "how long to wait for an answer")
	return func() (*daemon, func(), error) {
		client, err := ng.Dial(*address)
		if err != nil {
			return nil, nil, statusError{exitUsage, err}
		}
		d := &daemon{address: *address, timeout: *timeout, ask: client.Do}
		return d, func() { client.Close() }, nil
	}
}

// askOnce connects for one request.
func askOnce(connect func() (*daemon, func(), error), request ng.Dict) (ng.Dict, error) {
	d, disconnect, err := connect()
	if err != nil {
		return nil, err
	}
	defer disconnect()
	return d.do(request)
}

// do sends a request and judges the reply.
func (d *daemon) do(request ng.Dict) (ng.Dict, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d.timeout)
	defer cancel()
	reply, err := d.ask(ctx, request)
	if err != nil {
		return nil, d.unreachable(err)
	}
	switch field[string](reply, "result") {
	case "ok", "pong":
		return reply, nil
	case "error":
		reason := field[string](reply, "error-reason")
		status := exitFailed
		switch reason {
		case "Unknown call-id", "Call-ID not found or tags didn't match":
			status = exitNoCall
		case "Unrecognized command":
			reason = fmt.Sprintf("the daemon at %s doesn't know the command %q: is it rtpgo, and of this version?",
				d.address, field[string](request, "command"))
		}
		return nil, statusError{status, errors.New(reason)}
	default:
		return nil, statusError{exitFailed, fmt.Errorf("unexpected answer from %s: %v", d.address, reply)}
	}
}

// unreachable says what it means that nobody answered.
func (d *daemon) unreachable(err error) error {
	var text string
	switch {
	case errors.Is(err, ng.ErrRefused):
		text = "no daemon listens there"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ng.ErrTimeout):
		text = fmt.Sprintf("no answer within %v", d.timeout)
	default:
		text = err.Error()
	}
	return statusError{exitNoDaemon, fmt.Errorf(
		"%s: %s\n  is the daemon running?           systemctl status rtpgo\n  does it listen somewhere else?   rtpgo COMMAND --address HOST:PORT (the daemon's listen-ng)",
		d.address, text)}
}
