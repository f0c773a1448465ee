// Package stream opens the TCP sockets of the control protocols (NG over TCP,
// HTTP, the command line protocol) and bounds the connections that come by
// them.
package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

// Listen opens a socket for each address, with tos as their TOS or traffic
// class (0: the system's); [ng.Bind] says what is no error.
func Listen(addresses []netip.AddrPort, tos int) ([]net.Listener, error) {
	return ng.Bind("tcp", addresses, func(a netip.AddrPort) (net.Listener, error) { return open(a, tos) })
}

func open(a netip.AddrPort, tos int) (net.Listener, error) {
	network := "tcp4"
	if a.Addr().Is6() {
		network = "tcp6"
	}
	lc := net.ListenConfig{}
	if tos != 0 {
		lc.Control = func(_, _ string, raw syscall.RawConn) error {
			var err error
			// Accepted sockets inherit it.
			e := raw.Control(func(fd uintptr) { err = setTOS(int(fd), a.Addr().Is6(), tos) })
			return errors.Join(e, err)
		}
	}
	return lc.Listen(context.Background(), network, a.String())
}

// SetTOS changes the TOS octet or traffic class of connections that will be
// accepted from now on. The listeners are those of Listen, or Bounds' of them.
func SetTOS(list []net.Listener, tos int) error {
	for _, l := range list {
		if b, ok := l.(*listener); ok {
			l = b.Listener
		}
		raw, err := l.(*net.TCPListener).SyscallConn()
		if err != nil {
			return err
		}
		is6 := AddrPort(l.Addr()).Addr().Is6()
		e := raw.Control(func(fd uintptr) { err = setTOS(int(fd), is6, tos) })
		if err := errors.Join(e, err); err != nil {
			return fmt.Errorf("tcp %s: %w", l.Addr(), err)
		}
	}
	return nil
}

func setTOS(fd int, is6 bool, tos int) error {
	level, option := unix.IPPROTO_IP, unix.IP_TOS
	if is6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	return os.NewSyscallError("setsockopt TOS", unix.SetsockoptInt(fd, level, option, tos))
}

// AddrPort is an address of a TCP socket, an IPv4 address in its own form.
func AddrPort(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
