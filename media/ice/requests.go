package ice

import (
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

// request answers a check of the peer and draws the conclusions (RFC 8445
// section 7.3).
func (a *Agent) request(local int, src netip.AddrPort, m *message, now time.Time) {
	g, ufrag := a.addressee(string(m.username))
	if g == nil {
		a.x.counters.foreign.Add(1)
		return
	}
	if !m.verify(g.local.Pwd) {
		a.x.counters.forged.Add(1)
		return
	}
	fresh, replayed := a.history.see(m.raw.TransactionID, src)
	if replayed {
		a.x.counters.forged.Add(1)
		return
	}
	a.x.counters.requests.Add(1)
	a.arrived.Add(1)
	answer := func(pkt []byte) { _ = a.cfg.Locals[local].Port.Send(pkt, src) } // the peer asks again
	if len(m.unknown) > 0 {
		answer(encodeError(m.raw.TransactionID, stun.CodeUnknownAttribute, m.unknown, g.local.Pwd))
		return
	}
	if a.conflict(g, m, fresh) {
		answer(encodeError(m.raw.TransactionID, stun.CodeRoleConflict, nil, g.local.Pwd))
		return
	}
	answer(encodeSuccess(m.raw.TransactionID, src, g.local.Pwd))
	switch {
	case !fresh || g != a.current:
	case g.remoteKnown:
		a.checked(g, local, src, m.priority, m.useCandidate, now)
	case len(g.early) < maxEarly:
		g.early = append(g.early, earlyCheck{local, src, ufrag, m.priority, m.useCandidate})
	}
}

// addressee finds the session that a user name belongs to: ours, a colon, the
// peer's. Anything else isn't answered.
func (a *Agent) addressee(username string) (g *generation, remote string) {
	for _, g := range a.generations() {
		u := g.local.Ufrag
		if len(username) <= len(u) || username[:len(u)] != u || username[len(u)] != ':' {
			continue
		}
		remote := username[len(u)+1:]
		if !g.remoteKnown || g.remote.Ufrag == remote {
			return g, remote
		}
	}
	return nil, ""
}

// conflict resolves a role conflict (RFC 8445 section 7.3.1.1): true if the
// peer has to change its role, else ours has changed if there was a conflict.
func (a *Agent) conflict(g *generation, m *message, fresh bool) bool {
	if m.role == roleUnknown || m.role != a.role() {
		return false
	}
	if a.cfg.Lite {
		// Only the full side can control.
		return !g.remoteLite
	}
	if g.remoteLite {
		return false // a lite peer makes no checks; whoever this is can't take our role
	}
	stay := a.tieBreaker >= m.tieBreaker
	if !a.controlling {
		stay = a.tieBreaker < m.tieBreaker
	}
	if stay {
		return true
	}
	if fresh && g == a.current {
		a.switchRole()
	}
	return false
}

func (a *Agent) switchRole() {
	a.setControlling(!a.controlling)
	a.event(Event{Kind: RoleSwitched})
}

// checked draws the conclusions from an authentic check of the peer.
func (a *Agent) checked(g *generation, local int, src netip.AddrPort, priority uint32, nominated bool, now time.Time) {
	p := g.find(local, src)
	if p == nil {
		if p = a.reflexive(g, local, src, priority); p == nil {
			return
		}
	}
	if a.cfg.Lite {
		if !g.remoteLite {
			a.believe(g, p, nominated, now)
		}
		return
	}
	if nominated && !a.controlling {
		p.asked = true
	}
	// Both sides would trigger each other for ever if a pair that has just
	// proved to work were checked again.
	if p.valid && now.Sub(p.heard) < ConsentTimeout/2 {
		if p.asked {
			a.choose(g, p, now)
		}
		return
	}
	if p.state == inProgress {
		a.cancel(p, now)
	}
	p.state = waiting
	g.trigger(p)
}

// believe takes a check as proof, as a lite agent does (RFC 8445 section
// 7.3.2).
func (a *Agent) believe(g *generation, p *pair, nominated bool, now time.Time) {
	p.valid, p.heard, p.state = true, now, succeeded
	g.gaveUp = false
	if nominated {
		a.choose(g, p, now)
	}
}
