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
	closed  atomic.Bool
	number  uint16
	muted   uint8 // seconds the last time, under the engine's lock
	flood   flood // of the worker

	_ [portRoom]byte
}

const portRoom = 16

// Local is the port's address and number.
func (p *batchedPort) Local() netip.AddrPort { return netip.AddrPortFrom(p.address.addr, p.number) }

// Install implements media.Port.
func (p *batchedPort) Install(f *media.Flow) {
	if !p.closed.Load() {
		p.flow.Store(f)
	}
}

// Close implements media.Port.
func (p *batchedPort) Close() error {
	if !p.closed.Swap(true) {
		p.engine.release(p)
		p.flow.Store(nil)
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
