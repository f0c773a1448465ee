package operator

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"rtpgo/call"
	"rtpgo/ng"
)

func queryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "query CALL-ID",
		Short: "Show one call: parties, ports, peers, packets and drops",
		Long: "Show one call. With --json the output is the reply to the NG command query,\n" +
			"as rtpengine gives it.",
		Args: cobra.ExactArgs(1),
	}
	asJSON := cmd.Flags().Bool("json", false, "print the reply of the NG command query as JSON")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		command := call.StatusCommand
		if *asJSON {
			command = "query"
		}
		reply, err := d.do(ng.Dict{{Key: "command", Value: command}, {Key: "call-id", Value: args[0]}})
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(cmd.OutOrStdout(), reply)
		}
		for _, c := range dicts(reply, "calls") {
			describe(cmd.OutOrStdout(), c)
		}
		return nil
	}
	return cmd
}

// describe prints one call of a status reply.
func describe(w io.Writer, c ng.Dict) {
	fmt.Fprintf(w, "call %s: %s for %s\n", field[string](c, "call-id"), condition(c), age(field[int64](c, "age")))
	for _, p := range dicts(c, "parties") {
		fmt.Fprintf(w, "\nparty %s", orElse(field[string](p, "tag"), "(no tag yet)"))
		if label := field[string](p, "label"); label != "" {
			fmt.Fprintf(w, ", label %s", label)
		}
		fmt.Fprintln(w)
		for _, m := range dicts(p, "medias") {
			fmt.Fprintf(w, "  %d. %s %s on %s, %s\n", field[int64](m, "index"), field[string](m, "type"),
				field[string](m, "protocol"), orElse(field[string](m, "interface"), "no interface"), direction(m))
			if list := texts(m, "codecs"); len(list) > 0 {
				fmt.Fprintf(w, "     codecs  %s\n", strings.Join(list, " "))
			}
			for _, s := range dicts(m, "streams") {
				describeStream(w, s)
			}
		}
	}
}

func describeStream(w io.Writer, s ng.Dict) {
	kind := field[string](s, "kind")
	peer := field[string](s, "signalled")
	if learned := field[string](s, "learned"); learned != "" && learned != peer {
		peer = fmt.Sprintf("%s (signalled %s)", learned, orElse(peer, "nothing"))
	}
	fmt.Fprintf(w, "     %-4s    %s <-> %s", kind, field[string](s, "local"), orElse(peer, "not known yet"))
	if field[int64](s, "kernel") != 0 {
		fmt.Fprint(w, ", in the kernel")
	}
	if security := field[string](s, "security"); security != "" {
		fmt.Fprintf(w, ", %s", security)
	}
	if ice := field[string](s, "ice"); ice != "" {
		fmt.Fprintf(w, ", ICE %s", ice)
	}
	fmt.Fprintln(w)
	in, out := field[ng.Dict](s, "in"), field[ng.Dict](s, "out")
	fmt.Fprintf(w, "             in %s, out %s", traffic(in), traffic(out))
	if kind == "RTP" && field[int64](in, "packets") > 0 {
		fmt.Fprintf(w, ", lost %d, jitter %.1f ms", field[int64](s, "lost"), float64(field[int64](s, "jitter us"))/1000)
	}
	if idle := field[int64](s, "idle"); idle >= 0 {
		fmt.Fprintf(w, ", last %d s ago", idle)
	}
	fmt.Fprintln(w)
	if drops := field[ng.Dict](s, "drops"); len(drops) > 0 {
		var causes []string
		for _, p := range drops {
			causes = append(causes, fmt.Sprintf("%s %v", p.Key, p.Value))
		}
		fmt.Fprintf(w, "             dropped: %s\n", strings.Join(causes, ", "))
	}
}

func traffic(counters ng.Dict) string {
	text := fmt.Sprintf("%d packets, %d bytes", field[int64](counters, "packets"), field[int64](counters, "bytes"))
	if errors := field[int64](counters, "errors"); errors > 0 {
		text += fmt.Sprintf(", %d errors", errors)
	}
	return text
}

// direction is seen from the party, as its SDP says it.
func direction(m ng.Dict) string {
	switch send, receive := field[int64](m, "send") != 0, field[int64](m, "receive") != 0; {
	case send && receive:
		return "sendrecv"
	case receive:
		return "sendonly"
	case send:
		return "recvonly"
	default:
		return "inactive"
	}
}

func orElse(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
