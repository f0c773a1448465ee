package ice

import (
	"errors"
	"syscall"
	"time"
)

// checkNext starts the next connectivity check when the pacing allows it.
func (a *Agent) checkNext(now time.Time) {
	g := a.current
	if !a.checks(g) || !g.hasWork() || a.checkDue(g).After(now) {
		return
	}
	p := g.next()
	a.checkedLast = now
	a.cancel(p, now)
	t := a.start(g, p, forCheck)
	if t == nil {
		g.trigger(p) // too many under way: later
		return
	}
	t.rto, t.limit, t.wait = retransmission(g.active()), maxSends, lastWait
	if t.useCandidate {
		t.limit, t.wait = nominationSends, nominationWait
	}
	p.state, p.check = inProgress, t
	if err := a.send(t, now); err != nil && !transient(err) {
		a.forget(t)
		a.failPair(g, p, now)
	}
}

// checkDue is when the pacing allows the next check.
func (a *Agent) checkDue(g *generation) time.Time {
	if len(g.triggered) > 0 {
		return a.checkedLast.Add(triggeredPace)
	}
	return a.checkedLast.Add(Pace)
}

// transient tells errors of sending that say nothing about the destination.
func transient(err error) bool {
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}

// failPair ends a check without an answer. A pair in use is left to its
// consent checks.
func (a *Agent) failPair(g *generation, p *pair, now time.Time) {
	if p.nominating {
		p.nominating = false
		p.refusals++
	}
	if p.valid && now.Sub(p.heard) < ConsentTimeout {
		p.state = succeeded
		return
	}
	p.state = failed
	g.invalidate(p)
}

// nominate chooses the pairs to use, as the controlling side (RFC 8445 section
// 8.1.1).
func (a *Agent) nominate(now time.Time) {
	g := a.current
	for c := range a.components {
		if at := a.nominationDue(g, c, now); at.IsZero() || at.After(now) {
			continue
		}
		p := nominee(g, c+1)
		p.nominating = true
		g.trigger(p)
	}
}

// nominationDue is when to nominate a pair of a component: when nothing better
// can come any more, or has not come soon; zero if there is nothing to do.
func (a *Agent) nominationDue(g *generation, c int, now time.Time) time.Time {
	if !a.controlling || !a.checks(g) || g.selected[c] != nil || a.nominatingAny(g, c+1) {
		return time.Time{}
	}
	p := nominee(g, c+1)
	switch {
	case p == nil:
		return time.Time{}
	case betterPending(g, p):
		return later(g.firstValid[c].Add(settling), now)
	}
	return now
}

// nominee is the pair to nominate: of those that ignored the fewest
// nominations the one of the highest priority.
func nominee(g *generation, component int) (best *pair) {
	for _, p := range g.pairs {
		if p.valid && p.component == component && (best == nil || p.refusals < best.refusals) {
			best = p
		}
	}
	return best
}

// betterPending tells whether a better pair may still turn out to work.
func betterPending(g *generation, than *pair) bool {
	for _, p := range g.pairs {
		if p.component == than.component && p.priority > than.priority && p.pending() && !p.valid {
			return true
		}
	}
	return false
}

func (a *Agent) nominatingAny(g *generation, component int) bool {
	for _, p := range g.pairs {
		if p.nominating && p.component == component {
			return true
		}
	}
	return false
}

// choose takes a nominated pair into use, if it isn't worse than one that was
// nominated before and works: of several nominations the best pair counts
// (aggressive nomination, RFC 8445 section 8.1.1 and RFC 5245 section 8.1.1.2).
func (a *Agent) choose(g *generation, p *pair, now time.Time) {
	c := p.component - 1
	p.nominated, p.asked = true, false
	old := g.selected[c]
	if old == p {
		return
	}
	if old != nil && old.valid && !a.controlling && a.preferred(old, p) && !a.silent(g, old, now) {
		return
	}
	g.selected[c] = p
	for _, q := range g.pairs {
		if q.component != p.component || q == p {
			continue
		}
		g.untrigger(q)
		a.cancel(q, now)
		q.nominating = false
		if q.valid {
			q.state = succeeded
		} else {
			q.state = failed
		}
	}
	if a.previous != nil && g == a.current && g.complete(a.components) && a.previous.expires.IsZero() {
		a.previous.expires = now.Add(lingering)
	}
}

// preferred tells whether the pair in use stays although another one was
// nominated later. A lite agent has only the requests' word for a pair: what
// isn't better doesn't replace a pair in use.
func (a *Agent) preferred(old, p *pair) bool {
	return old.priority > p.priority || a.cfg.Lite && old.priority == p.priority
}

// silent tells whether the peer seems to have left a pair in use. A full agent
// asks: the answer shows when the peer nominates the other pair again.
func (a *Agent) silent(g *generation, p *pair, now time.Time) bool {
	if a.cfg.Lite {
		return now.Sub(p.heard) > stale
	}
	if p.probed.After(p.heard) && now.Sub(p.probed) >= time.Second {
		return true
	}
	if now.Sub(p.heard) > time.Second && !p.probed.After(p.heard) {
		a.probe(g, p, now)
	}
	return false
}

// selectUnchecked pairs two lite sides: nobody checks anything (RFC 8445
// section 6.1.1).
func (a *Agent) selectUnchecked(g *generation, now time.Time) {
	for c := range a.components {
		for _, p := range g.pairs {
			if p.component == c+1 && g.selected[c] == nil {
				p.valid, p.heard, p.state = true, now, succeeded
				a.choose(g, p, now)
			}
		}
	}
}

// giveUp reports a session that can't succeed (RFC 8445 section 8.1.2), not
// before the peer had time to appear (RFC 8863).
func (a *Agent) giveUp(now time.Time) {
	g := a.current
	if !g.remoteKnown || g.gaveUp || g.trickling || a.anyValid(g) || now.Sub(g.started) < Patience {
		return
	}
	for _, p := range g.pairs {
		if !a.cfg.Lite && p.pending() {
			return
		}
	}
	g.gaveUp = true
	a.event(Event{Kind: Failed})
}
