package explain

import (
	"fmt"
	"time"

	"rtpgo/media"
)

// Graces and thresholds. They are long enough that no healthy call is blamed
// for its first moments, a pause or a stray packet.
const (
	// FirstGrace is how long after the answer the first packet may take.
	FirstGrace = 2 * time.Second
	// iceGrace and dtlsGrace are the same for what must come before it.
	iceGrace  = 4 * time.Second
	dtlsGrace = 3 * time.Second
	// stoppedAfter is how long a stream may be silent: longer than any pause
	// of a codec with silence suppression, which sends comfort noise (RFC 3389).
	stoppedAfter = 10 * time.Second
	// staleAfter is how long ago the last good packet is when bad ones count.
	staleAfter = time.Second
	// endGrace is how long after the end packets may still come: a BYE that has
	// to be repeated takes some time.
	endGrace = 5 * time.Second
	// deafAfter is how long a party must have told nothing of what it gets, when
	// that is all there is to go by: RFC 3550 section 6.2 has it report every
	// five seconds or so.
	deafAfter = 10 * time.Second
	// aFew packets mean nothing.
	aFew = 10
)

// Judge gives a verdict on each direction of each section of the call.
func Judge(c *Call) []Verdict {
	out := make([]Verdict, 0, len(c.Sides))
	for i := range c.Sides {
		s := &c.Sides[i]
		d := direction{c: c, from: s}
		if s.Other >= 0 && s.Other < len(c.Sides) {
			d.to = &c.Sides[s.Other]
		}
		if !d.judged() {
			continue
		}
		v := d.judge()
		v.From, v.Media, v.Type = s.Tag, s.Index, s.Type
		if d.to != nil {
			v.To = d.to.Tag
		}
		if c.TimedOut() && v.Code != Timeout {
			v.Text += fmt.Sprintf(" The call was ended by %s.", c.EndReason)
		}
		out = append(out, v)
	}
	return out
}

// Worst is the verdict that matters most: the first fault, else the first one
// that isn't Healthy.
func Worst(list []Verdict) Verdict {
	worst := Verdict{Code: Healthy}
	for i, v := range list {
		switch {
		case v.Fault:
			return v
		case i == 0, worst.Code == Healthy && v.Code != Healthy:
			worst = v
		}
	}
	return worst
}

// direction is what one party sends to another in one section; to is nil while
// there is nobody.
type direction struct {
	c        *Call
	from, to *Side
}

// judged tells whether there is anything to say about the direction: nothing
// of sections that were refused, nor of a party that has said nothing yet.
func (d *direction) judged() bool {
	if d.from.Disabled || d.from.Removed || d.to != nil && (d.to.Disabled || d.to.Removed) {
		return false
	}
	return d.from.Initialized
}

// rules are asked in this order: what forbids media, what must come before it,
// what arrives from the sender, what leaves to the receiver, what is odd though
// it works.
var rules = []func(*direction) (Verdict, bool){
	(*direction).notAnswered, (*direction).blocked, (*direction).held,
	(*direction).ice, (*direction).dtls, (*direction).srtp,
	(*direction).neverCame, (*direction).ceased,
	(*direction).payload, (*direction).unexpectedSRTP,
	(*direction).wrongWayOut, (*direction).private, (*direction).cantSend, (*direction).path, (*direction).notReceived, (*direction).nowhere,
	(*direction).mux, (*direction).afterEnd, (*direction).learnedAddress, (*direction).stranger, (*direction).inFragments, (*direction).oldest,
}

func (d *direction) judge() Verdict {
	for _, rule := range rules {
		if v, ok := rule(d); ok {
			return v
		}
	}
	s := d.stream()
	text := fmt.Sprintf("%s sends to %s, which sends on to %s: %d packets so far.", who(d.from), port(d.from), whoOr(d.to), rtpIn(s))
	if d.c.Ended {
		text = fmt.Sprintf("%s sent %d packets to %s, which sent them on to %s.", who(d.from), rtpIn(s), port(d.from), whoOr(d.to))
	}
	if n := lost(s); n > 0 {
		text += fmt.Sprintf(" %d were lost on the way here.", n)
	}
	return Verdict{Code: Healthy, Text: text}
}

func (d *direction) stream() *Stream { return &d.from.Streams[0] }

// rtpIn counts the RTP packets among those that came.
func rtpIn(s *Stream) uint64 { return s.In - min(s.In, s.RTCPIn) }

func lost(s *Stream) (n int64) {
	for i := range s.Sources {
		n += max(0, s.Sources[i].Lost)
	}
	return n
}

// idle is how long nothing has come, for ever if nothing ever has.
func (d *direction) idle(s *Stream) time.Duration {
	if s.Last.IsZero() {
		return time.Duration(1<<63 - 1)
	}
	return d.c.Now.Sub(s.Last)
}

// age is how long the call has been answered as it is now.
func (d *direction) age() time.Duration {
	if d.c.Answered.IsZero() {
		return 0
	}
	return d.c.Now.Sub(later(d.c.Answered, d.c.Signalled))
}

// since is how long something has been the case, counted from the last answer
// at the earliest.
func (d *direction) since(t time.Time) time.Duration { return min(d.age(), d.c.Now.Sub(t)) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func fault(code Code, side, text, check string) (Verdict, bool) {
	return Verdict{Code: code, Fault: true, Side: side, Text: text, Check: check}, true
}

func note(code Code, side, text, check string) (Verdict, bool) {
	return Verdict{Code: code, Side: side, Text: text, Check: check}, true
}

func no() (Verdict, bool) { return Verdict{}, false }

// most tells whether n of all is enough to be a trouble and no accident.
func most(n, all uint64) bool { return n >= aFew && n*20 >= all }

func drops(s *Stream, causes ...media.DropCause) (n uint64) {
	for _, c := range causes {
		n += s.Drops[c]
	}
	return n
}
