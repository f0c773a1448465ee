package call

import (
	"math"
	"sync"
	"time"
)

// QualityFigures add up the samples of quality of calls.
type QualityFigures struct {
	// MOS is from 1 to 5, Loss in percent, Jitter in ms as the parties reported
	// it and MeasuredJitter as we measured it (--measure-rtp); RTT in
	// microseconds from one party to the other and back, LegRTT between us and
	// one party.
	MOS, Loss, Jitter, MeasuredJitter, RTT, LegRTT Average
}

// Average is one averaged quantity: sum, sum of squares and number of samples.
type Average struct {
	Sum, Squares float64
	N            uint64
}

func (a *Average) add(v float64) {
	a.Sum += v
	a.Squares += v * v
	a.N++
}

// Mean returns average and standard deviation, 0 without samples.
func (a Average) Mean() (mean, deviation float64) {
	if a.N == 0 {
		return 0, 0
	}
	mean = a.Sum / float64(a.N)
	return mean, math.Sqrt(max(0, a.Squares/float64(a.N)-mean*mean))
}

// qualityTotals are the figures of one local address.
type qualityTotals struct {
	mu sync.Mutex
	f  QualityFigures
}

// rated adds a sample.
func (t *qualityTotals) rated(x *sample) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.f.MOS.add(float64(x.score) / 10)
	t.f.Loss.add(float64(x.loss))
	jitter := &t.f.Jitter
	if x.own {
		jitter = &t.f.MeasuredJitter
	}
	jitter.add(float64(x.jitter) / float64(time.Millisecond))
	if x.hasRTT {
		t.f.RTT.add(float64(x.rtt.Microseconds()))
		t.f.LegRTT.add(float64(x.leg.Microseconds()))
	}
}

func (t *qualityTotals) read() QualityFigures {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.f
}

func (q *QualityFigures) add(o *QualityFigures) {
	for _, v := range [...][2]*Average{
		{&q.MOS, &o.MOS}, {&q.Loss, &o.Loss}, {&q.Jitter, &o.Jitter},
		{&q.MeasuredJitter, &o.MeasuredJitter}, {&q.RTT, &o.RTT}, {&q.LegRTT, &o.LegRTT},
	} {
		v[0].Sum += v[1].Sum
		v[0].Squares += v[1].Squares
		v[0].N += v[1].N
	}
}
