package userspace

import (
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// batchedPort is an open port: an entry in a table, without a socket. It is one
// cache line.
type batchedPort struct {
	engine  *Batched
	address *localAddress
	flow    atomic.Pointer[media.Flow]
	in, out atomic.Pointer[media.Stream] // of the flow, and of its first sink; see warm
	closed  atomic.Bool
	number  uint16
	muted   uint8 // seconds the last time, under the engine's lock
	flood   flood // of the worker
}

// Local is the port's address and number.
func (p *batchedPort) Local() netip.AddrPort { return netip.AddrPortFrom(p.address.addr, p.number) }

// Install implements media.Port.
func (p *batchedPort) Install(f *media.Flow) {
	if !p.closed.Load() {
		p.store(f)
	}
}

func (p *batchedPort) store(f *media.Flow) {
	p.flow.Store(f)
	var in, out *media.Stream
	if f != nil {
		in = f.Stream
		if len(f.RTP) > 0 {
			out = f.RTP[0].To
		}
	}
	p.in.Store(in)
	p.out.Store(out)
}

// warm reads what a packet to the port is likely to need, as media.Flow.Warm
// does. The streams are known here as well, so that it need not wait for the
// flow to read them.
func (p *batchedPort) warm() (n uint64) {
	if s := p.in.Load(); s != nil {
		n = s.WarmIn()
	}
	if s := p.out.Load(); s != nil {
		n += s.WarmOut()
		if q, ok := s.Port().(*batchedPort); ok {
			n += uint64(q.number)
		}
	}
	return n
}

// Close implements media.Port.
func (p *batchedPort) Close() error {
	if !p.closed.Swap(true) {
		p.engine.release(p)
		p.store(nil)
	}
	return nil
}

// Send implements media.Port.
func (p *batchedPort) Send(pkt []byte, to netip.AddrPort) error {
	if err := p.send(pkt, to); err != nil {
		return fmt.Errorf("send from %s to %s: %w", p.Local(), to, err)
	}
	return nil
}

func (p *batchedPort) send(pkt []byte, to netip.AddrPort) error {
	p.engine.sending.RLock() // keeps the socket open
	defer p.engine.sending.RUnlock()
	if p.closed.Load() {
		return net.ErrClosed
	}
	if len(pkt) > maxPacket {
		return unix.EMSGSIZE
	}
	dest := media.NewEndpoint(to)
	if dest.Is4() != p.address.is4 || len(dest.Sockaddr()) == 0 {
		return unix.EAFNOSUPPORT
	}
	header := ipv4Header
	fd := p.engine.direct[0]
	if !dest.Is4() {
		header, fd = ipv6Header, p.engine.direct[1]
	}
	tos := 0
	if f := p.flow.Load(); f != nil && f.Stream != nil {
		tos = f.Stream.TOS()
	}
	var name [nameSize]byte
	control := make([]byte, sendControls)
	control = control[:putSourceControl(control, !dest.Is4())]
	setSource(control, p.address)
	packet := make([]byte, header, header+len(pkt))
	putHeader(packet, name[:], p, dest.Sockaddr(), byte(tos), pkt)
	packet = append(packet, pkt...)
	sa := rawDestination(packet, name[:])
	_, err := unix.SendmsgN(fd, packet, control, sa, unix.MSG_DONTWAIT)
	if err == unix.EMSGSIZE {
		err = sendFragments(fd, packet, sa, control)
	}
	return err
}
