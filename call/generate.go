package call

import (
	"math/rand/v2"
	"slices"
	"time"

	"rtpgo/media"
	"rtpgo/ng"
)

// generator is what a media keeps to make RTCP of our own for its party.
type generator struct {
	times   sentTimes // of our sender reports
	ssrc    uint32    // ours, for a party that is sent no RTP
	packets uint64    // sent to the party at the last report
	idle    int       // reports since then that saw no packet
}

// generateFlag stores whether rtpgo makes RTCP of its own, for both sides.
func (x *exchange) generateFlag(s, r *Media) {
	switch x.req.GenerateRTCP {
	case ng.SwitchOn:
		s.rtcpGenerator, r.rtcpGenerator = true, true
	case ng.SwitchOff:
		s.rtcpGenerator, r.rtcpGenerator = false, false
	}
}

// generates tells whether RTCP of m's party ends here, and ours is sent to it:
// not where it is encrypted from end to end.
func (m *Media) generates() bool {
	return m.rtcpGenerator && m.isRTP() && !m.opaque()
}

// opaque tells whether packets pass in a form that can't be read.
func (m *Media) opaque() bool { return m.ice.passthrough && m.secured() }

// report sends RTCP and takes samples of our own measurement, as the call asks
// for.
func (c *Call) report() {
	c.fetchReports()
	for _, p := range c.parties {
		for _, m := range p.medias {
			if m.isRTP() && !m.disabled && m.set != nil {
				m.report()
			}
		}
	}
}

func (m *Media) report() {
	now := m.party.call.registry.packetNow()
	blocks := m.interval(now)
	if m.generates() {
		m.sendReport(blocks, now)
	}
}

// interval measures what m's party has sent since the last report, and returns
// it as report blocks.
func (m *Media) interval(now int64) (blocks []media.Report) {
	for _, q := range merged(m.heardSince(m.measuredAt)) {
		s := m.obtainSource(q.SSRC, 0)
		packets, fraction := s.before.advance(&q)
		if packets == 0 {
			continue // RFC 3550 section 6.4: sources heard since the last report
		}
		s.at = now
		b := media.Report{Source: q.SSRC, Fraction: fraction, Lost: int32(q.Lost), HighestSeq: q.HighestSeq, Jitter: q.Jitter}
		if s.sent.At != 0 {
			b.LastSR = media.MiddleNTP(s.sent.NTP)
			b.DelaySinceSR = uint32(time.Duration(now-s.sent.At) << 16 / time.Second)
		}
		blocks = append(blocks, b)
		if m.party.call.registry.Quality.Measure && s.before.reported == s.reported {
			m.measured(s, &q, fraction)
		}
		s.before.reported = s.reported
	}
	m.measuredAt = now
	return blocks
}

// heardSince is what was measured on the ports at which RTP came in after a
// time.
func (m *Media) heardSince(t int64) (list []media.SSRCStats) {
	for _, set := range m.sets {
		for _, l := range set.locals {
			if st := l.streams[rtp]; st != nil {
				if v := st.Snapshot(); st.LastPacket() > t {
					list = append(list, v.IngressSSRC...)
				}
			}
		}
	}
	return list
}

// measurement is how far our measurement of a source was at the last report.
type measurement struct {
	expected, lost int64
	packets        uint64
	reported       int64 // report blocks of the source by then
}

// advance returns how many packets came since the last time, and how many of
// those expected were lost, in 1/256 (RFC 3550 appendix A.3).
func (b *measurement) advance(q *media.SSRCStats) (packets uint64, fraction uint8) {
	expected := int64(q.Packets-q.Duplicates) + q.Lost
	e, l := expected-b.expected, q.Lost-b.lost
	packets = q.Packets - b.packets
	b.expected, b.lost, b.packets = expected, q.Lost, q.Packets
	if e <= 0 || l <= 0 {
		return packets, 0
	}
	return packets, uint8(min(l<<8/e, 255))
}

// merged puts together what was measured of one source on several ports.
func merged(list []media.SSRCStats) (out []media.SSRCStats) {
next:
	for _, q := range list {
		for i := range out {
			if o := &out[i]; o.SSRC == q.SSRC {
				o.Packets += q.Packets
				o.Octets += q.Octets
				o.Lost += q.Lost
				o.Duplicates += q.Duplicates
				o.HighestSeq = max(o.HighestSeq, q.HighestSeq)
				continue next
			}
		}
		out = append(out, q)
	}
	return out
}

// measured takes a sample of our own measurement of a source, for a party that
// reports nothing itself.
func (m *Media) measured(s *rtpSource, q *media.SSRCStats, fraction uint8) {
	x := sample{own: true, at: m.party.call.registry.now(), loss: int(fraction) * 100 >> 8, jitter: q.JitterTime,
		fullband: isFullband(m.codecSent(q.LastPT)), leg: s.rtt}
	if other := m.hears(); other != nil && s.hasRTT {
		for _, o := range other.sources {
			if o.hasRTT {
				x.rtt, x.hasRTT = s.rtt+o.rtt, true
			}
		}
	}
	m.rate(s, &x)
}

// measureUnrated rates sources that no report has rated yet by our own
// measurement, where that is asked for: the call ends, maybe before the first
// interval did.
func (c *Call) measureUnrated() {
	if !c.registry.Quality.Measure {
		return
	}
	c.fetchReports()
	for _, p := range c.parties {
		for _, m := range p.medias {
			if m.isRTP() && m.set != nil && !slices.ContainsFunc(m.sources, func(s *rtpSource) bool { return s.rating.n > 0 }) {
				m.interval(c.registry.packetNow())
			}
		}
	}
}

// sendReport sends RTCP of our own to m's party: in the name of the source that
// it is sent RTP of.
func (m *Media) sendReport(blocks []media.Report, now int64) {
	g := m.generator
	if g == nil {
		g = &generator{ssrc: rand.Uint32()}
		m.generator = g
	}
	from, sent := g.ssrc, (*media.Report)(nil)
	if out := merged(m.counters(rtp).egress); len(out) > 0 {
		q := &out[0]
		from = q.SSRC
		if g.idle++; q.Packets != g.packets {
			g.packets, g.idle = q.Packets, 0
		}
		if g.idle < 2 { // RFC 3550 section 6.4
			sent = m.senderReport(q, now)
		}
	}
	if m.transmit(media.AppendRTCP(nil, from, sent, blocks, m.party.call.registry.cname)) && sent != nil {
		g.times.add(sent.NTP, now)
	}
}

// senderReport describes a source that m's party is sent. Its wall-clock time
// and RTP time are of one instant (RFC 3550 section 6.4.1): now while packets
// come, else that of the last one.
func (m *Media) senderReport(q *media.SSRCStats, now int64) *media.Report {
	r := &media.Report{Packets: uint32(q.Packets), Octets: uint32(q.Octets)}
	at := now
	if from := m.hears(); from != nil {
		from.lastPacket(rtp) // reports what the kernel has counted
		st, _ := from.sends(q.SSRC)
		r.RTPTime = st.LastTimestamp
		if last := from.lastPacket(rtp); last != 0 {
			at = last
			if d := now - last; st.Clock != 0 && d < int64(2*time.Second) {
				r.RTPTime += uint32(uint64(max(d, 0)) * uint64(st.Clock) / uint64(time.Second))
				at = now
			}
		}
	}
	r.NTP = ntp(media.WallTime(at))
	return r
}

// ntp is a time as seconds since 1900 above their fraction.
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// transmit sends an RTCP packet in plain to m's party, protected where that is
// due. It tells whether it left.
func (m *Media) transmit(pkt []byte) bool {
	l, i := m.sending().primary(), rtcp
	if m.mux.on || l.streams[rtcp] == nil {
		i = rtp
	}
	st := m.selected(l, i).streams[i]
	if st == nil {
		return false
	}
	to := st.Remote()
	if !to.IsValid() || m.natWait && st.LastPacket() == 0 {
		return false
	}
	if keys, encrypted := m.keys(i); encrypted {
		if keys == nil {
			return false
		}
		var err error
		if pkt, err = keys.out.RTCP(make([]byte, len(pkt)+media.TransformRoom), pkt); err != nil {
			st.SendFailed(1, media.FailedOther)
			return false
		}
	}
	st.CountSent(len(pkt))
	if err := st.Port().Send(pkt, to); err != nil {
		st.SendFailed(1, media.FailedOther)
		return false
	}
	return true
}
