package userspace

import (
	"slices"
	"time"

	"go.uber.org/zap"
)

// All calls of a worker share one queue. A port that gets more packets than any
// medium has would take it from the others: it is muted, so that the kernel
// drops its packets before they are queued, for a second first and twice as
// long each time the flood goes on.
const (
	floodWindow  = int64(100 * time.Millisecond)
	floodPackets = 8192 // in a window, unless set otherwise by a test
	maxMuted     = 64   // seconds
)

// flood counts a packet of a port, and tells whether it is one too many. It is
// the worker's.
type flood struct {
	start          int64 // of the window
	packets, limit uint32
}

func (f *flood) count(now int64) bool {
	if now-f.start > floodWindow {
		f.start, f.packets = now, 0
	}
	f.packets++
	return f.packets == f.limit
}

// mutedPort is a port that is muted, under the engine's lock.
type mutedPort struct {
	port    *batchedPort
	seconds int // until it is heard again
}

// mute is called by the worker, once per flood.
func (e *Batched) mute(p *batchedPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || p.closed.Load() {
		return
	}
	e.steering.mute(p.address, p.number)
	p.muted = min(max(2*p.muted, 1), maxMuted)
	e.muted = append(e.muted, mutedPort{p, int(p.muted)})
	e.log.Warn("a media port is flooded, its packets are dropped for a while",
		zap.Stringer("port", p.Local()), zap.Int("seconds", int(p.muted)))
}

// unmute is called each second.
func (e *Batched) unmute() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.muted = slices.DeleteFunc(e.muted, func(m mutedPort) bool { return m.port.closed.Load() })
	for i := range e.muted {
		e.muted[i].seconds--
	}
	e.muted = slices.DeleteFunc(e.muted, func(m mutedPort) bool {
		if m.seconds > 0 {
			return false
		}
		e.steering.unmute(m.port.address, m.port.number)
		return true
	})
}
