package ctl

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/cmd/rtpgo/internal/settings"
	"rtpgo/config"
	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

// bench is an interpreter with a registry of its own, and what its settings
// did.
type bench struct {
	testing.TB
	*Interpreter
	server *ng.Server
	logs   *logs.Logs
	log    *buffer
	tos    int
}

// buffer is a log that is read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// take returns what was written since the last time.
func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.text.Reset()
	return b.text.String()
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	cfg, err := config.Load([]string{"--config-file=none", "--interface=pub/127.0.0.1", "--interface=priv/127.0.0.2",
		"--listen-ng=127.0.0.1:22222", "--log-stderr", "--port-min=31000", "--port-max=31999", "--log-level=5"})
	if err != nil {
		tb.Fatal(err)
	}
	set, err := interfaces.Parse(cfg.Interfaces, interfaces.PoolConfig{Min: cfg.PortMin, Max: cfg.PortMax})
	if err != nil {
		tb.Fatal(err)
	}
	b := &bench{TB: tb, tos: -1, log: new(buffer)}
	debugged := new(call.Debugged)
	b.logs = logs.New(cfg.Log, debugged, b.log)
	engine := memory.New()
	calls := call.New(call.Config{
		Interfaces: set, Engine: engine, TOS: -1, Debugged: debugged, Log: b.logs.Log,
		Limits: call.Limits{MaxSessions: settings.MaxSessions(cfg.MaxSessions), Timeout: cfg.Timeout, SilentTimeout: cfg.SilentTimeout,
			OfferTimeout: cfg.OfferTimeout, DeleteDelay: cfg.DeleteDelay},
	})
	tb.Cleanup(func() { calls.Close(); engine.Close() })
	s := settings.New(settings.Config{Options: cfg, Calls: calls, Levels: b.logs.Levels,
		ControlTOS: func(tos int) error { b.tos = tos; return nil }})
	b.server = ng.NewServer(s.Handler(calls, zap.NewNop()), b.logs.Log)
	calls.SetProxyCounters(control{b.server})
	b.Interpreter = New(calls, s, nil)
	return b
}

type control struct{ *ng.Server }

func (c control) ControlStatistics() ng.Dict { return c.Stats().Control() }

// ng sends a request over the NG server.
func (b *bench) ng(keys ...ng.Pair) ng.Dict {
	b.Helper()
	reply := b.server.Do(context.Background(), netip.MustParseAddrPort("127.0.0.1:4711"), ng.Bencode.Append(nil, ng.Dict(keys)))
	d, _, err := ng.Unmarshal(reply)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func (b *bench) offer(command, id string, port int) string {
	sdp := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\n", port)
	keys := []ng.Pair{{Key: "command", Value: command}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "alice"}, {Key: "sdp", Value: sdp}}
	if command == "answer" {
		keys = append(keys, ng.Pair{Key: "to-tag", Value: "bob"})
	}
	return b.ng(keys...).Text("result")
}

// threeCalls makes the calls that the recorded answers are about.
func (b *bench) threeCalls() {
	b.Helper()
	for i := range 3 {
		id := fmt.Sprintf("call-%d@x", i)
		if b.offer("offer", id, 4000+4*i) != "ok" || i%2 == 0 && b.offer("answer", id, 4002+4*i) != "ok" {
			b.Fatal("no call")
		}
	}
}

// ask executes one line.
func (b *bench) ask(line string) string {
	b.Helper()
	var out strings.Builder
	if err := b.Execute(context.Background(), line, &out); err != nil {
		b.Fatal(err)
	}
	return out.String()
}

var (
	numbers = regexp.MustCompile(`-nan|[0-9]+(\.[0-9]+)?`)
	spaces  = regexp.MustCompile(` +`)
)

func form(answer string) string {
	return spaces.ReplaceAllString(numbers.ReplaceAllString(answer, "N"), " ")
}

// TestForm: answers have the form of rtpengine's.
func TestForm(t *testing.T) {
	b := newBench(t)
	b.threeCalls()
	for line, file := range map[string]string{
		"help": "help", "list help": "list-help", "get help": "list-help", "set help": "set-help", "params help": "params-help",
		"list numsessions": "list-numsessions", "list sessions all": "list-sessions-all", "list sessions own": "list-sessions-all",
		"list sessions call-0@x": "list-sessions-one", "call call-0@x info": "list-sessions-one",
		"list totals": "list-totals", "list counters": "list-counters", "list interfaces": "list-interfaces", "list jsonstats": "list-jsonstats",
	} {
		want, err := os.ReadFile("testdata/" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if got := b.ask(line); form(got) != form(string(want)) {
			t.Errorf("%s: got\n%s\nwant\n%s", line, got, want)
		}
	}
	// Columns too, where numbers have the same length.
	if got := b.ask("list numsessions"); !strings.HasPrefix(got, "Current sessions own: 3\nCurrent sessions foreign: 0\nCurrent sessions total: 3\n") ||
		!strings.HasSuffix(got, "ipv4 only media: 2\nCurrent sessions ipv6 only media: 0\nCurrent sessions ip mixed  media: 0\n") {
		t.Errorf("%s", got)
	}
	if first, _, _ := strings.Cut(b.ask("list sessions all"), "\n"); strings.Index(first, "call-0@x") != 56 || strings.Index(first, "| del") != 65 || strings.Index(first, "| prx:127.0.0.1:4711 |") != 94 {
		t.Errorf("%s", first)
	}
	if got := b.ask("list interfaces"); !strings.Contains(got, " Ports used:    12 /  1000 (  1.2%)\n") || !strings.Contains(got, "  Ingress:            0 /          0 /          0\n") {
		t.Errorf("%s", got)
	}
}

// TestAnswers: what short commands answer, in rtpengine's words.
func TestAnswers(t *testing.T) {
	b := newBench(t)
	b.threeCalls()
	for _, c := range []struct{ line, want string }{
		{"list", "More parameters required.\n"},
		{"set maxsessions", "More parameters required.\n"},
		{"call", "More parameters required.\n"},
		{"list sessions", "More parameters required.\n"},
		{"", "More parameters required.\n"},
		{"list nope at all", "Unknown or incomplete command::nope at all\n"},
		{"LIST numsessions", "Unknown or incomplete command::LIST numsessions\n"},
		{"kmod", "Unknown or incomplete command::kmod\n"},
		{"list timeout", "TIMEOUT=60\n"},
		{"list  timeout\textra \r", "TIMEOUT=60\n"},
		{"list silenttimeout", "SILENT_TIMEOUT=3600\n"},
		{"get finaltimeout", "FINAL_TIMEOUT=0\n"},
		{"list offertimeout", "OFFER_TIMEOUT=3600\n"},
		{"list maxsessions", "Maximum sessions configured on rtpengine: -1\n"},
		{"list deletedelay", "30\n"},
		{"list controltos", "0\n"},
		{"list loglevel core", "5\n"},
		{"list transcoders", "No stats entries\n"},
		{"list sessions foreign", "No foreign sessions on this media relay.\n"},
		{"list sessions nope", "\nCall ID not found (nope).\n\n"},
		{"terminate foreign", "All foreign calls terminated by operator.\n"},
		{"terminate nope", "\nCall Id not found (nope).\n\n"},
		{"active", "Ok, all calls set to 'owned (active)'\n"},
		{"debug", "No call ID specified\n"},
		{"debug nope on", "Call ID 'nope' not found\n"},
		{"debug call-0@x maybe", "Invalid on/off flag ('maybe') specified\n"},
		{"debug call-0@x", "Enabled debugging for call 'call-0@x'\n"},
		{"call call-0@x debug off", "Disabled debugging for call 'call-0@x'\n"},
		{"call nope info", "No such call 'nope'\n"},
		{"call call-0@x", "Unknown or incomplete command::\n"},
		{"call call-0@x nope", "Unknown or incomplete command::nope\n"},
		{"call call-0@x help", "Available sub-commands at this level:\n\tinfo\n\tterminate\n\tdebug\n\ttag\n"},
		{"call call-0@x tag", "More parameters required.\n"},
		{"call call-0@x tag nobody info", "No such tag 'nobody'\n"},
		{"call call-0@x tag alice", "Unknown or incomplete command::\n"},
		{"terminate call-0@x", "\nCall Id (call-0@x) successfully terminated by operator.\n\n"},
		{"call call-1@x terminate", "\nCall 'call-1@x' terminated.\n\n"},
		{"terminate own", "All own calls terminated by operator.\n"},
		{"terminate all", "All calls terminated by operator.\n"},
		{"list sessions all", "No sessions on this media relay.\n"},
		{"list sessions own", "No own sessions on this media relay.\n"},
	} {
		if got := b.ask(c.line); got != c.want {
			t.Errorf("%q: got %q, want %q", c.line, got, c.want)
		}
	}
	if n := b.calls.Count(); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}

// TestCallTag shows one party of a call.
func TestCallTag(t *testing.T) {
	b := newBench(t)
	b.threeCalls()
	got := b.ask("call call-2@x tag bob info")
	if !strings.HasPrefix(got, "--- Tag 'bob', type: TO_TAG") || strings.Contains(got, "Tag 'alice', type") || strings.Count(got, "\n") != 6 {
		t.Errorf("%s", got)
	}
}

// TestRefused: what rtpgo hasn't got is refused by name, everything else does
// something else.
func TestRefused(t *testing.T) {
	b := newBench(t)
	each(root, "", func(path string, c command) {
		line := path + " 1"
		if refused := strings.HasPrefix(b.ask(line), "Not supported by rtpgo: "+c.name+": "); refused != (c.refused != "") {
			t.Errorf("%s: %s", line, b.ask(line))
		}
	})
}

// each visits the commands with their full names.
func each(at []command, before string, f func(path string, c command)) {
	for _, c := range at {
		path := strings.TrimSpace(before + " " + c.name)
		if c.next != nil {
			each(c.next, path, f)
			continue
		}
		f(path, c)
	}
}

// TestDocumented: docs/ctl.md has a row for each command.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../../docs/ctl.md")
	if err != nil {
		t.Fatal(err)
	}
	each(root, "", func(path string, c command) {
		if strings.HasPrefix(path, "get ") {
			return // the same as list
		}
		what := c.doc
		if c.refused != "" {
			what = "refused: " + c.refused
		}
		args := strings.ReplaceAll(c.args, "|", `\|`)
		row := "| `" + strings.TrimSpace(path+" "+args) + "` | " + what + " |\n"
		if !bytes.Contains(text, []byte(row)) {
			t.Errorf("docs/ctl.md lacks\n%s", row)
		}
	})
}

func TestWriteError(t *testing.T) {
	b := newBench(t)
	r, w := io.Pipe()
	r.Close()
	if err := b.Execute(context.Background(), "list totals", w); err == nil {
		t.Error("nobody took the answer, and nobody says so")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.Execute(ctx, "terminate all", io.Discard); err == nil {
		t.Error("a command after the end")
	}
}

// FuzzExecute: no line does harm.
func FuzzExecute(f *testing.F) {
	b := newBench(f)
	b.threeCalls()
	each(root, "", func(path string, _ command) { f.Add(path + " call-0@x tag alice info") })
	for _, line := range []string{"help", "list help", "set loglevel 5", "set loglevel core 5", "set timeout 99999999999999999999", "debug call-0@x \x00", "call call-0@x tag \xff"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		b.TB = t
		if strings.Contains(line, "maxopenfiles") {
			return // the limit is the test's too
		}
		if err := b.Execute(context.Background(), line, io.Discard); err != nil {
			t.Fatal(err)
		}
		if b.calls.Count() == 0 {
			if err := b.settings.Revert(); err != nil || b.offer("offer", "call-0@x", 4000) != "ok" {
				t.Fatalf("no new call: %v", err)
			}
		}
		b.log.take()
	})
}
