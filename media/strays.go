package media

import (
	"net/netip"
	"sync"
	"time"
)

// FlowFinder is an Engine that tells which flow is installed on a port; nil
// where there is none.
type FlowFinder interface {
	FlowAt(local netip.AddrPort) *Flow
}

// StrayReporter is an Engine that notices packets to ports which are not open,
// or no longer.
type StrayReporter interface {
	Strays() []Stray
}

// Strays remembers the ports that strays came to lately, a bounded number of
// them. The zero value is empty.
type Strays struct {
	mu    sync.Mutex
	table [1024]strayEntry
}

type strayEntry struct {
	port, source netip.AddrPort
	packets      uint64
	last         int64 // Now's clock
}

// strayMemory is how long a port keeps its place without further packets.
const strayMemory = 10 * time.Second

// Note counts a packet and returns how many the port got. It is called on the
// packet path: when somebody else is at it, the packet goes uncounted.
func (s *Strays) Note(port, source netip.AddrPort, now int64) uint64 {
	if !s.mu.TryLock() {
		return 0
	}
	defer s.mu.Unlock()
	e := &s.table[int(port.Port())%len(s.table)]
	if e.port != port {
		if e.port.IsValid() && now-e.last < int64(strayMemory) {
			return 0
		}
		*e = strayEntry{port: port}
	}
	e.source, e.last = source, now
	e.packets++
	return e.packets
}

// List are the ports and what came there.
func (s *Strays) List() (out []Stray) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.table {
		if e := &s.table[i]; e.port.IsValid() {
			out = append(out, Stray{Port: e.port, Source: e.source, Packets: e.packets, Last: WallTime(e.last)})
		}
	}
	return out
}

// Forget drops what is known of a port: it is opened.
func (s *Strays) Forget(port netip.AddrPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := &s.table[int(port.Port())%len(s.table)]; e.port == port {
		*e = strayEntry{}
	}
}
