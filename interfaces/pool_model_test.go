package interfaces

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// model is what a pool must do, written naively.
type model struct {
	cfg  PoolConfig
	used map[uint16]bool
	rest map[uint16]time.Time // when it becomes usable
}

// usable reports whether a request for n ports at first could be met, with or
// without resting ports.
func (m *model) usable(first uint16, n int, restingToo bool) bool {
	if n == 2 && first%2 != 0 {
		return false
	}
	for i := range n {
		port := int(first) + i
		if port < int(m.cfg.Min) || port > int(m.cfg.Max) || m.used[uint16(port)] {
			return false
		}
		if until, ok := m.rest[uint16(port)]; ok && !restingToo && until.After(time.Now()) {
			return false
		}
	}
	return true
}

func (m *model) any(n int, restingToo bool) bool {
	for port := int(m.cfg.Min); port <= int(m.cfg.Max); port++ {
		if m.usable(uint16(port), n, restingToo) {
			return true
		}
	}
	return false
}

func (m *model) check(p *Pool, n int, first uint16, err error) error {
	if err != nil {
		if !errors.Is(err, ErrNoPorts) || m.any(n, true) {
			return fmt.Errorf("Reserve(%d) = %v, but there are ports", n, err)
		}
		return nil
	}
	if !m.usable(first, n, true) {
		return fmt.Errorf("Reserve(%d) = %d, which is not free", n, first)
	}
	for i := range uint16(n) {
		m.used[first+i] = true
		delete(m.rest, first+i)
	}
	if p.Used() != len(m.used) {
		return fmt.Errorf("Used() = %d, want %d", p.Used(), len(m.used))
	}
	return nil
}

func TestPoolAgainstModel(t *testing.T) {
	for seed := range uint64(40) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			lo := uint16(20000 + rng.IntN(4))
			cfg := PoolConfig{Min: lo, Max: lo + uint16(rng.IntN(40)), Rest: time.Duration(rng.IntN(3)) * time.Second}
			p := newPool(cfg)
			m := &model{cfg: cfg, used: map[uint16]bool{}, rest: map[uint16]time.Time{}}
			for step := range 2000 {
				switch r := rng.IntN(10); {
				case r < 5:
					n := 1 + rng.IntN(2)
					fresh := m.any(n, false)
					first, err := p.Reserve(n)
					restingTaken := err == nil && !m.usable(first, n, false)
					if restingTaken && fresh {
						t.Fatalf("seed %d step %d: got resting %d though others had rested", seed, step, first)
					}
					if err := m.check(p, n, first, err); err != nil {
						t.Fatalf("seed %d step %d: %v", seed, step, err)
					}
					m.sync(p)
				case r < 9:
					port := cfg.Min + uint16(rng.IntN(p.Size()))
					if m.used[port] {
						delete(m.used, port)
						m.rest[port] = time.Now().Add(cfg.Rest)
					}
					p.Release(port)
				default:
					time.Sleep(time.Duration(rng.IntN(1500)) * time.Millisecond)
				}
			}
		})
	}
}

// sync forgets the rest of ports that the pool had to wake early.
func (m *model) sync(p *Pool) {
	held := map[uint16]bool{}
	for _, r := range p.resting.items[p.resting.head:] {
		held[r.port] = true
	}
	for port := range m.rest {
		if !held[port] {
			delete(m.rest, port)
		}
	}
}
