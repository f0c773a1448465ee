package ice

import (
	"net/netip"
	"slices"
	"time"
)

// publish tells the packet path and the owner which pairs are valid and in use.
func (a *Agent) publish(now time.Time) {
	for c := range a.inUse {
		p := a.usable(c, now)
		if p != nil && a.inUse[c] != p {
			p.consentNext = nextConsent(now)
			if a.keepalive.IsZero() {
				a.keepalive = now.Add(keepaliveInterval)
			}
		}
		a.inUse[c] = p
		var told Pair
		if p != nil {
			told = p.public()
		}
		if was := a.Pair(c + 1); was != told {
			a.using[c].Store(&told)
			a.event(Event{Kind: Moved, Component: c + 1, Pair: told})
		}
	}
	for i := range a.sources {
		if list := a.validSources(i); !slices.Equal(list, a.sources[i].List()) {
			a.sources[i].Set(list)
		}
	}
}

// usable is the pair that a component sends on; nil for none.
func (a *Agent) usable(c int, now time.Time) *pair {
	if c >= a.components {
		return nil
	}
	for _, g := range a.generations() {
		if p := g.selected[c]; p != nil && p.valid {
			return p
		}
	}
	if a.cfg.Lite {
		return nil // only the controlling side knows what works
	}
	for _, g := range a.generations() {
		if p := g.best(c + 1); p != nil && now.Sub(p.heard) < ConsentTimeout {
			return p
		}
	}
	return nil
}

// validSources lists the addresses that may send to a local candidate.
func (a *Agent) validSources(local int) []netip.AddrPort {
	var list []netip.AddrPort
	for _, g := range a.generations() {
		for _, p := range g.pairs {
			if p.valid && p.local == local && !slices.Contains(list, p.remote.Address) {
				list = append(list, p.remote.Address)
			}
		}
	}
	return list
}

// maxEvents bounds the events that wait for the next tick.
const maxEvents = 64

func (a *Agent) event(e Event) {
	if a.cfg.Notify != nil && len(a.events) < maxEvents {
		a.events = append(a.events, e)
	}
}
