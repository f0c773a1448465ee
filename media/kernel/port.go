package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"rtpgo/media"
)

// port is an open port: that of the engine underneath, and its entry in the
// kernel while there is one. It is a media.Accelerator.
type port struct {
	lower  media.Port
	engine *Engine
	local  netip.AddrPort
	gate   *gate // nil if there were none left

	mu     sync.Mutex // serializes changes; never held on the packet path
	flow   *media.Flow
	why    error // why there is no entry
	waits  bool  // in the engine's list
	closed atomic.Bool

	entry   atomic.Pointer[entry]
	feedMu  sync.Mutex
	feeders []*port // ports whose flow sinks into this one's stream: one, or few
}

func (p *port) Local() netip.AddrPort { return p.local }
func (p *port) Lower() media.Port     { return p.lower }

func (p *port) Send(pkt []byte, to netip.AddrPort) error { return p.lower.Send(pkt, to) }

// Install gives the flow to the engine underneath first: from then on whatever
// comes up is dealt with as it says. What the kernel does follows.
func (p *port) Install(f *media.Flow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lower.Install(f)
	if p.closed.Load() {
		return
	}
	p.follow(p.flow, f)
	p.flow = f
	p.refresh()
}

func (p *port) Close() error {
	if p.closed.CompareAndSwap(false, true) {
		if p.gate != nil {
			p.gate.shut()
		}
		p.mu.Lock()
		p.follow(p.flow, nil)
		p.flow = nil
		p.refresh()
		p.mu.Unlock()
		for _, q := range p.feeding() {
			q.update()
		}
		p.engine.forget(p)
	}
	return p.lower.Close()
}

// follow keeps the list of feeders of the ports that flows sink into.
func (p *port) follow(old, now *media.Flow) {
	if from := sinkPort(old); from != nil {
		from.feedMu.Lock()
		if i := slices.Index(from.feeders, p); i >= 0 {
			from.feeders = slices.Delete(from.feeders, i, i+1)
		}
		from.feedMu.Unlock()
	}
	if to := sinkPort(now); to != nil {
		to.feedMu.Lock()
		to.feeders = append(to.feeders, p)
		to.feedMu.Unlock()
	}
}

// sinkPort is the port that a flow's packets leave from, nil if there isn't
// just one.
func sinkPort(f *media.Flow) *port {
	if f == nil || len(f.RTP) != 1 {
		return nil
	}
	p, _ := f.RTP[0].To.Accelerator().(*port)
	return p
}

func (p *port) feeding() []*port {
	p.feedMu.Lock()
	defer p.feedMu.Unlock()
	return slices.Clone(p.feeders)
}

// Heard tells the program about the RTP sources of the port's stream.
func (p *port) Heard() {
	if e := p.entry.Load(); e != nil {
		e.mu.Lock()
		e.seed()
		e.mu.Unlock()
	}
}

// Moving stops what the kernel forwards to and from this port until Moved.
func (p *port) Moving() {
	if p.gate != nil && !p.closed.Load() {
		p.gate.shut()
	}
}

// Moved brings the kernel up to date with a stream of this port.
func (p *port) Moved(*media.Stream) {
	p.update()
	for _, q := range p.feeding() {
		if q != p {
			q.update()
		}
	}
}

// Report adds to the stream of this port what the kernel received and sent
// there, and to those of its feeders and sink.
func (p *port) Report() {
	if e := p.entry.Load(); e != nil {
		e.report()
	}
	for _, q := range p.feeding() {
		if e := q.entry.Load(); e != nil && q != p {
			e.report()
		}
	}
}

func (p *port) update() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refresh()
}

// refresh makes the kernel's entry what it should be now. mu is held.
func (p *port) refresh() {
	v, err := p.desired()
	old := p.entry.Load()
	switch {
	case err != nil:
		p.remove(old)
	case old == nil:
		err = p.insert(v, nil)
	case old.in != p.flow.Stream || old.out != p.flow.RTP[0].To:
		err = p.insert(v, old)
	default:
		v.Slot = old.flow.Slot
		if v != old.flow {
			err = p.replace(v, old)
		}
	}
	p.why = err
	if waits := errors.Is(err, errPoll); waits != p.waits {
		p.waits = waits
		p.engine.wait(p, waits)
	}
}

// desired is what the entry should be, or why there should be none.
func (p *port) desired() (v bpfFlow, err error) {
	f := p.flow
	if err = plain(f); err != nil {
		return v, err
	}
	if f.Stream.Accelerator() != media.Accelerator(p) {
		return v, errOtherStream
	}
	q := sinkPort(f)
	switch {
	case q == nil || q.engine != p.engine:
		return v, errOtherEngine
	case q.closed.Load():
		return v, errSinkClosed
	case p.gate == nil || q.gate == nil:
		return v, fmt.Errorf("more than %d ports", p.engine.gates.size())
	}
	// Read first: what changes from here on makes the entry useless.
	v.Passage = passage(p.gate, q.gate)
	if err = p.engine.covers(p.local.Addr()); err != nil {
		return v, err
	}
	if err = settled(f); err != nil {
		return v, err
	}
	pass := v.Passage
	v, err = p.engine.compile(f, p.local)
	v.Gates, v.Passage = [2]uint32{p.gate.index, q.gate.index}, pass
	return v, err
}

// insert puts a new entry in, in place of old if that isn't nil.
func (p *port) insert(v bpfFlow, old *entry) error {
	slot, ok := p.engine.slots.take()
	if !ok {
		p.remove(old)
		return fmt.Errorf("all %d places in the kernel are taken", p.engine.slots.size())
	}
	v.Slot = slot
	if old != nil {
		old.report()
	}
	e := &entry{key: keyOf(p.local), index: slot, slots: p.engine.slots, flow: v, in: p.flow.Stream, out: p.flow.RTP[0].To, slot: p.engine.slots.at(slot)}
	e.seed()
	if err := p.engine.flows.Put(&e.key, &e.flow); err != nil {
		p.engine.slots.giveBack(slot)
		p.remove(old)
		return fmt.Errorf("kernel entry: %w", err)
	}
	p.entry.Store(e)
	p.engine.slots.hold(slot, p)
	if old != nil {
		p.retire(old)
	}
	if old == nil {
		p.engine.entered.Add(1)
	}
	e.in.SetKernelized(true)
	return nil
}

// replace changes an entry whose streams stay the same.
func (p *port) replace(v bpfFlow, old *entry) error {
	old.mu.Lock()
	err := p.engine.flows.Put(&old.key, &v)
	if err == nil {
		old.flow = v
	}
	old.mu.Unlock()
	if err != nil {
		p.remove(old)
		return fmt.Errorf("kernel entry: %w", err)
	}
	return nil
}

// remove gives the flow back to user space.
func (p *port) remove(e *entry) {
	if e == nil {
		return
	}
	p.engine.flows.Delete(&e.key)
	p.engine.left.Add(1)
	p.retire(e)
	p.entry.Store(nil)
}

func (p *port) retire(e *entry) {
	e.report()
	e.in.SetKernelized(false)
	p.engine.slots.retire(e)
}
