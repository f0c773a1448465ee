// Package udp carries NG messages over UDP: one datagram each way.
package udp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParseListen reads an address as rtpengine's --listen-ng takes it:
// "[IP46:]PORT". A port alone means all addresses of both families; an IPv6
// address stands in brackets.
func ParseListen(s string) ([]netip.AddrPort, error) {
	host, port := "", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, port = s[:i], s[i+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %q isn't a port number", s, port)
	}
	p := uint16(n)
	if host == "" && !strings.Contains(s, ":") {
		return []netip.AddrPort{
			netip.AddrPortFrom(netip.IPv4Unspecified(), p),
			netip.AddrPortFrom(netip.IPv6Unspecified(), p),
		}, nil
	}
	bracketed := strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]")
	if bracketed {
		host = host[1 : len(host)-1]
	}
	a, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return nil, fmt.Errorf("listen address %q: %q isn't an IP address", s, host)
	case bracketed != a.Is6():
		return nil, fmt.Errorf("listen address %q: write [IPv6]:PORT or IPv4:PORT", s)
	}
	return []netip.AddrPort{netip.AddrPortFrom(a, p)}, nil
}
