package enginetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long to wait for what has to come.
const patience = 5 * time.Second

// peer is one end of a call: a UDP socket.
type peer struct {
	t    *testing.T
	conn *net.UDPConn
	addr netip.AddrPort
}

func newPeer(t *testing.T, at netip.Addr) *peer {
	t.Helper()
	return newPeerAt(t, netip.AddrPortFrom(at, 0))
}

func newPeerAt(t *testing.T, at netip.AddrPort) *peer {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		if at.Addr().Is6() {
			t.Skipf("no IPv6 here: %v", err)
		}
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetReadBuffer(4 << 20)
	return &peer{t, conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()}
}

func (p *peer) send(to netip.AddrPort, pkts ...[]byte) {
	p.t.Helper()
	for _, pkt := range pkts {
		if _, err := p.conn.WriteToUDPAddrPort(pkt, to); err != nil {
			p.t.Fatalf("send to %s: %v", to, err)
		}
	}
}

// receive returns the next packet and its source.
func (p *peer) receive() ([]byte, netip.AddrPort) {
	p.t.Helper()
	buf := make([]byte, 65536)
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	n, from, err := p.conn.ReadFromUDPAddrPort(buf)
	if err != nil {
		p.t.Fatalf("nothing arrived at %s: %v", p.addr, err)
	}
	return buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
}

// expect requires the next packets to be these, from one source.
func (p *peer) expect(from netip.AddrPort, pkts ...[]byte) {
	p.t.Helper()
	for i, want := range pkts {
		got, src := p.receive()
		if !bytes.Equal(got, want) {
			p.t.Fatalf("packet %d at %s: got %x, want %x", i, p.addr, got, want)
		}
		if src != from {
			p.t.Fatalf("packet %d at %s: from %s, want %s", i, p.addr, src, from)
		}
	}
}

// empty requires that nothing is waiting. What would have come must have been
// followed by a packet already received.
func (p *peer) empty() {
	p.t.Helper()
	var buf [2048]byte
	_ = p.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	if n, from, err := p.conn.ReadFromUDPAddrPort(buf[:]); !errors.Is(err, os.ErrDeadlineExceeded) {
		p.t.Fatalf("unexpected packet at %s from %s: %x, %v", p.addr, from, buf[:n], err)
	}
}

// receiveTOS returns the TOS octet or traffic class of the next packet.
func (p *peer) receiveTOS() int {
	p.t.Helper()
	oob := make([]byte, 256)
	_ = p.conn.SetReadDeadline(time.Now().Add(patience))
	_, n, _, _, err := p.conn.ReadMsgUDPAddrPort(make([]byte, 2048), oob)
	if err != nil {
		p.t.Fatalf("nothing arrived at %s: %v", p.addr, err)
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range msgs {
		switch {
		case m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_TOS && len(m.Data) > 0:
			return int(m.Data[0])
		case m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_TCLASS && len(m.Data) >= 4:
			return int(binary.NativeEndian.Uint32(m.Data))
		}
	}
	p.t.Fatal("no TOS with the packet")
	return 0
}

func (p *peer) wantTOS() {
	raw, err := p.conn.SyscallConn()
	if err != nil {
		p.t.Fatal(err)
	}
	_ = raw.Control(func(fd uintptr) {
		if p.addr.Addr().Is6() {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS, 1)
		} else {
			err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_RECVTOS, 1)
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// eventually polls until f holds.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}
