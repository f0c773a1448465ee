package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"strings"
	"testing"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
	"rtpgo/ng/udp"
)

// serve answers NG requests on loopback and returns the address.
func serve(t *testing.T, handler ng.Handler) string {
	t.Helper()
	listener, err := udp.Listen(udp.Config{Addresses: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}}, ng.NewServer(handler, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Shutdown(context.Background()) })
	return listener.Addresses()[0].String()
}

// registry is a real call registry without sockets.
func registry(t *testing.T) *call.Registry {
	t.Helper()
	set, err := interfaces.Parse([]string{"pub/192.0.2.1"}, interfaces.PoolConfig{Min: 30000, Max: 30999})
	if err != nil {
		t.Fatal(err)
	}
	engine := memory.New()
	r := call.New(call.Config{Interfaces: set, Engine: engine, Version: "1.2.3", TOS: -1})
	t.Cleanup(func() { r.Close(); engine.Close() })
	return r
}

// command runs one command and returns what it printed.
func command(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, "1.2.3", &out, &err)
	return status, out.String(), err.String()
}

func offer(t *testing.T, r *call.Registry, id string) {
	t.Helper()
	document := ng.Bencode.Append(nil, ng.Dict{
		{Key: "command", Value: "offer"}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "alice"},
		{Key: "sdp", Value: "v=0\r\no=- 1 1 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"},
	})
	request, _, err := ng.Decode(document)
	if err != nil {
		t.Fatal(err)
	}
	if reply := r.HandleNG(t.Context(), request); field[string](reply, "result") != "ok" {
		t.Fatalf("offer: %v", reply)
	}
}

func TestCommandsAgainstRegistry(t *testing.T) {
	r := registry(t)
	address := serve(t, r)
	offer(t, r, "call-1@example.org")

	for _, c := range []struct {
		args   []string
		status int
		want   []string // in the output
	}{
		{[]string{"ping"}, exitOK, []string{"pong from " + address}},
		{[]string{"calls"}, exitOK, []string{"engine memory", "1 call", "CALL-ID", "call-1@example.org", "audio", "PCMA", "offered"}},
		{[]string{"calls", "--json"}, exitOK, []string{`"call-id": "call-1@example.org"`, `"condition": "offered"`}},
		{[]string{"top", "--once", "--interval=100ms"}, exitOK, []string{"1 call", "CALL-ID", "call-1@example.org  0:0", "offered", "PCMA"}},
		{[]string{"top", "--once", "--interval=100ms", "--filter=nothing", "--json"}, exitOK, []string{"[]"}},
		{[]string{"top", "--once", "--interval=100ms", "--sort=pkt/s", "--json"}, exitOK, []string{`"call-id": "call-1@example.org"`, `"idle": null`}},
		{[]string{"top", "--once", "--sort=beauty"}, exitUsage, []string{"no column", "call-id, age, state"}},
		{[]string{"top"}, exitUsage, []string{"no terminal"}},
		{[]string{"query", "call-1@example.org"}, exitOK, []string{"party alice", "audio RTP/AVP on pub", "198.51.100.5:4000"}},
		{[]string{"query", "call-1@example.org", "--json"}, exitOK, []string{`"tags": {`, `"alice": {`, `"totals"`}},
		{[]string{"query", "nobody"}, exitNoCall, []string{"Unknown call-id"}},
		{[]string{"query"}, exitUsage, []string{"arg"}},
		{[]string{"stats"}, exitOK, []string{"engine memory", "currentstatistics / sessionstotal"}},
		{[]string{"stats", "--json"}, exitOK, []string{`"currentstatistics": {`}},
		{[]string{"interfaces"}, exitOK, []string{"INTERFACE", "pub        192.0.2.1  30000-30999  4       996"}},
		{[]string{"interfaces", "--json"}, exitOK, []string{`"name": "pub"`}},
		{[]string{"debug", "call-1@example.org", "on"}, exitOK, []string{"debugging of call-1@example.org is on"}},
		{[]string{"debug", "call-1@example.org", "perhaps"}, exitUsage, []string{"neither on nor off"}},
		{[]string{"debug", "nobody", "on"}, exitNoCall, []string{"Unknown call-id"}},
		{[]string{"terminate"}, exitUsage, []string{"want call-ids or --all"}},
		{[]string{"terminate", "--all", "nobody"}, exitUsage, []string{"want call-ids or --all"}},
		{[]string{"terminate", "nobody"}, exitNoCall, []string{"nobody"}},
		{[]string{"terminate", "call-1@example.org"}, exitOK, []string{"ended call-1@example.org"}},
		{[]string{"query", "call-1@example.org"}, exitNoCall, []string{"Unknown call-id"}},
		{[]string{"calls"}, exitOK, []string{"0 calls"}},
		{[]string{"terminate", "--all"}, exitOK, []string{"ended 0 calls"}},
	} {
		status, stdout, stderr := command(append(c.args, "--address", address)...)
		if status != c.status {
			t.Errorf("%v: exit status %d, want %d; %s%s", c.args, status, c.status, stdout, stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(stdout+stderr, want) {
				t.Errorf("%v doesn't print %q:\n%s%s", c.args, want, stdout, stderr)
			}
		}
		if len(c.args) > 1 && c.args[len(c.args)-1] == "--json" && !json.Valid([]byte(stdout)) {
			t.Errorf("%v prints no JSON: %s", c.args, stdout)
		}
	}
}

func TestNoDaemon(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := conn.LocalAddr().String()
	status, _, stderr := command("ping", "--timeout", "50ms", "--address", silent)
	if status != exitNoDaemon || !strings.Contains(stderr, "no answer within 50ms") {
		t.Errorf("a silent port: exit status %d, %s", status, stderr)
	}
	conn.Close()
	for _, line := range []string{"ping", "calls", "stats", "interfaces", "params", "set", "set timeout 1", "terminate --all", "debug x on", "top --once"} {
		name, status, stderr := line, 0, ""
		status, _, stderr = command(append(strings.Fields(line), "--address", silent)...)
		if status != exitNoDaemon || !strings.Contains(stderr, "no daemon listens there") || !strings.Contains(stderr, "systemctl status rtpgo") {
			t.Errorf("%s on a closed port: exit status %d, %s", name, status, stderr)
		}
	}
}

func TestForeignDaemon(t *testing.T) {
	address := serve(t, ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict { return ng.Error("Unrecognized command") }))
	status, _, stderr := command("calls", "--address", address)
	if status != exitFailed || !strings.Contains(stderr, "is it rtpgo") {
		t.Errorf("a daemon without the command: exit status %d, %s", status, stderr)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"ping", "--nonsense"}, {"ping", "more"}, {"ping", "--address", "no:such:port"}} {
		if status, stdout, stderr := command(args...); status != exitUsage || !strings.HasPrefix(stderr, "rtpgo: ") {
			t.Errorf("%v: exit status %d, %q, %q", args, status, stdout, stderr)
		}
	}
}

func TestHandles(t *testing.T) {
	for first, want := range map[string]bool{"calls": true, "help": true, "-f": false, "--help": false, "--interface=a": false} {
		if got := Handles([]string{first}); got != want {
			t.Errorf("Handles(%q) = %v", first, got)
		}
	}
	if Handles(nil) {
		t.Error("without arguments rtpgo is the daemon")
	}
}

func TestVersion(t *testing.T) {
	if status, stdout, _ := command("version"); status != exitOK || !strings.HasPrefix(stdout, "rtpgo 1.2.3") {
		t.Errorf("version: %d %q", status, stdout)
	}
}
