package kernel

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// gates hands out the numbers by which ports stop what arrives or leaves there:
// see the map of that name.
type gates struct {
	table []uint64

	mu   sync.Mutex
	free []uint32
	next uint32
}

// gate is one port's. It is never zero.
type gate struct {
	index uint32
	value *uint64
	of    *gates // keeps the memory
}

func mapGates(m *ebpf.Map) (*gates, error) {
	n := int(m.MaxEntries())
	mem, err := unix.Mmap(m.FD(), 0, 8*n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map the gates: %w", err)
	}
	g := &gates{table: unsafe.Slice((*uint64)(unsafe.Pointer(&mem[0])), n)}
	unmapLater(g, mem)
	return g, nil
}

// unmapLater frees shared memory when nothing refers to its owner any more:
// streams outlive the engine, and look at it then, too.
func unmapLater[T any](owner *T, mem []byte) {
	runtime.AddCleanup(owner, func(mem []byte) { unix.Munmap(mem) }, mem)
}

func (g *gates) size() int { return len(g.table) }

// take returns a gate, nil when all are in use.
func (g *gates) take() *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	var i uint32
	switch {
	case len(g.free) > 0:
		i = g.free[len(g.free)-1]
		g.free = g.free[:len(g.free)-1]
	case int(g.next) < len(g.table):
		i = g.next
		g.next++
	default:
		return nil
	}
	return &gate{i, &g.table[i], g}
}

// giveBack frees a gate that no entry names any more. Its number stays: it must
// never be smaller than in an entry that a program still looks at.
func (g *gates) giveBack(v *gate) {
	g.mu.Lock()
	g.free = append(g.free, v.index)
	g.mu.Unlock()
}

// shut stops the flows of the port.
func (v *gate) shut() { atomic.AddUint64(v.value, 1) }

// passage is what entries made from now on have to name to let packets pass,
// until one of the gates is shut.
func passage(a, b *gate) uint32 {
	return uint32(atomic.LoadUint64(a.value) + atomic.LoadUint64(b.value))
}
