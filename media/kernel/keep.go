package kernel

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// tick is how often waiting flows are looked at; all counters are read once in
// ticks of them.
const (
	tick      = 100 * time.Millisecond
	ticks     = 10
	leaseTime = 5 * time.Second
)

// What has changed on the host.
const (
	dirtyRoutes = 1 << iota
	dirtyTopology
)

// watchTopology reads the kernel's messages about devices, addresses and
// routes.
func (e *Engine) watchTopology() {
	defer e.wg.Done()
	buf := make([]byte, 1<<16)
	for {
		n, err := e.watch.Read(buf)
		var what uint32
		switch {
		case err == nil:
			what = dirtyRoutes
			eachMessage(buf[:n], func(kind uint16, _ uint32, _ []byte) {
				if topologyChange(kind) {
					what |= dirtyTopology
				}
			})
		case errors.Is(err, unix.ENOBUFS): // messages were lost
			what = dirtyRoutes | dirtyTopology
		case errors.Is(err, os.ErrClosed):
			return
		default:
			select {
			case <-e.done:
				return
			case <-time.After(tick):
			}
			what = dirtyRoutes | dirtyTopology
		}
		e.dirty.Or(what)
		select {
		case e.wake <- struct{}{}:
		default:
		}
	}
}

// keep does what isn't anybody else's to do: it follows changes of the host,
// lets flows in that have become ready, reports counters and renews the lease.
func (e *Engine) keep() {
	defer e.wg.Done()
	t := time.NewTicker(tick)
	defer t.Stop()
	turn := 0
	wake := e.wake
	var pause <-chan time.Time
	for {
		select {
		case <-e.done:
			return
		case <-wake:
			// A router's tables may change all the time: spend a fifth of a
			// CPU on that at most.
			start := time.Now()
			e.follow()
			wake, pause = nil, time.After(4*time.Since(start))
		case <-pause:
			wake, pause = e.wake, nil
		case now := <-t.C:
			for _, p := range e.list(e.waitingPorts) {
				p.update()
			}
			e.slots.rested(now)
			e.reportPart(turn)
			if turn++; turn == ticks {
				turn = 0
				e.renew()
			}
		}
	}
}

func (e *Engine) waitingPorts() map[*port]struct{} { return e.waiting }
func (e *Engine) allPorts() map[*port]struct{}     { return e.ports }

// follow brings attachments and entries up to date with the host.
func (e *Engine) follow() {
	what := e.dirty.Swap(0)
	if what&dirtyTopology != 0 {
		e.at.update()
		e.renew()
	}
	e.ways.forget()
	for _, p := range e.list(e.allPorts) {
		p.update()
	}
}

// reportPart reports the counters of a part of the entries.
func (e *Engine) reportPart(turn int) {
	e.slots.each(turn, ticks, func(p *port) {
		if en := p.entry.Load(); en != nil && en.report() {
			p.update()
		}
	})
}

// renew lets the program forward for another while: for good if it is attached
// by links only, which go with the process.
func (e *Engine) renew() {
	lease := forever
	if e.at.lent() {
		lease = uint64(media.Now()) + uint64(leaseTime)
	}
	_ = e.objs.Lease.Set(lease)
}
