package call

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"rtpgo/call/explain"
	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/sdpedit"
)

// facts is what a locked call is judged by. The memory of room is used if it
// is enough.
func (c *Call) facts(now time.Time, room []explain.Side) explain.Call {
	f := explain.Call{Created: c.created, Answered: c.answerAt, Signalled: c.lastSignal, Now: now, Sides: room[:0]}
	var few [8]*Media
	order := few[:0]
	for _, p := range c.parties {
		order = append(order, p.medias...)
	}
	for _, m := range order {
		f.Sides = append(f.Sides, explain.Side{})
		s := &f.Sides[len(f.Sides)-1]
		m.facts(s, now.Sub(c.created))
		s.Other = -1
		if o := m.peer(); o != nil {
			s.Other = slices.Index(order, o)
		}
	}
	return f
}

// facts fills in those of a media of a call of that age.
func (m *Media) facts(s *explain.Side, age time.Duration) {
	c := m.party.call
	s.Tag, s.Index, s.Type, s.Protocol = m.party.tag, m.index+1, m.typ, m.protoText
	s.Disabled, s.Removed, s.Raw, s.Initialized = m.disabled, m.removed, !m.isRTP(), m.initialized
	s.Sends, s.Receives, s.Zero, s.Offered = m.saysSend, m.saysReceive, m.saysZero, c.offerer == m.party
	s.Source, s.Mux, s.MuxShown = m.from, m.mux.on, m.mux.shown
	if m.protocol != nil {
		s.Protocol = m.protocol.name
	}
	if m.iface != nil {
		s.Interface = m.iface.Name
	}
	to := m.peer()
	s.Passes = to != nil && m.weReceive && to.weSend
	b := m.party.blocks.or(c.blocks).or(m.blocks)
	switch {
	case c.dropTraffic:
		s.Block = "drop-traffic"
	case m.party.echo == echoSink:
		s.Block = "media echo"
	case b.media:
		s.Block = "block media"
	}
	s.Silenced = b.silence
	policy := m.source(rtp)
	s.Learns = !policy.Asymmetric && policy.Learning != media.LearnOff
	m.payloadTypesOf(s)
	m.securityFacts(&s.Security)
	m.iceFacts(&s.ICE)
	for i := range s.Streams {
		m.streamFacts(&s.Streams[i], i)
	}
	if m.set != nil && !m.disabled && s.Streams[rtp].Signalled.IsValid() && (suspicious(&s.Streams[rtp], age) || longPackets(to)) {
		s.Streams[rtp].Route, s.Better = m.route(s.Streams[rtp].Local.Addr(), s.Streams[rtp].Signalled.Addr())
	}
}

// payloadTypesOf tells what the party may send: what it was shown, and as some
// go by numbers of their own, what it has described itself. Comfort noise
// (RFC 3389) needs no agreement.
func (m *Media) payloadTypesOf(s *explain.Side) {
	for _, codecs := range [...][]sdpedit.Codec{m.told, m.codecs, m.agreed} {
		for i := range codecs {
			pt := codecs[i].PT
			if pt < 0 || pt > 127 {
				continue
			}
			s.PayloadTypes[pt/64] |= 1 << (pt % 64)
			if codecs[i].Is("PCMU") || codecs[i].Is("PCMA") || codecs[i].Is("G722") {
				s.Even[pt/64] |= 1 << (pt % 64)
			}
		}
	}
	if s.PayloadTypes != [2]uint64{} {
		s.PayloadTypes[0] |= 1<<13 | 1<<19
	}
}

func (m *Media) securityFacts(s *explain.Security) {
	s.Suite = m.security.suite
	switch m.srtp.mode {
	case keyPending:
		s.Mode = explain.Pending
	case keyedSDES:
		s.Mode = explain.SDES
	case keyedDTLS:
		s.Mode = explain.DTLSSRTP
	}
	for i, l := range m.srtp.links {
		if l == nil {
			continue
		}
		d := explain.DTLS{Used: true, Active: l.terms.role == dtls.Active, Established: l.keys != nil, Heard: l.heard.Load(), Since: l.since}
		if err := l.failure; err != nil && l.keys == nil {
			d.Failure = err.Error()
			d.Fingerprint = errors.Is(err, dtls.ErrFingerprint)
		}
		s.DTLS[i] = d
	}
}

func (m *Media) iceFacts(s *explain.ICE) {
	l := m.agent
	if l == nil {
		return
	}
	*s = explain.ICE{On: true, Started: l.Started(), Lite: l.lite, Failed: l.failed.Load(), Valid: l.Pair(1).Valid(),
		Candidates: len(m.ice.remote), Checks: l.Checks(), Since: l.since}
}

func (m *Media) streamFacts(f *explain.Stream, i int) {
	f.Signalled = m.streams[i].endpoint
	sum := m.counters(i)
	f.In, f.Out, f.Drops = sum.in.packets, sum.out.packets, sum.drops
	f.Last, f.Sources, f.Kernel = sum.lastPacket, sum.latest, sum.kernelized
	f.Failed, f.RTCPIn, f.First = sum.failed, sum.rtcp, sum.firstPacket
	f.Longest, f.Plain, f.Garbled, f.Path = sum.longest, sum.plain, sum.garbled, sum.path
	if m.set == nil {
		return
	}
	l := m.selected(m.sending().primary(), i)
	if addr, ok := l.addr(i); ok {
		f.Local = addr
		f.Told = netip.AddrPortFrom(l.address.Advertised, addr.Port())
		f.Remote, f.Confirmed = l.streams[i].Remote(), l.streams[i].Confirmed()
	}
	if i == rtp {
		f.Report = m.reportFacts()
	}
	c := m.party.call
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	for _, s := range m.sets {
		for _, l := range s.locals {
			w := &l.watch[i]
			if w.refused.IsValid() {
				f.Refused = w.refused
			}
			if at := time.Unix(0, w.strangerAt); w.strangerAt != 0 && at.After(f.RefusedLast) {
				f.RefusedLast = at
			}
		}
	}
}

// reportFacts sums up what the party's RTCP says about what it gets.
func (m *Media) reportFacts() (r explain.Report) {
	for _, s := range m.sets {
		for _, l := range s.locals {
			for _, st := range l.streams {
				r.Described = r.Described || st != nil && st.DescribesItself()
			}
		}
	}
	for _, s := range m.sources {
		r.Sent += uint64(s.senderReports)
		r.Reports += uint64(s.reported)
		if h := s.heard; h.At != 0 {
			r.Lost = max(r.Lost, float64(h.Fraction)/256)
			r.LostAll = h.Fraction == 255
		}
	}
	r.Stalled = m.hearing.stalled()
	return r
}

// suspicious tells whether it is worth to ask for the route: that takes ten
// system calls, too many for calls that end before anybody could have spoken.
func suspicious(s *explain.Stream, age time.Duration) bool {
	return s.In == 0 && (s.Out > 0 || age >= explain.FirstGrace) || s.Drops[media.DropSend] > 0
}

// longPackets tells whether what the other side sends may be too long for the
// way to m's party: every way takes packets of 576 octets in practice.
func longPackets(from *Media) bool {
	const always = 576 - 48
	return from != nil && from.counters(rtp).longest > always
}
