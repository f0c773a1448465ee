package kernel

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// Both directions, every pair of families, every way a checksum may be kept: a
// sender with offload leaves it to the device (CHECKSUM_PARTIAL); a proxy
// without has to have it right when it fills it in, and then the receiver
// checks it, as it does when the sender has computed it itself.
func TestFamilies(t *testing.T) {
	for _, families := range []string{"44", "66", "46", "64"} {
		for _, offload := range [][2]bool{{true, true}, {true, false}, {false, false}, {false, true}} {
			t.Run(fmt.Sprintf("%s, offload of sender and proxy %v", families, offload), func(t *testing.T) {
				l := newLab(t)
				set := func(h *host, there, here string) {
					var err error
					h.run(func() { err = checksumOffload(there, offload[0]) })
					if err == nil {
						err = checksumOffload(here, offload[1])
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				set(l.a, "a0", "pub0")
				set(l.b, "b0", "prv0")
				e := l.engine(Options{})
				a, b := l.established(e, families)
				for _, s := range [][2]*side{{a, b}, {b, a}} {
					s[0].byKernel(60, func() {
						for n := range 60 {
							pkt := s[0].rtp(n * 20)
							s[0].phone.send(s[0].port.Local(), pkt)
							s[1].phone.expect(s[1].port.Local(), pkt)
						}
					})
				}
			})
		}
	}
}

// What isn't an ordinary packet of the flow goes up and is dealt with there.
func TestUp(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	up := func(cause string, f func()) {
		t.Helper()
		before := e.KernelStats().Up[cause]
		a.byKernel(0, f)
		if got := e.KernelStats().Up[cause]; got == before {
			t.Errorf("nothing went up because of %q: %v", cause, e.KernelStats().Up)
		}
	}
	sent := func(pkt []byte) func() {
		return func() {
			t.Helper()
			a.phone.send(a.port.Local(), pkt)
			b.phone.expect(b.port.Local(), pkt)
		}
	}

	up("not RTP", sent([]byte{0x80, 201, 0, 1, 0, 0, 0, 9}))
	stun := make(chan string, 1)
	a.flow.Other = func(pkt []byte, _ netip.AddrPort) { stun <- string(pkt) }
	a.install()
	request := append([]byte{0, 1, 0, 0}, make([]byte, 16)...)
	up("not RTP", func() {
		a.phone.send(a.port.Local(), request)
		select {
		case got := <-stun:
			if got != string(request) {
				t.Errorf("STUN: %x", got)
			}
		case <-time.After(5 * time.Second):
			t.Error("no STUN came up")
		}
	})
	stranger := l.phone(l.a, "198.18.0.2")
	up("source", func() {
		pkt := a.rtp(160)
		stranger.send(a.port.Local(), pkt)
		wait(t, func() bool { return a.stream.Snapshot().Drops[media.DropSource] == 1 }, func() string { return "stranger" })
		a.seq--
	})
	a.flow.BlockPT[101>>6] = 1 << (101 & 63)
	a.install()
	up("payload type", func() {
		pkt := a.rtp(4)
		pkt[1] = 101
		a.phone.send(a.port.Local(), pkt)
		wait(t, func() bool { return a.stream.Snapshot().Drops[media.DropDTMF] == 1 }, func() string { return "DTMF" })
	})
	// Longer than the way out: user space has it fragmented.
	l.ip("link set prv0 mtu 1000")
	wait(t, func() bool { return a.port.(*port).entry.Load().mtu() == 1000 }, func() string { return "MTU" })
	up("MTU", sent(a.rtp(1200)))
	a.byKernel(1, sent(a.rtp(1000-20-8-12)))
	// Fragments: the kernel puts them together for user space alone.
	a.byKernel(0, sent(a.rtp(4000)))
	// Without a checksum, IPv4 to IPv4 goes on without.
	raw, err := a.phone.conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	option := func(level, name, value int) {
		raw.Control(func(fd uintptr) {
			if err := unix.SetsockoptInt(int(fd), level, name, value); err != nil {
				t.Fatal(err)
			}
		})
	}
	option(unix.SOL_SOCKET, unix.SO_NO_CHECK, 1)
	a.byKernel(1, sent(a.rtp(160)))
	option(unix.SOL_SOCKET, unix.SO_NO_CHECK, 0)
	// IPv4 options.
	options := []byte{1, 1, 1, 0}
	raw.Control(func(fd uintptr) {
		err = unix.SetsockoptString(int(fd), unix.IPPROTO_IP, unix.IP_OPTIONS, string(options))
	})
	if err != nil {
		t.Fatal(err)
	}
	a.byKernel(0, sent(a.rtp(160)))
	raw.Control(func(fd uintptr) { err = unix.SetsockoptString(int(fd), unix.IPPROTO_IP, unix.IP_OPTIONS, "") })
	if err != nil {
		t.Fatal(err)
	}
	// An aggregate that a sender makes and nothing on the way splits.
	const segment = 103 // UDP_SEGMENT
	option(unix.IPPROTO_UDP, segment, 172)
	up("aggregate", func() {
		var all []byte
		var pkts [][]byte
		for range 10 {
			pkts = append(pkts, a.rtp(160))
			all = append(all, pkts[len(pkts)-1]...)
		}
		a.phone.send(a.port.Local(), all)
		for _, pkt := range pkts {
			b.phone.expect(b.port.Local(), pkt)
		}
	})
	option(unix.IPPROTO_UDP, segment, 0)
	a.byKernel(1, sent(a.rtp(160)))
	if v := a.stream.Snapshot().IngressSSRC; v[0].Lost != 0 || v[0].Duplicates != 0 {
		t.Errorf("%+v", v)
	}
}

// A packet without UDP checksum can't become one of IPv6.
func TestNoChecksumToIPv6(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "46")
	raw, err := a.phone.conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NO_CHECK, 1) })
	if err != nil {
		t.Fatal(err)
	}
	a.byKernel(0, func() { a.passes(b) })
	if e.KernelStats().Up["checksum"] != 1 {
		t.Error(e.KernelStats())
	}
}

// mtu is the way out's as the kernel's entry has it.
func (e *entry) mtu() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return int(e.flow.Mtu)
}

// Both phones on the same net, the packet leaves where it came in.
func TestHairpin(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a := l.side(e, "198.18.0.1", l.phone(l.a, "198.18.0.2"), 30000)
	b := l.side(e, "198.18.0.1", l.phone(l.a, "198.18.0.2"), 30002)
	l.call(a, b)
	l.inKernel(a, b)
	a.byKernel(20, func() {
		for range 20 {
			a.passes(b)
		}
	})
}

// The other end is a program of the proxy's own host: what is sent to it, and
// what it sends, passes by loopback.
func TestLocal(t *testing.T) {
	for _, families := range []string{"44", "66", "46", "64"} {
		t.Run(families, func(t *testing.T) {
			l := newLab(t)
			e := l.engine(Options{})
			x, y := addresses[families[:1]][0], addresses[families[1:]][1]
			a := l.side(e, x[0], l.phone(l.a, x[1]), 30000)
			b := l.side(e, y[0], l.phone(nil, y[0]), 40000)
			l.call(a, b)
			l.inKernel(a, b)
			a.byKernel(20, func() {
				b.byKernel(20, func() {
					for range 20 {
						a.passes(b)
						b.passes(a)
					}
				})
			})
		})
	}
}

// TOS and TTL are those of a packet that the host sends itself.
func TestHeader(t *testing.T) {
	for _, families := range []string{"44", "66", "46", "64"} {
		t.Run(families, func(t *testing.T) {
			l := newLab(t)
			e := l.engine(Options{})
			a, b := l.established(e, families)
			b.stream.SetTOS(184)
			wait(t, func() bool { return Why(a.port) == "" }, func() string { return Why(a.port) })
			raw, err := b.phone.conn.SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range [][2]int{{unix.IPPROTO_IP, unix.IP_RECVTOS}, {unix.IPPROTO_IP, unix.IP_RECVTTL}, {unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS}, {unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT}} {
				raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), o[0], o[1], 1) })
			}
			a.byKernel(1, func() {
				a.phone.send(a.port.Local(), a.rtp(160))
				oob := make([]byte, 256)
				_ = b.phone.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
				_, n, _, _, err := b.phone.conn.ReadMsgUDPAddrPort(make([]byte, 2048), oob)
				if err != nil {
					t.Fatal(err)
				}
				msgs, err := unix.ParseSocketControlMessage(oob[:n])
				if err != nil || len(msgs) != 2 {
					t.Fatal(msgs, err)
				}
				got := map[int32]byte{}
				for _, m := range msgs {
					got[m.Header.Type] = m.Data[0]
				}
				tos, ttl := got[unix.IP_TOS], got[unix.IP_TTL]
				if families[1] == '6' {
					tos, ttl = got[unix.IPV6_TCLASS], got[unix.IPV6_HOPLIMIT]
				}
				if tos != 184 || ttl != 64 {
					t.Errorf("TOS %d, TTL %d", tos, ttl)
				}
			})
		})
	}
}
