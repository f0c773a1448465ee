package kernel

import (
	"fmt"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"
)

// The program names the device that a packet leaves by; bpf_redirect_neigh
// then looks up route and neighbour, per packet, among the routes of that
// device. bpf_fib_lookup could find the device in the program, but only where
// the host is set up as a router (net.ipv4.ip_forward). So the kernel is asked
// here, as it would route the packet of a local socket, when an entry is made
// and again whenever routes, rules, addresses or devices change (watch.go).

// routeKey is a question to the routing tables.
type routeKey struct {
	from, to netip.Addr
	tos      uint8
}

// route is the way out.
type route struct {
	device int
	local  bool // the destination is on this host
	mtu    int
}

// routes asks the kernel and remembers the answers until forget.
type routes struct {
	nl    *netlink
	mu    sync.Mutex
	known map[routeKey]routeAnswer
}

type routeAnswer struct {
	route
	err error
}

// maxRoutes bounds the answers remembered.
const maxRoutes = 1 << 16

// lookup returns the way from a local address to a peer.
func (r *routes) lookup(k routeKey, t *topology) (route, error) {
	r.mu.Lock()
	a, ok := r.known[k]
	r.mu.Unlock()
	if ok {
		return a.route, a.err
	}
	a.route, a.err = askRoute(r.nl, k, t)
	r.mu.Lock()
	if r.known == nil || len(r.known) >= maxRoutes {
		r.known = make(map[routeKey]routeAnswer)
	}
	r.known[k] = a
	r.mu.Unlock()
	return a.route, a.err
}

// forget makes the next lookups ask again.
func (r *routes) forget() {
	r.mu.Lock()
	clear(r.known)
	r.mu.Unlock()
}

func askRoute(n *netlink, k routeKey, t *topology) (route, error) {
	family, bits := uint8(unix.AF_INET6), uint8(128)
	if k.to.Is4() {
		family, bits = unix.AF_INET, 32
	}
	// struct rtmsg: family, lengths of destination and source, TOS; the ECN
	// bits aren't routed by.
	req := make([]byte, unix.SizeofRtMsg)
	req[0], req[1], req[2], req[3] = family, bits, bits, k.tos&^3
	req = attribute(req, unix.RTA_DST, k.to.AsSlice())
	req = attribute(req, unix.RTA_SRC, k.from.AsSlice())
	req = attribute(req, unix.RTA_IP_PROTO, []byte{unix.IPPROTO_UDP})

	var v route
	var kind uint8
	err := n.request(unix.RTM_GETROUTE, 0, req, func(_ uint16, b []byte) {
		if len(b) < unix.SizeofRtMsg {
			return
		}
		kind = b[7]
		eachAttribute(b[unix.SizeofRtMsg:], func(attr uint16, a []byte) {
			switch attr {
			case unix.RTA_OIF:
				v.device = int(uint32Of(a))
			case unix.RTA_METRICS:
				eachAttribute(a, func(metric uint16, m []byte) {
					if metric == unix.RTAX_MTU {
						v.mtu = int(uint32Of(m))
					}
				})
			}
		})
	})
	if err != nil {
		return route{}, fmt.Errorf("no route to %s from %s: %w", k.to, k.from, err)
	}
	switch kind {
	case unix.RTN_LOCAL:
		v.local = true
		// The answer may name the device that has the address; packets to
		// oneself pass the loopback device all the same.
		v.device = t.loopback
	case unix.RTN_UNICAST:
	default:
		return route{}, fmt.Errorf("the route to %s is of kind %d", k.to, kind)
	}
	d := t.devices[v.device]
	if d == nil {
		return route{}, fmt.Errorf("the route to %s leaves by the unknown device %d", k.to, v.device)
	}
	if v.mtu == 0 || v.mtu > d.mtu {
		v.mtu = d.mtu
	}
	v.mtu = min(v.mtu, 65535)
	return v, nil
}

// watchGroups are the multicast groups whose messages may change an answer or
// where programs have to be attached. Neighbours aren't among them: the kernel
// resolves these per packet.
var watchGroups = []uint32{
	unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR,
	unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE,
	unix.RTNLGRP_NEXTHOP,
}

// openWatch opens a non-blocking socket that receives watchGroups.
func openWatch() (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, fmt.Errorf("netlink socket: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("netlink socket: %w", err)
	}
	for _, g := range watchGroups {
		err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, int(g))
		if err != nil && g != unix.RTNLGRP_NEXTHOP { // Linux 5.3
			unix.Close(fd)
			return -1, fmt.Errorf("netlink group %d: %w", g, err)
		}
	}
	return fd, nil
}

// topologyChange tells whether a message of watchGroups is about devices or
// addresses, not only about routes.
func topologyChange(kind uint16) bool {
	switch kind {
	case unix.RTM_NEWLINK, unix.RTM_DELLINK, unix.RTM_NEWADDR, unix.RTM_DELADDR:
		return true
	}
	return false
}
