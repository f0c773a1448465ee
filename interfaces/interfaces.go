// Package interfaces holds the named logical interfaces, their local and
// advertised addresses and the media ports of each.
//
// A logical interface is what "direction", "interface", "from-interface" and
// "to-interface" name; it has one or more local addresses, each with a pool of
// UDP ports. Two logical interfaces on the same local address share its pool.
// The syntax and the rules of selection follow the section INTERFACES of
// rtpengine's manual (docs/rtpengine.md of mr13.1.1.6).
package interfaces

import "net/netip"

// Family is an address family.
type Family uint8

const (
	FamilyAny Family = iota
	FamilyIPv4
	FamilyIPv6
)

// FamilyOf returns the family of an address; an IPv4 address mapped into IPv6
// counts as IPv4. The zero address gives FamilyAny.
func FamilyOf(a netip.Addr) Family {
	switch {
	case !a.IsValid():
		return FamilyAny
	case a.Unmap().Is4():
		return FamilyIPv4
	default:
		return FamilyIPv6
	}
}

// String returns "any", "IPv4" or "IPv6".
func (f Family) String() string {
	switch f {
	case FamilyIPv4:
		return "IPv4"
	case FamilyIPv6:
		return "IPv6"
	default:
		return "any"
	}
}
