package kernel

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"rtpgo/media/prefetch"
)

// slots hands out the counters of entries. They lie in memory that the program
// writes and the daemon reads, so that reading costs no system call.
type slots struct {
	table  []bpfSlot
	holder []atomic.Pointer[port] // whose entry has the slot

	mu   sync.Mutex
	free []uint32 // given back
	next uint32   // first one never used
	rest []resting
}

// resting is a slot of a deleted entry, which a program still running on
// another CPU may write to for the moment.
type resting struct {
	entry *entry
	since time.Time
}

// restTime is how long a slot isn't used again. A run of the program takes
// microseconds, and the kernel can't preempt it for long.
const restTime = 100 * time.Millisecond

func mapSlots(m *ebpf.Map) (*slots, error) {
	n := int(m.MaxEntries())
	size := n * int(unsafe.Sizeof(bpfSlot{}))
	mem, err := unix.Mmap(m.FD(), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map the counters: %w", err)
	}
	s := &slots{
		table:  unsafe.Slice((*bpfSlot)(unsafe.Pointer(&mem[0])), n),
		holder: make([]atomic.Pointer[port], n),
	}
	unmapLater(s, mem)
	return s, nil
}

// take returns a zeroed slot; false when all are in use.
func (s *slots) take() (uint32, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var i uint32
	switch {
	case len(s.free) > 0:
		i = s.free[len(s.free)-1]
		s.free = s.free[:len(s.free)-1]
	case int(s.next) < len(s.table):
		i = s.next
		s.next++
	default:
		return 0, false
	}
	s.table[i] = bpfSlot{}
	return i, true
}

// giveBack frees a slot that no program ever met.
func (s *slots) giveBack(i uint32) {
	s.mu.Lock()
	s.free = append(s.free, i)
	s.mu.Unlock()
}

// hold names the port whose entry has a slot.
func (s *slots) hold(i uint32, p *port) { s.holder[i].Store(p) }

// each calls f for the port of every slot i that is in use, with i%of == part.
func (s *slots) each(part, of int, f func(*port)) {
	s.mu.Lock()
	n := int(s.next)
	s.mu.Unlock()
	for i := part; i < n; i += of {
		for step := range 3 {
			s.ask(step, i+(9-3*step)*of)
		}
		if p := s.holder[i].Load(); p != nil {
			f(p)
		}
	}
}

// ask asks the processor for what a report of slot i needs. All of it was last
// touched a second ago, and one tells where the next lies: so it is done in
// steps, each of which finds what the step before has asked for.
func (s *slots) ask(step, i int) {
	if i >= s.size() {
		return
	}
	p := s.holder[i].Load()
	if p == nil {
		return
	}
	if step == 0 {
		prefetch.Whole(p)
		prefetch.Whole(&s.table[i])
		return
	}
	e := p.entry.Load()
	switch {
	case e == nil:
	case step == 1:
		prefetch.Whole(e)
	default:
		prefetch.Whole(e.in)
		prefetch.Whole(e.out)
	}
}

// used is how many slots are in use.
func (s *slots) used() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(s.next) - len(s.free) - len(s.rest)
}

// retire frees the slot of a deleted entry after a while.
func (s *slots) retire(e *entry) {
	s.holder[e.index].Store(nil)
	s.mu.Lock()
	s.rest = append(s.rest, resting{e, time.Now()})
	s.mu.Unlock()
}

// rested reports what retired entries still counted and frees their slots.
func (s *slots) rested(now time.Time) {
	s.mu.Lock()
	n := 0
	for n < len(s.rest) && now.Sub(s.rest[n].since) >= restTime {
		n++
	}
	done := append([]resting(nil), s.rest[:n]...)
	s.rest = append(s.rest[:0], s.rest[n:]...)
	clear(s.rest[len(s.rest):cap(s.rest)])
	s.mu.Unlock()
	for _, r := range done {
		r.entry.finish()
	}
	s.mu.Lock()
	for _, r := range done {
		s.free = append(s.free, r.entry.index)
	}
	s.mu.Unlock()
}

// finish makes the last report of all retired entries.
func (s *slots) finish() {
	s.rested(time.Now().Add(2 * restTime))
}

func (s *slots) size() int { return len(s.table) }

func (s *slots) at(i uint32) *bpfSlot { return &s.table[i] }
