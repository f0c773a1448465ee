package config

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// splitListen reads [ADDRESS:]PORT: an IPv4 address, an IPv6 address with or
// without brackets, or a host name before the last colon.
func splitListen(s string) (host string, port uint16, err error) {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, s = s[:i], s[i+1:]
		if len(host) >= 2 && host[0] == '[' && host[len(host)-1] == ']' {
			host = host[1 : len(host)-1]
		}
		if host == "" {
			return "", 0, fmt.Errorf("no address before %q; a port alone takes every address", ":"+s)
		}
		if strings.ContainsAny(host, "[] /") {
			return "", 0, fmt.Errorf("%q is no address", host)
		}
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("%q is no port; want [ADDRESS:]PORT", s)
	}
	return host, uint16(n), nil
}

// ParseListen turns the [ADDRESS:]PORT of a listen option into addresses to
// bind. A port alone stands for every address of the host, IPv4 and IPv6, and
// gives the unspecified IPv6 address; a host name is looked up and may give
// several.
func ParseListen(s string) ([]netip.AddrPort, error) {
	host, port, err := splitListen(s)
	if err != nil {
		return nil, err
	}
	if host == "" {
		return []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Unspecified(), port)}, nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(addr.Unmap(), port)}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(addrs) == 0 {
		err = errors.New("no address")
	}
	if err != nil {
		return nil, fmt.Errorf("%q is no IP address, and no host name that resolves: %w", host, err)
	}
	var list []netip.AddrPort
	for _, a := range addrs {
		list = append(list, netip.AddrPortFrom(a.Unmap(), port))
	}
	return list, nil
}
