package ng

import (
	"sync/atomic"
	"time"
)

// LatencyBounds are the upper bounds of the classes that the time of a command
// falls into; a last class has the rest.
var LatencyBounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second,
}

// OtherCommands stands for all commands that the reference doesn't count, and
// for unknown ones.
const OtherCommands = "other"

// Latency is how long one command took, of all clients together.
type Latency struct {
	Command string
	// Classes counts the requests by LatencyBounds, each class for itself.
	Classes [len(LatencyBounds) + 1]uint64
	Sum     time.Duration
	Errors  uint64 // answered with result error
}

// Count is the number of requests.
func (l *Latency) Count() (n uint64) {
	for _, c := range l.Classes {
		n += c
	}
	return n
}

// latency is Latency while it is being counted.
type latency struct {
	classes       [len(LatencyBounds) + 1]atomic.Uint64
	nanos, errors atomic.Uint64
	// shortest, plus 1 so that 0 is none, and longest since Extremes last asked.
	shortest, longest atomic.Uint64
}

func (l *latency) count(took time.Duration, failed bool) {
	class := 0
	for class < len(LatencyBounds) && took > LatencyBounds[class] {
		class++
	}
	l.classes[class].Add(1)
	l.nanos.Add(uint64(took))
	if failed {
		l.errors.Add(1)
	}
	n := uint64(took) + 1
	for old := l.shortest.Load(); (old == 0 || n < old) && !l.shortest.CompareAndSwap(old, n); {
		old = l.shortest.Load()
	}
	for old := l.longest.Load(); n > old && !l.longest.CompareAndSwap(old, n); {
		old = l.longest.Load()
	}
}

func (l *latency) snapshot(command string) Latency {
	v := Latency{Command: command, Sum: time.Duration(l.nanos.Load()), Errors: l.errors.Load()}
	for i := range l.classes {
		v.Classes[i] = l.classes[i].Load()
	}
	return v
}

// commandName is the name of the command of an index in counters.latencies.
func commandName(i int) string {
	if i < numCommands {
		return commandNames[i].name
	}
	return OtherCommands
}

// Latencies tells how long each command took, in the order of the reference's
// statistics; the last one is OtherCommands.
func (s *Server) Latencies() []Latency {
	var list []Latency
	for i := range s.counters.latencies {
		if name := commandName(i); name != "" {
			list = append(list, s.counters.latencies[i].snapshot(name))
		}
	}
	return list
}

// Extremes are the shortest and the longest time of one command within a span.
type Extremes struct{ Shortest, Longest time.Duration }

// TakeExtremes returns the extremes of each command since the last call, in the
// order of Latencies; zero where there was no request. It serves one caller.
func (s *Server) TakeExtremes() []Extremes {
	var list []Extremes
	for i := range s.counters.latencies {
		if commandName(i) == "" {
			continue
		}
		l, e := &s.counters.latencies[i], Extremes{}
		if n := l.shortest.Swap(0); n > 0 {
			e.Shortest = time.Duration(n - 1)
		}
		if n := l.longest.Swap(0); n > 0 {
			e.Longest = time.Duration(n - 1)
		}
		list = append(list, e)
	}
	return list
}
