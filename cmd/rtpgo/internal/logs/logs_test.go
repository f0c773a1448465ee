package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/syslog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"rtpgo/config"
)

// options are those of a daemon that logs to standard error at a level.
func options(level int) config.Log {
	unset := config.LevelUnset
	return config.Log{
		Level: level, Stderr: true, NoTimestamps: true, Name: "rtpgo", Format: config.LogDefault, Facility: "daemon",
		Levels: config.LogLevels{Core: unset, Control: unset, Crypto: unset, HTTP: unset, ICE: unset, Internals: unset},
	}
}

// debugged is a set of one call.
type debugged string

func (d debugged) Any() bool          { return d != "" }
func (d debugged) Has(id string) bool { return string(d) == id }

func everything(log *zap.Logger) {
	log.Error("e")
	log.Warn("w")
	log.Info("i")
	log.Debug("d")
}

// messages are the first letters of what a log holds.
func messages(out string) (list string) {
	for line := range strings.Lines(out) {
		list += strings.Fields(line)[len(strings.Fields(line))-1]
	}
	return list
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		level int
		want  string
	}{{0, "e"}, {3, "e"}, {4, "ew"}, {5, "ewi"}, {6, "ewi"}, {7, "ewid"}} {
		var out bytes.Buffer
		everything(New(options(c.level), nil, &out).Log)
		if got := messages(out.String()); got != c.want {
			t.Errorf("level %d logs %v, want %v", c.level, got, c.want)
		}
	}
}

func TestLevelsOfParts(t *testing.T) {
	o := options(4)
	o.Levels.ICE, o.Levels.Control = 7, 3
	var out bytes.Buffer
	l := New(o, nil, &out)
	got := func(part string) string {
		out.Reset()
		everything(l.Log.Named(part))
		return messages(out.String())
	}
	for part, want := range map[string]string{Core: "ew", ICE: "ewid", Control: "e", HTTP: "ew"} {
		if g := got(part); g != want {
			t.Errorf("%s logs %q, want %q", part, g, want)
		}
	}
	if err := l.Levels.Set(ICE, config.LevelUnset); err != nil || got(ICE) != "ew" {
		t.Errorf("ICE doesn't follow again: %v", err)
	}
	if n := l.Levels.Step(1); n != 5 || got(HTTP) != "ewi" || got(Control) != "e" {
		t.Errorf("one step up is level %d", n)
	}
	for range 10 {
		l.Levels.Step(-1)
	}
	if got(HTTP) != "e" || l.Levels.Level("") != 0 {
		t.Error("the scale has no end")
	}
	if l.Levels.Set("nobody", 3) == nil || l.Levels.Set("", 8) == nil || l.Levels.Set("", -1) == nil {
		t.Error("wrong levels are taken")
	}
	if names := Parts(); len(names) != len(parts) || l.Levels.Level(names[0]) != 0 {
		t.Errorf("parts %q", names)
	}
}

// TestDebuggedCalls: lines of one call are logged whatever the level, by any
// way that the call-id comes into the line; no others.
func TestDebuggedCalls(t *testing.T) {
	var out bytes.Buffer
	log := New(options(3), debugged("one"), &out).Log
	log.Debug("a", zap.String("call", "one"))
	log.Debug("b", zap.String("call", "two"))
	log.Debug("c")
	log.Named(Control).With(zap.String("call", "one")).Info("d")
	log.With(zap.String("call", "two")).Info("e")
	log.Error("f")
	want := "debug a {\"call\": \"one\"}\ninfo [control] d {\"call\": \"one\"}\nerror f\n"
	if out.String() != want {
		t.Errorf("logged\n%s want\n%s", out.String(), want)
	}
}

func TestForms(t *testing.T) {
	sdp := "v=0\r\ns=-\r\n"
	write := func(o config.Log) string {
		var out bytes.Buffer
		New(o, nil, &out).Log.Named(Control).Warn("command refused", zap.String("call", "a\"b"), zap.String("tag", "t"),
			zap.Int("media", 2), zap.Error(errors.New("why")), zap.String("sdp", sdp))
		return out.String()
	}
	o := options(6)
	if got, want := write(o), "warn [control] command refused {\"call\": \"a\\\"b\", \"tag\": \"t\", \"media\": 2, \"error\": \"why\"}\nsdp:\nv=0\ns=-\n"; got != want {
		t.Errorf("default:\n%q want\n%q", got, want)
	}
	o.Format = config.LogParsable
	if got, want := write(o), "warn [control] [ID=\"a\\\"b\" tag=\"t\" index=\"2\"]: command refused {\"error\": \"why\"}\nsdp:\nv=0\ns=-\n"; got != want {
		t.Errorf("parsable:\n%q want\n%q", got, want)
	}
	o.SplitLines, o.MarkPrefix, o.MarkSuffix = true, "<", ">"
	if got, want := write(o), "warn [control] [ID=\"<a\\\"b>\" tag=\"<t>\" index=\"2\"]: command refused {\"error\": \"why\"}\n"+
		"warn [control] sdp:\nwarn [control] <v=0\nwarn [control] s=-\nwarn [control] >\n"; got != want {
		t.Errorf("split and marked:\n%q want\n%q", got, want)
	}
	o = options(6)
	o.Format = config.LogJSON
	var line struct {
		Level, Part, Message, Call, Error, SDP string
		Media                                  int
	}
	if err := json.Unmarshal([]byte(write(o)), &line); err != nil || line.Level != "warn" || line.Part != "control" ||
		line.Message != "command refused" || line.Call != "a\"b" || line.Media != 2 || line.Error != "why" || line.SDP != sdp {
		t.Errorf("JSON: %+v, %v", line, err)
	}
	t.Setenv("JOURNAL_STREAM", "8:1")
	o = options(6)
	o.NoTimestamps = false
	var out bytes.Buffer
	New(o, nil, &out).Log.Error("no port left")
	if want := "<3>no port left\n"; out.String() != want {
		t.Errorf("line for the journal %q, want %q", out.String(), want)
	}
}

func TestLongLines(t *testing.T) {
	o := options(6)
	o.MaxLine = 10
	var out bytes.Buffer
	New(o, nil, &out).Log.Info("0123456789ü123")
	if want := "info 01234 ...\n... 56789ü123\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	if got := pieces(nil, "abcü", 4); len(got) != 2 || got[0] != "abc ..." || got[1] != "... ü" {
		t.Errorf("a character is broken: %q", got)
	}
}

// listen is a daemon that takes lines at a datagram socket.
func listen(t *testing.T) (path string, next func() string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "log")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return path, func() string {
		t.Helper()
		b := make([]byte, 1<<16)
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := conn.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
}

func TestSyslog(t *testing.T) {
	path, next := listen(t)
	defer func(f func(syslog.Priority, string) (*syslog.Writer, error)) { dialSyslog = f }(dialSyslog)
	dialSyslog = func(p syslog.Priority, tag string) (*syslog.Writer, error) {
		return syslog.Dial("unixgram", path, p, tag)
	}
	o := options(6)
	o.Stderr, o.Facility = false, "local3"
	l := New(o, nil, os.Stderr)
	l.Log.Warn("careful", zap.String("text", strings.Repeat("x", 600)))
	if got := next(); !strings.HasPrefix(got, "<156>") || !strings.Contains(got, `: careful {"text": "xxx`) || !strings.HasSuffix(got, "x ...\n") {
		t.Errorf("got %q", got)
	}
	if got := next(); !strings.Contains(got, ": ... xx") {
		t.Errorf("the rest is %q", got)
	}
	if err := l.Facility("local5")("ci=1, "); err != nil {
		t.Fatal(err)
	}
	if got := next(); !strings.HasPrefix(got, "<174>") || !strings.HasSuffix(got, "ci=1, \n") {
		t.Errorf("got %q", got)
	}
	if l.Facility("") != nil {
		t.Error("lines without a facility go somewhere")
	}
}

func TestNoSyslog(t *testing.T) {
	defer func(f func(syslog.Priority, string) (*syslog.Writer, error)) { dialSyslog = f }(dialSyslog)
	dialSyslog = func(syslog.Priority, string) (*syslog.Writer, error) { return nil, errors.New("none here") }
	o := options(6)
	o.Stderr = false
	var out bytes.Buffer
	l := New(o, nil, &out)
	l.Log.Info("hello")
	if err := l.Facility("local1")("a record"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"no syslog (none here)", "info hello\n", "local1", "\na record\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q isn't in\n%s", want, out.String())
		}
	}
}

func TestJournal(t *testing.T) {
	path, next := listen(t)
	defer func(p string) { journalSocket = p }(journalSocket)
	journalSocket = path
	o := options(6)
	o.Journal = true // goes before standard error, which service files ask for
	l := New(o, nil, os.Stderr)
	l.Log.Named(Control).Warn("refused", zap.String("call", "c1"), zap.String("reply sdp", "v=0\r\n"), zap.Int("media", 1))
	want := "MESSAGE=refused\nPRIORITY=4\nSYSLOG_IDENTIFIER=rtpgo\nRTPGO_PART=control\nRTPGO_CALL=c1\nRTPGO_MEDIA=1\n" +
		"RTPGO_REPLY_SDP\n\x05\x00\x00\x00\x00\x00\x00\x00v=0\r\n\n"
	if got := next(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := l.Facility("local2")("a record"); err != nil {
		t.Fatal(err)
	}
	if got := next(); got != "MESSAGE=a record\nPRIORITY=6\nSYSLOG_IDENTIFIER=rtpgo\nSYSLOG_FACILITY=18\n" {
		t.Errorf("got %q", got)
	}
	l.Log.Info("large", zap.String("sdp", strings.Repeat("\n", 1<<20)))
	if got := next(); !strings.HasPrefix(got, "MESSAGE=large\n") || strings.Contains(got, "SDP") {
		t.Errorf("an entry that is too large became %.100q", got)
	}
}
