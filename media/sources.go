package media

import (
	"net/netip"
	"sync/atomic"
)

// Sources is a set of endpoints that may send to a port: those that ICE has
// validated (RFC 8445 section 5.1.4). It is replaced whole while packets are in
// work. The zero value is empty.
type Sources struct {
	list atomic.Pointer[[]netip.AddrPort]
}

// Set replaces the endpoints. The slice is kept, and must not change.
func (s *Sources) Set(list []netip.AddrPort) { s.list.Store(&list) }

// List are the endpoints; the slice must not be changed.
func (s *Sources) List() []netip.AddrPort {
	if p := s.list.Load(); p != nil {
		return *p
	}
	return nil
}

// Has tells whether an endpoint is in the set.
func (s *Sources) Has(ep netip.AddrPort) bool {
	for _, e := range s.List() {
		if e == ep {
			return true
		}
	}
	return false
}
