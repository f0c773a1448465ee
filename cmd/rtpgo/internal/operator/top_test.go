package operator

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rtpgo/call"
	"rtpgo/ng"
	"rtpgo/ng/udp"
)

// TestMain lets the test's binary be the tool itself, for a real terminal.
func TestMain(m *testing.M) {
	if os.Getenv("RTPGO_TEST_TOOL") != "" {
		os.Exit(Main(os.Args[1:], "1.2.3"))
	}
	os.Exit(m.Run())
}

// TestTopInTerminal drives rtpgo top in a terminal of tmux: 80 columns, 24
// lines, keys as a user types them, over the end and the return of the daemon.
func TestTopInTerminal(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("no tmux here")
	}
	r := registry(t)
	listen := func(at string) *udp.Listener {
		l, err := udp.Listen(udp.Config{Addresses: []netip.AddrPort{netip.MustParseAddrPort(at)}}, ng.NewServer(r, nil))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	listener := listen("127.0.0.1:0")
	address := listener.Addresses()[0].String()
	t.Cleanup(func() { listener.Shutdown(context.Background()) })
	for _, id := range []string{"first@example.org", "second@example.org", "third@example.org"} {
		offer(t, r, id)
	}

	socket := filepath.Join(t.TempDir(), "tmux")
	tmux := func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-f", "/dev/null", "-S", socket}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	tool, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tmux("new-session", "-d", "-x", "80", "-y", "24", "env", "RTPGO_TEST_TOOL=1", tool, "top", "--address", address, "--interval", "100ms", "--timeout", "500ms")
	t.Cleanup(func() { exec.Command("tmux", "-S", socket, "kill-server").Run() })
	wait := func(want string) {
		t.Helper()
		screen := ""
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if screen = tmux("capture-pane", "-p"); strings.Contains(screen, want) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the terminal never shows %q:\n%s", want, screen)
			}
		}
	}
	keys := func(names ...string) { tmux(append([]string{"send-keys"}, names...)...) }

	wait("3 calls, 0 packets/s")
	wait("third@example.org")
	keys("/", "second", "Enter")
	wait(`1 match "second"`)
	keys("Enter")
	wait("party alice")
	wait("audio RTP/AVP on pub")
	keys("t")
	wait("(y/n) End the call second@example.org?")
	keys("y")
	wait("ended second@example.org")
	if r.Count() != 2 {
		t.Errorf("%d calls are left", r.Count())
	}
	keys("Escape")
	wait("first@example.org")

	listener.Shutdown(context.Background())
	wait("GONE for ")
	wait("no daemon listens there")
	wait("third@example.org") // what was seen last stays
	r.Terminate("third@example.org")
	offer(t, r, "fourth@example.org")
	listener = listen(address)
	wait("fourth@example.org")
	keys("q")
	for deadline := time.Now().Add(30 * time.Second); exec.Command("tmux", "-S", socket, "has-session").Run() == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("q doesn't end it:\n%s", tmux("capture-pane", "-p"))
		}
	}
}

// TestTopSource: what top shows is what the calls say, over many pages.
func TestTopSource(t *testing.T) {
	r := registry(t)
	const calls = 240
	for i := range calls {
		offer(t, r, "call-"+strings.Repeat("x", i%50)+string(rune('a'+i%26))+time.Duration(i).String())
	}
	client, err := ng.Dial(serve(t, r))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	source := topSource{&daemon{address: "it", timeout: 10 * time.Second, ask: client.Do}}
	s, err := source.Fetch(t.Context())
	if err != nil || len(s.Calls) != calls || !strings.Contains(s.Daemon, "240 calls") {
		t.Fatalf("%d calls, %q, %v", len(s.Calls), s.Daemon, err)
	}
	if c := s.Calls[0]; c.State != call.Offered || c.Codec != "PCMA" || c.Idle >= 0 || c.Engine != "" {
		t.Errorf("%+v", c)
	}
	lines, err := source.Detail(t.Context(), s.Calls[0].ID)
	if err != nil || !strings.HasPrefix(lines[0], "call "+s.Calls[0].ID+": offered") {
		t.Errorf("%q, %v", lines, err)
	}
	if text := strings.Join(lines, "\n"); !strings.Contains(text, "not-answered") || !strings.Contains(text, "offer") {
		t.Errorf("no verdict, or nothing of what happened:\n%s", text)
	}
	if err := source.Terminate(t.Context(), s.Calls[0].ID); err != nil || r.Count() != calls-1 {
		t.Errorf("%v, %d calls are left", err, r.Count())
	}
	if _, err := source.Detail(t.Context(), "nobody's"); err == nil {
		t.Error("a call that never was")
	}
	if err := source.Terminate(t.Context(), "nobody's"); err == nil {
		t.Error("a call that isn't there was ended")
	}
}
