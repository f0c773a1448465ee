package page

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"rtpgo/call"
	"rtpgo/media"
	"rtpgo/ng"
)

// snapshot is the state of all calls at one time, with what changed since an
// earlier one. It isn't changed any more once others see it.
type snapshot struct {
	at        time.Time
	took      time.Duration
	window    time.Duration // that rates are measured over; 0: there are none yet
	full      bool          // has the calls
	figures   *call.Figures
	latencies []ng.Latency
	ng        ng.Stats

	calls  []call.Summary // the oldest first
	byID   map[string]int
	rates  []rate // of the calls, in their order
	kernel int    // streams that the kernel forwards, of all streams
	streams,
	faults int
	conditions map[string]int

	sum       sums
	addresses []sums // in the order of the figures
	ngRate    ngRates
	ports     int    // in use, of all pools
	overview  []byte // JSON

	lists     listCache
	endedOnce sync.Once
	ended     []call.EndedSummary
}

// sums are what was received per second.
type sums struct {
	packets, octets, lost, dropped float64
	drops                          [media.DropCauses]float64
}

func (s *sums) loss() float64 { return share(s.lost, s.packets) }

// share is the part of packets that was lost, from 0 to 1.
func share(lost, received float64) float64 {
	if lost <= 0 {
		return 0
	}
	return lost / (lost + received)
}

// rate is what one call does per second.
type rate struct {
	packets float64
	drops   float64 // that nobody asked for
	loss    float64 // 0 to 1, of the worst stream
}

// ngRates are what the control protocol does per second, and how long a request
// takes.
type ngRates struct {
	requests, errors float64
	latency          time.Duration
	commands         []float64 // in the order of the latencies
}

// index sorts the calls and counts what needs no earlier snapshot.
func (s *snapshot) index() {
	slices.SortFunc(s.calls, func(a, b call.Summary) int { return a.Created.Compare(b.Created) })
	s.byID = make(map[string]int, len(s.calls))
	s.conditions = make(map[string]int)
	for i := range s.calls {
		c := &s.calls[i]
		s.byID[c.ID] = i
		s.conditions[c.Condition]++
		for k := range c.Streams {
			if c.Streams[k].Local.IsValid() {
				s.streams++
				if c.Streams[k].Kernelized {
					s.kernel++
				}
			}
		}
	}
}

// measure compares with an earlier snapshot, which may be nil.
func (s *snapshot) measure(old *snapshot) {
	s.rates = make([]rate, len(s.calls))
	s.addresses = make([]sums, len(s.figures.Addresses))
	s.ngRate.commands = make([]float64, len(s.latencies))
	if old != nil {
		s.window = s.at.Sub(old.at)
		seconds := s.window.Seconds()
		for i := range s.addresses {
			s.measureAddress(i, old, seconds)
		}
		if old.full {
			for i := range s.calls {
				s.measureCall(i, old, seconds)
			}
		}
		s.measureNG(old, seconds)
	}
	for i := range s.calls {
		if s.fault(i) != "" {
			s.faults++
		}
	}
}

func (s *snapshot) measureAddress(i int, old *snapshot, seconds float64) {
	now, then := &s.figures.Addresses[i], &old.figures.Addresses[i]
	a := &s.addresses[i]
	a.packets = (grown(now.User.Packets, then.User.Packets) + grown(now.Kernel.Packets, then.Kernel.Packets)) / seconds
	a.octets = (grown(now.User.Octets, then.User.Octets) + grown(now.Kernel.Octets, then.Kernel.Octets)) / seconds
	a.lost = grown(now.Lost, then.Lost) / seconds
	s.sum.packets += a.packets
	s.sum.octets += a.octets
	s.sum.lost += a.lost
	for cause := range now.Drops {
		n := grown(now.Drops[cause], then.Drops[cause]) / seconds
		a.drops[cause] = n
		a.dropped += n
		s.sum.drops[cause] += n
		s.sum.dropped += n
	}
}

func (s *snapshot) measureCall(i int, old *snapshot, seconds float64) {
	c := &s.calls[i]
	k, ok := old.byID[c.ID]
	if !ok || !old.calls[k].Created.Equal(c.Created) {
		return
	}
	earlier := &old.calls[k]
	r := &s.rates[i]
	for k := range min(len(c.Streams), len(earlier.Streams)) {
		now, then := &c.Streams[k], &earlier.Streams[k]
		if now.Tag != then.Tag || now.Media != then.Media {
			continue
		}
		packets := grown(now.Received, then.Received) / seconds
		r.packets += packets
		r.drops += grown(now.Unintended, then.Unintended) / seconds
		r.loss = max(r.loss, share(grown(now.Lost, then.Lost)/seconds, packets))
	}
}

func (s *snapshot) measureNG(old *snapshot, seconds float64) {
	var count, errors uint64
	var took time.Duration
	for i := range s.latencies {
		now, then := &s.latencies[i], &old.latencies[i]
		n := now.Count() - then.Count()
		s.ngRate.commands[i] = float64(n) / seconds
		count += n
		errors += now.Errors - then.Errors
		took += now.Sum - then.Sum
	}
	s.ngRate.requests, s.ngRate.errors = float64(count)/seconds, float64(errors)/seconds
	if count > 0 {
		s.ngRate.latency = took / time.Duration(count)
	}
}

// grown is how much a counter went up; one that went down began anew.
func grown(now, then uint64) float64 {
	if now < then {
		return 0
	}
	return float64(now - then)
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // of our own types: a programming error
		panic(err)
	}
	return b
}
