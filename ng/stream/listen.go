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
)

// Listen opens a socket for each address, with tos as their TOS or traffic
// class (0: the system's). Where both wildcard addresses are asked for, a host
// without IPv6 is no error.
func Listen(addresses []netip.AddrPort, tos int) ([]net.Listener, error) {
	var list []net.Listener
	fail := func(err error) ([]net.Listener, error) {
		for _, l := range list {
			l.Close()
		}
		return nil, err
	}
	for _, a := range addresses {
		l, err := open(a, tos)
		if err != nil {
			if a.Addr() == netip.IPv6Unspecified() && len(list) > 0 && noFamily(err) {
				continue
			}
			return fail(fmt.Errorf("tcp %s: %w", a, err))
		}
		list = append(list, l)
	}
	if len(list) == 0 {
		return nil, errors.New("no listen address")
	}
	return list, nil
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

func noFamily(err error) bool {
	return errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL) ||
		errors.Is(err, syscall.EPROTONOSUPPORT)
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
