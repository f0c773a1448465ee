package userspace

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// startBatched starts an engine, or skips the test saying why there can't be
// one.
func startBatched(t testing.TB, o BatchedOptions) *Batched {
	t.Helper()
	e, err := NewBatched(o)
	if errors.Is(err, unix.EPERM) || errors.Is(err, ebpf.ErrNotSupported) {
		t.Skipf("SKIPPED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func listen(t testing.TB, addr string) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(addr), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func loopbackPort(n uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.77.2"), n)
}

func addrOf(c *net.UDPConn) netip.AddrPort {
	a := c.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

func receive(t testing.TB, c *net.UDPConn) ([]byte, netip.AddrPort) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 65536)
	n, from, err := c.ReadFromUDPAddrPort(b)
	if err != nil {
		t.Fatal(err)
	}
	return b[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

func rtp(seq uint16, n int) []byte {
	p := make([]byte, 12+n)
	p[0], p[2], p[3] = 0x80, byte(seq>>8), byte(seq)
	for i := range n {
		p[12+i] = byte(int(seq) + i)
	}
	return p
}

// relay connects two clients by two ports.
type relay struct {
	portA, portB     media.Port
	streamA, streamB *media.Stream
	a, b             *net.UDPConn
}

func newRelay(t testing.TB, e media.Engine, addrA, addrB string) *relay {
	t.Helper()
	open := func(addr string) media.Port {
		p, err := e.Open(netip.AddrPortFrom(netip.MustParseAddr(addr), 0))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	r := &relay{portA: open(addrA), portB: open(addrB), a: listen(t, addrA), b: listen(t, addrB)}
	r.streamA, r.streamB = media.NewStream(r.portA), media.NewStream(r.portB)
	r.streamA.SetRemote(addrOf(r.a))
	r.streamB.SetRemote(addrOf(r.b))
	r.portA.Install(&media.Flow{Stream: r.streamA, RTP: []media.Sink{{To: r.streamB}}, RTCP: []media.Sink{{To: r.streamB}}})
	r.portB.Install(&media.Flow{Stream: r.streamB, RTP: []media.Sink{{To: r.streamA}}, RTCP: []media.Sink{{To: r.streamA}}})
	return r
}

func (r *relay) send(t testing.TB, from *net.UDPConn, to media.Port, pkt []byte) {
	t.Helper()
	if _, err := from.WriteToUDPAddrPort(pkt, to.Local()); err != nil {
		t.Fatal(err)
	}
}

func TestBatchedForwardsBetweenFamilies(t *testing.T) {
	for _, c := range []struct{ name, a, b string }{
		{"IPv4 to IPv4 on one address", "127.0.0.1", "127.0.0.1"},
		{"two IPv4 addresses", "127.0.0.1", "127.0.0.2"},
		{"IPv6 to IPv6", "::1", "::1"},
		{"IPv4 to IPv6", "127.0.0.1", "::1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := startBatched(t, BatchedOptions{Workers: 2})
			r := newRelay(t, e, c.a, c.b)
			for i, n := range []int{160, 0, 1, 33, 1200, 1460, 9000} {
				want := rtp(uint16(i), n)
				r.send(t, r.a, r.portA, want)
				got, from := receive(t, r.b)
				if string(got) != string(want) || from != r.portB.Local() {
					t.Errorf("%d octets: received %d from %s, want them from %s", len(want), len(got), from, r.portB.Local())
				}
				r.send(t, r.b, r.portB, want)
				got, from = receive(t, r.a)
				if string(got) != string(want) || from != r.portA.Local() {
					t.Errorf("%d octets back: received %d from %s, want them from %s", len(want), len(got), from, r.portA.Local())
				}
			}
			until(t, func() bool { s := e.Stats(); return s.Sent+s.Fragmented == 14 })
		})
	}
}
