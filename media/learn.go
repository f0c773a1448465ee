package media

import (
	"net/netip"
	"time"
)

// LearningWindow is how long after the first packet (LearnHeuristic) or after
// signalling (LearnDelayed) an endpoint may still change. rtpengine's
// documentation of endpoint-learning names 3 seconds.
const LearningWindow = 3 * time.Second

// candidateQuiet is how long a candidate must have been silent before another
// source of the same preference may take its place: a stray packet doesn't
// take a stream over, and a stray first packet doesn't keep it.
const candidateQuiet = 500 * time.Millisecond

// preference ranks sources within the window of LearnHeuristic
// (endpoint-learning=heuristic in rtpengine's documentation).
type preference int8

const (
	notLearned preference = iota - 1
	preferAny
	preferPort
	preferAddress
	preferExact
)

var learnReasons = [...]string{
	preferAny:     "neither address nor port as signalled",
	preferPort:    "port as signalled, another address",
	preferAddress: "address as signalled, another port",
	preferExact:   "address and port as signalled",
}

func preferenceOf(src, advertised netip.AddrPort) preference {
	switch {
	case src == advertised:
		return preferExact
	case src.Addr() == advertised.Addr():
		return preferAddress
	case src.Port() == advertised.Port():
		return preferPort
	}
	return preferAny
}

// learning is what the worker of a port alone keeps about the window.
type learning struct {
	window  uint32 // remote.window that the rest belongs to
	refused uint32 // window in which a stranger was reported
	started int64  // first packet of the window
	heard   int64  // last packet of the candidate that proved valid
}

// verdict of the source policy on a packet.
type verdict uint8

const (
	refuse    verdict = iota // a stranger
	accept                   // forward, learn nothing
	candidate                // forward, and send to its source from now on
	confirm                  // likewise, and let nobody else in
)

// admit applies the source policy to a packet from src. The packet may still
// turn out to be forged: nothing is learned here but times.
func (f *Flow) admit(r *remote, src netip.AddrPort, now int64) verdict {
	p := &f.Source
	switch {
	case p.Only != nil:
		if p.Only.Has(src) {
			return accept
		}
		return refuse
	case p.Asymmetric:
		switch {
		case src == r.advertised && !r.confirmed:
			return confirm
		case src != r.advertised && p.Strict:
			return refuse
		}
		return accept
	case r.confirmed && !p.Handover:
		return refuse
	case !sendable(r.advertised):
		// Nothing signalled to measure the source by, or the peer wants no
		// media: let it talk (early media), send it nothing.
		if p.Strict && p.Learning == LearnOff {
			return refuse
		}
		return accept
	case p.Handover:
		return confirm
	}
	switch p.Learning {
	case LearnOff:
		if src == r.advertised {
			return confirm
		}
		if p.Strict {
			return refuse
		}
		return accept
	case LearnImmediate:
		return confirm
	case LearnDelayed:
		if now-r.signalled < int64(LearningWindow) {
			return accept
		}
		return confirm
	}
	return f.Stream.in.learning.heuristic(r, src, now)
}

// heuristic follows the best source of the window and confirms it at the end,
// or at once when it is the signalled one.
func (l *learning) heuristic(r *remote, src netip.AddrPort, now int64) verdict {
	if l.window != r.window {
		l.window, l.started, l.heard = r.window, now, now
	}
	pref := preferenceOf(src, r.advertised)
	if pref == preferExact {
		return confirm
	}
	take := candidate
	if now-l.started >= int64(LearningWindow) {
		take = confirm
	}
	switch {
	case r.preference == notLearned, pref > r.preference:
	case src == r.endpoint.addr:
		if take == candidate {
			return accept
		}
	case take == confirm, pref == r.preference:
		if now-l.heard < int64(candidateQuiet) {
			return refuse
		}
	default:
		return refuse
	}
	return take
}

// learn makes src the stream's destination after a packet from it proved
// valid. It does nothing when signalling named another endpoint meanwhile.
func (f *Flow) learn(r *remote, src netip.AddrPort, v verdict, b *Batch) {
	n := *r
	n.preference = preferenceOf(src, r.advertised)
	n.confirmed = v == confirm
	e := LearnEvent{New: src, Why: learnReasons[n.preference], Confirmed: n.confirmed}
	decision := LearnDecision(n.preference)
	if r.confirmed {
		decision = LearnedHandover
		e.Why = "media handover: " + e.Why
	}
	e.Old = r.endpoint.addr
	if e.Old != src {
		n.endpoint.set(src)
	}
	f.Stream.moving()
	if f.Stream.remote.CompareAndSwap(r, &n) {
		b.notify(notice{flow: f, event: e, decision: decision})
	}
}

// stranger reports the first refused source of a window.
func (f *Flow) stranger(r *remote, src netip.AddrPort, b *Batch) {
	if l := &f.Stream.in.learning; l.refused != r.window+1 {
		l.refused = r.window + 1
		b.notify(notice{flow: f, event: LearnEvent{New: src}, refused: true})
	}
}
