package userspace

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"rtpgo/media"
	"rtpgo/media/prefetch"
)

// socketPort is one socket and its flow.
type socketPort struct {
	engine *Sockets
	worker *socketWorker
	fd     int
	flow   atomic.Pointer[media.Flow]
	tos    atomic.Int32 // as set on the socket
	closed atomic.Bool
	v6     bool

	// Of the worker:
	last   int64  // when it last found a packet here
	looked uint32 // packets
	ahead  media.Ahead
	leaves *socketPort // the port that they leave by, then

	mu    sync.Mutex // excludes Send and Close
	local netip.AddrPort
}

func (p *socketPort) Local() netip.AddrPort { return p.local }

func (p *socketPort) Install(f *media.Flow) { p.flow.Store(f) }

// Send sends at once, on the caller's thread.
func (p *socketPort) Send(pkt []byte, to netip.AddrPort) error {
	var raw sockaddr
	n := media.EncodeSockaddr(&raw, to)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Load() {
		return fmt.Errorf("send from UDP port %s: it is closed", p.local)
	}
	if e := sendTo(p.fd, pkt, raw[:n]); e != 0 {
		return fmt.Errorf("send from UDP port %s to %s: %w", p.local, to, e)
	}
	return nil
}

// Close closes the socket once no worker can be using it: its descriptor's
// number may belong to another call's socket right afterwards.
func (p *socketPort) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Swap(true) {
		return nil
	}
	p.flow.Store(nil)
	_ = p.engine.ports.set(p.fd, nil)
	_ = unix.EpollCtl(p.worker.epfd, unix.EPOLL_CTL_DEL, p.fd, nil)
	p.engine.quiesce()
	if err := unix.Close(p.fd); err != nil {
		return fmt.Errorf("close UDP port %s: %w", p.local, err)
	}
	return nil
}

// lookAhead notes what the next packets will need.
func (p *socketPort) lookAhead(f *media.Flow) {
	p.ahead, p.leaves = f.Ahead(), nil
	if len(f.RTP) != 0 {
		p.leaves, _ = f.RTP[0].To.Port().(*socketPort)
	}
}

// ask has the processor fetch it, while the kernel is at work on the packet.
func (p *socketPort) ask() {
	p.ahead.Ask()
	prefetch.Part(p.leaves, 0, 1)
}

// setTOS sets the TOS octet of what the socket sends.
func (p *socketPort) setTOS(tos int32) {
	level, option := unix.IPPROTO_IP, unix.IP_TOS
	if p.v6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	setInt(p.fd, level, option, tos)
	p.tos.Store(tos)
}

// openSocket returns a bound, non-blocking UDP socket and its address.
func openSocket(local netip.AddrPort, receiveBuffer int) (int, netip.AddrPort, error) {
	var raw sockaddr
	n := media.EncodeSockaddr(&raw, local)
	family := unix.AF_INET
	if n == unix.SizeofSockaddrInet6 {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, local, fmt.Errorf("make a socket: %w", err)
	}
	bound, err := bindSocket(fd, local, receiveBuffer)
	if err != nil {
		_ = unix.Close(fd)
		return -1, local, err
	}
	return fd, bound, nil
}

func bindSocket(fd int, local netip.AddrPort, receiveBuffer int) (netip.AddrPort, error) {
	a := local.Addr().Unmap()
	var sa unix.Sockaddr
	if a.Is4() {
		sa = &unix.SockaddrInet4{Addr: a.As4(), Port: int(local.Port())}
	} else {
		// The same port of an IPv4 address is another call's.
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
			return local, fmt.Errorf("set IPV6_V6ONLY: %w", err)
		}
		zone, err := zoneIndex(a.Zone())
		if err != nil {
			return local, err
		}
		sa = &unix.SockaddrInet6{Addr: a.As16(), Port: int(local.Port()), ZoneId: zone}
	}
	if receiveBuffer > 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer); err != nil {
			return local, fmt.Errorf("set SO_RCVBUF: %w", err)
		}
	}
	if err := unix.Bind(fd, sa); err != nil {
		return local, fmt.Errorf("bind: %w", err)
	}
	if local.Port() != 0 {
		return netip.AddrPortFrom(a, local.Port()), nil
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return local, fmt.Errorf("read the port that was chosen: %w", err)
	}
	switch n := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(a, uint16(n.Port)), nil
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(a, uint16(n.Port)), nil
	}
	return local, fmt.Errorf("read the port that was chosen: unexpected %T", name)
}
