package graphite

import (
	"time"

	"rtpgo/call"
	"rtpgo/ng"
)

// interval is what happened since the last report that arrived.
type interval struct {
	first, calls *call.Figures // at its begin and at its end
	commands     []command
	sessions     extent // calls that were up, at each sample
	callTime     time.Duration
	sampled      time.Time // when the last sample was taken
	live         int       // calls then
}

// command is one NG command in an interval.
type command struct {
	name          string
	first, last   ng.Latency // at the begin, and at the last sample
	now           ng.Latency
	rate          extent // per second
	rates, rateOf uint64 // sum and number of the samples
	time          ng.Extremes
}

// extent is the least and the greatest of some values.
type extent struct {
	min, max uint64
	any      bool
}

func (e *extent) add(n uint64) {
	if !e.any || n < e.min {
		e.min = n
	}
	if !e.any || n > e.max {
		e.max = n
	}
	e.any = true
}

func newInterval(f Figures, now time.Time) *interval {
	v := &interval{first: f.Calls(), sampled: now}
	v.live = v.first.Live
	v.sessions.add(uint64(v.live))
	f.Extremes() // those of before don't belong here
	for _, l := range f.Commands() {
		v.commands = append(v.commands, command{name: l.Command, first: l, last: l, now: l})
	}
	return v
}

// sample is taken every second.
func (v *interval) sample(f Figures, now time.Time) {
	passed := now.Sub(v.sampled)
	if passed <= 0 {
		return
	}
	live := f.Calls().Live
	v.sessions.add(uint64(live))
	v.callTime += passed * time.Duration(live+v.live) / 2
	v.sampled, v.live = now, live
	for i, l := range f.Commands() {
		c := &v.commands[i]
		rate := uint64(float64(l.Count()-c.last.Count())/passed.Seconds() + 0.5)
		c.rate.add(rate)
		c.rates += rate
		c.rateOf++
		c.last = l
	}
}

// finish reads the figures at the end of the interval.
func (v *interval) finish(f Figures, now time.Time) {
	if now.Sub(v.sampled) > sampleEvery/2 {
		v.sample(f, now)
	}
	v.calls = f.Calls()
	for i, l := range f.Commands() {
		v.commands[i].now = l
	}
	for i, e := range f.Extremes() {
		t := &v.commands[i].time
		if e.Shortest > 0 && (t.Shortest == 0 || e.Shortest < t.Shortest) {
			t.Shortest = e.Shortest
		}
		t.Longest = max(t.Longest, e.Longest)
	}
}

// average is the mean time of the command in the interval.
func (c *command) average() time.Duration {
	n := c.now.Count() - c.first.Count()
	if n == 0 {
		return 0
	}
	return (c.now.Sum - c.first.Sum) / time.Duration(n)
}

func (c *command) averageRate() uint64 {
	if c.rateOf == 0 {
		return 0
	}
	return c.rates / c.rateOf
}

// next is the interval that begins where this one ended.
func (v *interval) next() *interval {
	n := &interval{first: v.calls, sampled: v.sampled, live: v.live}
	n.sessions.add(uint64(v.calls.Live))
	for _, c := range v.commands {
		n.commands = append(n.commands, command{name: c.name, first: c.now, last: c.last})
	}
	return n
}

// longer is this interval going on: nobody has heard of it yet.
func (v *interval) longer() *interval {
	n := *v
	n.commands = append([]command(nil), v.commands...)
	return &n
}
