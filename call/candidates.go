package call

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"rtpgo/interfaces"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// foundations are constant per local address (RFC 8445 section 5.1.1.3).
var foundations sync.Map // netip.Addr -> string

func foundation(a netip.Addr) string {
	if f, ok := foundations.Load(a); ok {
		return f.(string)
	}
	f, _ := foundations.LoadOrStore(a, randomToken(foundationLength))
	return f.(string)
}

// Type preferences of RFC 8445 section 5.1.2.2.
const (
	hostPreference  = 126
	relayPreference = 0
	maxLocal        = 65535
)

// priority of a candidate (RFC 8445 section 5.1.2.1), whose preference is that
// of its type, 8 bits, and the local one, 16 bits.
func priority(preference uint32, component int) uint32 {
	return preference<<8 | uint32(256-component)
}

// writeICE writes our ICE attributes of a section.
func (x *exchange) writeICE(m *sdpedit.OutMedia, r *Media) {
	if r.ice.trickle && (r.ice.on || x.req.ICE == ng.ICERemove) {
		m.Trickle, m.EndOfCandidates = true, true // all of ours are known
	}
	if !r.ice.on {
		return
	}
	m.Ufrag, m.Pwd = r.ice.ufrag, r.ice.pwd
	m.Candidates = x.candidates(r, hostPreference, maxLocal, false)
}

// candidates are ours towards a party, with the local preferences counting down
// from that given: component 1 of all addresses first. Without ICE on its side
// there is one address.
func (x *exchange) candidates(r *Media, typ, local uint32, relay bool) (out []string) {
	locals := r.set.locals
	if !r.ice.on || r.set.narrow {
		locals = locals[:1]
	}
	for c := rtp; c <= rtcp; c++ {
		for i, l := range locals {
			p := r.candidatePort(l, c)
			if p == 0 {
				continue
			}
			a := x.shown(l.address)
			v := fmt.Sprintf("%s %d UDP %d %s %d typ ", foundation(l.address.Local), c+1,
				priority((typ<<16|local)-uint32(i), c+1), a, p)
			if relay {
				v += fmt.Sprintf("relay raddr %s rport %d", a, p)
			} else {
				v += "host"
			}
			out = append(out, v)
		}
	}
	return out
}

// shown is an address as this reply prints it.
func (x *exchange) shown(a *interfaces.Address) netip.Addr {
	if x.req.MediaAddress.IsValid() {
		return x.req.MediaAddress
	}
	return a.Advertised
}

// candidatePort is the port of a component; 0 when the component isn't needed.
func (m *Media) candidatePort(l *localPorts, component int) int {
	if component == rtcp && (m.mux.on || m.mux.single) {
		return 0
	}
	return l.port(component)
}

// leavesAlone tells whether a section passes with its own address and
// attributes: where ICE passes, and with ICE=force-relay in any case.
func (x *exchange) leavesAlone(r *Media) bool {
	return r.ice.passthrough || x.req.ICE == ng.ICEForceRelay
}

// writePassthrough leaves the sender's address and attributes alone. To the
// candidates of a sender that speaks ICE it adds ours: just above its own, or as
// relayed ones (ICE=force-relay).
func (x *exchange) writePassthrough(m *sdpedit.OutMedia, s, r *Media, sm *sdpedit.Media) {
	m.Port, m.Address, m.Unknown = sm.Port, sm.Connection, true
	if x.req.MediaAddress.IsValid() {
		m.Address = x.req.MediaAddress
	}
	m.Verbatim = sm.Attributes
	if !s.ice.on {
		return
	}
	relay := x.req.ICE == ng.ICEForceRelay
	typ, local := passthroughPreference(sm.ICE.Candidates, relay)
	m.Verbatim = withCandidates(sm, candidateAttributes(x.candidates(r, typ, local, relay)), relay)
}

// addCandidates adds ours to those of a section that isn't RTP, such as a data
// channel (RFC 8841). Its checks, DTLS and credentials are the two ends' own: we
// are one more way between them.
func (x *exchange) addCandidates(m *sdpedit.OutMedia, s, r *Media, sm *sdpedit.Media) {
	if s.ice.on {
		m.Verbatim = withCandidates(sm, candidateAttributes(x.candidates(r, hostPreference, maxLocal, false)), false)
	}
}

func candidateAttributes(values []string) (out []sdpedit.Attribute) {
	for _, v := range values {
		out = append(out, sdpedit.Attribute{Name: "candidate", Value: v, HasValue: true})
	}
	return out
}

// withCandidates adds candidates to the attributes of a section, at their end,
// but before the mark that there are no more. Candidates that nobody can read
// are left out.
func withCandidates(sm *sdpedit.Media, candidates []sdpedit.Attribute, relay bool) []sdpedit.Attribute {
	out := make([]sdpedit.Attribute, 0, len(sm.Attributes)+len(candidates))
	var end []sdpedit.Attribute
	for _, a := range sm.Attributes {
		switch {
		case a.Name == "candidate" && !readable(sm, a.Value):
		case a.Name == "end-of-candidates":
			if relay || !sm.ICE.Trickle { // else ours may follow
				end = append(end, a)
			}
		default:
			out = append(out, a)
		}
	}
	return append(append(out, candidates...), end...)
}

func readable(sm *sdpedit.Media, candidate string) bool {
	return slices.ContainsFunc(sm.ICE.Candidates, func(c sdpedit.Candidate) bool { return c.Raw == candidate })
}

// passthroughPreference chooses the preferences of our candidates next to the
// sender's own.
func passthroughPreference(theirs []sdpedit.Candidate, relay bool) (typ, local uint32) {
	if relay {
		return relayPreference, maxLocal
	}
	best := uint32(0)
	for _, c := range theirs {
		if c.Address.IsValid() {
			best = max(best, c.Priority)
		}
	}
	if best == 0 {
		return hostPreference, maxLocal
	}
	if typ, local = best>>24, (best>>8)&0xffff; local < maxLocal {
		return typ, local + 1
	}
	// There is none above it. rtpengine goes on below the next lower type.
	return max(typ, 1) - 1, 0
}
