package udp

import (
	"bytes"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

// sourceOf turns the control message that a datagram was received with into
// the one that makes the reply leave from the address it was sent to, and
// appends it to dst.
//
// Clients connect their sockets (Kamailio does): a reply from another address
// of this host never reaches them.
func sourceOf(received, dst []byte) []byte {
	for len(received) > 0 {
		h, data, rest, err := unix.ParseOneSocketControlMessage(received)
		if err != nil {
			return nil
		}
		size := len(received) - len(rest)
		switch {
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && len(data) >= unix.SizeofInet4Pktinfo:
			// struct in_pktinfo: interface, local address, address in the header.
			dst = append(dst, received[:size]...)
			clear(dst[len(dst)-size+unix.CmsgLen(0):][:4]) // the way back is the routing table's choice
			return dst
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO && len(data) >= unix.SizeofInet6Pktinfo:
			// struct in6_pktinfo: address, interface.
			dst = append(dst, received[:size]...)
			linkLocal := data[0] == 0xfe && data[1]&0xc0 == 0x80
			if !linkLocal {
				clear(dst[len(dst)-size+unix.CmsgLen(0):][16:20])
			}
			return dst
		}
		received = rest
	}
	return nil
}

// addressed is the address that a datagram came to, going by the control message
// of its reply.
func (s *socket) addressed(control []byte) netip.AddrPort {
	if len(control) == 0 {
		return s.local
	}
	if h, data, _, err := unix.ParseOneSocketControlMessage(control); err == nil {
		switch {
		case h.Level == unix.IPPROTO_IP && len(data) >= unix.SizeofInet4Pktinfo:
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte(data[4:8])), s.local.Port())
		case h.Level == unix.IPPROTO_IPV6 && len(data) >= unix.SizeofInet6Pktinfo:
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte(data[:16])), s.local.Port())
		}
	}
	return s.local
}

// tooLarge is the reply instead of one that no datagram can carry (list and
// statistics of a busy machine can grow that large).
func tooLarge(reply []byte) []byte {
	cookie, document, _ := bytes.Cut(reply, []byte{' '})
	reason := fmt.Sprintf("Reply of %d bytes is too large for UDP", len(reply))
	return ng.EncodingOf(document).Append(append(bytes.Clone(cookie), ' '), ng.Error(reason))
}
