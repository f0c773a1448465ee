package graphite

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/ng"
)

// daemon is figures that a test sets.
type daemon struct {
	mu       sync.Mutex
	calls    call.Figures
	commands []ng.Latency
	extremes []ng.Extremes
}

func (d *daemon) Calls() *call.Figures {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.calls
	f.Addresses = slices.Clone(f.Addresses)
	return &f
}

func (d *daemon) Commands() []ng.Latency {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.commands)
}

func (d *daemon) Extremes() []ng.Extremes {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.extremes
	d.extremes = make([]ng.Extremes, len(d.commands))
	return e
}

// change lets something happen.
func (d *daemon) change(f func(*daemon)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d)
}

// does counts requests of one command.
func (d *daemon) does(name string, n int, took time.Duration) {
	for i := range d.commands {
		if d.commands[i].Command == name {
			d.commands[i].Classes[0] += uint64(n)
			d.commands[i].Sum += time.Duration(n) * took
			e := &d.extremes[i]
			if e.Shortest == 0 || took < e.Shortest {
				e.Shortest = took
			}
			e.Longest = max(e.Longest, took)
		}
	}
}

func newDaemon(t *testing.T) *daemon {
	set, err := interfaces.Parse([]string{"public/192.0.2.1", "private/10.0.0.1"}, interfaces.PoolConfig{Min: 20000, Max: 20099})
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{}
	for _, l := range set.All() {
		for _, a := range l.Addresses(interfaces.FamilyAny) {
			d.calls.Addresses = append(d.calls.Addresses, call.AddressFigures{Address: a})
		}
	}
	for _, name := range []string{"ping", "offer", "start recording", "unsilence media", "publish", ng.OtherCommands} {
		d.commands = append(d.commands, ng.Latency{Command: name})
	}
	d.extremes = make([]ng.Extremes, len(d.commands))
	return d
}

// values are the lines of a report.
func values(t *testing.T, report []byte, prefix string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(string(report)) {
		words := strings.Fields(line)
		if len(words) != 3 || !strings.HasPrefix(words[0], prefix) || !strings.HasSuffix(line, "\n") {
			t.Errorf("line %q", line)
			continue
		}
		all[strings.TrimPrefix(words[0], prefix)] = words[1]
	}
	return all
}

func TestReport(t *testing.T) {
	d := newDaemon(t)
	start := time.Unix(1_000_000, 0)
	d.calls.Terminated, d.calls.Managed, d.calls.Live = 7, 9, 2
	d.does("ping", 100, time.Second) // before the interval
	v := newInterval(d, start)
	d.change(func(d *daemon) {
		d.calls.Live, d.calls.Managed = 4, 12
		d.does("offer", 3, 2*time.Millisecond)
	})
	v.sample(d, start.Add(time.Second))
	d.change(func(d *daemon) {
		d.calls.Live, d.calls.Terminated, d.calls.Ended = 3, 8, 1
		d.calls.Duration = 5 * time.Second
		d.calls.Addresses[0].User = media.Counters{Packets: 10, Octets: 1000, Errors: 2}
		d.calls.Addresses[1].Kernel = media.Counters{Packets: 20, Octets: 2000}
		d.calls.Refused = []call.NamedCount{{Name: "sessions", Count: 6}}
		d.does("offer", 1, 10*time.Millisecond)
	})
	v.sample(d, start.Add(2*time.Second))
	v.finish(d, start.Add(2*time.Second))
	got := values(t, v.text("sbc1.", start.Add(2*time.Second)), "sbc1.")
	for name, want := range map[string]string{
		"offer_time_min": "0.002000", "offer_time_max": "0.010000", "offer_time_avg": "0.004000",
		"offers_ps_min": "1", "offers_ps_max": "3", "offers_ps_avg": "2", "offer_count": "4",
		"ping_time_min": "0.000000", "ping_time_avg": "0.000000", "pings_ps_max": "0", "ping_count": "100",
		"start_recording_count": "0", "block_silence_media_count": "0", "publishs_ps_avg": "0",
		"call_dur": "6.500000", "average_call_dur": "5.000000",
		"managed_sess": "12", "managed_sess_min": "2", "managed_sess_max": "4",
		"current_sessions_total": "3", "regular_term_sess": "1", "timeout_sess": "0", "reject_sess": "6",
		"relayed_packets_user": "10", "relayed_bytes_user": "1000", "relayed_errors_user": "2",
		"relayed_packets_kernel": "20", "relayed_packets": "30", "relayed_bytes": "3000", "relayed_errors": "2",
		"ports_free_public_192.0.2.1": "100", "ports_used_private_10.0.0.1": "0",
	} {
		if got[name] != want {
			t.Errorf("%s is %s, want %s", name, got[name], want)
		}
	}
	if _, ok := got["other_count"]; ok {
		t.Error("commands that the reference doesn't know are told")
	}

	again := v.next()
	again.finish(d, start.Add(2*time.Second+time.Millisecond))
	got = values(t, again.text("", start), "")
	for name, want := range map[string]string{
		"offer_time_max": "0.000000", "offer_count": "4", "regular_term_sess": "0", "relayed_packets": "0", "call_dur": "0.000000",
		"managed_sess": "12", "managed_sess_max": "3",
	} {
		if got[name] != want {
			t.Errorf("in the next interval %s is %s, want %s", name, got[name], want)
		}
	}
}

// TestNamesOfTheReference: those that 13.1 sends for one command and for the
// rest, in its order.
func TestNamesOfTheReference(t *testing.T) {
	d := newDaemon(t)
	d.commands, d.extremes = d.commands[:1], d.extremes[:1]
	v := newInterval(d, time.Now())
	v.finish(d, time.Now())
	var names []string
	for line := range strings.Lines(string(v.text("", time.Now()))) {
		names = append(names, strings.Fields(line)[0])
	}
	want := strings.Fields(`ping_time_min ping_time_max ping_time_avg pings_ps_min pings_ps_max pings_ps_avg ping_count
		call_dur average_call_dur forced_term_sess managed_sess managed_sess_min managed_sess_max
		current_sessions_total current_sessions_own current_sessions_foreign current_transcoded_media
		current_sessions_ipv4 current_sessions_ipv6 current_sessions_mixed nopacket_relayed_sess oneway_stream_sess
		regular_term_sess relayed_errors_user relayed_packets_user relayed_bytes_user relayed_errors_kernel
		relayed_packets_kernel relayed_bytes_kernel relayed_errors relayed_packets relayed_bytes
		silent_timeout_sess final_timeout_sess offer_timeout_sess timeout_sess reject_sess
		ports_free_public_192.0.2.1 ports_used_public_192.0.2.1 ports_free_private_10.0.0.1 ports_used_private_10.0.0.1`)
	if !slices.Equal(names, want) {
		t.Errorf("names %v\nwant %v", names, want)
	}
}

// server is a Graphite server.
type server struct {
	*testing.T
	net.Listener
}

func listen(t *testing.T, address string) *server {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &server{t, l}
}

// until reads a new connection up to a line that begins so, and closes it.
func (s *server) until(begin string) {
	s.Helper()
	s.Listener.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	conn, err := s.Accept()
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), begin) {
			return
		}
	}
	s.Fatalf("no line %q", begin)
}

// TestReconnects: what happened while the server was away is told when it is
// back.
func TestReconnects(t *testing.T) {
	d := newDaemon(t)
	s := listen(t, "127.0.0.1:0")
	core, logs := observer.New(zap.InfoLevel)
	r := New(Config{Address: s.Addr().String(), Prefix: "p.", Interval: 20 * time.Millisecond, Figures: d, Log: zap.New(core)})
	defer r.Close()
	s.until("p.regular_term_sess 0 ")
	address := s.Addr().String()
	s.Close()
	logged := func(text string) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); logs.FilterMessage(text).Len() == 0; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("not logged: %s", text)
			}
		}
	}
	logged("Graphite gets no statistics")
	d.change(func(d *daemon) { d.calls.Terminated = 5 })
	time.Sleep(60 * time.Millisecond) // some reports fail
	s = listen(t, address)
	s.until("p.regular_term_sess 5 ")
	logged("Graphite gets statistics again")
	if n := logs.FilterMessage("Graphite gets no statistics").Len(); n != 1 {
		t.Errorf("%d warnings of one failure", n)
	}
}

// TestServerThatReadsNothing: closing doesn't wait for it.
func TestServerThatReadsNothing(t *testing.T) {
	d := newDaemon(t)
	for i := range 2000 { // reports that fill the buffers of the connection
		d.commands = append(d.commands, ng.Latency{Command: fmt.Sprint("command ", i)})
	}
	d.extremes = make([]ng.Extremes, len(d.commands))
	s := listen(t, "127.0.0.1:0")
	core, logs := observer.New(zap.InfoLevel)
	r := New(Config{Address: s.Addr().String(), Interval: time.Millisecond, Timeout: time.Hour, Figures: d, Log: zap.New(core)})
	conn, err := s.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	time.Sleep(50 * time.Millisecond)
	done := make(chan struct{})
	go func() { r.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("Close waits for the server")
	}
	if logs.Len() != 0 {
		t.Errorf("logged %v", logs.All())
	}
}

func TestStatistics(t *testing.T) {
	d := newDaemon(t)
	d.calls.Live = 3
	s := listen(t, "127.0.0.1:0")
	r := New(Config{Address: s.Addr().String(), Interval: 10 * time.Millisecond, Figures: d, Log: zap.NewNop()})
	defer r.Close()
	s.until("ping_time_min")
	dict := r.Statistics()
	keys := map[string]any{}
	for _, p := range dict {
		keys[p.Key] = p.Value
	}
	if keys["maxmanagedsessions"] != int64(3) || keys["avgpingdelay"] != "0.000000" || keys["maxstart recordingrequestrate"] != "0" {
		t.Errorf("%v", dict)
	}
}
