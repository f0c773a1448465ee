package userspace

import (
	"net/netip"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// foreignInterval is how often the engine looks for other programs' sockets,
// in seconds.
const foreignInterval = 10

// watch logs errors and other programs' sockets, and lets muted ports be heard
// again, until Close.
func (e *Batched) watch() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	before := e.Stats()
	for n := 1; ; n++ {
		select {
		case <-e.quit:
			return
		case <-tick.C:
		}
		now := e.Stats()
		logErrors(e.log, &before, &now)
		before = now
		e.unmute()
		e.leave(media.Now())
		if n%foreignInterval == 0 {
			e.foreign.look()
		}
	}
}

// ownPorts are those that the workers' sockets are bound to.
func (e *Batched) ownPorts() map[uint16]bool {
	own := make(map[uint16]bool)
	for _, w := range e.workers {
		switch sa, _ := unix.Getsockname(w.socket); sa := sa.(type) {
		case *unix.SockaddrInet4:
			own[uint16(sa.Port)] = true
		case *unix.SockaddrInet6:
			own[uint16(sa.Port)] = true
		}
	}
	return own
}

// warnTaken says that another program has bound a port, if that is open here.
func (e *Batched) warnTaken(foreign netip.AddrPort) {
	for _, a := range *e.table.list.Load() {
		if a.addr == foreign.Addr() || foreign.Addr().IsUnspecified() {
			if a.port(foreign.Port()) != nil {
				e.log.Warn("another program has bound a media port: it won't get its packets (keep the range in net.ipv4.ip_local_reserved_ports)",
					zap.Stringer("port", foreign))
			}
		}
	}
}

// Stats tells what the engine did since its start.
func (e *Batched) Stats() media.EngineStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	var s media.EngineStats
	e.notifier.AddTo(&s)
	for _, w := range e.workers {
		w.counters.addTo(&s)
		if !e.closed {
			w.counters.queueDrops = queueDrops(w.socket)
		}
		s.QueueDrops += w.counters.queueDrops
	}
	return s
}
