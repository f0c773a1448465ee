package daemon

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"rtpgo/ng"
)

// TestRtpengineCtl drives the daemon by Debian's rtpengine-ctl, unmodified.
func TestRtpengineCtl(t *testing.T) {
	tool, err := exec.LookPath("rtpengine-ctl")
	if err != nil {
		t.Skip("no rtpengine-ctl here: the package rtpengine-utils has it")
	}
	address := freeAddress(t)
	p := launch(t, "--listen-cli="+address)
	ctl := func(words ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), tool, append([]string{"--config-file=none", "--ip", address}, words...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("rtpengine-ctl %v: %v\n%s", words, err, out)
		}
		return string(out)
	}
	want := func(pattern string, words ...string) {
		t.Helper()
		if got := ctl(words...); !regexp.MustCompile("(?s)^" + pattern + "$").MatchString(got) {
			t.Errorf("rtpengine-ctl %v: %s\nwant %s", words, got, pattern)
		}
	}
	p.ask(offerOf("call-1"))
	p.ask(offerOf("call-2"))
	want(`Current sessions own: 2\nCurrent sessions foreign: 0\nCurrent sessions total: 2\n.*`, "list", "numsessions")
	want(`ID: +call-1 \| del:n .*\nID: +call-2 \| del:n .*\n`, "list", "sessions", "all")
	want(`\ncallid: call-1\n.*\n--- Tag 'a', type: FROM_TAG, .*\n------ Media #1 \(audio over RTP/AVP\) using unknown codec\n.*`, "list", "sessions", "call-1")
	want(`\nStatistics over currently running sessions:\n\n Owned sessions +:2\n.*\n Uptime of rtpengine +:\d+ seconds\n.*`, "list", "totals")
	want(`\{"currentstatistics":\{"sessionsown":2,.*"transcoders":\[\]\}`, "list", "jsonstats")
	want(`Interface 'public' address '127.0.0.1' \(IPv4\)\n Port range: 30000 - 30999\n.*`, "list", "interfaces")
	want(`TIMEOUT=60\n`, "list", "timeout")
	want(`Success setting maxsessions to 2\n`, "set", "maxsessions", "2")
	if reply := p.ask(offerOf("call-3")); !strings.Contains(reply, "Parallel session limit reached") {
		t.Errorf("beyond the limit: %s", reply)
	}
	want(`max-sessions: -1 => 2\n`, "params", "diff")
	want(``, "params", "revert")
	if reply := p.ask(offerOf("call-3")); !strings.Contains(reply, `"result":"ok"`) {
		t.Errorf("the limit was taken back: %s", reply)
	}
	want(`Success setting control-tos to 184\n`, "set", "controltos", "184")
	want(`Success setting loglevel to 4\n`, "set", "loglevel", "4")
	want(`Enabled debugging for call 'call-2'\n`, "debug", "call-2", "on")
	p.ask(ng.Dict{{Key: "command", Value: "query"}, {Key: "call-id", Value: "call-2"}, {Key: "from-tag", Value: "a"}})
	p.ask(ng.Dict{{Key: "command", Value: "query"}, {Key: "call-id", Value: "call-3"}, {Key: "from-tag", Value: "a"}})
	_, quiet, _ := strings.Cut(p.log.String(), "set loglevel 4")
	if !strings.Contains(quiet, "query") || !strings.Contains(quiet, "call-2") || strings.Contains(quiet, "call-3") {
		t.Errorf("at level 4 with call-2 debugged the log has\n%s", quiet)
	}
	want(`\nCall Id \(call-1\) successfully terminated by operator.\n\n`, "terminate", "call-1")
	want(`Not supported by rtpgo: kslist: .*\n`, "kslist")
	want(`All calls terminated by operator.\n`, "terminate", "all")
	want(`No sessions on this media relay.\n`, "list", "sessions", "all")
	p.running()
}
