package ice

import (
	"container/heap"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// queueDepth bounds the packets that wait for the executor, quota those of one
// agent: who floods one port doesn't hold up the others.
const (
	queueDepth = 1024
	quota      = 32
)

// Executor runs the agents of a process: one goroutine for all their packets
// and timers.
type Executor struct {
	queue chan *packet
	free  chan *packet
	wake  chan struct{}
	done  chan struct{}
	ended chan struct{}
	once  sync.Once

	counters counters

	mu     sync.Mutex
	timers timers
}

// packet is one that the packet path has copied.
type packet struct {
	to    receiver
	box   *inbox
	local int
	src   netip.AddrPort
	n     int
	data  [slotLength]byte
}

// receiver handles packets, on the executor's goroutine.
type receiver interface {
	receive(local int, src netip.AddrPort, pkt []byte, m *message)
}

// inbox is a receiver's share of the queue.
type inbox struct{ queued atomic.Int32 }

// put queues a copy of a packet; what finds no room is counted. It does not
// allocate.
func (b *inbox) put(x *Executor, to receiver, local int, src netip.AddrPort, pkt []byte) {
	if b.queued.Add(1) > quota {
		b.queued.Add(-1)
		x.counters.overflow.Add(1)
		return
	}
	select {
	case p := <-x.free:
		p.to, p.box, p.local, p.src = to, b, local, src
		p.n = copy(p.data[:], pkt)
		x.queue <- p // never blocks: it holds every packet there is
	default:
		b.queued.Add(-1)
		x.counters.overflow.Add(1)
	}
}

// NewExecutor starts an executor.
func NewExecutor() *Executor {
	x := &Executor{
		queue: make(chan *packet, queueDepth), free: make(chan *packet, queueDepth),
		wake: make(chan struct{}, 1), done: make(chan struct{}), ended: make(chan struct{}),
	}
	slab := make([]packet, queueDepth)
	for i := range slab {
		x.free <- &slab[i]
	}
	go x.run()
	return x
}

// Close ends the goroutine; Config.Notify is not called afterwards. It must
// not be called from there. Agents that are still open fall silent.
func (x *Executor) Close() {
	x.once.Do(func() { close(x.done) })
	<-x.ended
}

func (x *Executor) run() {
	defer close(x.ended)
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	var m message
	for {
		t.Reset(x.due())
		select {
		case p := <-x.queue:
			x.handle(p, &m)
		case <-x.wake:
		case <-t.C:
		case <-x.done:
			return
		}
	}
}

// handle gives a packet to its receiver.
func (x *Executor) handle(p *packet, m *message) {
	p.to.receive(p.local, p.src, p.data[:p.n], m)
	p.box.queued.Add(-1)
	p.to, p.box = nil, nil
	x.free <- p
}

// due runs the agents whose time has come, and returns how long to wait for the
// next one.
func (x *Executor) due() time.Duration {
	for {
		now := time.Now()
		x.mu.Lock()
		if len(x.timers) == 0 {
			x.mu.Unlock()
			return time.Hour
		}
		a := x.timers[0]
		if wait := a.deadline.Sub(now); wait > 0 {
			x.mu.Unlock()
			return wait
		}
		heap.Pop(&x.timers)
		x.mu.Unlock()
		a.tick(now)
	}
}

// schedule sets the time of an agent's next tick; the zero time means never.
func (x *Executor) schedule(a *Agent, at time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case at.IsZero():
		if a.slot >= 0 {
			heap.Remove(&x.timers, a.slot)
		}
		return
	case a.slot < 0:
		a.deadline = at
		heap.Push(&x.timers, a)
	case a.deadline.Equal(at):
		return
	default:
		a.deadline = at
		heap.Fix(&x.timers, a.slot)
	}
	if a.slot == 0 {
		select {
		case x.wake <- struct{}{}:
		default:
		}
	}
}

// timers is a heap of agents by deadline.
type timers []*Agent

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].deadline.Before(t[j].deadline) }
func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].slot, t[j].slot = i, j
}

func (t *timers) Push(v any) {
	a := v.(*Agent)
	a.slot = len(*t)
	*t = append(*t, a)
}

func (t *timers) Pop() any {
	old := *t
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*t = old[:len(old)-1]
	a.slot = -1
	return a
}

// Counters are what an executor's agents met, since its start.
type Counters struct {
	Requests  uint64 // authenticated checks of peers
	Responses uint64 // authenticated answers to ours
	Forged    uint64 // messages whose proof failed
	Foreign   uint64 // STUN that is nobody's: no or another user name, other methods
	Overflow  uint64 // packets that found the queue full
}

type counters struct{ requests, responses, forged, foreign, overflow atomic.Uint64 }

// Counters reads the counters.
func (x *Executor) Counters() Counters {
	c := &x.counters
	return Counters{
		Requests: c.requests.Load(), Responses: c.responses.Load(), Forged: c.forged.Load(),
		Foreign: c.foreign.Load(), Overflow: c.overflow.Load(),
	}
}
