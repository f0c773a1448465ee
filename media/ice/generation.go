package ice

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// generation is the state of one ICE session: from one exchange of credentials
// to the next (RFC 8445 section 9). After a restart that before goes on
// carrying media until the new one has selected its pairs.
type generation struct {
	local       Credentials
	remote      Credentials
	remoteKnown bool
	remoteLite  bool
	// trickling: more candidates of the peer may follow (RFC 8838).
	trickling bool

	candidates []*Candidate // the peer's
	pairs      []*pair      // the checklist, best first
	triggered  []*pair      // to be checked first (RFC 8445 section 6.1.4.1)
	early      []earlyCheck
	started    time.Time // when the credentials were known
	firstValid [maxComponents]time.Time
	selected   [maxComponents]*pair
	gaveUp     bool      // Failed was reported
	expires    time.Time // of the generation before a restart
}

// earlyCheck is one that came before the peer's credentials.
type earlyCheck struct {
	local        int
	src          netip.AddrPort
	ufrag        string // the peer's, by its own account
	priority     uint32
	useCandidate bool
}

// find returns the pair of a local candidate with an address, nil if there is
// none.
func (g *generation) find(local int, remote netip.AddrPort) *pair {
	for _, p := range g.pairs {
		if p.is(local, remote) {
			return p
		}
	}
	return nil
}

// candidate returns the peer's candidate of an address, nil if unknown.
func (g *generation) candidate(component int, addr netip.AddrPort) *Candidate {
	for _, c := range g.candidates {
		if c.Component == component && c.Address == addr {
			return c
		}
	}
	return nil
}

// invalidate notes that a pair doesn't work any more.
func (g *generation) invalidate(p *pair) {
	p.valid = false
	if g.best(p.component) == nil {
		g.firstValid[p.component-1] = time.Time{}
	}
}

// sort puts the checklist in order.
func (g *generation) sort() {
	slices.SortStableFunc(g.pairs, func(a, b *pair) int { return cmp.Compare(b.priority, a.priority) })
}

// remove takes a pair out of the checklist.
func (g *generation) remove(p *pair) {
	g.pairs = slices.DeleteFunc(g.pairs, func(q *pair) bool { return q == p })
	g.untrigger(p)
}

func (g *generation) untrigger(p *pair) {
	if p.triggered {
		p.triggered = false
		g.triggered = slices.DeleteFunc(g.triggered, func(q *pair) bool { return q == p })
	}
}

// trigger queues a check that goes before all ordinary ones; a nomination goes
// before the other triggered ones.
func (g *generation) trigger(p *pair) {
	if p.triggered {
		if !p.nominating {
			return
		}
		g.untrigger(p)
	}
	p.triggered = true
	if p.nominating {
		g.triggered = slices.Insert(g.triggered, 0, p)
		return
	}
	g.triggered = append(g.triggered, p)
}

// next chooses the pair to check (RFC 8445 section 6.1.4.2); nil if none is
// due.
func (g *generation) next() *pair {
	if len(g.triggered) > 0 {
		p := g.triggered[0]
		g.untrigger(p)
		return p
	}
	for _, p := range g.pairs {
		if p.state == waiting {
			return p
		}
	}
	return nil
}

// hasWork tells whether next would return something.
func (g *generation) hasWork() bool {
	return len(g.triggered) > 0 || slices.ContainsFunc(g.pairs, func(p *pair) bool {
		return p.state == waiting
	})
}

// active counts the pairs that are being or will be checked.
func (g *generation) active() (n int) {
	for _, p := range g.pairs {
		if p.state == waiting || p.state == inProgress {
			n++
		}
	}
	return n
}

// best is the valid pair of the highest priority of a component.
func (g *generation) best(component int) *pair {
	for _, p := range g.pairs {
		if p.valid && p.component == component {
			return p
		}
	}
	return nil
}

// complete tells whether every component that the peer has too has its pair.
func (g *generation) complete(components int) bool {
	for c := range components {
		if g.selected[c] == nil && (c == 0 || slices.ContainsFunc(g.pairs, func(p *pair) bool { return p.component == c+1 })) {
			return false
		}
	}
	return true
}
