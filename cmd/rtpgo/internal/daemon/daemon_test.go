package daemon

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rtpgo/ng"
)

// output is a log that can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// process is a daemon that runs in this process.
type process struct {
	t       *testing.T
	address string
	signals chan os.Signal
	status  chan int
	log     *output
	client  *ng.Client
}

// launch starts a daemon on loopback and waits for its first pong.
func launch(t *testing.T, options ...string) *process {
	t.Helper()
	p := &process{t: t, address: freeAddress(t), signals: make(chan os.Signal, 4), status: make(chan int, 1), log: &output{}}
	args := append([]string{
		"--foreground", "--log-stderr", "--log-level=7", "--config-file=none", "--table=-1", "--engine=sockets",
		"--interface=public/127.0.0.1", "--interface=private/127.0.0.2", "--port-min=30000", "--port-max=30999",
		"--delete-delay=0", "--listen-ng=" + p.address,
	}, options...)
	go func() { p.status <- run(args, "1.2.3", "rtpgo 1.2.3", p.signals, p.log, p.log) }()
	client, err := ng.Dial(p.address)
	if err != nil {
		t.Fatal(err)
	}
	p.client = client
	t.Cleanup(func() {
		client.Close()
		if p.status != nil {
			p.signals <- syscall.SIGINT
			p.ends(0)
		}
		if t.Failed() {
			t.Log(p.log)
		}
	})
	deadline := time.Now().Add(10 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err := client.Do(ctx, ng.Dict{{Key: "command", Value: "ping"}})
		cancel()
		if err == nil {
			return p
		}
		if time.Now().After(deadline) {
			t.Fatalf("no pong: %v\n%s", err, p.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// ends waits for the end of the daemon.
func (p *process) ends(want int) {
	p.t.Helper()
	select {
	case got := <-p.status:
		p.status = nil
		if got != want {
			p.t.Errorf("exit status %d, want %d", got, want)
		}
	case <-time.After(20 * time.Second):
		p.t.Fatalf("the daemon doesn't end\n%s", p.log)
	}
}

// running fails the test if the daemon has ended.
func (p *process) running() {
	p.t.Helper()
	select {
	case status := <-p.status:
		p.status = nil
		p.t.Fatalf("the daemon ended with status %d", status)
	default:
	}
}

func (p *process) ask(request ng.Dict) string {
	p.t.Helper()
	reply, err := p.client.Do(p.t.Context(), request)
	if err != nil {
		p.t.Fatalf("%v: %v\n%s", request, err, p.log)
	}
	return string(ng.JSON.Append(nil, reply))
}

func offerOf(id string, more ...ng.Pair) ng.Dict {
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
	return append(ng.Dict{{Key: "command", Value: "offer"}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: sdp}}, more...)
}

// freeAddress is one that nobody has now, below the ports that the system gives
// to those who name none: it must still be free when the daemon asks for it.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if conn, err := net.ListenPacket("udp", address); err == nil {
			conn.Close()
			return address
		}
	}
}

func TestLifeAndEnd(t *testing.T) {
	notify := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", notify)
	t.Setenv("WATCHDOG_USEC", "200000")
	pid := filepath.Join(t.TempDir(), "rtpgo.pid")

	p := launch(t, "--pidfile="+pid, "--timeout=0")
	if reply := p.ask(offerOf("one")); !strings.Contains(reply, `"result":"ok"`) || !strings.Contains(reply, "c=IN IP4 127.0.0.1") {
		t.Errorf("offer: %s", reply)
	}
	if text, err := os.ReadFile(pid); err != nil || strings.TrimSpace(string(text)) != fmt.Sprint(os.Getpid()) {
		t.Errorf("pid file: %q, %v", text, err)
	}
	if !strings.Contains(p.ask(ng.Dict{{Key: "command", Value: "statistics"}}), `"offercount":1`) {
		t.Error("the statistics don't count the offer")
	}
	heard := func(want string) {
		t.Helper()
		var states []string
		buffer := make([]byte, 256)
		manager.SetReadDeadline(time.Now().Add(20 * time.Second))
		for !slices.Contains(states, want) {
			n, err := manager.Read(buffer)
			if err != nil {
				t.Fatalf("the service manager heard %q: %v", states, err)
			}
			states = append(states, string(buffer[:n]))
		}
	}
	heard("READY=1")
	heard("WATCHDOG=1")
	p.signals <- syscall.SIGTERM
	p.ends(exitOK)
	if _, err := os.Stat(pid); !os.IsNotExist(err) {
		t.Errorf("the pid file stays: %v", err)
	}
	heard("STOPPING=1")
	if !strings.Contains(p.log.String(), "timeout must be positive") {
		t.Error("the configuration's warnings aren't logged")
	}
}

func TestDrain(t *testing.T) {
	p := launch(t, "--drain-timeout=600", "--delete-delay=600")
	p.ask(offerOf("old"))
	p.ask(offerOf("deleted"))
	p.ask(ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: "deleted"}})
	p.signals <- syscall.SIGTERM
	for !strings.Contains(p.log.String(), "draining") {
		time.Sleep(5 * time.Millisecond)
	}
	if reply := p.ask(offerOf("new", ng.Pair{Key: "supports", Value: ng.List{"load limit"}})); !strings.Contains(reply, `"result":"load limit"`) {
		t.Errorf("new call while draining: %s", reply)
	}
	if reply := p.ask(offerOf("new")); !strings.Contains(reply, `"error-reason":"Parallel session limit reached"`) {
		t.Errorf("new call while draining, of a client without load limit: %s", reply)
	}
	if reply := p.ask(offerOf("old")); !strings.Contains(reply, `"result":"ok"`) {
		t.Errorf("re-offer while draining: %s", reply)
	}
	p.running()
	p.ask(ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: "old"}, {Key: "from-tag", Value: "a"}})
	p.ends(exitOK)
}

func TestDrainTimeout(t *testing.T) {
	p := launch(t, "--drain-timeout=1")
	p.ask(offerOf("stays"))
	p.signals <- syscall.SIGTERM
	p.ends(exitOK)
	if !strings.Contains(p.log.String(), "drain time-out is over") {
		t.Error("the log doesn't say that the time-out is over")
	}
}

func TestSignalsThatEndAtOnce(t *testing.T) {
	for name, signals := range map[string][]os.Signal{
		"SIGINT":        {syscall.SIGINT},
		"SIGTERM twice": {syscall.SIGTERM, syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			p := launch(t, "--drain-timeout=600")
			p.ask(offerOf("call"))
			for _, s := range signals {
				p.signals <- s
			}
			p.ends(exitOK)
		})
	}
}

func TestMaxSessions(t *testing.T) {
	p := launch(t, "--max-sessions=0")
	if reply := p.ask(offerOf("any")); !strings.Contains(reply, "Parallel session limit reached") {
		t.Errorf("with --max-sessions=0: %s", reply)
	}
}

func TestNotStarted(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	good := []string{"--config-file=none", "--log-stderr", "--table=-1", "--engine=sockets", "--interface=127.0.0.1"}
	for name, c := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"no options":       {[]string{"--config-file=none"}, exitUsage, "no interface given"},
		"unknown option":   {[]string{"--intreface=127.0.0.1"}, exitUsage, "did you mean --interface?"},
		"NG port taken":    {append(good, "--listen-ng="+taken.LocalAddr().String()), exitFailed, "address already in use"},
		"pid file":         {append(good, "--listen-ng="+freeAddress(t), "--pidfile=/nonexistent/rtpgo.pid"), exitFailed, "pidfile"},
		"no kernel engine": {append(good[:2:2], "--interface=127.0.0.1", "--engine=auto", "--table=0", "--no-fallback", "--engine=nonsense"), exitUsage, "nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			log := &output{}
			if status := run(c.args, "1", "rtpgo 1", nil, log, log); status != c.status || !strings.Contains(log.String(), c.want) {
				t.Errorf("exit status %d, want %d and %q in\n%s", status, c.status, c.want, log)
			}
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	for arg, want := range map[string]string{"--help": "--interface", "-h": "--listen-ng", "--version": "rtpgo 1.2.3\n", "-v": "rtpgo 1.2.3\n"} {
		var out, log bytes.Buffer
		if status := run([]string{arg}, "1.2.3", "rtpgo 1.2.3", nil, &out, &log); status != exitOK || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit status %d, %q %q", arg, status, out.String(), log.String())
		}
	}
}
