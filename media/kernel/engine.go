// Package kernel forwards media in the kernel: a BPF program at the tc ingress
// hook of the devices where media arrives takes the packets of plain, settled
// flows and sends them on, before they reach netfilter or a socket.
//
// It is an accelerator on top of another engine, never a second truth: ports
// are opened there, every flow is installed there, and whatever the program
// doesn't positively know comes up to it unchanged. A flow has an entry in the
// kernel while it has one sink and no transform, its peer's endpoint is
// confirmed and an RTP source has been heard; the entry follows every change
// before the change returns to who made it.
package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cilium/ebpf"
	"go.uber.org/zap"

	"rtpgo/media"
)

// Options of New. The zero value is usable.
type Options struct {
	// Addresses are where media will be received; the devices that carry them
	// are attached to at once, those of other addresses when the first port is
	// opened there.
	Addresses []netip.Addr
	// Devices names further devices by which media arrives: needed where the
	// address lives on another one (an address on loopback or a dummy device
	// that a routing protocol announces).
	Devices []string
	// Exclude names devices that the kernel tier stays away from.
	Exclude []string
	// MaxFlows bounds the entries; 0 means DefaultMaxFlows. What doesn't fit
	// is forwarded in user space.
	MaxFlows int
	// Mode is how programs are attached; empty means Auto.
	Mode Mode
	// Logger gets a line per device attached to, or not; nil means none.
	Logger *zap.Logger
}

// DefaultMaxFlows is room for 32,768 two-way calls without RTCP. The counters
// take 320 octets each, 20 MiB in all; an entry some 200 octets while it
// exists.
const DefaultMaxFlows = 65536

// Engine is the kernel tier; it implements media.Engine.
type Engine struct {
	lower media.Engine
	log   *zap.Logger
	objs  *bpfObjects
	flows *ebpf.Map
	slots *slots
	gates *gates
	nl    *netlink
	ns    namespace
	ways  routes
	at    attachments
	ttl   [2]uint8 // of packets sent: IPv4, IPv6

	release func() // the name of the filters

	mu      sync.Mutex
	ports   map[*port]struct{}
	waiting map[*port]struct{} // their flow may enter the kernel soon
	closed  bool

	entered, left atomic.Uint64 // flows, into the kernel and back

	watch *os.File
	wake  chan struct{}
	dirty atomic.Uint32
	done  chan struct{}
	wg    sync.WaitGroup
}

// New puts the kernel tier on top of lower, which it closes when it is closed
// itself. An error says what is missing; lower is untouched then. The engine
// belongs to the network namespace of the calling thread.
func New(lower media.Engine, o Options) (*Engine, error) {
	if o.MaxFlows == 0 {
		o.MaxFlows = DefaultMaxFlows
	}
	if o.Mode == "" {
		o.Mode = Auto
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	e := newEngine(lower, o.Logger)
	err := e.open(o)
	if err == nil {
		err = e.useless()
	}
	if err != nil {
		e.free()
		return nil, err
	}
	e.wg.Add(2)
	go e.watchTopology()
	go e.keep()
	return e, nil
}

func newEngine(lower media.Engine, log *zap.Logger) *Engine {
	return &Engine{
		lower:   lower,
		log:     log,
		ns:      namespace{-1},
		ports:   make(map[*port]struct{}),
		waiting: make(map[*port]struct{}),
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
}

func (e *Engine) open(o Options) (err error) {
	if e.nl, err = openNetlink(); err != nil {
		return err
	}
	if e.ns, err = currentNamespace(); err != nil {
		return err
	}
	if e.objs, err = load(o.MaxFlows); err != nil {
		return err
	}
	e.flows = e.objs.Flows
	if e.slots, err = mapSlots(e.objs.Slots); err != nil {
		return err
	}
	if e.gates, err = mapGates(e.objs.Gates); err != nil {
		return err
	}
	e.ttl = [2]uint8{readTTL("ipv4/ip_default_ttl"), readTTL("ipv6/conf/default/hop_limit")}
	e.ways.nl = e.nl
	e.at = attachments{
		objs: e.objs, nl: e.nl, ns: e.ns, mode: o.Mode, extra: o.Devices, excluded: o.Exclude,
		wanted: make(map[netip.Addr]struct{}), on: make(map[int]*attachment), onChanged: e.tell,
	}
	if e.at.name, e.release, err = claimName(); err != nil {
		return err
	}
	for _, a := range o.Addresses {
		e.at.want(a)
	}
	fd, err := openWatch()
	if err != nil {
		return err
	}
	e.watch = os.NewFile(uintptr(fd), "netlink")
	e.at.update()
	e.renew()
	return e.at.problem
}

// useless tells why the program couldn't be attached to any of the devices
// wanted, nil if it could or if there are none yet.
func (e *Engine) useless() (failed error) {
	for _, at := range e.at.on {
		if at.err == nil {
			return nil
		}
		failed = errors.Join(failed, fmt.Errorf("%s: %w", at.device.name, at.err))
	}
	return failed
}

// free releases what is open.
func (e *Engine) free() {
	if e.watch != nil {
		e.watch.Close()
	}
	if e.at.on != nil {
		e.at.close()
	}
	if e.objs != nil {
		e.objs.Close()
	}
	if e.release != nil {
		e.release()
	}
	if e.ns.fd >= 0 {
		e.ns.close()
	}
	if e.nl != nil {
		e.nl.close()
	}
}

// tell logs where the program runs. at.mu is held.
func (e *Engine) tell(at *attachment) {
	if at.err != nil {
		e.log.Warn("forwarding in user space", zap.String("device", at.device.name), zap.Error(at.err))
		return
	}
	e.log.Info("forwarding in the kernel", zap.String("device", at.device.name), zap.String("attached", string(at.mode)))
}

// Name is the spelling of --engine.
func (e *Engine) Name() string { return "kernel" }

// Lower is the engine underneath.
func (e *Engine) Lower() media.Engine { return e.lower }

// Open opens the port in the engine underneath.
func (e *Engine) Open(local netip.AddrPort) (media.Port, error) {
	lower, err := e.lower.Open(local)
	if err != nil {
		return nil, err
	}
	at := lower.Local()
	p := &port{lower: lower, engine: e, local: netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), gate: e.gates.take()}
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		if p.gate != nil {
			e.gates.giveBack(p.gate)
		}
		lower.Close()
		return nil, fmt.Errorf("open %s: the engine is closed", local)
	}
	e.ports[p] = struct{}{}
	e.mu.Unlock()
	if e.at.want(p.local.Addr()) {
		e.at.update()
		e.renew()
	}
	return p, nil
}

// forget leaves out a closed port.
func (e *Engine) forget(p *port) {
	e.mu.Lock()
	delete(e.ports, p)
	delete(e.waiting, p)
	e.mu.Unlock()
	if p.gate != nil {
		e.gates.giveBack(p.gate)
	}
}

// wait keeps the list of ports whose flow may enter the kernel soon.
func (e *Engine) wait(p *port, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if on && !e.closed {
		e.waiting[p] = struct{}{}
	} else {
		delete(e.waiting, p)
	}
}

func (e *Engine) covers(a netip.Addr) error { return e.at.covers(a) }

// compile makes the map's value for a flow.
func (e *Engine) compile(f *media.Flow, local netip.AddrPort) (bpfFlow, error) {
	top, err := e.at.topology()
	if err != nil {
		return bpfFlow{}, err
	}
	v, err := compile(f, local, func(from, to netip.Addr, tos uint8) (route, error) {
		return e.ways.lookup(routeKey{from, to, tos}, top)
	})
	v.Ttl = e.ttl[0]
	if v.Flags&flowToIPv6 != 0 {
		v.Ttl = e.ttl[1]
	}
	return v, err
}

// Close takes all flows back, detaches the programs and closes the engine
// underneath.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	close(e.done)
	e.watch.Close()
	e.wg.Wait()
	e.at.close()
	for _, p := range e.list(e.allPorts) {
		p.mu.Lock()
		p.closed.Store(true)
		p.remove(p.entry.Load())
		p.mu.Unlock()
	}
	e.slots.finish()
	err := e.lower.Close()
	e.free()
	return err
}

// list copies a set of ports.
func (e *Engine) list(set func() map[*port]struct{}) []*port {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := set()
	l := make([]*port, 0, len(m))
	for p := range m {
		l = append(l, p)
	}
	return l
}

// readTTL is the TTL that sockets of this host send with.
func readTTL(name string) uint8 {
	b, err := os.ReadFile("/proc/sys/net/" + name)
	if err == nil {
		if n, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil && n > 0 && n < 256 {
			return uint8(n)
		}
	}
	return 64
}
