package icmp

import (
	"encoding/binary"
	"net/netip"

	"rtpgo/media"
)

// report is what an ICMP error says about a UDP packet.
type report struct {
	problem       media.PathProblem
	mtu           int
	local, remote netip.AddrPort // of the packet that it is about
}

const protocolUDP = 17

// parse4 reads an ICMP message (RFC 792, RFC 1191 section 4) without its IP
// header. ok is false where it isn't an error about UDP.
func parse4(b []byte) (r report, ok bool) {
	const unreachable = 3
	if len(b) < 8+20 || b[0] != unreachable {
		return r, false
	}
	switch b[1] {
	case 0, 1, 5, 6, 7, 8, 11, 12:
		r.problem = media.PathHost
	case 2, 3:
		r.problem = media.PathPort
	case 4:
		r.problem = media.PathTooLong
		r.mtu = int(binary.BigEndian.Uint16(b[6:]))
	case 9, 10, 13:
		r.problem = media.PathProhibited
	default:
		return r, false
	}
	ip := b[8:]
	header := int(ip[0]&15) * 4
	if ip[0]>>4 != 4 || header < 20 || len(ip) < header+4 || ip[9] != protocolUDP || binary.BigEndian.Uint16(ip[6:])&0x1fff != 0 {
		return r, false
	}
	udp := ip[header:]
	r.local = netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[12:16])), binary.BigEndian.Uint16(udp))
	r.remote = netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[16:20])), binary.BigEndian.Uint16(udp[2:]))
	return r, true
}

// parse6 reads an ICMPv6 message (RFC 4443 section 3).
func parse6(b []byte) (r report, ok bool) {
	const (
		unreachable    = 1
		tooBig         = 2
		fragmentHeader = 44
	)
	if len(b) < 8+40 {
		return r, false
	}
	switch {
	case b[0] == tooBig:
		r.problem = media.PathTooLong
		r.mtu = int(binary.BigEndian.Uint32(b[4:]) & 0xffff)
	case b[0] != unreachable:
		return r, false
	case b[1] == 0, b[1] == 2, b[1] == 3:
		r.problem = media.PathHost
	case b[1] == 4:
		r.problem = media.PathPort
	case b[1] == 1, b[1] == 5, b[1] == 6:
		r.problem = media.PathProhibited
	default:
		return r, false
	}
	ip := b[8:]
	next, rest := ip[6], ip[40:]
	if next == fragmentHeader && len(rest) >= 8 && binary.BigEndian.Uint16(rest[2:])&^7 == 0 {
		next, rest = rest[0], rest[8:]
	}
	if ip[0]>>4 != 6 || next != protocolUDP || len(rest) < 4 {
		return r, false
	}
	r.local = netip.AddrPortFrom(netip.AddrFrom16([16]byte(ip[8:24])), binary.BigEndian.Uint16(rest))
	r.remote = netip.AddrPortFrom(netip.AddrFrom16([16]byte(ip[24:40])), binary.BigEndian.Uint16(rest[2:]))
	return r, true
}
