package call

import (
	"fmt"
	"net/netip"
	"sync"

	"rtpgo/interfaces"
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

// priority of a candidate (RFC 8445 section 5.1.2.1).
func priority(typ, local uint32, component int) uint32 {
	return typ<<24 | local<<8 | uint32(256-component)
}

// writeICE writes our ICE attributes of a section.
func (x *exchange) writeICE(m *sdpedit.OutMedia, r *Media) {
	if !r.ice.on {
		return
	}
	m.Ufrag, m.Pwd = r.ice.ufrag, r.ice.pwd
	m.Trickle, m.EndOfCandidates = r.ice.trickle, r.ice.trickle
	for c := rtp; c <= rtcp; c++ {
		for i, l := range r.set.locals {
			if p := r.candidatePort(l, c); p != 0 {
				m.Candidates = append(m.Candidates, fmt.Sprintf("%s %d UDP %d %s %d typ host",
					foundation(l.address.Local), c+1, priority(hostPreference, maxLocal-uint32(i), c+1),
					x.shown(l.address), p))
			}
		}
	}
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

// writePassthrough leaves the sender's address and attributes alone and adds
// candidates of ours: just above the sender's (ICE=optional), or as relayed
// ones (ICE=force-relay).
func (x *exchange) writePassthrough(m *sdpedit.OutMedia, r *Media, sm *sdpedit.Media) {
	m.Port, m.Address = sm.Port, sm.Connection
	m.Unknown, m.Verbatim = true, append([]sdpedit.Attribute(nil), sm.Attributes...)
	if !r.ice.on || !sm.ICE.Present() {
		return
	}
	typ, local := x.passthroughPreference(r, sm)
	for c := rtp; c <= rtcp; c++ {
		for i, l := range r.set.locals {
			p := r.candidatePort(l, c)
			if p == 0 {
				continue
			}
			a := x.shown(l.address)
			v := fmt.Sprintf("%s %d UDP %d %s %d typ ", foundation(l.address.Local), c+1,
				priority(typ, local-uint32(i), c+1), a, p)
			if r.relay {
				v += fmt.Sprintf("relay raddr %s rport %d", a, p)
			} else {
				v += "host"
			}
			m.Verbatim = append(m.Verbatim, sdpedit.Attribute{Name: "candidate", Value: v, HasValue: true})
		}
	}
}

// passthroughPreference chooses the preferences of our candidates next to the
// sender's own.
func (x *exchange) passthroughPreference(r *Media, sm *sdpedit.Media) (typ, local uint32) {
	if r.relay {
		return relayPreference, maxLocal
	}
	best := uint32(0)
	for _, c := range sm.ICE.Candidates {
		best = max(best, c.Priority)
	}
	if best == 0 {
		return hostPreference, maxLocal
	}
	return best >> 24, (best>>8)&0xffff + 1
}
