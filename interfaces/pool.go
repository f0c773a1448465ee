package interfaces

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// ErrNoPorts is returned by Reserve when no port is left. Its text reaches the
// signalling peer as error-reason; Kamailio fails over to another node on it.
//
//lint:ignore ST1005 the reference's very text
var ErrNoPorts = errors.New("Ran out of ports")

// PoolConfig is the range of every pool.
type PoolConfig struct {
	// Min and Max are the first and the last port of the range.
	Min, Max uint16
	// Rest is how long a released port is left alone before it is given out
	// again, so that late packets of one call don't reach the next. Ports that
	// rest are given out earlier when nothing else is left.
	Rest time.Duration
}

func (c PoolConfig) check() error {
	switch {
	case c.Min == 0:
		return fmt.Errorf("port range %d-%d: ports begin at 1", c.Min, c.Max)
	case c.Min > c.Max:
		return fmt.Errorf("port range %d-%d is reversed", c.Min, c.Max)
	}
	return nil
}

// Pool hands out the UDP ports of one local address. It is safe for concurrent
// use. Reserving costs the same however full the pool is.
type Pool struct {
	cfg  PoolConfig
	born time.Time
	used atomic.Int32

	mu      sync.Mutex
	free    freeSet
	taken   []uint64 // bitmap of reserved ports, by port-Min
	resting restQueue
}

func newPool(cfg PoolConfig) *Pool {
	size := int(cfg.Max) - int(cfg.Min) + 1
	p := &Pool{cfg: cfg, born: time.Now(), free: newFreeSet(cfg.Min, cfg.Max), taken: make([]uint64, (size+63)/64)}
	return p
}

// Reserve takes n ports: with n=2 an even port and its odd neighbour (RFC 3550
// section 11), of which the even one is returned; with n=1 any port, odd ones
// too. Ports are drawn at random. ErrNoPorts when there is none.
func (p *Pool) Reserve(n int) (first uint16, err error) {
	if n != 1 && n != 2 {
		return 0, fmt.Errorf("reserve %d ports: only 1 or 2 go together", n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake()
	for {
		ok := false
		if n == 2 {
			first, ok = p.free.drawPair(rand.Uint32N)
		} else {
			first, ok = p.free.drawOne(rand.Uint32N)
		}
		if ok {
			break
		}
		port, rests := p.resting.pop()
		if !rests {
			return 0, ErrNoPorts
		}
		p.free.add(port)
	}
	for i := range uint16(n) {
		p.setTaken(first + i)
	}
	p.used.Add(int32(n))
	return first, nil
}

// Release gives back one port (a pair is released by two calls). It rests
// before reuse. Releasing a port that is not reserved does nothing.
func (p *Pool) Release(port uint16) {
	if port < p.cfg.Min || port > p.cfg.Max {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.clearTaken(port) {
		return
	}
	p.used.Add(-1)
	if p.cfg.Rest <= 0 {
		p.free.add(port)
		return
	}
	p.resting.push(port, time.Since(p.born)+p.cfg.Rest)
}

// wake moves the ports that have rested long enough to the free ones.
func (p *Pool) wake() {
	if p.resting.len() == 0 {
		return
	}
	now := time.Since(p.born)
	for {
		port, ok := p.resting.popUntil(now)
		if !ok {
			return
		}
		p.free.add(port)
	}
}

// Free is the number of ports that are not reserved, resting ones included.
func (p *Pool) Free() int { return p.Size() - p.Used() }

// Used is the number of reserved ports.
func (p *Pool) Used() int { return int(p.used.Load()) }

// Resting is the number of ports that were released and are left alone for a
// while; Free counts them too.
func (p *Pool) Resting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wake()
	return p.resting.len()
}

// Size is the number of ports in the range.
func (p *Pool) Size() int { return int(p.cfg.Max) - int(p.cfg.Min) + 1 }

// Range returns the first and the last port.
func (p *Pool) Range() (first, last uint16) { return p.cfg.Min, p.cfg.Max }

func (p *Pool) setTaken(port uint16) {
	i := port - p.cfg.Min
	p.taken[i/64] |= 1 << (i % 64)
}

// clearTaken reports whether the port was taken.
func (p *Pool) clearTaken(port uint16) bool {
	i := port - p.cfg.Min
	was := p.taken[i/64]&(1<<(i%64)) != 0
	p.taken[i/64] &^= 1 << (i % 64)
	return was
}
