package call

import (
	"sync"
	"time"

	"rtpgo/call/explain"
)

// Bounds of what is kept of ended calls.
const (
	maxEnded      = 10_000
	maxEndedBytes = 64 << 20
)

// endedCalls are the calls that have ended lately, oldest first.
type endedCalls struct {
	mu    sync.Mutex
	byID  map[string]*endedCall
	queue []*endedCall
	bytes int
	last  int // number of the latest
}

// endedCall is what is kept of one.
type endedCall struct {
	id     string
	number int // in the order of their end
	facts  explain.Call
	log    *eventLog
	bytes  int

	exchanges  []Exchange // with their room in signalling
	signalling *signalling

	judged sync.Once
	worst  explain.Verdict // once judged
}

// verdict is the worst one on the call.
func (k *endedCall) verdict() *explain.Verdict {
	k.judged.Do(func() { k.worst = explain.Worst(explain.Judge(&k.facts)) })
	return &k.worst
}

// keep remembers a locked call that is about to end, with its ports still open.
func (r *Registry) keep(c *Call) {
	now := r.now()
	if r.KeepEnded <= 0 {
		return
	}
	c.tellEnd(now)
	facts := c.facts(now)
	facts.Ended, facts.EndReason = true, c.endReason
	k := &endedCall{id: c.ID, facts: facts, log: c.log.copy(), exchanges: c.exchanges, signalling: &r.signalling}
	c.exchanges = nil
	k.bytes = k.log.size() + facts.Size()
	r.ended.add(k)
}

func (e *endedCalls) add(k *endedCall) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byID == nil {
		e.byID = make(map[string]*endedCall)
	}
	e.last++
	k.number = e.last
	e.byID[k.id] = k
	e.queue = append(e.queue, k)
	e.bytes += k.bytes
	for len(e.queue) > maxEnded || e.bytes > maxEndedBytes && len(e.queue) > 1 {
		e.dropLocked()
	}
}

func (e *endedCalls) dropLocked() {
	k := e.queue[0]
	e.queue[0] = nil
	e.queue = e.queue[1:]
	e.bytes -= k.bytes
	k.signalling.forget(k.exchanges)
	if e.byID[k.id] == k {
		delete(e.byID, k.id)
	}
}

// expire forgets those whose time is over.
func (e *endedCalls) expire(now time.Time, keep time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.queue) > 0 && now.Sub(e.queue[0].facts.Now) > keep {
		e.dropLocked()
	}
}

// find returns the latest ended call of an id, nil if there is none.
func (e *endedCalls) find(id string) *endedCall {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.byID[id]
}

// before lists up to n calls that ended before the one with this number (0:
// all), the latest first.
func (e *endedCalls) before(number, n int) []*endedCall {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*endedCall
	for i := len(e.queue) - 1; i >= 0 && len(out) < n; i-- {
		if number == 0 || e.queue[i].number < number {
			out = append(out, e.queue[i])
		}
	}
	return out
}
