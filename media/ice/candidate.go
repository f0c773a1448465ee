package ice

import (
	"net/netip"
	"strings"
)

// Components of a media (RFC 8445 section 4: component ID).
const (
	RTP  = 1
	RTCP = 2

	maxComponents = 2
)

// Credentials authenticate one side of a session (RFC 8445 section 5.3).
type Credentials struct{ Ufrag, Pwd string }

// Port is the way out of a local candidate; every media.Port is one.
type Port interface {
	Send(pkt []byte, to netip.AddrPort) error
}

// Local is a host candidate of ours. Where it is used it is named by its index
// in Config.Locals.
type Local struct {
	Component int
	Port      Port
	Address   netip.AddrPort // bound; its family decides on what it is paired with
	Priority  uint32
}

// Type of a candidate (RFC 8445 section 4).
type Type uint8

const (
	Host Type = iota
	ServerReflexive
	PeerReflexive
	Relayed
)

var typeNames = [...]string{"host", "srflx", "prflx", "relay"}

// String is the spelling of RFC 8839 section 5.1.
func (t Type) String() string { return typeNames[t] }

// ParseType reads the spelling of RFC 8839 section 5.1; an unknown type counts
// as relayed, the least preferred.
func ParseType(s string) Type {
	for i, n := range typeNames {
		if strings.EqualFold(s, n) {
			return Type(i)
		}
	}
	return Relayed
}

// peerReflexivePreference is the type preference of RFC 8445 section 5.1.2.2.
const peerReflexivePreference = 110

// checkPriority is what a check from l carries as PRIORITY: that of the
// peer-reflexive candidate which the peer may learn from it (RFC 8445 section
// 7.1.1).
func (l *Local) checkPriority() uint32 {
	return l.Priority&0x00ffffff | peerReflexivePreference<<24
}

// Candidate is one of the peer's (RFC 8839 section 5.1).
type Candidate struct {
	Component int
	Address   netip.AddrPort
	Type      Type
	Priority  uint32
}

// usable tells whether checks may be sent to a candidate.
func (c *Candidate) usable() bool {
	a := c.Address.Addr()
	return c.Component >= RTP && c.Component <= maxComponents && c.Address.Port() != 0 &&
		a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && a != broadcast
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// reachable tells whether a pair of the two can work: the same component and
// family, and link-local only with link-local (RFC 8445 section 6.1.2.2).
func (l *Local) reachable(c *Candidate) bool {
	a, b := l.Address.Addr(), c.Address.Addr()
	if l.Component != c.Component || a.Is4() != b.Is4() {
		return false
	}
	return a.Is4() || a.IsLinkLocalUnicast() == b.IsLinkLocalUnicast()
}
