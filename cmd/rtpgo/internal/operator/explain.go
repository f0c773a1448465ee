package operator

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rtpgo/call"
	"rtpgo/ng"
)

func explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [CALL-ID]",
		Short: "Say why a call's media flows or doesn't, with all that happened to it",
		Long: "Say for each section and direction of a call what happens to its media: who is\n" +
			"at fault, why, and what to check next (docs/explain.md); then all that happened\n" +
			"to the call. Calls that ended lately can be asked about too (--keep-ended).\n" +
			"Without CALL-ID the calls that have ended are listed, the latest first.",
		Args: cobra.MaximumNArgs(1),
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON")
	connect := connectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		d, disconnect, err := connect()
		if err != nil {
			return err
		}
		defer disconnect()
		if len(args) == 0 {
			return d.listEnded(cmd.OutOrStdout(), *asJSON)
		}
		e, err := d.explain(args[0])
		if err != nil {
			return err
		}
		if *asJSON {
			return writeJSON(cmd.OutOrStdout(), e)
		}
		printExplanation(cmd.OutOrStdout(), e)
		return nil
	}
	return cmd
}

// explain asks for a call, page by page.
func (d *daemon) explain(id string) (ng.Dict, error) {
	request := ng.Dict{{Key: "command", Value: call.ExplainCommand}, {Key: "call-id", Value: id}}
	var whole ng.Dict
	timeline := ng.List{}
	for {
		reply, err := d.do(request)
		if err != nil {
			return nil, err
		}
		page := field[ng.List](reply, "timeline")
		timeline = append(timeline, page...)
		whole = reply
		if field[int64](reply, "more") == 0 || len(page) == 0 {
			break
		}
		request = append(request[:2:2], ng.Pair{Key: "cursor", Value: strconv.Itoa(len(timeline))})
	}
	out := ng.Dict{}
	for _, p := range whole {
		switch p.Key {
		case "more", "result":
			continue
		case "timeline":
			p.Value = timeline
		case "verdicts":
			list := ng.List{}
			for _, v := range dicts(whole, "verdicts") {
				list = append(list, withTruth(v))
			}
			p.Value = list
		}
		out = append(out, p)
	}
	return out, nil
}

// withTruth makes the truth values of a reply, numbers in bencode, into such.
func withTruth(d ng.Dict) ng.Dict {
	out := make(ng.Dict, 0, len(d))
	for _, p := range d {
		if p.Key == "fault" {
			p.Value = field[int64](d, "fault") != 0
		}
		out = append(out, p)
	}
	return out
}

// width is how wide the text is printed.
const width = 80

func printExplanation(w io.Writer, e ng.Dict) {
	created := parseStamp(field[string](e, "created"))
	fmt.Fprintf(w, "call %s: %s, created %s", field[string](e, "call-id"), field[string](e, "state"), localStamp(created))
	if ended := parseStamp(field[string](e, "ended")); !ended.IsZero() {
		fmt.Fprintf(w, ",\n  ended after %s (%s)", age(int64(ended.Sub(created)/time.Second)), orElse(field[string](e, "end-reason"), "no reason told"))
	}
	fmt.Fprintln(w)
	printVerdicts(w, e)
	fmt.Fprintln(w)
	printTimeline(w, e)
}

// printVerdicts prints what is said of each section and direction.
func printVerdicts(w io.Writer, e ng.Dict) {
	for _, v := range dicts(e, "verdicts") {
		mark := "ok"
		if fault, _ := get(v, "fault").(bool); fault {
			mark = "FAULT"
		}
		fmt.Fprintf(w, "\n%s -> %s, %s (%d): %s, %s", orElse(field[string](v, "from"), "?"), orElse(field[string](v, "to"), "?"),
			field[string](v, "type"), field[int64](v, "media"), mark, field[string](v, "verdict"))
		if side := field[string](v, "side"); side != "" {
			fmt.Fprintf(w, ", side %s", side)
		}
		fmt.Fprintln(w)
		printWrapped(w, "  ", field[string](v, "text"))
		if check := field[string](v, "check"); check != "" {
			printWrapped(w, "  -> ", check)
		}
	}
}

// printTimeline prints what happened to the call.
func printTimeline(w io.Writer, e ng.Dict) {
	created := parseStamp(field[string](e, "created"))
	for _, t := range dicts(e, "timeline") {
		at := parseStamp(field[string](t, "at"))
		text := field[string](t, "kind")
		if tag := field[string](t, "tag"); tag != "" {
			text += " " + tag
			if n := field[int64](t, "media"); n > 0 {
				text += fmt.Sprintf(" %d", n)
			}
		}
		printWrapped(w, fmt.Sprintf("%9.3f  ", at.Sub(created).Seconds()), text+": "+field[string](t, "text"))
		printLines(w, "<", field[string](t, "sdp-in"))
		printLines(w, ">", field[string](t, "sdp-out"))
	}
}

// printLines prints the decisive lines of a description that came (<) or went
// out (>).
func printLines(w io.Writer, mark, lines string) {
	if lines == "" {
		return
	}
	for line := range strings.SplitSeq(lines, "\n") {
		line = fmt.Sprintf("             %s %s", mark, line)
		if len(line) > width { // --json has it whole
			line = line[:width-3] + "..."
		}
		fmt.Fprintln(w, line)
	}
}

// printWrapped prints a text with that in front of its first line, and as much
// room in front of the others.
func printWrapped(w io.Writer, first, text string) {
	line := first
	empty := true
	for word := range strings.FieldsSeq(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > width {
			fmt.Fprintln(w, line)
			line, empty = strings.Repeat(" ", len([]rune(first))), true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	fmt.Fprintln(w, line)
}

func parseStamp(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

func localStamp(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

// get reads a value of whatever type.
func get(d ng.Dict, key string) any {
	for _, p := range d {
		if p.Key == key {
			return p.Value
		}
	}
	return nil
}

// listEnded prints the calls that have ended, page by page.
func (d *daemon) listEnded(w io.Writer, asJSON bool) error {
	request := ng.Dict{{Key: "command", Value: call.ExplainCommand}}
	calls := ng.List{}
	for {
		reply, err := d.do(request)
		if err != nil {
			return err
		}
		page := dicts(reply, "calls")
		for _, c := range page {
			calls = append(calls, withTruth(c))
		}
		if field[int64](reply, "more") == 0 || len(page) == 0 {
			break
		}
		last := field[int64](page[len(page)-1], "number")
		request = append(request[:1:1], ng.Pair{Key: "cursor", Value: strconv.FormatInt(last, 10)})
	}
	if asJSON {
		return writeJSON(w, calls)
	}
	if len(calls) == 0 {
		fmt.Fprintln(w, "no call has ended lately (--keep-ended says how long they are kept)")
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ENDED\tLASTED\tREASON\tVERDICT\tCALL-ID")
	for _, v := range calls {
		c := v.(ng.Dict)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", parseStamp(field[string](c, "ended")).Local().Format("15:04:05"),
			age(field[int64](c, "duration")), orElse(field[string](c, "end-reason"), "-"), field[string](c, "verdict"), field[string](c, "call-id"))
	}
	return t.Flush()
}
