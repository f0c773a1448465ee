package ice

import (
	"net/netip"
	"time"
)

// tick does what is due. It runs on the executor's goroutine.
func (a *Agent) tick(now time.Time) {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return
	}
	a.retransmit(now)
	a.maintain(now)
	a.nominate(now)
	a.checkNext(now)
	a.giveUp(now)
	a.finish(now)
	events := a.events
	a.events = nil
	a.mu.Unlock()
	if a.cfg.Notify != nil {
		for _, e := range events {
			a.cfg.Notify(e)
		}
	}
}

// receive handles a packet that the packet path let through. It runs on the
// executor's goroutine.
func (a *Agent) receive(local int, src netip.AddrPort, pkt []byte, m *message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.cfg.Locals[local].Component > a.components {
		return
	}
	if m.decode(pkt) != nil {
		a.x.counters.forged.Add(1)
		return
	}
	now := time.Now()
	switch m.raw.Type.Value() {
	case typeRequest:
		a.request(local, src, m, now)
	case typeSuccess, typeError:
		a.response(local, src, m, now)
	}
	a.finish(now)
}

// finish publishes what follows from a change and sets the time of the next
// tick.
func (a *Agent) finish(now time.Time) {
	a.publish(now)
	a.x.schedule(a, a.next(now))
}

// next is when something is due.
func (a *Agent) next(now time.Time) (at time.Time) {
	if len(a.events) > 0 {
		return now
	}
	soonest := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, t := range a.transactions {
		soonest(t.next)
	}
	for _, g := range a.generations() {
		for _, p := range g.pairs {
			if p.valid && a.perishable(g, p) {
				soonest(p.heard.Add(ConsentTimeout)) // deserted sooner: at a consent check
			}
		}
		soonest(g.expires)
	}
	for _, p := range a.inUse {
		if p == nil {
			continue
		}
		if a.cfg.Lite {
			soonest(a.keepalive)
		} else {
			soonest(p.consentNext)
		}
	}
	g := a.current
	if a.checks(g) && g.hasWork() {
		soonest(later(a.checkDue(g), now))
	}
	for c := range a.components {
		soonest(a.nominationDue(g, c, now))
	}
	if end := g.started.Add(Patience); g.remoteKnown && end.After(now) {
		soonest(end)
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// generations are the current one and that before a restart, if any.
func (a *Agent) generations() []*generation {
	if a.previous == nil {
		return []*generation{a.current}
	}
	return []*generation{a.current, a.previous}
}

// checks tells whether we make checks in a session.
func (a *Agent) checks(g *generation) bool { return !a.cfg.Lite && g.remoteKnown && g.remote.Pwd != "" }

func (a *Agent) anyValid(g *generation) bool { return g.best(RTP) != nil || g.best(RTCP) != nil }
