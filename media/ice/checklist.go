package ice

import (
	"net/netip"
	"time"
)

// restart begins a new session (RFC 8445 section 9). What was selected before
// stays in use meanwhile.
func (a *Agent) restart(local Credentials, now time.Time) {
	old := a.current
	if old.best(RTP) != nil || old.best(RTCP) != nil || a.previous == nil {
		a.discard(a.previous)
		a.previous = old
		for _, p := range old.pairs {
			a.cancel(p, now)
			p.nominating = false
		}
		old.triggered = nil
	} else {
		a.discard(old)
	}
	a.current = &generation{local: local}
	a.refilter()
}

// discard forgets a session.
func (a *Agent) discard(g *generation) {
	if g == nil {
		return
	}
	for _, t := range a.transactions {
		if t.generation == g {
			a.forget(t)
		}
	}
	if a.previous == g {
		a.previous = nil
	}
}

// meet takes in what the peer said.
func (a *Agent) meet(g *generation, r *Remote, now time.Time) {
	first := !g.remoteKnown
	g.remote, g.remoteKnown, g.remoteLite, g.trickling = r.Credentials, true, r.Lite, r.More
	if first {
		g.started = now
	}
	switch {
	case a.cfg.Lite && r.Lite:
		a.setControlling(a.cfg.Controlling)
	case a.cfg.Lite || r.Lite:
		// The full side controls (RFC 8445 section 6.1.1).
		a.setControlling(!a.cfg.Lite)
	}
	for i := range r.Candidates {
		a.addCandidate(g, &r.Candidates[i])
	}
	if a.cfg.Lite && r.Lite {
		a.selectUnchecked(g, now)
		return
	}
	early := g.early
	g.early = nil
	for _, e := range early {
		if e.ufrag == r.Ufrag {
			a.checked(g, e.local, e.src, e.priority, e.useCandidate, now)
		}
	}
}

// addCandidate adds one of the peer's candidates, or corrects one that was
// learned from a check before it was signalled.
func (a *Agent) addCandidate(g *generation, c *Candidate) {
	if !c.usable() {
		return
	}
	c = &Candidate{
		Component: c.Component, Address: netip.AddrPortFrom(c.Address.Addr().Unmap(), c.Address.Port()),
		Type: c.Type, Priority: c.Priority,
	}
	if known := g.candidate(c.Component, c.Address); known != nil {
		if known.Type == PeerReflexive && c.Type != PeerReflexive {
			*known = *c
			a.reprioritize(g)
		}
		return
	}
	if len(g.candidates) >= maxCandidates {
		return
	}
	g.candidates = append(g.candidates, c)
	if a.cfg.Lite && !g.remoteLite || g.selected[c.Component-1] != nil {
		return
	}
	for i := range a.cfg.Locals {
		if l := &a.cfg.Locals[i]; l.Component <= a.components && l.reachable(c) {
			a.addPair(g, i, c)
		}
	}
	a.thin(g)
}

// addPair puts a pair into the checklist.
func (a *Agent) addPair(g *generation, local int, c *Candidate) *pair {
	p := &pair{local: local, component: c.Component, remote: c, priority: a.priority(&a.cfg.Locals[local], c)}
	g.pairs = append(g.pairs, p)
	g.sort()
	return p
}

func (a *Agent) priority(l *Local, c *Candidate) uint64 {
	if a.controlling {
		return pairPriority(l.Priority, c.Priority)
	}
	return pairPriority(c.Priority, l.Priority)
}

// thin drops the pairs that lead least far when there are too many.
func (a *Agent) thin(g *generation) {
	for i := len(g.pairs) - 1; i >= 0 && len(g.pairs) > maxPairs; i-- {
		p := g.pairs[i]
		if !p.valid && p.state != inProgress && !p.triggered {
			a.drop(g, p)
		}
	}
}

// drop takes a pair out of the checklist.
func (a *Agent) drop(g *generation, p *pair) {
	for _, t := range a.transactions {
		if t.pair == p {
			a.forget(t)
		}
	}
	g.remove(p)
}

// setControlling changes the role.
func (a *Agent) setControlling(on bool) {
	if a.controlling == on {
		return
	}
	a.controlling = on
	for _, g := range []*generation{a.current, a.previous} {
		if g != nil {
			a.reprioritize(g)
			for _, p := range g.pairs {
				p.nominating = false
			}
		}
	}
}

func (a *Agent) reprioritize(g *generation) {
	for _, p := range g.pairs {
		p.priority = a.priority(&a.cfg.Locals[p.local], p.remote)
	}
	g.sort()
}

// reform makes the checklist fit the number of components.
func (a *Agent) reform(g *generation) {
	for _, p := range append([]*pair(nil), g.pairs...) {
		if p.component > a.components {
			g.invalidate(p)
			a.drop(g, p)
		}
	}
	for c := a.components; c < maxComponents; c++ {
		g.selected[c] = nil
	}
	if a.components < maxComponents || a.cfg.Lite && !g.remoteLite {
		return
	}
	for _, c := range g.candidates {
		for i := range a.cfg.Locals {
			l := &a.cfg.Locals[i]
			if c.Component > RTP && l.reachable(c) && g.find(i, c.Address) == nil {
				a.addPair(g, i, c)
			}
		}
	}
	a.thin(g)
}

// reflexive makes the pair of an address that a check came from and nobody
// named (RFC 8445 section 7.3.1.3); nil when there is no room.
func (a *Agent) reflexive(g *generation, local int, src netip.AddrPort, priority uint32) *pair {
	l := &a.cfg.Locals[local]
	c := g.candidate(l.Component, src)
	if c == nil {
		if priority == 0 {
			priority = peerReflexivePreference<<24 | 0xffff<<8 | uint32(256-l.Component)
		}
		c = &Candidate{
			Component: l.Component, Address: src, Type: PeerReflexive, Priority: priority,
		}
		if !l.reachable(c) || !a.makeRoom(g, l.Component) {
			return nil
		}
		g.candidates = append(g.candidates, c)
	}
	return a.addPair(g, local, c)
}

// makeRoom drops the oldest of the peer-reflexive candidates that lead nowhere
// when there are too many. What can be replayed can fill this list, but not
// push out a pair that works.
func (a *Agent) makeRoom(g *generation, component int) bool {
	count := 0
	var victim *Candidate
	for _, c := range g.candidates {
		if c.Type != PeerReflexive || c.Component != component {
			continue
		}
		count++
		if victim == nil && !a.leadsSomewhere(g, c) {
			victim = c
		}
	}
	if count < maxReflexive {
		return true
	}
	if victim == nil {
		return false
	}
	for _, p := range append([]*pair(nil), g.pairs...) {
		if p.remote == victim {
			a.drop(g, p)
		}
	}
	for i, c := range g.candidates {
		if c == victim {
			g.candidates = append(g.candidates[:i], g.candidates[i+1:]...)
			break
		}
	}
	return true
}

func (a *Agent) leadsSomewhere(g *generation, c *Candidate) bool {
	for _, p := range g.pairs {
		if p.remote == c && p.valid {
			return true
		}
	}
	return false
}
