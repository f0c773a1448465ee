package udp

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// socket is one listening socket. It isn't one of the net package, whose
// poller would be woken by each datagram too.
type socket struct {
	crew
	listener *Listener
	local    netip.AddrPort
	wildcard bool // replies have to name their source address
	stopped  atomic.Bool
	quiet    *quiet

	open sync.RWMutex // held by who sends
	fd   int          // -1: closed
}

const receiveBuffer = 4 << 20 // bytes; bursts wait here while all readers are busy

func open(a netip.AddrPort, c Config) (*socket, error) {
	family := unix.AF_INET
	if a.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	s := &socket{wildcard: a.Addr().IsUnspecified(), fd: fd}
	if err = s.configure(a.Addr().Is6(), c); err == nil {
		err = s.bind(a)
	}
	if err == nil {
		s.quiet, err = newQuiet(fd)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *socket) configure(is6 bool, c Config) error {
	// The privileged form passes by net.core.rmem_max; what either gives is enough.
	if unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
	timeout := unix.NsecToTimeval(receiveTimeout.Nanoseconds())
	if err := unix.SetsockoptTimeval(s.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return os.NewSyscallError("setsockopt RCVTIMEO", err)
	}
	level, pktinfo := unix.IPPROTO_IP, unix.IP_PKTINFO
	if is6 {
		level, pktinfo = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
		if err := unix.SetsockoptInt(s.fd, level, unix.IPV6_V6ONLY, 1); err != nil {
			return os.NewSyscallError("setsockopt V6ONLY", err)
		}
	}
	if s.wildcard {
		if err := unix.SetsockoptInt(s.fd, level, pktinfo, 1); err != nil {
			return os.NewSyscallError("setsockopt PKTINFO", err)
		}
	}
	if c.TOS != 0 {
		if err := setTOS(s.fd, is6, c.TOS); err != nil {
			return err
		}
	}
	if !is6 && c.PMTU != PMTUDefault {
		mode := unix.IP_PMTUDISC_DONT
		if c.PMTU == PMTUWant {
			mode = unix.IP_PMTUDISC_WANT
		}
		if err := unix.SetsockoptInt(s.fd, level, unix.IP_MTU_DISCOVER, mode); err != nil {
			return os.NewSyscallError("setsockopt MTU_DISCOVER", err)
		}
	}
	return nil
}

// bind gives the socket its address, and reads it back for the port that the
// system chose.
func (s *socket) bind(a netip.AddrPort) error {
	var to unix.Sockaddr
	if a.Addr().Is6() {
		zone, err := zoneIndex(a.Addr().Zone())
		if err != nil {
			return err
		}
		to = &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16(), ZoneId: zone}
	} else {
		to = &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	if err := unix.Bind(s.fd, to); err != nil {
		return os.NewSyscallError("bind", err)
	}
	got, err := unix.Getsockname(s.fd)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	switch got := got.(type) {
	case *unix.SockaddrInet4:
		s.local = netip.AddrPortFrom(a.Addr(), uint16(got.Port))
	case *unix.SockaddrInet6:
		s.local = netip.AddrPortFrom(a.Addr(), uint16(got.Port))
	}
	return nil
}

// zoneIndex is the interface index of an IPv6 zone; 0 for none.
func zoneIndex(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, fmt.Errorf("zone %q: %w", zone, err)
	}
	return uint32(i.Index), nil
}

func setTOS(fd int, is6 bool, tos int) error {
	level, option := unix.IPPROTO_IP, unix.IP_TOS
	if is6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	return os.NewSyscallError("setsockopt TOS", unix.SetsockoptInt(fd, level, option, tos))
}

func (s *socket) setTOS(tos int) error {
	s.open.RLock()
	defer s.open.RUnlock()
	return setTOS(s.fd, s.local.Addr().Is6(), tos)
}

// stop makes the readers end; the socket can still send.
func (s *socket) stop() {
	s.stopped.Store(true)
	// Says that the socket is not connected, and wakes who waits on it.
	_ = unix.Shutdown(s.fd, unix.SHUT_RD)
}

// Close is for when no reader is left.
func (s *socket) Close() error {
	s.open.Lock()
	defer s.open.Unlock()
	if s.quiet != nil {
		s.quiet.close()
	}
	if s.fd < 0 {
		return nil
	}
	fd := s.fd
	s.fd = -1
	return unix.Close(fd)
}
