package call

import (
	"net/netip"
	"time"

	"rtpgo/media"
)

// Summary is what a list of many calls shows of one. It shares nothing with
// the call.
type Summary struct {
	ID        string
	Created   time.Time
	Condition string
	Streams   []StreamSummary
}

// StreamSummary is the RTP of one media of one party.
type StreamSummary struct {
	Tag       string
	Media     int // from 1 on
	Type      string
	Codec     string // the one that the party prefers, "" before it is known
	Interface string
	Local     netip.AddrPort // invalid while no port is open
	Remote    netip.AddrPort // where its packets go; invalid while nowhere
	Receives  bool           // we receive from the party: it isn't on hold

	Received, Lost, Dropped uint64        // packets from the party
	Unintended              uint64        // of the dropped ones, those that nobody asked to drop
	Jitter                  time.Duration // of its latest source
	Last                    int64         // when its last packet came, by media.Now; 0 means never
	Kernelized              bool
}

// Summaries lists every call, in no order. It takes each call's lock for the
// time of reading some counters.
func (r *Registry) Summaries() []Summary {
	now := media.Now()
	list := make([]Summary, 0, r.Count())
	for _, c := range r.all() {
		c.mu.Lock()
		if !c.dead {
			list = append(list, c.summary(now))
		}
		c.mu.Unlock()
	}
	return list
}

func (c *Call) summary(now int64) Summary {
	n := 0
	for _, p := range c.parties {
		n += len(p.medias)
	}
	s := Summary{ID: c.ID, Created: c.created, Streams: make([]StreamSummary, 0, n)}
	var arrivals Arrivals
	for _, p := range c.parties {
		for _, m := range p.medias {
			t := m.summary()
			s.Streams = append(s.Streams, t)
			if !t.Receives || !t.Local.IsValid() {
				continue
			}
			arrivals.Expected++
			if t.Received > 0 {
				arrivals.Ever++
				if now-t.Last < int64(SilentAfter) {
					arrivals.Now++
				}
			}
		}
	}
	s.Condition = arrivals.Condition(c.state())
	return s
}

func (m *Media) summary() StreamSummary {
	s := StreamSummary{Tag: m.party.tag, Media: m.index + 1, Type: m.typ, Receives: m.weReceive}
	if len(m.codecs) > 0 {
		s.Codec = m.codecs[0].Encoding
	}
	if m.iface != nil {
		s.Interface = m.iface.Name
	}
	if m.set != nil && !m.disabled {
		s.Local, _ = m.set.primary().addr(rtp)
	}
	if m.retired != nil {
		old := &m.retired[rtp]
		s.Received = old.in.packets
		s.dropped(&old.drops)
	}
	for _, set := range m.sets {
		for _, l := range set.locals {
			if st := l.streams[rtp]; st != nil {
				s.add(st, set == m.sending() && l == m.selected(set.primary(), rtp))
			}
		}
	}
	return s
}

// add adds the figures of one of the ports; current are those that the stream
// uses now.
func (s *StreamSummary) add(st *media.Stream, current bool) {
	var t media.Tally
	st.Tally(&t)
	s.Received += t.In.Packets
	s.Lost += uint64(t.Lost)
	s.dropped(&t.Drops)
	if last := max(t.LastUser, t.LastKernel); last > s.Last {
		s.Last, s.Jitter = last, st.Jitter()
	}
	if current {
		s.Remote, s.Kernelized = st.Remote(), st.Kernelized()
	}
}

func (s *StreamSummary) dropped(drops *[media.DropCauses]uint64) {
	for cause, n := range drops {
		s.Dropped += n
		if !media.DropCause(cause).Intended() {
			s.Unintended += n
		}
	}
}
