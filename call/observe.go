package call

import (
	"net/netip"
	"time"

	"rtpgo/media"
)

// quietAfter is how long a stream must have been without packets for the event
// log to say so.
const quietAfter = 10 * time.Second

// watched is what the clock has seen of a port, so that it tells what is new.
type watched struct {
	first, quiet, kernel bool
	failed, path         uint8  // bits of the reasons told
	drops                uint32 // bits of the causes told
	strangers            uint64 // packets refused because of their source
	strangerAt           int64  // when there last were more of them; Unix time in ns
	refused              netip.AddrPort

	// What the flows of the port tell, made once: they are installed anew with
	// each offer and answer.
	onLearned func(media.LearnEvent)
	onRefused func(netip.AddrPort)
}

// observe records what has happened to the packets of a call since the last
// time. The registry's clock calls it: nothing is recorded on the packet path.
func (c *Call) observe(now time.Time) {
	for _, p := range c.parties {
		for _, m := range p.medias {
			for _, s := range m.sets {
				for _, l := range s.locals {
					for i, st := range l.streams {
						if st != nil {
							m.observe(&l.watch[i], i, st, now)
						}
					}
				}
			}
		}
	}
}

func (m *Media) observe(w *watched, i int, st *media.Stream, now time.Time) {
	c := m.party.call
	stream := uint8(i)
	if last := st.LastPacket(); last != 0 {
		m.observePackets(w, stream, st, now, last)
	}
	if on := st.Kernelized(); on != w.kernel {
		w.kernel = on
		kind := evUser
		if on {
			kind = evKernel
		}
		c.event(nil, m, event{kind: kind, stream: stream})
	}
	for cause := media.DropNone + 1; cause < media.DropCauses; cause++ {
		n := st.Dropped(cause)
		if n == 0 {
			continue
		}
		if cause == media.DropSource && n != w.strangers {
			w.strangers, w.strangerAt = n, now.UnixNano()
		}
		if w.drops>>cause&1 == 0 && cause != media.DropSend {
			w.drops |= 1 << cause
			c.event(nil, m, event{kind: evDrop, stream: stream, n: n, text: cause.String()})
		}
	}
	if st.Dropped(media.DropSend) != 0 {
		for why := range media.SendFailures {
			if n := st.Failed(why); n != 0 && w.failed>>why&1 == 0 {
				w.failed |= 1 << why
				c.event(nil, m, event{kind: evSend, stream: stream, n: n, text: why.String(), a: st.Remote()})
			}
		}
	}
	if e := st.Path(); e.Problem != media.PathOK && w.path>>e.Problem&1 == 0 {
		w.path |= 1 << e.Problem
		c.event(nil, m, event{kind: evPath, stream: stream, a: st.Remote(), b: netip.AddrPortFrom(e.From, 0), text: e.Problem.String()})
	}
}

// observePackets records the first packet, and when they stop and go on.
func (m *Media) observePackets(w *watched, stream uint8, st *media.Stream, now time.Time, last int64) {
	c := m.party.call
	at := media.WallTime(last)
	idle := now.Sub(at)
	if !w.first {
		w.first = true
		first := at
		if f := st.FirstPacket(); f != 0 {
			first = media.WallTime(f)
		}
		e := event{kind: evFirst, stream: stream}
		if st.Confirmed() {
			e.a = st.Remote()
		}
		c.eventAt(first, m, e)
	}
	switch quiet := idle >= quietAfter; {
	case quiet && !w.quiet:
		w.quiet = true
		c.event(nil, m, event{kind: evQuiet, stream: stream, n: uint64(idle / time.Second)})
	case !quiet && w.quiet:
		w.quiet = false
		c.event(nil, m, event{kind: evResumed, stream: stream})
	}
}

// refused records a source that a flow has refused. It is called by the data
// plane, without the call's lock.
func (c *Call) refused(s subject, l *localPorts, i int, src netip.AddrPort) {
	c.log.mu.Lock()
	l.watch[i].refused = src
	c.log.mu.Unlock()
	c.eventOf(s, c.registry.now(), event{kind: evRefused, stream: uint8(i), a: src})
}

// final records what was counted, when a call ends.
func (c *Call) tellEnd(now time.Time) {
	c.observe(now)
	for _, p := range c.parties {
		for _, m := range p.medias {
			for i := range m.streams {
				sum := m.counters(i)
				if !sum.lastPacket.IsZero() {
					c.eventAt(sum.lastPacket, m, event{kind: evLast, stream: uint8(i), n: sum.in.packets})
				}
				for cause, n := range sum.drops {
					if n > 0 {
						c.event(nil, m, event{kind: evDropped, stream: uint8(i), n: n, text: media.DropCause(cause).String()})
					}
				}
			}
		}
	}
	reason := c.endReason
	if reason == "" {
		reason = "ended"
	}
	c.event(nil, nil, event{kind: evEnd, text: reason})
}

// What of a party's reports is in the event log.
const (
	toldReport = 1 << iota
	toldLoss
)

// muchLoss is the share of a report's interval, in 1/256, that is worth an event.
const muchLoss = 13 // 5 %

// tellReport records the first report of a party about what it gets, and when
// loss begins and ends.
func (m *Media) tellReport(s *rtpSource, r *media.Report) {
	loss, text := r.Fraction >= muchLoss, ""
	switch {
	case s.told == 0:
		text = "first report"
	case loss && s.told&toldLoss == 0:
		text = "report"
	case !loss && s.told&toldLoss != 0:
		text = "report again"
	default:
		return
	}
	s.told = toldReport
	if loss {
		s.told |= toldLoss
	}
	m.party.call.eventAt(media.WallTime(r.At), m, event{kind: evRTCP, n: uint64(r.Fraction), text: text})
}
