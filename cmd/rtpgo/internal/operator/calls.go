package operator

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rtpgo/call"
	"rtpgo/ng"
)

func callsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calls",
		Short: "List the calls that are up",
		Long: "List the calls that are up. PACKETS are the RTP packets received from each\n" +
			"party, LOSS is what was missing among them. STATE is offered, up, held,\n" +
			"no media, one-way, silent (nothing for 10 seconds) or deleted.",
		Args: cobra.NoArgs,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON instead of a table")
	watch := cmd.Flags().BoolP("watch", "w", false, "refresh until interrupted")
	interval := cmd.Flags().Duration("interval", time.Second, "time between refreshes")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		show := func(clear bool) error {
			status, err := d.status()
			if err != nil {
				return err
			}
			if *asJSON {
				return writeJSON(cmd.OutOrStdout(), status.json())
			}
			if clear {
				fmt.Fprint(cmd.OutOrStdout(), "\x1b[H\x1b[2J")
			}
			return status.table(cmd.OutOrStdout())
		}
		if !*watch {
			return show(false)
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		ticker := time.NewTicker(max(*interval, 100*time.Millisecond))
		defer ticker.Stop()
		for {
			if err := show(true); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
	}
	return cmd
}

// status is what the daemon says of itself, and all its calls.
type status struct {
	daemon ng.Dict
	calls  []ng.Dict
}

// status asks for every call.
func (d *daemon) status() (status, error) { return d.pages(call.StatusCommand) }

// pages asks for every call by a command that answers page by page.
func (d *daemon) pages(command string) (status, error) {
	var s status
	request := ng.Dict{{Key: "command", Value: command}}
	for {
		reply, err := d.do(request)
		if err != nil {
			return status{}, err
		}
		page := dicts(reply, "calls")
		s.daemon = reply
		s.calls = append(s.calls, page...)
		if field[int64](reply, "more") == 0 || len(page) == 0 {
			return s, nil
		}
		last := field[string](page[len(page)-1], "call-id")
		request = ng.Dict{{Key: "command", Value: command}, {Key: "cursor", Value: last}}
	}
}

func (s status) json() ng.List {
	list := ng.List{}
	for _, c := range s.calls {
		list = append(list, append(c, ng.Pair{Key: "condition", Value: condition(c)}))
	}
	return list
}

func (s status) table(w io.Writer) error {
	printDaemon(w, s.daemon)
	if len(s.calls) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CALL-ID\tAGE\tPARTIES\tMEDIA\tCODECS\tPACKETS\tLOSS\tSTATE")
	for _, c := range s.calls {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n",
			field[string](c, "call-id"), age(field[int64](c, "age")), len(dicts(c, "parties")),
			medias(c), codecs(c), packets(c), loss(c), condition(c))
	}
	return t.Flush()
}

// printDaemon prints a status reply's line about the daemon.
func printDaemon(w io.Writer, status ng.Dict) {
	engine := field[ng.Dict](status, "engine")
	name := field[string](engine, "name")
	if lower := field[string](engine, "on top of"); lower != "" {
		name += " on top of " + lower
	}
	fmt.Fprintf(w, "rtpgo %s, engine %s, up %s, %s\n", field[string](status, "version"), name,
		age(field[int64](status, "uptime")), plural(int(field[int64](status, "live calls")), "call"))
	if field[int64](status, "draining") != 0 {
		fmt.Fprintln(w, "draining: no new calls are taken")
	}
}

// medias names the kinds of media, each once.
func medias(c ng.Dict) string {
	var names []string
	for _, p := range dicts(c, "parties") {
		for _, m := range dicts(p, "medias") {
			names = appendNew(names, field[string](m, "type"))
		}
	}
	return orDash(names)
}

// codecs names the preferred codec of each media, each once.
func codecs(c ng.Dict) string {
	var names []string
	parties := dicts(c, "parties")
	for i := len(parties) - 1; i >= 0; i-- { // who answered comes last, and decides
		for _, m := range dicts(parties[i], "medias") {
			if list := texts(m, "codecs"); len(list) > 0 {
				name, _, _ := strings.Cut(list[0], "/")
				names = appendNew(names, name)
			}
		}
		if len(names) > 0 {
			break
		}
	}
	return orDash(names)
}

// packets lists the RTP packets received from each party.
func packets(c ng.Dict) string {
	var counts []string
	for _, p := range dicts(c, "parties") {
		received, _ := received(p)
		counts = append(counts, fmt.Sprint(received))
	}
	return orDash(counts, "/")
}

func loss(c ng.Dict) string {
	var packets, lost int64
	for _, p := range dicts(c, "parties") {
		r, l := received(p)
		packets, lost = packets+r, lost+l
	}
	if packets == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(lost)/float64(packets+lost))
}

// received counts the RTP packets that came from a party, and those lost on
// the way here.
func received(party ng.Dict) (packets, lost int64) {
	for _, m := range dicts(party, "medias") {
		for _, s := range dicts(m, "streams") {
			if field[string](s, "kind") == "RTP" {
				packets += field[int64](field[ng.Dict](s, "in"), "packets")
				lost += field[int64](s, "lost")
			}
		}
	}
	return packets, lost
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

func orDash(list []string, separator ...string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, append(separator, ",")[0])
}

// age prints seconds as 0:42, 5:07 or 26:05:07.
func age(seconds int64) string {
	if seconds < 3600 {
		return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
