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
	network, level, option := "tcp4", unix.IPPROTO_IP, unix.IP_TOS
	if a.Addr().Is6() {
		network, level, option = "tcp6", unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	lc := net.ListenConfig{}
	if tos != 0 {
		lc.Control = func(_, _ string, raw syscall.RawConn) error {
			var err error
			e := raw.Control(func(fd uintptr) {
				// Accepted sockets inherit it.
				err = os.NewSyscallError("setsockopt TOS", unix.SetsockoptInt(int(fd), level, option, tos))
			})
			return errors.Join(e, err)
		}
	}
	return lc.Listen(context.Background(), network, a.String())
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
