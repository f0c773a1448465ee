package interfaces

import (
	"net/netip"
	"strings"
)

// Address is one local address of a logical interface. It is immutable.
type Address struct {
	// Local is the address that ports are bound to.
	Local netip.Addr
	// Advertised is the address that SDP carries: Local unless another one was
	// given after "!". It has the family of Local and no zone.
	Advertised netip.Addr
	// Ports is the pool of Local, shared with every other Address that has the
	// same Local.
	Ports *Pool
	// Logical is the interface that the address belongs to.
	Logical *Logical
}

// Logical is a named interface. It is immutable.
type Logical struct {
	// Name as configured; "default" where none was given.
	Name string

	addrs   []*Address
	v4, v6  []*Address
	aliases []string
}

// Addresses returns the addresses of a family in configured order. The slice
// must not be changed.
func (l *Logical) Addresses(f Family) []*Address {
	switch f {
	case FamilyIPv4:
		return l.v4
	case FamilyIPv6:
		return l.v6
	default:
		return l.addrs
	}
}

// Pick returns the address of a family (FamilyAny: the preferred one) to place
// media on, nil if there is none. The first one configured is the primary and
// is returned as long as it has ports; the others of that family serve as
// further ICE candidates, and take over, in order, where the primary has none
// left.
func (l *Logical) Pick(f Family) *Address {
	if f == FamilyAny {
		f = l.PreferredFamily()
	}
	list := l.Addresses(f)
	for _, a := range list {
		if a.Ports.Free() >= 2 {
			return a
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// PreferredFamily is the family of the first address.
func (l *Logical) PreferredFamily() Family {
	return FamilyOf(l.addrs[0].Local)
}

// Base is the part of the name before the colon in BASE:SUFFIX, or "".
func (l *Logical) Base() string {
	base, _, ok := strings.Cut(l.Name, ":")
	if !ok {
		return ""
	}
	return base
}

// Is reports whether name means this interface: its own name, an alias of it,
// or its base. A direction repeated in a later message means no change where
// Is is true, although Lookup of a base could give another interface.
func (l *Logical) Is(name string) bool {
	if name == l.Name || (name != "" && name == l.Base()) {
		return true
	}
	for _, a := range l.aliases {
		if a == name {
			return true
		}
	}
	return false
}

// hasPorts reports whether an address of the family has n ports left.
func (l *Logical) hasPorts(f Family, n int) bool {
	for _, a := range l.Addresses(f) {
		if a.Ports.Free() >= n {
			return true
		}
	}
	return false
}

func (l *Logical) add(a *Address) {
	a.Logical = l
	l.addrs = append(l.addrs, a)
	if FamilyOf(a.Local) == FamilyIPv4 {
		l.v4 = append(l.v4, a)
	} else {
		l.v6 = append(l.v6, a)
	}
}
