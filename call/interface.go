package call

import (
	"net/netip"

	"go.uber.org/zap"

	"rtpgo/interfaces"
	"rtpgo/ng"
)

// selectInterfaces chooses the logical interface and the address family of
// both sides. What was chosen sticks until a request names something else
// (rtpengine's documentation of "direction", "from-interface", "to-interface"
// and "address family").
func (x *exchange) selectInterfaces(s, r *Media) {
	from, to := x.sideNames()
	x.receiverFamily(s, r)
	if f := x.wordFamily(from); f != interfaces.FamilyAny {
		s.family = f
	}
	x.side(r, to)
	x.side(s, from)
}

// sideNames are the names given for the side of the sender and that of the
// receiver; "" where none was given.
func (x *exchange) sideNames() (from, to string) {
	from, to = x.req.FromInterface.Value, x.req.ToInterface.Value
	d := x.req.Direction
	switch {
	case len(d) == 1:
		from = d[0]
		x.warnOneSide(d[0])
	case len(d) >= 2:
		from, to = d[0], d[1]
	}
	return from, to
}

// warnOneSide tells, once per call, that a single direction= leaves the
// receiving side on the first interface, as in the reference.
func (x *exchange) warnOneSide(name string) {
	if x.c.warnedSide || !x.offering || x.receiver.tag != "" {
		return
	}
	x.c.warnedSide = true
	x.r.Log.Warn("only one direction= given: it names the side of the sender; the receiving side gets the first interface",
		zap.String("call", x.c.ID), zap.String("direction", name),
		zap.String("iface", x.r.Interfaces.Default().Name))
}

// side puts one side on the interface of that name; an unknown name means the
// first one.
func (x *exchange) side(m *Media, name string) {
	set := x.r.Interfaces
	if name == "" {
		switch {
		case m.iface == nil:
			m.iface = x.siblingInterface(m)
		case m.ifaceFamily != m.family:
			m.iface = set.Default()
		}
		m.ifaceFamily = m.family
		return
	}
	m.ifaceFamily = m.family
	if m.iface != nil && m.iface.Is(name) {
		return
	}
	// Where interfaces take turns, the sections of a party stay together.
	for _, o := range m.party.medias {
		if o.iface != nil && o.iface.Is(name) {
			m.iface = o.iface
			return
		}
	}
	if l, ok := set.Lookup(name); ok {
		m.iface = l
		return
	}
	switch {
	case name != "round-robin-calls":
		m.iface = set.Default()
	case m.iface != nil:
	case m.index > 0:
		m.iface = x.siblingInterface(m)
	default:
		m.iface = set.RoundRobin(interfaces.FamilyAny)
	}
}

// siblingInterface is the interface that the party's other sections use, for
// one that a re-INVITE adds.
func (x *exchange) siblingInterface(m *Media) *interfaces.Logical {
	for _, o := range m.party.medias {
		if o.iface != nil && o.ifaceFamily == m.family {
			return o.iface
		}
	}
	return x.r.Interfaces.Default()
}

// receiverFamily chooses the family of the address shown to the receiver: the
// one asked for, else what its own last description or an earlier request
// made it, else the sender's.
func (x *exchange) receiverFamily(s, r *Media) {
	if f := x.namedFamily(); f != interfaces.FamilyAny {
		r.family = f
	} else if r.family == interfaces.FamilyAny {
		r.family = s.family
	}
}

// namedFamily is the family that the request asks for towards the receiver: by
// "address family", or by the words internal (IPv4) and external (IPv6) where
// no interface has these names.
func (x *exchange) namedFamily() interfaces.Family {
	switch x.req.AddressFamily {
	case ng.FamilyIPv4:
		return interfaces.FamilyIPv4
	case ng.FamilyIPv6:
		return interfaces.FamilyIPv6
	}
	_, to := x.sideNames()
	return x.wordFamily(to)
}

// wordFamily is the family that the words internal and external stand for
// where no interface has these names.
func (x *exchange) wordFamily(name string) interfaces.Family {
	if name != "internal" && name != "external" {
		return interfaces.FamilyAny
	}
	if _, known := x.r.Interfaces.Lookup(name); known {
		return interfaces.FamilyAny
	}
	if name == "internal" {
		return interfaces.FamilyIPv4
	}
	return interfaces.FamilyIPv6
}

// local is the address that faces m's party: of the wanted family where the
// interface has one, else IPv4, else any.
func (m *Media) localAddress() *interfaces.Address {
	for _, f := range []interfaces.Family{m.family, interfaces.FamilyIPv4, interfaces.FamilyAny} {
		if a := m.iface.Pick(f); a != nil {
			return a
		}
	}
	return nil
}

// advertised is the address of m's side as its party is told it; zero where
// there is none.
func (m *Media) advertised() netip.Addr {
	if a := m.localAddress(); a != nil {
		return a.Advertised
	}
	return netip.Addr{}
}
