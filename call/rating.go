package call

import (
	"strings"
	"time"

	"rtpgo/media/mos"
	"rtpgo/ng"
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

// rating is how the samples of a source went so far.
type rating struct {
	n               int64
	sum             sample // of all samples, but for times
	lowest, highest sample
	latest          sample
	progression     progression
}

// isFullband tells whether a codec carries audio up to 20 kHz.
func isFullband(codec string) bool {
	return strings.EqualFold(codec, "opus") || strings.EqualFold(codec, "EVS")
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
	s.rating.add(x)
	if m.set != nil {
		r.quality[m.set.primary().address].rated(x)
	}
}

func (t *rating) add(x *sample) {
	if t.n == 0 || x.score < t.lowest.score {
		t.lowest = *x
	}
	if t.n == 0 || x.score > t.highest.score {
		t.highest = *x
	}
	t.latest = *x
	t.n++
	t.sum.score += x.score
	t.sum.loss += x.loss
	t.sum.jitter += x.jitter.Truncate(time.Millisecond)
	t.sum.leg += x.leg
	t.sum.rtt += x.rtt
	t.progression.add(x)
}

// average is that of all samples; there must be one.
func (t *rating) average() sample {
	n := t.n
	return sample{
		score: t.sum.score / int(n), loss: t.sum.loss / int(n), jitter: t.sum.jitter / time.Duration(n),
		leg: t.sum.leg / time.Duration(n), rtt: t.sum.rtt / time.Duration(n),
	}
}

// progression keeps samples over the life of a call, at most maxProgression of
// them: when it is full, every other one goes and the interval doubles.
type progression struct {
	interval time.Duration
	list     []sample
}

const maxProgression = 24

func (p *progression) add(x *sample) {
	n := len(p.list)
	if n > 0 && x.at.Sub(p.list[n-1].at) < p.interval {
		return
	}
	if n == maxProgression {
		span := p.list[n-1].at.Sub(p.list[0].at)
		for i := range n / 2 {
			p.list[i] = p.list[2*i]
		}
		p.list = p.list[:n/2]
		p.interval = max(2*p.interval, span/(maxProgression/2))
	}
	p.list = append(p.list, *x)
}

// dict is the sample as query shows it: times in microseconds, the jitter in
// milliseconds.
func (x *sample) dict(last ng.Pair) ng.Dict {
	return ng.Dict{
		integer("MOS", int64(x.score)),
		integer("round-trip time", x.rtt.Microseconds()),
		integer("round-trip time leg", x.leg.Microseconds()),
		integer("jitter", x.jitter.Milliseconds()),
		integer("packet loss", int64(x.loss)),
		last,
	}
}

func (x *sample) reported() ng.Dict { return x.dict(integer("reported at", x.at.Unix())) }

// dict is the source's entry in SSRC of query and delete.
func (s *rtpSource) dict() ng.Dict {
	t := &s.rating
	average := t.average()
	entries := make(ng.List, 0, len(t.progression.list))
	for i := range t.progression.list {
		entries = append(entries, t.progression.list[i].reported())
	}
	return ng.Dict{
		integer("cumulative loss", int64(s.heard.Lost)),
		{Key: "average MOS", Value: average.dict(integer("samples", t.n))},
		{Key: "lowest MOS", Value: t.lowest.reported()},
		{Key: "highest MOS", Value: t.highest.reported()},
		{Key: "MOS progression", Value: ng.Dict{
			integer("interval", int64(t.progression.interval/time.Second)), {Key: "entries", Value: entries},
		}},
	}
}
