package call

import (
	"math"
	"strings"
	"time"

	"rtpgo/media/mos"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// sample is the quality in one interval between two reports.
type sample struct {
	at       time.Time
	loss     int // percent
	jitter   time.Duration
	leg      time.Duration // round trip between us and the party
	rtt      time.Duration // from one party to the other and back
	hasRTT   bool
	fullband bool
	own      bool // measured by us, not reported
	score    int  // MOS times 10
}

// point is a sample that is kept, in few octets: every call may keep dozens.
type point struct {
	at       uint32 // Unix time
	rtt, leg uint32 // microseconds
	jitter   uint16 // ms
	loss     uint8  // percent
	score    uint8  // MOS times 10
}

func (x *sample) point() point {
	return point{
		at: uint32(x.at.Unix()), rtt: microseconds(x.rtt), leg: microseconds(x.leg),
		jitter: uint16(min(x.jitter.Milliseconds(), math.MaxUint16)), loss: uint8(x.loss), score: uint8(x.score),
	}
}

func microseconds(d time.Duration) uint32 { return uint32(min(d.Microseconds(), math.MaxUint32)) }

// rating is how the samples of a source went so far.
type rating struct {
	n                             int64
	score, loss, jitter, leg, rtt int64 // sums, in the units of point
	lowest, highest, latest       point
	progression                   progression
}

// isFullband tells whether a codec carries audio up to 20 kHz.
func isFullband(k *sdpedit.Codec) bool {
	return k != nil && (strings.EqualFold(k.Encoding, "opus") || strings.EqualFold(k.Encoding, "EVS"))
}

// rate adds a sample to what is known of a source. The quality of conversation
// can't be told without a round-trip time, and only that of audio is rated.
func (m *Media) rate(s *rtpSource, x *sample) {
	r := m.party.call.registry
	if m.typ != "audio" || !x.hasRTT && !r.Quality.Listening {
		return
	}
	in := mos.Input{Jitter: x.jitter, Loss: float64(x.loss), Fullband: x.fullband}
	if !r.Quality.Listening {
		in.RTT = x.rtt
	}
	x.score = int(10 * r.Quality.Formula.Score(in))
	s.rating.add(x.point())
	if m.set != nil {
		r.quality[m.set.primary().address].rated(x)
	}
}

func (t *rating) add(x point) {
	if t.n == 0 || x.score < t.lowest.score {
		t.lowest = x
	}
	if t.n == 0 || x.score > t.highest.score {
		t.highest = x
	}
	t.latest = x
	t.n++
	t.score += int64(x.score)
	t.loss += int64(x.loss)
	t.jitter += int64(x.jitter)
	t.leg += int64(x.leg)
	t.rtt += int64(x.rtt)
	t.progression.add(x)
}

// average is that of all samples; there must be one.
func (t *rating) average() point {
	return point{
		score: uint8(t.score / t.n), loss: uint8(t.loss / t.n), jitter: uint16(t.jitter / t.n),
		leg: uint32(t.leg / t.n), rtt: uint32(t.rtt / t.n),
	}
}

// progression keeps samples over the life of a call, at most maxProgression of
// them: when it is full, every other one goes and the interval doubles.
type progression struct {
	interval uint32 // seconds
	list     []point
}

const maxProgression = 24

func (p *progression) add(x point) {
	n := len(p.list)
	if n > 0 && x.at < p.list[n-1].at+p.interval {
		return
	}
	if n == maxProgression {
		span := p.list[n-1].at - p.list[0].at
		for i := range n / 2 {
			p.list[i] = p.list[2*i]
		}
		p.list = p.list[:n/2]
		p.interval = max(2*p.interval, span/(maxProgression/2), 1)
	}
	p.list = append(p.list, x)
}

// dict is the sample as query shows it.
func (x point) dict(last ng.Pair) ng.Dict {
	return ng.Dict{
		integer("MOS", int64(x.score)),
		integer("round-trip time", int64(x.rtt)),
		integer("round-trip time leg", int64(x.leg)),
		integer("jitter", int64(x.jitter)),
		integer("packet loss", int64(x.loss)),
		last,
	}
}

func (x point) reported() ng.Dict { return x.dict(integer("reported at", int64(x.at))) }

// dict is the source's entry in SSRC of query and delete.
func (s *rtpSource) dict() ng.Dict {
	t := &s.rating
	entries := make(ng.List, 0, len(t.progression.list))
	for i := range t.progression.list {
		entries = append(entries, t.progression.list[i].reported())
	}
	return ng.Dict{
		integer("cumulative loss", int64(s.heard.Lost)),
		{Key: "average MOS", Value: t.average().dict(integer("samples", t.n))},
		{Key: "lowest MOS", Value: t.lowest.reported()},
		{Key: "highest MOS", Value: t.highest.reported()},
		{Key: "MOS progression", Value: ng.Dict{
			integer("interval", int64(t.progression.interval)), {Key: "entries", Value: entries},
		}},
	}
}
