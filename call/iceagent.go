package call

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/ice"
	"rtpgo/sdpedit"
)

// iceLink is the ICE agent of one media: it works on the ports that the party
// was last shown.
type iceLink struct {
	*ice.Agent
	set   *portSet
	lite  bool
	ports []icePort // by local candidate
	// addresses are those of ports: for logs, after the ports have gone too.
	addresses []netip.AddrPort
	since     time.Time
	// moving tells that flows are about to be installed for what the agent
	// found.
	moving atomic.Bool
	failed atomic.Bool // reported so; a pair that works proves it wrong
}

// icePort is a local candidate in terms of ports.
type icePort struct {
	local  *localPorts
	stream int
}

// iceHeard is what a party's description said and its agent has to be told.
type iceHeard struct {
	fresh bool // said since flows were installed
	end   bool // no more candidates will follow (RFC 8838)
}

// heardICE notes whose ICE this exchange describes.
func (x *exchange) heardICE() {
	for _, p := range x.sections {
		if p.sm != nil && p.s != nil && p.sm.ICE.Present() {
			p.s.iceHeard = iceHeard{fresh: true, end: p.sm.ICE.EndOfCandidates}
		}
	}
}

// executor runs the ICE agents. The first media that speaks ICE starts it.
func (r *Registry) executor() *ice.Executor {
	r.iceOnce.Do(func() { r.ice = ice.NewExecutor() })
	return r.ice
}

// closeICE ends the executor, after all calls.
func (r *Registry) closeICE() {
	r.iceOnce.Do(func() {})
	if r.ice != nil {
		r.ice.Close()
	}
}

// restartMovedICE restarts ICE when the ports have changed: candidates belong to
// a session (RFC 8839 section 4.4.1.1.1).
func (m *Media) restartMovedICE(before *portSet) {
	if m.ice.on && before != nil && before != m.set {
		m.ice.restart()
	}
}

// updateICE makes the agent of a media fit what was negotiated.
func (m *Media) updateICE() {
	set := m.sending()
	if !m.ice.on || m.ice.ufrag == "" || set == nil || m.disabled || m.ice.passthrough || !m.isRTP() {
		m.endICE()
		return
	}
	if l := m.agent; l != nil && (l.set != set || l.lite != m.ice.liteSelf || !slices.Equal(l.ports, icePorts(set))) {
		m.endICE()
	}
	if m.agent == nil {
		m.beginICE(set)
		m.iceHeard.fresh = true
	}
	m.agent.SetComponents(m.iceComponents(set))
	m.agent.SetLocal(ice.Credentials{Ufrag: m.ice.ufrag, Pwd: m.ice.pwd})
	if m.iceHeard.fresh && m.ice.remoteUfrag != "" {
		m.agent.SetRemote(m.remoteICE())
	}
	m.iceHeard.fresh = false
}

func (m *Media) beginICE(set *portSet) {
	p := m.party
	for p.tieBreaker == 0 {
		p.tieBreaker = rand.Uint64()
	}
	l := &iceLink{since: p.call.registry.now(), set: set, lite: m.ice.liteSelf, ports: icePorts(set)}
	cfg := ice.Config{
		Credentials: ice.Credentials{Ufrag: m.ice.ufrag, Pwd: m.ice.pwd},
		Components:  m.iceComponents(set), Lite: l.lite, Controlling: m.ice.controlling, TieBreaker: p.tieBreaker,
		Software: softwareID(p.call.registry.Software),
		Notify:   func(e ice.Event) { m.iceEvent(l, e) },
	}
	for _, at := range l.ports {
		addr, _ := at.local.addr(at.stream)
		l.addresses = append(l.addresses, addr)
		cfg.Locals = append(cfg.Locals, ice.Local{
			Component: at.stream + 1, Port: at.local.ports[at.stream], Address: addr,
			Priority: priority(hostPreference<<16|maxLocal-uint32(slices.Index(set.locals, at.local)), at.stream+1),
		})
	}
	l.Agent = p.call.registry.executor().NewAgent(cfg)
	m.agent = l
}

// softwareID makes a name usable everywhere (rtpengine's documentation of
// software-id).
func softwareID(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			return r
		}
		return '-'
	}, s[:min(len(s), maxSoftware)])
}

// maxSoftware keeps checks short.
const maxSoftware = 64

// icePorts lists the local candidates in the order of their numbers.
func icePorts(set *portSet) []icePort {
	var out []icePort
	for i := rtp; i <= rtcp; i++ {
		for _, l := range set.locals {
			if l.ports[i] != nil {
				out = append(out, icePort{l, i})
			}
		}
	}
	return out
}

func (m *Media) iceComponents(set *portSet) int {
	if m.candidatePort(set.primary(), rtcp) == 0 {
		return 1
	}
	return 2
}

func (m *Media) endICE() {
	l := m.agent
	if l == nil {
		return
	}
	m.agent = nil
	l.Close()
	for _, at := range l.ports {
		at.local.streams[at.stream].ClearRemote()
	}
}

// remoteICE is what the party's description says about ICE.
func (m *Media) remoteICE() ice.Remote {
	st := &m.ice
	r := ice.Remote{
		Credentials: ice.Credentials{Ufrag: st.remoteUfrag, Pwd: st.remotePwd},
		Lite:        st.litePeer, More: st.trickle && !m.iceHeard.end,
	}
	for i := range st.remote {
		if c, ok := iceCandidate(&st.remote[i]); ok {
			r.Candidates = append(r.Candidates, c)
		}
	}
	return r
}

// iceCandidate leaves out what we don't speak: TCP, and names (mDNS), which
// only the peer's own network can resolve.
func iceCandidate(c *sdpedit.Candidate) (ice.Candidate, bool) {
	if !strings.EqualFold(c.Transport, "UDP") || !c.Address.IsValid() || c.Port <= 0 || c.Port > 0xffff {
		return ice.Candidate{}, false
	}
	return ice.Candidate{
		Component: c.Component, Address: netip.AddrPortFrom(c.Address, uint16(c.Port)),
		Type: ice.ParseType(c.Type), Priority: c.Priority,
	}, true
}

// decidesICE tells whether ICE says where packets go and who may send. Before
// the party has answered with ICE of its own it doesn't.
func (m *Media) decidesICE() bool { return m.agent != nil && m.agent.Started() }

// nobody may send to ports that the party wasn't shown as candidates.
var nobody media.Sources

// iceSources says who may send to a port; nil where ICE doesn't decide.
func (m *Media) iceSources(l *localPorts, i int) *media.Sources {
	if !m.decidesICE() {
		return nil
	}
	if n := m.agent.number(l, i); n >= 0 {
		return m.agent.Sources(n)
	}
	return &nobody
}

// number is that of a port as a local candidate, -1 if it is none.
func (l *iceLink) number(at *localPorts, stream int) int {
	return slices.Index(l.ports, icePort{at, stream})
}

// configureICE points a port's stream to where ICE says; false where ICE
// doesn't decide.
func (m *Media) configureICE(l *localPorts, i int) bool {
	if !m.decidesICE() {
		return false
	}
	st := l.streams[i]
	if n, pair := m.agent.number(l, i), m.agent.Pair(i+1); n >= 0 && pair.Valid() && pair.Local == n {
		if !st.Confirmed() || st.Remote() != pair.Remote {
			st.Confirm(pair.Remote)
		}
	} else if st.Destination() != nil {
		st.ClearRemote()
	}
	return true
}

// selected is the port that a stream's packets leave from: that of the pair in
// use, else l's.
func (m *Media) selected(l *localPorts, i int) *localPorts {
	if !m.decidesICE() {
		return l
	}
	if pair := m.agent.Pair(i + 1); pair.Valid() {
		return m.agent.ports[pair.Local].local
	}
	return l
}

// receiveICE adds the agent to what a port takes beside RTP.
func (m *Media) receiveICE(f *media.Flow, l *localPorts, i int) {
	if m.agent == nil {
		return
	}
	if n := m.agent.number(l, i); n >= 0 {
		f.Other = media.Demux(m.agent.Input(n), f.Other)
	}
}

// iceComponent is what ICE tells DTLS about one component.
type iceComponent struct {
	*iceLink
	stream int
}

func (c iceComponent) Validated(src netip.AddrPort) bool {
	for n, at := range c.ports {
		if at.stream == c.stream && c.iceLink.Validated(n, src) {
			return true
		}
	}
	return false
}

func (c iceComponent) Selected() (media.Port, netip.AddrPort) {
	pair := c.Pair(c.stream + 1)
	if !pair.Valid() {
		return nil, netip.AddrPort{}
	}
	at := c.ports[pair.Local]
	return at.local.ports[at.stream], pair.Remote
}

// icePeers is nil while ICE has no part in a media.
func (m *Media) icePeers(i int) icePeers {
	if m.agent == nil {
		return nil
	}
	return iceComponent{m.agent, i}
}

// iceText shows the state of ICE to the operator.
func (m *Media) iceText(i int) string {
	l := m.agent
	switch {
	case l == nil && m.passages[i] != nil:
		return "passed on"
	case l == nil, i == rtcp && m.mux.on:
		return ""
	case !l.Started():
		return "offered"
	}
	pair := l.Pair(i + 1)
	role := "controlled"
	if l.Controlling() {
		role = "controlling"
	}
	switch {
	case !pair.Valid() && l.failed.Load():
		return "failed"
	case !pair.Valid():
		return "checking, " + role
	case !pair.Nominated:
		return "valid pair with " + pair.Type.String() + ", " + role
	}
	return "selected " + l.addresses[pair.Local].String() + " <-> " + pair.Remote.String() + " (" + pair.Type.String() + "), " + role
}

// iceEvent hears of an agent's events, on the goroutine of all agents. Flows
// are installed elsewhere: the call may be busy.
func (m *Media) iceEvent(l *iceLink, e ice.Event) {
	m.iceHappened(l, e)
	c := m.party.call
	log := c.registry.Log.Named("ice").With(zap.String("call", c.ID), zap.Int("media", m.index+1), zap.Int("component", e.Component),
		zap.Stringer("peer", e.Pair.Remote))
	switch e.Kind {
	case ice.Moved:
		if e.Pair.Nominated {
			c.registry.stats.iceSelected[e.Pair.Type].Add(1)
			log.Info("ICE: pair selected", zap.Stringer("local", l.addresses[e.Pair.Local]), zap.Stringer("type", e.Pair.Type))
		}
		if !l.moving.Swap(true) {
			go m.followICE(l)
		}
	case ice.Failed, ice.ConsentLost:
		if e.Kind == ice.Failed {
			c.registry.stats.iceFailed.Add(1)
		} else {
			c.registry.stats.iceLost.Add(1)
		}
		l.failed.Store(e.Kind == ice.Failed)
		log.Warn("ICE: " + e.Kind.String())
	case ice.RoleSwitched:
		c.registry.stats.iceSwitch.Add(1)
		log.Debug("ICE: " + e.Kind.String())
	}
}

// followICE installs the flows that follow from what an agent found.
func (m *Media) followICE(l *iceLink) {
	c := m.party.call
	c.mu.Lock()
	defer c.mu.Unlock()
	l.moving.Store(false)
	if !c.dead && m.agent == l {
		c.installFlows()
	}
}
