package call

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"
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

// endedCall is what is kept of one: octets, for the most part, which cost the
// garbage collector nothing.
type endedCall struct {
	id     string
	number int // in the order of their end
	at     time.Time
	packed []byte // the facts and the event log

	exchanges  []Exchange // with their room in signalling
	signalling *signalling

	judged atomic.Pointer[explain.Verdict] // the worst one, once somebody has asked
}

// open reads what was packed.
func (k *endedCall) open() (explain.Call, *eventLog) {
	facts, rest := explain.Unpack(k.packed)
	return facts, unpackLog(rest)
}

func (k *endedCall) facts() explain.Call {
	facts, _ := explain.Unpack(k.packed)
	return facts
}

// verdict is the worst one on the call, whose facts these are.
func (k *endedCall) verdict(facts *explain.Call) *explain.Verdict {
	if v := k.judged.Load(); v != nil {
		return v
	}
	v := explain.Worst(explain.Judge(facts))
	k.judged.Store(&v)
	return &v
}

func (k *endedCall) size() int { return cap(k.packed) }

// desk is where a call is packed.
type desk struct {
	sides  []explain.Side
	octets []byte
}

var desks = sync.Pool{New: func() any { return new(desk) }}

// keep remembers a locked call that is about to end, with its ports still open.
func (r *Registry) keep(c *Call) {
	now := r.now()
	if r.KeepEnded <= 0 {
		return
	}
	c.tellEnd(now)
	d := desks.Get().(*desk)
	defer desks.Put(d)
	facts := c.facts(now, d.sides)
	facts.Ended, facts.EndReason = true, c.endReason
	d.sides = facts.Sides
	d.octets = c.log.pack(explain.Pack(d.octets[:0], &facts))
	clear(d.sides)
	r.ended.add(&endedCall{id: strings.Clone(c.ID), at: now, packed: bytes.Clone(d.octets), exchanges: c.exchanges, signalling: &r.signalling})
	c.exchanges = nil
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
	e.bytes += k.size()
	for len(e.queue) > maxEnded || e.bytes > maxEndedBytes && len(e.queue) > 1 {
		e.dropLocked()
	}
}

func (e *endedCalls) dropLocked() {
	k := e.queue[0]
	e.queue[0] = nil
	e.queue = e.queue[1:]
	e.bytes -= k.size()
	k.signalling.forget(k.exchanges)
	if e.byID[k.id] == k {
		delete(e.byID, k.id)
	}
}

// expire forgets those whose time is over.
func (e *endedCalls) expire(now time.Time, keep time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.queue) > 0 && now.Sub(e.queue[0].at) > keep {
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
