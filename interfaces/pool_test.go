package interfaces

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func mustReserve(t testing.TB, p *Pool, n int) uint16 {
	t.Helper()
	port, err := p.Reserve(n)
	if err != nil {
		t.Fatalf("Reserve(%d): %v (%d used of %d)", n, err, p.Used(), p.Size())
	}
	return port
}

func TestPairsUntilExhausted(t *testing.T) {
	p := newPool(PoolConfig{Min: 30001, Max: 30012}) // 30001 and 30012 have no neighbour in range
	seen := map[uint16]bool{}
	for range 5 {
		port := mustReserve(t, p, 2)
		if port%2 != 0 || port < 30001 || port+1 > 30012 || seen[port] {
			t.Fatalf("pair %d (seen before: %v)", port, seen[port])
		}
		seen[port] = true
	}
	if _, err := p.Reserve(2); !errors.Is(err, ErrNoPorts) {
		t.Fatalf("sixth pair: %v", err)
	}
	if p.Used() != 10 || p.Free() != 2 || p.Size() != 12 {
		t.Fatalf("used %d free %d size %d", p.Used(), p.Free(), p.Size())
	}
	got := map[uint16]bool{mustReserve(t, p, 1): true, mustReserve(t, p, 1): true}
	if !got[30001] || !got[30012] {
		t.Fatalf("the ports at the edges were not given out singly: %v", got)
	}
	if _, err := p.Reserve(1); !errors.Is(err, ErrNoPorts) {
		t.Fatalf("port of an exhausted pool: %v", err)
	}
	p.Release(30005)
	if port := mustReserve(t, p, 1); port != 30005 {
		t.Fatalf("got %d back", port)
	}
}

func TestErrNoPortsText(t *testing.T) {
	if ErrNoPorts.Error() != "Ran out of ports" {
		t.Fatal(ErrNoPorts)
	}
}

func TestReserveRefusesOtherCounts(t *testing.T) {
	p := newPool(PoolConfig{Min: 30000, Max: 30009})
	for _, n := range []int{-1, 0, 3} {
		if _, err := p.Reserve(n); err == nil || errors.Is(err, ErrNoPorts) {
			t.Errorf("Reserve(%d): %v", n, err)
		}
	}
}

func TestReleaseOfWhatIsNotReserved(t *testing.T) {
	p := newPool(PoolConfig{Min: 30000, Max: 30003})
	port := mustReserve(t, p, 2)
	for range 2 {
		p.Release(port)
		p.Release(port + 1)
		p.Release(1)
		p.Release(65535)
	}
	if p.Used() != 0 || p.Free() != 4 {
		t.Fatalf("used %d free %d", p.Used(), p.Free())
	}
	a, b := mustReserve(t, p, 2), mustReserve(t, p, 2)
	if a == b {
		t.Fatalf("pair %d given out twice", a)
	}
}

func TestFullRange(t *testing.T) {
	p := newPool(PoolConfig{Min: 1, Max: 65535})
	for range 65534 / 2 {
		mustReserve(t, p, 2)
	}
	if port := mustReserve(t, p, 1); port != 1 {
		t.Fatalf("last port %d", port)
	}
	if p.Free() != 0 {
		t.Fatal(p.Free())
	}
}

func TestPortsAreDrawnFromTheWholeRange(t *testing.T) {
	p := newPool(PoolConfig{Min: 30000, Max: 30063})
	pairs, odd, even := map[uint16]bool{}, 0, 0
	for range 4000 {
		port := mustReserve(t, p, 2)
		pairs[port] = true
		p.Release(port)
		p.Release(port + 1)
		port = mustReserve(t, p, 1)
		if port%2 == 1 {
			odd++
		} else {
			even++
		}
		p.Release(port)
	}
	if len(pairs) != 32 || odd < 1000 || even < 1000 {
		t.Fatalf("%d of 32 pairs seen, %d odd and %d even single ports", len(pairs), odd, even)
	}
}

func TestSinglePortsSparePairsWhenFewAreLeft(t *testing.T) {
	p := newPool(PoolConfig{Min: 30000, Max: 30999})
	for range 1000 / 2 {
		mustReserve(t, p, 1)
	}
	pairs := len(p.free.pairs)
	if pairs == 0 {
		t.Fatal("half the ports in single use leave no pair")
	}
}

func TestReleasedPortsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(PoolConfig{Min: 30000, Max: 30003, Rest: 10 * time.Second})
		first := mustReserve(t, p, 2)
		p.Release(first)
		p.Release(first + 1)
		if p.Free() != 4 {
			t.Fatalf("resting ports don't count as free: %d", p.Free())
		}
		if p.Resting() != 2 {
			t.Errorf("%d ports rest, want 2", p.Resting())
		}
		second := mustReserve(t, p, 2)
		if second == first {
			t.Fatalf("%d given out again at once", first)
		}
		if third := mustReserve(t, p, 2); third != first {
			t.Fatalf("a resting pair was not given out when nothing else was left: %d", third)
		}
		p.Release(first)
		p.Release(first + 1)
		time.Sleep(10 * time.Second)
		if p.Resting() != 0 {
			t.Errorf("%d ports rest after their time", p.Resting())
		}
		p.Release(second)
		p.Release(second + 1)
		if again := mustReserve(t, p, 2); again != first {
			t.Fatalf("%d had rested, got %d", first, again)
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	p := newPool(PoolConfig{Min: 30000, Max: 30255, Rest: time.Microsecond})
	var owner [65536]sync.Mutex
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			type lease struct {
				port uint16
				n    int
			}
			var held []lease
			drop := func(l lease) {
				for i := range uint16(l.n) {
					owner[l.port+i].Unlock()
					p.Release(l.port + i)
				}
			}
			for range 5000 {
				if len(held) > 0 && rng.IntN(2) == 0 {
					i := rng.IntN(len(held))
					drop(held[i])
					held = append(held[:i], held[i+1:]...)
					continue
				}
				n := 1 + rng.IntN(2)
				port, err := p.Reserve(n)
				if err != nil {
					continue
				}
				for i := range uint16(n) {
					if !owner[port+i].TryLock() {
						t.Errorf("port %d given to two owners", port+i)
						return
					}
				}
				held = append(held, lease{port, n})
			}
			for _, l := range held {
				drop(l)
			}
		})
	}
	wg.Wait()
	if p.Used() != 0 {
		t.Fatalf("%d ports left behind", p.Used())
	}
}

func BenchmarkReserveRelease(b *testing.B) {
	for _, bench := range []struct {
		name string
		used int // percent
	}{{"empty", 0}, {"half", 50}, {"99%", 99}} {
		b.Run(bench.name, func(b *testing.B) {
			p := newPool(PoolConfig{Min: 10000, Max: 59999, Rest: time.Millisecond})
			for p.Used() < p.Size()*bench.used/100 {
				mustReserve(b, p, 2)
			}
			b.ReportAllocs()
			for b.Loop() {
				port := mustReserve(b, p, 2)
				p.Release(port)
				p.Release(port + 1)
			}
		})
	}
	b.Run("parallel", func(b *testing.B) {
		p := newPool(PoolConfig{Min: 10000, Max: 59999, Rest: time.Millisecond})
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				port := mustReserve(b, p, 2)
				p.Release(port)
				p.Release(port + 1)
			}
		})
	})
}
