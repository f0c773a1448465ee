package ice

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
)

// response handles an answer to a check of ours (RFC 8445 section 7.2.5).
// Answers without proof are ignored, errors too (RFC 8489 section 9.1.4).
func (a *Agent) response(local int, src netip.AddrPort, m *message, now time.Time) {
	t := a.transactions[m.raw.TransactionID]
	if t == nil {
		a.x.counters.foreign.Add(1)
		return
	}
	if !m.verify(t.generation.remote.Pwd) {
		a.x.counters.forged.Add(1)
		return
	}
	a.x.counters.responses.Add(1)
	g, p := t.generation, t.pair
	current := p.check == t
	a.forget(t)
	switch {
	case !p.is(local, src):
		// Answered from elsewhere than asked: the pair doesn't work (RFC 8445
		// section 7.2.5.2.1).
		if current {
			a.failPair(g, p, now)
		}
	case m.raw.Type.Value() == typeSuccess:
		a.answered(g, t, now)
	case m.errorCode == int(stun.CodeRoleConflict):
		a.refuted(g, t)
	case m.errorCode == int(stun.CodeForbidden) && t.purpose == forConsent:
		a.loseConsent(g, p)
	case current:
		a.failPair(g, p, now)
	}
}

// answered notes that a pair works.
func (a *Agent) answered(g *generation, t *transaction, now time.Time) {
	p := t.pair
	p.heard = now
	if t.purpose == forConsent && !p.valid {
		return // consent was lost meanwhile; only a new check brings it back
	}
	if p.check != nil && !p.nominating {
		a.cancel(p, now)
	}
	if p.check == nil {
		p.state = succeeded
		g.untriggerChecked(p)
	}
	p.valid = true
	p.refusals = 0
	g.gaveUp = false
	if c := p.component - 1; g.firstValid[c].IsZero() {
		g.firstValid[c] = now
	}
	if t.purpose == forConsent || g != a.current {
		return
	}
	switch {
	case a.controlling && t.useCandidate:
		p.nominating = false
		a.choose(g, p, now)
	case !a.controlling && (p.asked || p.nominated && g.selected[p.component-1] == nil):
		a.choose(g, p, now)
	}
}

// untriggerChecked takes a pair that has just proved to work out of the queue,
// unless it waits there to be nominated.
func (g *generation) untriggerChecked(p *pair) {
	if !p.nominating {
		g.untrigger(p)
	}
}

// refuted handles a role conflict that the peer found: our role changes, unless
// it already has, and the pair is checked again (RFC 8445 section 7.2.5.1).
func (a *Agent) refuted(g *generation, t *transaction) {
	if t.role == a.role() && !g.remoteLite && !a.cfg.Lite && g == a.current {
		a.tieBreaker = rand.Uint64() | 1
		a.switchRole()
	}
	if t.purpose == forCheck && g == a.current {
		t.pair.nominating = false
		t.pair.state = waiting
		g.trigger(t.pair)
	}
}
