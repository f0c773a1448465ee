package ice

import (
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// network carries packets in memory, with a delay, under the clock of a
// synctest bubble.
type network struct {
	mu    sync.Mutex
	ports map[netip.AddrPort]*port
	// lose decides on each packet; nil loses none.
	lose func(from, to netip.AddrPort, pkt []byte) bool
	// delay of each packet.
	delay time.Duration
	// seen are all packets that were sent.
	seen []sentPacket
}

type sentPacket struct {
	from, to netip.AddrPort
	pkt      []byte
	at       time.Time
}

func newNetwork() *network {
	return &network{ports: make(map[netip.AddrPort]*port), delay: 10 * time.Millisecond}
}

// port is a port of the network: a way out of an agent.
type port struct {
	net   *network
	local netip.AddrPort
	// mapped is the address that others see; like that of a NAT it may change.
	mapped netip.AddrPort
	input  func(pkt []byte, src netip.AddrPort)
}

func (n *network) open(addr string) *port {
	p := &port{net: n, local: ap(addr), mapped: ap(addr)}
	n.ports[p.mapped] = p
	return p
}

// remap gives a port another address, as a NAT does.
func (p *port) remap(addr string) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	delete(p.net.ports, p.mapped)
	p.mapped = ap(addr)
	p.net.ports[p.mapped] = p
}

// unplug makes a port deaf.
func (n *network) unplug(p *port) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.ports, p.mapped)
}

func (p *port) Send(pkt []byte, to netip.AddrPort) error {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	pkt = append([]byte(nil), pkt...)
	from := p.mapped
	p.net.seen = append(p.net.seen, sentPacket{from, to, pkt, time.Now()})
	if p.net.lose == nil || !p.net.lose(from, to, pkt) {
		time.AfterFunc(p.net.delay, func() { p.net.deliver(from, to, pkt) })
	}
	return nil
}

func (n *network) deliver(from, to netip.AddrPort, pkt []byte) {
	n.mu.Lock()
	p := n.ports[to]
	n.mu.Unlock()
	if p != nil && p.input != nil {
		p.input(pkt, from)
	}
}

func (n *network) setLoss(f func(from, to netip.AddrPort, pkt []byte) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lose = f
}

// packets are those seen since the last call.
func (n *network) packets() []sentPacket {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.seen
	n.seen = nil
	return l
}

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// end is an agent on the network, with what it told.
type end struct {
	*Agent
	name   string
	ports  []*port
	cfg    Config
	mu     sync.Mutex
	events []Event
}

// endOptions describe an end; its addresses are one port of each component.
type endOptions struct {
	addrs       []string // "address:port" of component 1; 2 is the next port
	components  int
	controlling bool
	lite        bool
	tieBreaker  uint64
}

func newEnd(t *testing.T, x *Executor, n *network, name string, o endOptions) *end {
	t.Helper()
	if o.components == 0 {
		o.components = 1
	}
	e := &end{name: name}
	e.cfg = Config{
		Credentials: Credentials{name + "frag", name + "0123456789012345678901"},
		Components:  o.components, Controlling: o.controlling, Lite: o.lite, TieBreaker: o.tieBreaker,
		Notify: func(ev Event) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.events = append(e.events, ev)
		},
	}
	for c := range o.components {
		for i, a := range o.addrs {
			addr := ap(a)
			addr = netip.AddrPortFrom(addr.Addr(), addr.Port()+uint16(c))
			p := n.open(addr.String())
			e.ports = append(e.ports, p)
			e.cfg.Locals = append(e.cfg.Locals, Local{
				Component: c + 1, Port: p, Address: addr,
				Priority: 126<<24 | (65535-uint32(i))<<8 | uint32(255-c),
			})
		}
	}
	e.Agent = x.NewAgent(e.cfg)
	for i, p := range e.ports {
		p.input = e.Input(i)
	}
	return e
}

// describe is what the end's description says.
func (e *end) describe() Remote {
	r := Remote{Credentials: e.current.local, Lite: e.cfg.Lite}
	for _, l := range e.cfg.Locals {
		r.Candidates = append(r.Candidates, Candidate{
			Component: l.Component, Address: l.Address, Priority: l.Priority,
		})
	}
	return r
}

func (e *end) happened(k EventKind) (count int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, ev := range e.events {
		if ev.Kind == k {
			count++
		}
	}
	return count
}

// wantPair checks the pair in use of a component.
func (e *end) wantPair(t *testing.T, component int, local, remote string, nominated bool) {
	t.Helper()
	p := e.Pair(component)
	if remote == "" {
		if p.Valid() {
			t.Fatalf("%s: component %d: pair %+v, want none", e.name, component, p)
		}
		return
	}
	if !p.Valid() {
		t.Fatalf("%s: component %d: no pair", e.name, component)
	}
	l := e.cfg.Locals[p.Local]
	if l.Address != ap(local) || p.Remote != ap(remote) || p.Nominated != nominated || l.Component != component {
		t.Fatalf("%s: component %d: %s -> %+v, want %s -> %s nominated %v", e.name, component, l.Address, p, local, remote, nominated)
	}
	if !e.Validated(p.Local, p.Remote) {
		t.Fatalf("%s: component %d: pair in use, but its source is not accepted", e.name, component)
	}
}

// exchange describes two ends to each other.
func exchange(a, b *end) {
	b.SetRemote(a.describe())
	a.SetRemote(b.describe())
}

// bubble runs a test under a clock of its own, with a network and an executor.
func bubble(t *testing.T, f func(t *testing.T, x *Executor, n *network)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		x := NewExecutor()
		defer x.Close()
		f(t, x, newNetwork())
	})
}

// pass lets time go by.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
