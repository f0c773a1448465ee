package daemon

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rtpgo/call"
	"rtpgo/ng"
)

// TestCDR: each call that ends leaves a line for syslog, here standard error,
// and one of JSON, with what was counted and why it ended.
func TestCDR(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cdr.json")
	p := launchEngine(t, "sockets", "--log-facility-cdr=local2", "--cdr-file="+file)
	d := sub(t, p)
	d.command("offer", d.a.sdp("RTP/AVP"))
	d.command("answer", d.b.sdp("RTP/AVP"))
	d.both(1)
	p.ask(offerOf("unanswered"))
	d.end()
	p.ask(ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: "unanswered"}})
	p.ask(offerOf("left at the end"))
	p.signals <- os.Interrupt
	p.ends(exitOK)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	records := map[string]call.Record{}
	for line := range strings.Lines(string(text)) {
		var r call.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		records[r.CallID] = r
	}
	r := records[d.id]
	if r.Reason != "deleted" || !r.Answered || len(r.Parties) != 2 || r.Duration <= 0 || !r.Creator.IsValid() {
		t.Fatalf("record %s", text)
	}
	for i, tag := range []string{"a", "b"} {
		party := r.Parties[i]
		if party.Tag != tag || party.Caller != (i == 0) || len(party.Medias) != 1 || party.Medias[0].Codec != "PCMA/8000" || len(party.Medias[0].Streams) != 2 {
			t.Errorf("party %+v", party)
			continue
		}
		for _, s := range party.Medias[0].Streams {
			if s.Packets != 1 || s.SentPackets != 1 || !s.Local.IsValid() || s.Remote != s.Signalled || s.First.IsZero() || s.Last.IsZero() {
				t.Errorf("stream %+v", s)
			}
		}
		if s := party.Medias[0].Sources; len(s) != 1 || s[0].Packets != 1 || s[0].Lost != 0 {
			t.Errorf("sources %+v", s)
		}
	}
	if u := records["unanswered"]; u.Answered || u.Reason != "deleted" {
		t.Errorf("a call that was not answered: %+v", u)
	}
	if e := records["left at the end"]; e.Reason != "shutdown" {
		t.Errorf("a call at the end of the daemon: %+v", e)
	}
	if line := "ci=" + d.id + ", created_from=127.0.0.1:"; os.Getenv("JOURNAL_STREAM") == "" && noSyslog() && !strings.Contains(p.log.String(), line) {
		t.Errorf("no line %q in\n%s", line, p.log)
	}
}

// noSyslog tells whether lines for syslog go to standard error.
func noSyslog() bool {
	for _, path := range []string{"/dev/log", "/var/run/syslog", "/var/run/log"} {
		if _, err := os.Stat(path); err == nil {
			return false
		}
	}
	return true
}
