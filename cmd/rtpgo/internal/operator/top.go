package operator

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/top"
	"rtpgo/ng"
)

func topCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "top",
		Short: "Watch the live calls: sort, filter, look into one, end one",
		Long: "Watch the live calls in the terminal, like top(1). ? shows the keys. With\n" +
			"--once it prints the calls and ends; it looks twice, one interval apart, for\n" +
			"packets per second.",
		Args: cobra.NoArgs,
	}
	var o top.Options
	cmd.Flags().DurationVar(&o.Interval, "interval", 2*time.Second, "time between two looks at the daemon")
	cmd.Flags().StringVar(&o.Sort, "sort", "age", "column to sort by, by the first word of its head")
	cmd.Flags().BoolVar(&o.Reverse, "reverse", false, "sort the other way round")
	cmd.Flags().StringVar(&o.Filter, "filter", "", "only calls whose id, state, codec or engine has this text")
	cmd.Flags().IntVar(&o.Limit, "limit", 0, "with --once, at most so many calls; 0 for all")
	once := cmd.Flags().Bool("once", false, "print the calls once, for pipes and files")
	asJSON := cmd.Flags().Bool("json", false, "with --once, as JSON")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o.Interval = max(o.Interval, 100*time.Millisecond)
		if *asJSON && !*once {
			return errors.New("--json goes with --once")
		}
		if !*once && !isTerminal(os.Stdout) {
			return statusError{exitUsage, errors.New("standard output is no terminal; rtpgo top --once prints the calls")}
		}
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
		defer stop()
		if *once {
			return top.Once(ctx, cmd.OutOrStdout(), topSource{d}, o, *asJSON)
		}
		return top.Run(ctx, topSource{d}, o)
	}
	return cmd
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// topSource asks a daemon for what top shows.
type topSource struct{ daemon *daemon }

func (s topSource) Fetch(ctx context.Context) (top.Snapshot, error) {
	v := top.Snapshot{At: time.Now()}
	list, err := s.daemon.pages(call.BriefCommand)
	if err != nil {
		return v, err
	}
	var line strings.Builder
	printDaemon(&line, list.daemon)
	v.Daemon = strings.ReplaceAll(strings.TrimSpace(line.String()), "\n", "; ")
	v.Uptime = time.Duration(field[int64](list.daemon, "uptime")) * time.Second
	v.Calls = make([]top.Call, 0, len(list.calls))
	for _, c := range list.calls {
		v.Calls = append(v.Calls, top.Call{
			ID:      field[string](c, "call-id"),
			Age:     time.Duration(field[int64](c, "age")) * time.Second,
			State:   field[string](c, "condition"),
			Codec:   field[string](c, "codec"),
			Engine:  field[string](c, "engine"),
			Packets: uint64(field[int64](c, "packets")),
			Lost:    uint64(field[int64](c, "lost")),
			Drops:   uint64(field[int64](c, "drops")),
			Jitter:  time.Duration(field[int64](c, "jitter us")) * time.Microsecond,
			Idle:    time.Duration(field[int64](c, "idle")) * time.Second,
		})
	}
	return v, ctx.Err()
}

// Detail shows the verdicts about a call, its parties with their streams, and
// what happened; of one that ended meanwhile what is kept of it.
func (s topSource) Detail(_ context.Context, callID string) ([]string, error) {
	var described, text bytes.Buffer
	reply, err := s.daemon.do(ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "call-id", Value: callID}})
	for _, c := range dicts(reply, "calls") {
		describe(&described, c)
	}
	e, ended := s.daemon.explain(callID)
	switch {
	case err != nil && ended != nil:
		return nil, err
	case err != nil:
		printExplanation(&text, e)
	case ended == nil:
		title, parties, _ := strings.Cut(described.String(), "\n")
		text.WriteString(title + "\n")
		printVerdicts(&text, e)
		text.WriteString(parties + "\n")
		printTimeline(&text, e)
	default:
		text.Write(described.Bytes())
	}
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n"), nil
}

func (s topSource) Terminate(_ context.Context, callID string) error {
	return s.daemon.terminate(callID)
}
