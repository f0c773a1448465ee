package interfaces

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Route is what the host's routes say about packets to an address.
type Route struct {
	// Source is the address that they would leave from if nobody chose one.
	Source netip.Addr
	// MTU of the way, as far as the host knows it.
	MTU int
}

// RouteTo asks the host's routes for the way from local to remote; an error
// that wraps unix.ENETUNREACH or its like says that there is none. No packet is
// sent. An error that wraps unix.EADDRNOTAVAIL says that local isn't ours.
func RouteTo(local, remote netip.Addr) (Route, error) {
	local, remote = local.Unmap(), remote.Unmap()
	_, mtu, err := connect(local, remote)
	if err != nil {
		err = fmt.Errorf("route from %s to %s: %w", local, remote, err)
	}
	source, _, _ := connect(netip.Addr{}, remote) // an error was told, or means that local alone has a way
	return Route{Source: source, MTU: mtu}, err
}

// connect makes a UDP socket choose its way, and closes it again.
func connect(local, remote netip.Addr) (source netip.Addr, mtu int, err error) {
	family, level, option := unix.AF_INET, unix.IPPROTO_IP, unix.IP_MTU
	if remote.Is6() {
		family, level, option = unix.AF_INET6, unix.IPPROTO_IPV6, unix.IPV6_MTU
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return source, 0, err
	}
	defer unix.Close(fd)
	if local.IsValid() {
		if err := unix.Bind(fd, sockaddr(local, 0)); err != nil {
			return source, 0, err
		}
	}
	const discard = 9 // RFC 863
	if err := unix.Connect(fd, sockaddr(remote, discard)); err != nil {
		return source, 0, err
	}
	if name, err := unix.Getsockname(fd); err == nil {
		switch n := name.(type) {
		case *unix.SockaddrInet4:
			source = netip.AddrFrom4(n.Addr)
		case *unix.SockaddrInet6:
			source = netip.AddrFrom16(n.Addr)
		}
	}
	mtu, err = unix.GetsockoptInt(fd, level, option)
	if err != nil {
		mtu = 0
	}
	return source, mtu, nil
}

func sockaddr(a netip.Addr, port int) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4(), Port: port}
	}
	return &unix.SockaddrInet6{Addr: a.As16(), Port: port}
}
