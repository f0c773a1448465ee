package call

import (
	"slices"
	"time"

	"rtpgo/media"
	"rtpgo/media/mos"
	"rtpgo/sdpedit"
)

// QualityConfig says how the quality of calls is rated.
type QualityConfig struct {
	// Formula of the mean opinion score, --mos.
	Formula mos.Formula
	// Listening rates what is heard alone (--mos=LQ): delay doesn't count, and
	// a score needs no round-trip time.
	Listening bool
	// Measure rates by our own measurement where a party reports nothing,
	// --measure-rtp.
	Measure bool
	// Interval is the time between RTCP packets of our own, --rtcp-interval; 0
	// means 5 s.
	Interval time.Duration
}

// maxRTPSources bounds the RTP sources of a media whose quality is kept; the
// one that was heard of longest ago makes room.
const maxRTPSources = 8

// rtpSource is an RTP source of a party: what it reports, and how it hears the
// other side.
type rtpSource struct {
	ssrc   uint32
	at     int64        // when it was heard of last, by media.Now
	sent   media.Report // its last sender report; At is 0 before
	heard  media.Report // its last report block
	about  media.Report // the last report block of the other side about it
	times  sentTimes    // of its sender reports
	rtt    time.Duration
	hasRTT bool
	rating rating

	reported      int64       // report blocks by it
	told          uint8       // what of its reports is in the event log
	senderReports int64       // by it
	before        measurement // of it, at the last report of our own
}

// sentTimes remembers when sender reports left us, for the round-trip times of
// those who answer them.
type sentTimes struct {
	list [8]struct {
		middle uint32
		at     int64
	}
	next int
}

func (t *sentTimes) add(ntp uint64, at int64) {
	t.list[t.next%len(t.list)].middle, t.list[t.next%len(t.list)].at = media.MiddleNTP(ntp), at
	t.next++
}

// find returns when the latest report with this time was sent.
func (t *sentTimes) find(middle uint32) (at int64, ok bool) {
	for i := range t.list {
		if e := &t.list[i]; e.middle == middle && e.at > at {
			at, ok = e.at, true
		}
	}
	return at, ok && middle != 0
}

// rtpSource finds a source of m's party, nil if it isn't known.
func (m *Media) rtpSource(ssrc uint32) *rtpSource {
	for _, s := range m.sources {
		if s.ssrc == ssrc {
			return s
		}
	}
	return nil
}

// obtainSource finds or makes a source of m's party.
func (m *Media) obtainSource(ssrc uint32, at int64) *rtpSource {
	s := m.rtpSource(ssrc)
	if s == nil {
		s = &rtpSource{ssrc: ssrc}
		m.sources = append(m.sources, s)
		if len(m.sources) > maxRTPSources {
			oldest := slices.MinFunc(m.sources[:maxRTPSources], func(a, b *rtpSource) int { return int(min(max(a.at-b.at, -1), 1)) })
			m.sources = slices.DeleteFunc(m.sources, func(x *rtpSource) bool { return x == oldest })
		}
	}
	s.at = max(s.at, at)
	return s
}

// fetchReports takes notice of what the parties' RTCP has said since the last
// time, in the order in which it came.
func (c *Call) fetchReports() {
	type from struct {
		m *Media
		r media.Report
	}
	var list []from
	for _, p := range c.parties {
		for _, m := range p.medias {
			for _, set := range m.sets {
				for _, l := range set.locals {
					for _, st := range l.streams {
						if st != nil && st.HasReports() {
							st.FetchReports(func(r *media.Report) { list = append(list, from{m, *r}) })
						}
					}
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b from) int { return int(min(max(a.r.At-b.r.At, -1), 1)) })
	for i := range list {
		list[i].m.reported(&list[i].r)
	}
}

// reported takes notice of one report of m's party.
func (m *Media) reported(r *media.Report) {
	s := m.obtainSource(r.From, r.At)
	if r.Sent {
		s.sent = *r
		s.senderReports++
		s.times.add(r.NTP, r.At) // it has been forwarded at once
		return
	}
	s.heard = *r
	m.hearing.report(r, m.sentTo)
	m.tellReport(s, r)
	other := m.hears()
	var subject *rtpSource
	if other != nil {
		if subject = other.rtpSource(r.Source); subject != nil {
			subject.about = *r
		}
	}
	s.reported++
	var at int64
	known := false
	if m.generator != nil {
		at, known = m.generator.times.find(r.LastSR)
	}
	if !known && subject != nil {
		at, known = subject.times.find(r.LastSR)
	}
	if known {
		delay := time.Duration(r.DelaySinceSR) * time.Second >> 16
		s.rtt, s.hasRTT = max(0, time.Duration(r.At-at)-delay), true
	}
	x := sample{at: media.WallTime(r.At), loss: int(r.Fraction) * 100 >> 8}
	clock := uint32(8000)
	if other != nil {
		q, codec := other.sends(r.Source)
		if q.Clock != 0 {
			clock = q.Clock
		}
		x.fullband = isFullband(codec)
	}
	x.jitter = time.Duration(uint64(r.Jitter) * uint64(time.Second) / uint64(clock))
	if known {
		x.leg = s.rtt
		if subject != nil && subject.hasRTT {
			x.rtt, x.hasRTT = s.rtt+subject.rtt, true
		}
	}
	m.rate(s, &x)
}

// hears is the media whose packets m's party receives, and which receives
// those of m's party: the party itself where there is an echo. nil when there
// is none.
func (m *Media) hears() *Media {
	to := m.peer()
	if m.party.echo == echoBack || (to != nil && to.party.echo == echoBack && m.party.echo == echoNone) {
		return m
	}
	return to
}

// sends is what was measured of a source of m's party, and its codec; zero when
// they aren't known.
func (m *Media) sends(ssrc uint32) (media.SSRCStats, *sdpedit.Codec) {
	for _, set := range m.sets {
		for _, l := range set.locals {
			if l.streams[rtp] == nil {
				continue
			}
			for _, q := range l.streams[rtp].IngressSources() {
				if q.SSRC == ssrc {
					return q, m.codecSent(q.LastPT)
				}
			}
		}
	}
	return media.SSRCStats{}, nil
}

// codecSent is the codec that m's party sends under a payload type; nil if
// nobody defined it.
func (m *Media) codecSent(pt uint8) *sdpedit.Codec {
	for _, list := range [...][]sdpedit.Codec{m.told, m.codecs} {
		for i := range list {
			if k := &list[i]; k.PT == int(pt) && k.Encoding != "" {
				return k
			}
		}
	}
	return nil
}
