package ice

import (
	"slices"
	"time"
)

// maintain keeps the pairs in use alive and ends those that fell silent.
func (a *Agent) maintain(now time.Time) {
	if g := a.previous; g != nil && !g.expires.IsZero() && !g.expires.After(now) {
		a.discard(g)
		a.refilter()
	}
	for _, g := range a.generations() {
		for _, p := range g.pairs {
			if p.valid && a.perishable(g, p) && (now.Sub(p.heard) >= ConsentTimeout || a.deserted(g, p, now)) {
				a.loseConsent(g, p)
			}
		}
	}
	a.publish(now)
	for c, p := range a.inUse {
		switch {
		case p == nil:
		case a.cfg.Lite:
			if !a.keepalive.After(now) && c == a.lastInUse() {
				a.keepAlive(now)
			}
		case !p.consentNext.After(now):
			a.probe(a.owner(p), p, now)
		}
	}
}

// deserted tells whether a selected pair, as the controlling side, should give
// way to another one: the peer doesn't answer on it, but does there (its NAT
// has given it another address).
func (a *Agent) deserted(g *generation, p *pair, now time.Time) bool {
	if !a.controlling || g != a.current || g.selected[p.component-1] != p || now.Sub(p.heard) < stale {
		return false
	}
	for _, q := range g.pairs {
		if q.valid && q.component == p.component && q.heard.After(p.heard) {
			return true
		}
	}
	return false
}

// perishable tells whether a pair ends when nothing is heard on it. What the
// peer has nominated to a lite agent doesn't: the peer may be silent there.
func (a *Agent) perishable(g *generation, p *pair) bool {
	return !a.cfg.Lite || g.selected[p.component-1] != p
}

func (a *Agent) lastInUse() (last int) {
	for c, p := range a.inUse {
		if p != nil {
			last = c
		}
	}
	return last
}

func (a *Agent) owner(p *pair) *generation {
	if a.previous != nil && slices.Contains(a.previous.pairs, p) {
		return a.previous
	}
	return a.current
}

// probe sends a consent check (RFC 7675 section 5.1): once, under a number of
// its own.
func (a *Agent) probe(g *generation, p *pair, now time.Time) {
	p.consentNext = nextConsent(now)
	t := a.start(g, p, forConsent)
	if t == nil {
		return
	}
	if !p.probed.After(p.heard) {
		p.probed = now
	}
	_ = a.send(t, now) // an error is as good as no answer
}

// keepAlive sends what keeps the bindings of NATs alive, as a lite agent (RFC
// 8445 section 11).
func (a *Agent) keepAlive(now time.Time) {
	a.keepalive = now.Add(keepaliveInterval)
	for _, p := range a.inUse {
		if p != nil {
			_ = a.cfg.Locals[p.local].Port.Send(encodeIndication(), p.remote.Address) // the next one may arrive
		}
	}
}

// loseConsent stops the use of a pair: the peer doesn't answer on it any more,
// or said so. If it was in use all others are tried anew.
func (a *Agent) loseConsent(g *generation, p *pair) {
	p.state = failed
	g.invalidate(p)
	c := p.component - 1
	if g.selected[c] == p {
		g.selected[c] = nil
	}
	if a.inUse[c] != p {
		return
	}
	a.event(Event{Kind: ConsentLost, Component: p.component, Pair: p.public()})
	if g != a.current || a.cfg.Lite {
		return
	}
	for _, q := range g.pairs {
		if q != p && q.component == p.component && !q.valid && q.check == nil {
			q.state = waiting
			g.trigger(q)
		}
	}
}
