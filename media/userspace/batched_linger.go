package userspace

import (
	"net/netip"

	"rtpgo/media"
)

// A port that was closed goes on being steered to the engine for a while, so
// that it can be told who still sends there: to a phone with an old SDP the
// kernel would answer with ICMP errors that nobody sees. Whoever opens the port
// meanwhile gets it as always.

// strayFlood is how many strays of a port are looked at; the rest is dropped
// before it is queued.
const strayFlood = 4096

// maxLingering bounds the ports that linger at a time: where more close, calls
// come and go so fast that the oldest of them have to go.
const maxLingering = 4096

// lingerers are the ports that linger. A port that is opened, or closed once
// more, leaves what it had in the queue behind.
type lingerers struct {
	queue []lingerEnd // oldest first
}

// lingerPage says until when ports linger, by media.Now, 0: they don't.
type lingerPage [256]int64

// lingers is until when a port lingers; the engine's lock is held.
func (a *localAddress) lingers(n uint16) *int64 {
	page := &a.lingerPages[n>>8]
	if *page == nil {
		*page = new(lingerPage)
	}
	return &(*page)[n&0xff]
}

// lingerEnd is when a port that was closed ceases to linger.
type lingerEnd struct {
	address *localAddress
	number  uint16
	at      int64 // by media.Now
}

// linger keeps a closed port steered; e.mu is held.
func (e *Batched) linger(p *batchedPort) {
	if e.lingerTime <= 0 {
		e.steering.close(p.address, p.number)
		return
	}
	l := &e.lingerers
	end := lingerEnd{p.address, p.number, media.Now() + int64(e.lingerTime)}
	*p.address.lingers(p.number) = end.at
	l.queue = append(l.queue, end)
	for len(l.queue) > maxLingering {
		e.leaveFirst()
	}
}

// leaveFirst gives up the port that has lingered longest; e.mu is held.
func (e *Batched) leaveFirst() {
	l := &e.lingerers
	first := l.queue[0]
	l.queue = l.queue[1:]
	if until := first.address.lingers(first.number); *until == first.at {
		*until = 0
		e.steering.close(first.address, first.number)
	}
}

// leave gives up the ports whose time is over. It is called each second.
func (e *Batched) leave(now int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.lingerers.queue) > 0 && e.lingerers.queue[0].at < now {
		e.leaveFirst()
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
