// Package memory is a media engine without sockets, for tests: packets are
// injected, and what the flows send is recorded.
package memory

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"syscall"

	"rtpgo/media"
)

// Engine implements media.Engine. Its zero value is not usable: see New.
type Engine struct {
	mu       sync.Mutex
	ports    map[netip.AddrPort]*port
	sent     []Packet
	batch    *media.Batch
	notifier *media.Notifier
	fail     func(netip.AddrPort) error
	noFlow   uint64
	closed   bool
}

// Packet is one that was sent.
type Packet struct {
	From, To netip.AddrPort
	Payload  []byte
	TOS      int
}

type port struct {
	engine *Engine
	local  netip.AddrPort
	flow   *media.Flow
	closed bool
}

// New makes an engine without ports.
func New() *Engine {
	e := &Engine{ports: make(map[netip.AddrPort]*port), notifier: media.NewNotifier()}
	e.batch = media.NewBatch(64, make([]byte, 1<<20), e.notifier, e.record)
	return e
}

func (e *Engine) Name() string { return "memory" }

// Open takes a port; port 0 takes one that is free.
func (e *Engine) Open(local netip.AddrPort) (media.Port, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, fmt.Errorf("open %s: %w", local, syscall.EBADF)
	}
	if e.fail != nil {
		if err := e.fail(local); err != nil {
			return nil, fmt.Errorf("open %s: %w", local, err)
		}
	}
	for n := uint16(10000); local.Port() == 0; n++ {
		if free := netip.AddrPortFrom(local.Addr(), n); e.ports[free] == nil {
			local = free
		}
	}
	if e.ports[local] != nil {
		return nil, fmt.Errorf("open %s: %w", local, syscall.EADDRINUSE)
	}
	p := &port{engine: e, local: local}
	e.ports[local] = p
	return p, nil
}

// FailOpen makes Open return what f returns, unless that is nil.
func (e *Engine) FailOpen(f func(local netip.AddrPort) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fail = f
}

// Close closes all ports.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	for _, p := range e.ports {
		p.closed = true
	}
	clear(e.ports)
	e.mu.Unlock()
	e.notifier.Close()
	return nil
}

// Inject delivers a packet from src to a local port and returns when
// everything that follows from it has happened, the flow's callbacks included.
// It tells whether a flow took the packet.
func (e *Engine) Inject(local, src netip.AddrPort, pkt []byte) bool {
	return e.InjectAt(local, src, pkt, media.Now())
}

// InjectAt is Inject at a time of media.Now's clock.
func (e *Engine) InjectAt(local, src netip.AddrPort, pkt []byte, now int64) bool {
	e.mu.Lock()
	p := e.ports[local]
	if p == nil || p.flow == nil {
		e.noFlow++
		e.mu.Unlock()
		return false
	}
	p.flow.Receive(slices.Clone(pkt), src, now, e.batch)
	e.batch.Flush()
	e.mu.Unlock()
	e.notifier.Wait()
	return true
}

// record is called by the batch, with mu held.
func (e *Engine) record(out []media.Outgoing) {
	for _, o := range out {
		p, ok := o.To.Port().(*port)
		if !ok {
			if o.To.Port().Send(o.Payload, o.Dest.AddrPort()) != nil {
				o.To.SendFailed(1, media.FailedOther)
			}
			continue
		}
		if p.closed {
			o.To.SendFailed(1, media.FailedOther)
			continue
		}
		e.sent = append(e.sent, Packet{p.local, o.Dest.AddrPort(), slices.Clone(o.Payload), o.To.TOS()})
	}
}

// Sent returns what was sent since the last call, oldest first.
func (e *Engine) Sent() []Packet {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.sent
	e.sent = nil
	return s
}

// Ports lists the open ports in order.
func (e *Engine) Ports() []netip.AddrPort {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := make([]netip.AddrPort, 0, len(e.ports))
	for a := range e.ports {
		l = append(l, a)
	}
	slices.SortFunc(l, netip.AddrPort.Compare)
	return l
}

// Flow returns the flow installed on a port; nil if there is none.
func (e *Engine) Flow(local netip.AddrPort) *media.Flow {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.ports[local]; p != nil {
		return p.flow
	}
	return nil
}

// NoFlow is how many packets met no flow.
func (e *Engine) NoFlow() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.noFlow
}

func (p *port) Local() netip.AddrPort { return p.local }

func (p *port) Install(f *media.Flow) {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if !p.closed {
		p.flow = f
	}
}

func (p *port) Send(pkt []byte, to netip.AddrPort) error {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if p.closed {
		return fmt.Errorf("send from %s: %w", p.local, syscall.EBADF)
	}
	p.engine.sent = append(p.engine.sent, Packet{From: p.local, To: to, Payload: slices.Clone(pkt)})
	return nil
}

func (p *port) Close() error {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if !p.closed {
		p.closed = true
		p.flow = nil
		delete(p.engine.ports, p.local)
	}
	return nil
}
