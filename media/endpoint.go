package media

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// Endpoint is a destination with its socket address already encoded, so that
// sending costs no conversion. It is immutable.
type Endpoint struct {
	addr netip.AddrPort
	raw  [unix.SizeofSockaddrInet6]byte
	n    uint8
}

// NewEndpoint encodes an address and port. An IPv4-mapped IPv6 address counts
// as IPv4.
func NewEndpoint(ap netip.AddrPort) *Endpoint {
	e := new(Endpoint)
	e.set(ap)
	return e
}

func (e *Endpoint) set(ap netip.AddrPort) {
	e.addr = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	e.n = uint8(EncodeSockaddr(&e.raw, e.addr))
}

// AddrPort is the endpoint's address and port; IPv4 is never mapped.
func (e *Endpoint) AddrPort() netip.AddrPort { return e.addr }

// Sockaddr is the endpoint as struct sockaddr_in or sockaddr_in6; it must not
// be changed.
func (e *Endpoint) Sockaddr() []byte { return e.raw[:e.n] }

// Is4 tells the family of the endpoint.
func (e *Endpoint) Is4() bool { return e.n == unix.SizeofSockaddrInet4 }

// EncodeSockaddr writes ap as struct sockaddr_in or sockaddr_in6 and returns
// its length, 0 for an invalid address.
func EncodeSockaddr(raw *[unix.SizeofSockaddrInet6]byte, ap netip.AddrPort) int {
	a := ap.Addr().Unmap()
	switch {
	case a.Is4():
		binary.NativeEndian.PutUint16(raw[0:], unix.AF_INET)
		binary.BigEndian.PutUint16(raw[2:], ap.Port())
		ip := a.As4()
		copy(raw[4:8], ip[:])
		clear(raw[8:16])
		return unix.SizeofSockaddrInet4
	case a.Is6():
		binary.NativeEndian.PutUint16(raw[0:], unix.AF_INET6)
		binary.BigEndian.PutUint16(raw[2:], ap.Port())
		clear(raw[4:8])
		ip := a.As16()
		copy(raw[8:24], ip[:])
		scope := uint32(0)
		if z := a.Zone(); z != "" {
			if n, err := strconv.ParseUint(z, 10, 32); err == nil {
				scope = uint32(n)
			}
		}
		binary.NativeEndian.PutUint32(raw[24:], scope)
		return unix.SizeofSockaddrInet6
	}
	return 0
}

// DecodeSockaddr reads struct sockaddr_in or sockaddr_in6 as the kernel fills
// it in; the zero AddrPort for anything else. It does not allocate.
func DecodeSockaddr(raw []byte) netip.AddrPort {
	if len(raw) < unix.SizeofSockaddrInet4 {
		return netip.AddrPort{}
	}
	port := binary.BigEndian.Uint16(raw[2:])
	switch binary.NativeEndian.Uint16(raw) {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[4:8])), port)
	case unix.AF_INET6:
		if len(raw) < 24 {
			return netip.AddrPort{}
		}
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(raw[8:24])).Unmap(), port)
	}
	return netip.AddrPort{}
}

// sendable tells whether media can be sent to ap: 0.0.0.0, :: and port 0 in an
// SDP mean that the peer wants none (RFC 3264 section 5.1 and 8.4).
func sendable(ap netip.AddrPort) bool {
	return ap.IsValid() && ap.Port() != 0 && !ap.Addr().IsUnspecified()
}
