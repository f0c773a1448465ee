package userspace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// lookup is struct bpf_sk_lookup.
func lookup(protocol int, remote, local netip.AddrPort) []byte {
	b := make([]byte, 72)
	family, host := uint32(unix.AF_INET), binary.NativeEndian
	if local.Addr().Is6() {
		family = unix.AF_INET6
	}
	host.PutUint32(b[8:], family)
	host.PutUint32(b[12:], uint32(protocol))
	binary.BigEndian.PutUint16(b[36:], remote.Port())
	host.PutUint32(b[60:], uint32(local.Port()))
	if family == unix.AF_INET {
		copy(b[16:], remote.Addr().AsSlice())
		copy(b[40:], local.Addr().AsSlice())
	} else {
		copy(b[20:], remote.Addr().AsSlice())
		copy(b[44:], local.Addr().AsSlice())
	}
	return b
}

// steered runs the program as the kernel would, and tells its verdict and the
// worker it chose, -1 for none.
func steered(t testing.TB, e *Batched, ctx []byte, repeat uint32) (verdict uint32, worker int) {
	t.Helper()
	out := make([]byte, len(ctx))
	verdict, err := e.steering.objects.RtpgoSteer.Run(&ebpf.RunOptions{Context: ctx, ContextOut: out, Repeat: repeat})
	if errors.Is(err, ebpf.ErrNotSupported) || errors.Is(err, unix.EOPNOTSUPP) {
		t.Skipf("SKIPPED: the kernel can't run the program for a test: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	cookie := binary.NativeEndian.Uint64(out)
	if cookie == 0 {
		return verdict, -1
	}
	for i, w := range e.workers {
		c, err := unix.GetsockoptUint64(w.socket, unix.SOL_SOCKET, unix.SO_COOKIE)
		if err != nil {
			t.Fatal(err)
		}
		if c == cookie {
			return verdict, i
		}
	}
	t.Fatalf("a socket that is no worker's was chosen")
	return 0, 0
}

func TestSteering(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 3})
	const drop, pass = 0, 1
	remote4, remote6 := netip.MustParseAddrPort("198.51.100.1:4000"), netip.MustParseAddrPort("[2001:db8::1]:4000")
	for _, local := range []string{"127.0.0.1:30000", "127.0.0.1:30001", "127.0.0.1:30063", "127.0.0.2:30002", "[::1]:30004", "[::1]:65535", "127.0.0.1:1"} {
		ap := netip.MustParseAddrPort(local)
		remote := remote4
		if ap.Addr().Is6() {
			remote = remote6
		}
		check := func(what string, ctx []byte, verdict uint32, worker int) {
			t.Helper()
			if v, w := steered(t, e, ctx, 1); v != verdict || w != worker {
				t.Errorf("%s, %s: verdict %d, worker %d; want %d, %d", local, what, v, w, verdict, worker)
			}
		}
		udp := lookup(unix.IPPROTO_UDP, remote, ap)
		check("closed", udp, pass, -1)
		p, err := e.open(ap)
		if err != nil {
			t.Fatal(err)
		}
		check("open", udp, pass, int(ap.Port()>>1)%3)
		check("TCP", lookup(unix.IPPROTO_TCP, remote, ap), pass, -1)
		check("the port before", lookup(unix.IPPROTO_UDP, remote, netip.AddrPortFrom(ap.Addr(), ap.Port()-1)), pass, -1)
		check("another address", lookup(unix.IPPROTO_UDP, remote, netip.AddrPortFrom(ap.Addr().Next().Next(), ap.Port())), pass, -1)
		e.steering.mute(p.address, p.number)
		check("muted", udp, drop, -1)
		e.steering.unmute(p.address, p.number)
		check("heard again", udp, pass, int(ap.Port()>>1)%3)
		e.steering.mute(p.address, p.number)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		check("closed again", udp, pass, -1)
	}
}

// TestSteeringLingers: a port that was closed stays the engine's for a while,
// and is opened anew as if it hadn't.
func TestSteeringLingers(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 1, Linger: time.Hour})
	// An address of its own: what lingers takes the packets of other programs.
	local := netip.MustParseAddrPort("127.0.77.1:30100")
	udp := lookup(unix.IPPROTO_UDP, netip.MustParseAddrPort("198.51.100.1:4000"), local)
	check := func(what string, worker int) {
		t.Helper()
		if _, w := steered(t, e, udp, 1); w != worker {
			t.Errorf("%s: worker %d, want %d", what, w, worker)
		}
	}
	for range 2 {
		p, err := e.open(local)
		if err != nil {
			t.Fatal(err)
		}
		e.leave(media.Now() + int64(2*time.Hour))
		check("open", 0)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		check("closed", 0)
	}
	e.leave(media.Now())
	check("closed a moment ago", 0)
	e.leave(media.Now() + int64(2*time.Hour))
	check("closed long ago", -1)
	if len(e.lingerers.queue) != 0 {
		t.Errorf("%d ports linger", len(e.lingerers.queue))
	}
	var first uint16
	for n, closed := uint16(20000), 0; closed <= maxLingering; n++ {
		p, err := e.open(netip.AddrPortFrom(local.Addr(), n))
		if errors.Is(err, unix.EADDRINUSE) && n < 32000 {
			continue // by another program
		}
		if err != nil {
			t.Fatal(err)
		}
		if closed++; first == 0 {
			first = n
		}
		p.Close()
	}
	if len(e.lingerers.queue) != maxLingering {
		t.Errorf("%d ports linger", len(e.lingerers.queue))
	}
	local = netip.AddrPortFrom(local.Addr(), first)
	udp = lookup(unix.IPPROTO_UDP, netip.MustParseAddrPort("198.51.100.1:4000"), local)
	check("the first of too many", -1)
}

// BenchmarkSteer measures what the program adds to the reception of a packet.
func BenchmarkSteer(b *testing.B) {
	for _, addresses := range []int{1, 16} {
		e := startBatched(b, BatchedOptions{Workers: 2})
		for i := range addresses {
			if _, err := e.open(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(i + 1)}), 30000)); err != nil {
				b.Fatal(err)
			}
		}
		remote := netip.MustParseAddrPort("198.51.100.1:4000")
		for name, local := range map[string]string{"open": "127.0.0.1:30000", "closed": "127.0.0.1:30002", "elsewhere": "192.0.2.1:30000"} {
			b.Run(fmt.Sprintf("%d/%s", addresses, name), func(b *testing.B) {
				ctx := lookup(unix.IPPROTO_UDP, remote, netip.MustParseAddrPort(local))
				start := time.Now()
				n := 0
				for b.Loop() {
					steered(b, e, ctx, 1000000)
					n++
				}
				b.ReportMetric(float64(time.Since(start).Nanoseconds())/float64(n)/1e6, "ns/packet")
			})
		}
		_ = e.Close()
	}
}
