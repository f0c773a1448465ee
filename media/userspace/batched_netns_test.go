package userspace

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// Packets over the MTU are sent in fragments, which the peer puts together.
func TestBatchedOverMTU(t *testing.T) {
	if !inNetns(t, 1300) {
		return
	}
	e := startBatched(t, BatchedOptions{Workers: 1})
	for _, addr := range []string{"127.0.0.1", "::1"} {
		r := newRelay(t, e, addr, addr)
		sizes := []int{100, 1260, 1400, 160, 3000, 9204}
		for i, n := range sizes {
			want := rtp(uint16(i), n)
			r.send(t, r.a, r.portA, want)
			got, from := receive(t, r.b)
			if string(got) != string(want) || from != r.portB.Local() {
				t.Errorf("%s: %d octets: received %d from %s", addr, len(want), len(got), from)
			}
		}
		big := rtp(99, 2000)
		if err := r.portB.Send(big, addrOf(r.b)); err != nil {
			t.Error(err)
		}
		if got, from := receive(t, r.b); string(got) != string(big) || from != r.portB.Local() {
			t.Errorf("%s: sent %d octets, received %d from %s", addr, len(big), len(got), from)
		}
		if s := r.streamB.Snapshot(); s.Out.Packets != uint64(len(sizes)) || s.Out.Errors != 0 {
			t.Errorf("%s: %+v", addr, s)
		}
	}
	// The IPv6 header makes one more of them too long.
	until(t, func() bool { s := e.Stats(); return s.Fragmented == 7 && s.Sent == 5 })
}

// The same where it is the route that has the small MTU, as it is after a
// router has said so (path MTU discovery).
func TestBatchedOverPathMTU(t *testing.T) {
	if !inNetns(t, 65536) {
		return
	}
	for _, c := range [][]string{
		{"link", "add", "a0", "type", "veth", "peer", "name", "b0"},
		{"addr", "add", "192.0.2.1/24", "dev", "a0"},
		{"link", "set", "a0", "up"},
		{"link", "set", "b0", "up"},
		{"route", "add", "198.51.100.0/24", "via", "192.0.2.9", "mtu", "1000"},
		{"neigh", "add", "192.0.2.9", "lladdr", "02:00:00:00:00:09", "dev", "a0"},
	} {
		command(t, "ip", c...)
	}
	e := startBatched(t, BatchedOptions{Workers: 1})
	c := listen(t, "192.0.2.1")
	in, err := e.Open(netip.MustParseAddrPort("192.0.2.1:30000"))
	if err != nil {
		t.Fatal(err)
	}
	source, sink := media.NewStream(in), media.NewStream(in)
	source.SetRemote(addrOf(c))
	sink.SetRemote(netip.MustParseAddrPort("198.51.100.1:4000"))
	in.Install(&media.Flow{Stream: source, RTP: []media.Sink{{To: sink}}})
	for _, n := range []int{100, 960, 961, 1200} {
		if _, err := c.WriteToUDPAddrPort(rtp(1, n), in.Local()); err != nil {
			t.Fatal(err)
		}
	}
	until(t, func() bool { s := e.Stats(); return s.Sent == 2 && s.Fragmented == 2 && s.SendFailures() == 0 })
}

// The engine works where the loopback device is down.
func TestBatchedStartsWithoutLoopback(t *testing.T) {
	if !inNetns(t, 65536) {
		return
	}
	command(t, "ip", "link", "set", "lo", "down")
	e := startBatched(t, BatchedOptions{Workers: 1})
	if _, err := e.Open(netip.MustParseAddrPort("192.0.2.1:30000")); !errors.Is(err, unix.EADDRNOTAVAIL) {
		t.Errorf("an address of another machine: %v", err)
	}
	command(t, "ip", "link", "set", "lo", "up")
	command(t, "ip", "addr", "add", "192.0.2.1/32", "dev", "lo")
	p, err := e.Open(netip.MustParseAddrPort("192.0.2.1:30000"))
	if err != nil {
		t.Fatal(err)
	}
	c := listen(t, "192.0.2.1")
	s := media.NewStream(p)
	s.SetRemote(addrOf(c))
	p.Install(&media.Flow{Stream: s, RTP: []media.Sink{{To: s}}})
	if _, err := c.WriteToUDPAddrPort(rtp(1, 10), p.Local()); err != nil {
		t.Fatal(err)
	}
	receive(t, c)
}

// Routing rules by source address hold: they are what a machine with several
// uplinks has.
func TestBatchedRoutesBySource(t *testing.T) {
	if !inNetns(t, 65536) {
		return
	}
	for _, c := range [][]string{
		{"link", "add", "up0", "type", "veth", "peer", "name", "up1"},
		{"link", "set", "up0", "up"},
		{"link", "set", "up1", "up"},
		{"addr", "add", "192.0.2.1/24", "dev", "up0"},
		{"addr", "add", "192.0.2.2/24", "dev", "up0"},
		{"addr", "add", "2001:db8::1/64", "dev", "up0", "nodad"},
		{"addr", "add", "2001:db8::2/64", "dev", "up0", "nodad"},
		{"route", "add", "198.51.100.0/24", "dev", "up0"},
		{"-6", "route", "add", "2001:db8:1::/64", "dev", "up0"},
		{"rule", "add", "from", "192.0.2.2", "unreachable"},
		{"-6", "rule", "add", "from", "2001:db8::2", "unreachable"},
	} {
		command(t, "ip", c...)
	}
	e := startBatched(t, BatchedOptions{Workers: 1})
	in, err := e.Open(netip.MustParseAddrPort("127.0.0.1:30000"))
	if err != nil {
		t.Fatal(err)
	}
	c := listen(t, "127.0.0.1")
	source := media.NewStream(in)
	source.SetRemote(addrOf(c))
	for i, k := range []struct {
		local, remote string
		fails         bool
	}{
		{"192.0.2.1:30000", "198.51.100.1:4000", false},
		{"192.0.2.2:30000", "198.51.100.1:4000", true},
		{"[2001:db8::1]:30000", "[2001:db8:1::1]:4000", false},
		{"[2001:db8::2]:30000", "[2001:db8:1::1]:4000", true},
	} {
		p, err := e.Open(netip.MustParseAddrPort(k.local))
		if err != nil {
			t.Fatal(err)
		}
		s := media.NewStream(p)
		s.SetRemote(netip.MustParseAddrPort(k.remote))
		in.Install(&media.Flow{Stream: source, RTP: []media.Sink{{To: s}}})
		if _, err := c.WriteToUDPAddrPort(rtp(uint16(i), 10), in.Local()); err != nil {
			t.Fatal(err)
		}
		until(t, func() bool { return e.Stats().Received == uint64(i+1) })
		until(t, func() bool {
			st := e.Stats()
			return st.Sent+st.SendUnreachable+st.SendDenied+st.SendErrors == uint64(i+1)
		})
		if failed := s.Snapshot().Out.Errors == 1; failed != k.fails {
			t.Errorf("%s: failed: %v, want %v; %+v", k.local, failed, k.fails, e.Stats())
		}
		if err := p.Send(rtp(0, 10), netip.MustParseAddrPort(k.remote)); (err != nil) != k.fails {
			t.Errorf("%s: Send: %v", k.local, err)
		}
	}
	if st := e.Stats(); st.Sent != 2 || st.SendUnreachable != 2 {
		t.Errorf("%+v", st)
	}
}

// Two engines share a namespace, each with its ports, and nothing stays behind
// when they are gone.
func TestBatchedEnginesSideBySide(t *testing.T) {
	if !inNetns(t, 65536) {
		return
	}
	lo := netip.MustParseAddr("127.0.0.1")
	first := startBatched(t, BatchedOptions{Workers: 1, Ranges: []PortRange{{lo, 20000, 29999}}})
	second := startBatched(t, BatchedOptions{Workers: 2, Ranges: []PortRange{{lo, 30000, 39999}}})
	if _, err := NewBatched(BatchedOptions{Ranges: []PortRange{{lo, 29999, 30000}}}); !errors.Is(err, ErrRangeClaimed) {
		t.Errorf("overlapping range: %v", err)
	}
	for _, e := range []*Batched{second, first, second} {
		r := newRelay(t, e, "127.0.0.1", "127.0.0.1")
		r.send(t, r.a, r.portA, rtp(1, 100))
		if _, from := receive(t, r.b); from != r.portB.Local() {
			t.Errorf("from %s, want %s", from, r.portB.Local())
		}
	}
	until(t, func() bool { return first.Stats().Received == 1 && second.Stats().Received == 2 })
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	third := startBatched(t, BatchedOptions{Workers: 1, Ranges: []PortRange{{lo, 20000, 29999}}})
	for _, e := range []*Batched{second, third} {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	// The namespace has no program any more: one can be bound to the ports, and
	// hears from them.
	c := listen(t, "127.0.0.1")
	d := listen(t, "127.0.0.1")
	if _, err := c.WriteToUDPAddrPort(rtp(1, 1), addrOf(d)); err != nil {
		t.Fatal(err)
	}
	receive(t, d)
	if out, err := exec.Command("bpftool", "link").CombinedOutput(); err == nil && strings.Contains(string(out), "sk_lookup") {
		t.Logf("links of other namespaces may be among these:\n%s", out)
	}
}

// Ports that other programs have bound are not opened, once the engine knows.
func TestBatchedForeignPorts(t *testing.T) {
	if !inNetns(t, 65536) {
		return
	}
	logged, logs := observer.New(zap.WarnLevel)
	early := listen(t, "127.0.0.1")
	e := startBatched(t, BatchedOptions{Workers: 2, Logger: zap.New(logged)})
	open := func(ap netip.AddrPort) error {
		p, err := e.Open(ap)
		if err == nil {
			err = p.Close()
		}
		return err
	}
	if err := open(addrOf(early)); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("a port bound before the start: %v", err)
	}
	late, everywhere := listen(t, "::1"), listen(t, "::")
	e.foreign.look()
	for _, ap := range []netip.AddrPort{addrOf(late),
		netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), addrOf(everywhere).Port()),
		netip.AddrPortFrom(netip.MustParseAddr("::1"), addrOf(everywhere).Port())} {
		if err := open(ap); !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("%s, bound since: %v", ap, err)
		}
	}
	for _, c := range []*net.UDPConn{early, late, everywhere} {
		_ = c.Close()
	}
	e.foreign.look()
	for _, ap := range []netip.AddrPort{addrOf(early), addrOf(late)} {
		if err := open(ap); err != nil {
			t.Errorf("after the other program has gone: %v", err)
		}
	}
	p, err := e.Open(netip.MustParseAddrPort("127.0.0.1:30000"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("0.0.0.0:30000")))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	e.foreign.look()
	e.foreign.look()
	if n := logs.FilterMessageSnippet("another program").Len(); n != 1 {
		t.Errorf("%d warnings of %s: %v", n, p.Local(), logs.All())
	}
}

// A process without the capability is told which one it lacks.
func TestBatchedProbeNamesTheCapability(t *testing.T) {
	if os.Getenv("RTPGO_TEST_UNPRIVILEGED") == "" {
		if err := ProbeBatched(); err != nil {
			t.Skipf("SKIPPED: %v", err)
		}
		cmd := exec.Command("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--reuid=65534", "--clear-groups",
			"/proc/self/fd/3", "-test.run=^"+t.Name()+"$", "-test.v")
		self, err := os.Open(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		defer self.Close()
		cmd.ExtraFiles = []*os.File{self}
		cmd.Env = append(os.Environ(), "RTPGO_TEST_UNPRIVILEGED=1")
		cmd.Dir = "/"
		out, err := cmd.CombinedOutput()
		if errors.Is(err, exec.ErrNotFound) {
			t.Skipf("SKIPPED: %v", err)
		}
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	_, err := NewBatched(BatchedOptions{Workers: 1})
	var u *UnavailableError
	if !errors.As(err, &u) || !errors.Is(err, unix.EPERM) || u.Missing != "CAP_BPF, CAP_NET_ADMIN, CAP_NET_RAW" {
		t.Errorf("%v", err)
	}
}

// until polls for what has to come.
func until(t testing.TB, f func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not in 5 seconds")
		}
	}
}
