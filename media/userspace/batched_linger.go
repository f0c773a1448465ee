package userspace

import (
	"net/netip"
	"time"

	"rtpgo/media"
)

// A port that was closed goes on being steered to the engine for a while, so
// that it can be told who still sends there: to a phone with an old SDP the
// kernel would answer with ICMP errors that nobody sees. Whoever opens the port
// meanwhile gets it as always.

// strayFlood is how many strays of a port are looked at; the rest is dropped
// before it is queued.
const strayFlood = 4096

// lingering is a port that was closed.
type lingering struct {
	address *localAddress
	number  uint16
}

// linger keeps a closed port steered; e.mu is held.
func (e *Batched) linger(p *batchedPort) {
	if e.lingerTime <= 0 {
		e.steering.close(p.address, p.number)
		return
	}
	if e.lingering == nil {
		e.lingering = make(map[lingering]time.Time)
	}
	e.lingering[lingering{p.address, p.number}] = time.Now().Add(e.lingerTime)
}

// leave gives up the ports whose time is over. It is called each second.
func (e *Batched) leave(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for l, until := range e.lingering {
		if now.After(until) {
			delete(e.lingering, l)
			e.steering.close(l.address, l.number)
		}
	}
}

// stray notes a packet to a port that isn't open. The worker calls it.
func (e *Batched) stray(a *localAddress, number uint16, source netip.AddrPort, now int64) {
	if e.strays.Note(netip.AddrPortFrom(a.addr, number), source, now) == strayFlood {
		e.mu.Lock()
		defer e.mu.Unlock()
		if a.port(number) == nil && !e.closed {
			e.steering.mute(a, number)
		}
	}
}

// Strays tells who sent to ports that are not open.
func (e *Batched) Strays() []media.Stray { return e.strays.List() }

// FlowAt is the flow installed on a port, nil if there is none.
func (e *Batched) FlowAt(local netip.AddrPort) *media.Flow {
	bytes := local.Addr().As16()
	if a := e.table.find(&bytes); a != nil {
		if p := a.port(local.Port()); p != nil {
			return p.flow.Load()
		}
	}
	return nil
}
