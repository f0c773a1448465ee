package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// base are options without which nothing starts.
var base = []string{"--config-file=none", "-i", "203.0.113.1", "-n", "127.0.0.1:2223"}

func mustLoad(t *testing.T, args ...string) *Config {
	t.Helper()
	cfg, err := Load(args)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return cfg
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rtpgo.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Words of --mos that exclude each other are refused.
func TestMOSWords(t *testing.T) {
	for _, c := range []struct {
		args, reason string
	}{
		{"--mos=LQ --mos=legacy", ""},
		{"--mos=cq --mos=CQ --mos=G.107.2", ""},
		{"--mos=CQ --mos=LQ", "mos=LQ contradicts mos=CQ"},
		{"--mos=legacy --mos=G.107", "mos=G.107 contradicts mos=legacy"},
	} {
		_, err := Load(append(strings.Fields(c.args), base...))
		if (err == nil) != (c.reason == "") || err != nil && !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v", c.args, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	c := mustLoad(t, base...)
	if len(c.Warnings) != 0 {
		t.Errorf("warnings: %q", c.Warnings)
	}
	for name, pair := range map[string][2]any{
		"timeout": {c.Timeout, time.Minute}, "silent-timeout": {c.SilentTimeout, time.Hour}, "final-timeout": {c.FinalTimeout, time.Duration(0)},
		"offer-timeout": {c.OfferTimeout, time.Hour}, "delete-delay": {c.DeleteDelay, 30 * time.Second}, "drain-timeout": {c.DrainTimeout, time.Duration(0)},
		"port-min": {c.PortMin, uint16(30000)}, "port-max": {c.PortMax, uint16(40000)}, "tos": {c.TOS, uint8(0)}, "table": {c.Table, 0},
		"max-sessions": {c.MaxSessions, -1}, "endpoint-learning": {c.EndpointLearning, "heuristic"}, "engine": {c.Engine, EngineAuto},
		"log-level": {c.Log.Level, 6}, "log-level-ice": {c.Log.Levels.ICE, LevelUnset}, "sip-source": {c.SIPSource, false},
		"rtcp-interval": {c.Quality.RTCPInterval, 5 * time.Second}, "num-threads": {c.NumThreads, 0}, "file": {c.File, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

// TestCommandLinesOfTheReference are command lines that rtpengine is started
// with by its own tests and by service files.
func TestCommandLinesOfTheReference(t *testing.T) {
	c := mustLoad(t, strings.Fields("--config-file=none -t -1 -i 203.0.113.1 -i 2001:db8:4321::1 -n 2223 -c 12345 -f -L 7 -E -u 2222 --silence-detect=1 --log-level-internals=7")...)
	if c.Table != -1 || !slices.Equal(c.Interfaces, []string{"203.0.113.1", "2001:db8:4321::1"}) || !slices.Equal(c.ListenNG, []string{"2223"}) ||
		!slices.Equal(c.ListenCLI, []string{"12345"}) || !c.Foreground || c.Log.Level != 7 || !c.Log.Stderr || c.Log.Levels.Internals != 7 {
		t.Errorf("%+v", c)
	}
	for _, name := range []string{"listen-udp", "silence-detect"} {
		if n := strings.Count(strings.Join(c.Warnings, "\n"), "--"+name+" isn't supported"); n != 1 {
			t.Errorf("%d warnings name %s: %q", n, name, c.Warnings)
		}
	}
	c = mustLoad(t, strings.Fields("-f -E -L 5 --config-file=none -t -1 -n 127.0.0.1:2223 -m 30000 -M 40000 -i pub/203.0.113.1!203.0.113.99 -i priv/192.0.2.1 --sip-source --dtls-passive --delete-delay=0")...)
	if !c.SIPSource || !c.DTLSPassive || c.DeleteDelay != 0 || c.Log.Level != 5 || len(c.Warnings) != 0 {
		t.Errorf("%+v", c)
	}
	c = mustLoad(t, append(base, strings.Fields("--jitter-buffer=10 --codec-num-threads=2 --dtx-delay=10 --dtx-cn-params=10 --player-cache --audio-player=play-media "+
		"--audio-buffer-length=500 --measure-rtp --mos=LQ --mos=G.107.2 --redis=auth@203.0.113.42:6379/2 --redis-format=json --listen-http=127.0.0.1:9191 --janus-secret=x --evs-lib-path=/x --no-log-timestamps")...)...)
	if !slices.Equal(c.Quality.MOS, []string{"LQ", "G.107.2"}) || c.Export.Redis != "auth@203.0.113.42:6379/2" {
		t.Errorf("%+v", c)
	}
}

func TestErrorsOfTheCommandLine(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--config-file=none", "-n", "2223"}, "no interface given"},
		{[]string{"--config-file=none", "-i", "203.0.113.1"}, "nothing to listen on"},
		{[]string{"--config-file=none", "-i", "203.0.113.1", "--listen-tcp-ng=x"}, `listen-tcp-ng: "x" is no port`},
		{append(base, "-m", "40000", "-M", "30000"), "range 40000-30000 is reversed"},
		{append(base, "--graphite=192.0.2.5"), `graphite: "192.0.2.5" isn't ADDRESS:PORT`},
		{append(base, "--graphite=192.0.2.5:2003", "--graphite-prefix=a b"), "graphite-prefix: a name has no blanks"},
		{append(base, "-m", "30001", "-M", "30002"), "holds no pair"},
		{append(base, "-m", "0"), "--port-min: 0 is not within 1 to 65535"},
		{append(base, "-M", "99999"), "--port-max: 99999 is not within"},
		{append(base, "--timout=3"), "unknown option --timout; did you mean --timeout?"},
		{append(base, "--wibble-wobble"), "unknown option --wibble-wobble"},
		{append(base, "-Z"), "unknown option -Z"},
		{append(base, "--timeout=1m"), `--timeout: "1m" is no whole number of seconds`},
		{append(base, "--endpoint-learning=xx"), "none of delayed, immediate, off, heuristic"},
		{append(base, "--tos=300"), "--tos: 300 is not within 0 to 255"},
		{append(base, "--max-load=NaN"), "no number"},
		{append(base, "--no-fallback=perhaps"), "neither true nor false"},
		{append(base, "-n", "127.0.0.1:2223x"), `listen-ng: "2223x" is no port`},
		{append(base, "-n", ":2223"), "no address before"},
		{append(base, "--engine=turbo"), "none of auto, kernel"},
		{append(base, "--engine=kernel", "-t", "-1"), "contradicts a negative table"},
		{append(base, "--engine=sockets", "--no-fallback"), "contradicts no-fallback"},
		{append(base, "--nftables-start"), "--nftables-start isn't supported"},
		{append(base, "--codecs"), "--codecs isn't supported"},
		{append(base, "--config-file=/nonexistent/x.conf"), "no such file"},
		{append(base, "extra"), `unexpected argument "extra"`},
		{append(base, "--timeout"), "flag needs an argument"},
		{append(base, "--final-timeout=99999999999999"), "out of range"},
	} {
		_, err := Load(test.args)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.args[len(test.args)-1], err, test.want)
		}
	}
	_, err := Load([]string{"--config-file=none", "--tos=300", "--timeout=x"})
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("not all of four errors are named: %v", err)
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"--help"}, {"--help", "--config-file=/nonexistent"}} {
		if c := mustLoad(t, args...); !c.Help {
			t.Errorf("%q", args)
		}
	}
	if c := mustLoad(t, "-v"); !c.Version {
		t.Error("-v")
	}
}

func TestFile(t *testing.T) {
	path := writeFile(t, `
# a comment
[rtpengine]
table = -1
interface = 203.0.113.1 ; 2001:db8:4321::1 ; foobar/203.0.113.3 ;
listen-ng = 2223
foreground = true
timeout = 61 # seconds
templates = templates
recording-dir = /var/spool/a\sb

[templates]
WebRTC = transport-protocol=UDP/TLS/RTP/SAVPF ICE=force rtcp-mux=[offer require] # kept
offer = replace-origin

[unrelated]
what = ever
`)
	c := mustLoad(t, "--config-file="+path, "--timeout=62")
	if c.File != path || c.Section != "rtpengine" || c.Timeout != 62*time.Second || c.Table != -1 || !c.Foreground ||
		!slices.Equal(c.Interfaces, []string{"203.0.113.1", "2001:db8:4321::1", "foobar/203.0.113.3"}) {
		t.Errorf("%+v", c)
	}
	if len(c.Templates) != 2 || c.Templates["WebRTC"] != "transport-protocol=UDP/TLS/RTP/SAVPF ICE=force rtcp-mux=[offer require] # kept" {
		t.Errorf("%q", c.Templates)
	}
	if c.Export.RecordingDir != "/var/spool/a b" {
		t.Errorf("%q", c.Export.RecordingDir)
	}
	if len(c.Warnings) != 1 || c.Warnings[0] != path+":10: recording-dir isn't supported and has no effect: recording isn't built yet" {
		t.Errorf("%q", c.Warnings)
	}
	c = mustLoad(t, "--config-file", path, "-i", "192.0.2.1")
	if !slices.Equal(c.Interfaces, []string{"192.0.2.1"}) || c.Timeout != 61*time.Second {
		t.Errorf("the command line doesn't win: %q", c.Interfaces)
	}
}

func TestSections(t *testing.T) {
	body := "interface = 203.0.113.1\nlisten-ng = 2223\ntos = "
	path := writeFile(t, "[rtpengine]\n"+body+"1\n[rtpgo]\n"+body+"2\n[other]\n"+body+"3\n")
	for section, want := range map[string]uint8{"": 2, "rtpengine": 1, "other": 3} {
		args := []string{"--config-file", path}
		if section != "" {
			args = append(args, "--config-section", section)
		}
		if c := mustLoad(t, args...); c.TOS != want {
			t.Errorf("section %q gives %d", section, c.TOS)
		}
	}
	if _, err := Load([]string{"--config-file", path, "--config-section=none"}); err == nil || !strings.Contains(err.Error(), "no section [none]") {
		t.Error(err)
	}
}

func TestQuietAboutWhatIsSwitchedOff(t *testing.T) {
	if c := mustLoad(t, append(base, "--jb-clock-drift=false")...); len(c.Warnings) != 0 {
		t.Errorf("%q", c.Warnings)
	}
}

func TestTimeoutsThatAreNotPositive(t *testing.T) {
	c := mustLoad(t, append(base, "--timeout=0", "--silent-timeout=-1", "--final-timeout=-1", "--offer-timeout=0", "--max-sessions=-5")...)
	if c.Timeout != time.Minute || c.SilentTimeout != time.Hour || c.FinalTimeout != 0 || c.OfferTimeout != time.Hour || c.MaxSessions != -1 || len(c.Warnings) != 3 {
		t.Errorf("%+v", c)
	}
}

func TestExampleStarts(t *testing.T) {
	c := mustLoad(t, "--config-file=../rtpgo.conf.example")
	d := mustLoad(t, append(base, "-i", "any")...)
	c.Interfaces, c.File, c.Section = d.Interfaces, "", ""
	c.ListenNG = d.ListenNG
	if c.Timeout != d.Timeout || len(c.Warnings) != 0 {
		t.Errorf("%+v", c)
	}
	// Uncommented, every line of the example is what the default is anyway.
	text := string(ExampleFile())
	for _, o := range table {
		if o.Supported() && !o.CommandLine && o.Default != "" {
			text = strings.Replace(text, "# "+o.Name+" = ", o.Name+" = ", 1)
		}
	}
	u := mustLoad(t, "--config-file="+writeFile(t, text))
	if u.PortRest != d.PortRest || u.Log.Level != d.Log.Level || u.Engine != d.Engine || u.MaxSessions != d.MaxSessions || len(u.Warnings) != 0 {
		t.Errorf("%+v", u)
	}
}

// One way of control is enough, whichever it is.
func TestControlOptions(t *testing.T) {
	for _, o := range []string{"-n=2223", "-N=2223", "--listen-http=8080"} {
		mustLoad(t, "--config-file=none", "-i", "203.0.113.1", o)
	}
}

func TestHTTPOptions(t *testing.T) {
	c := mustLoad(t, append(base, "--listen-http=127.0.0.1:8080", "--listen-http=[::1]:8080", "--listen-https=8443", "--https-cert=c", "--https-key=k",
		"--http-token-file=t", "--https-client-ca=a", "--http-threads=3")...)
	if !slices.Equal(c.ListenHTTP, []string{"127.0.0.1:8080", "[::1]:8080"}) || !slices.Equal(c.ListenHTTPS, []string{"8443"}) ||
		c.HTTPSCert != "c" || c.HTTPSKey != "k" || c.HTTPTokenFile != "t" || c.HTTPSClientCA != "a" {
		t.Errorf("%+v", c)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "--http-threads") {
		t.Errorf("warnings %q", c.Warnings)
	}
	for _, test := range [][2]string{
		{"--listen-http=127.0.0.1:x", `listen-http: "x" is no port`},
		{"--listen-https=8443", "needs https-cert and https-key"},
		{"--https-client-ca=a", "https-client-ca needs listen-https"},
	} {
		if _, err := Load(append(base, test[0])); err == nil || !strings.Contains(err.Error(), test[1]) {
			t.Errorf("%s: error %v, want %q", test[0], err, test[1])
		}
	}
}
