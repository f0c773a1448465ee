package userspace

import (
	"fmt"
	"net/netip"
	"sync/atomic"

	"rtpgo/media"
)

// portTable finds the port of a descriptor without a lock.
type portTable struct {
	pages [1024]atomic.Pointer[[1024]atomic.Pointer[socketPort]]
}

// get returns nil for a descriptor that is no open port.
func (t *portTable) get(fd int) *socketPort {
	if page := t.pages[uint(fd)>>10&1023].Load(); page != nil {
		return page[fd&1023].Load()
	}
	return nil
}

// set stores p for a descriptor; nil removes it. Callers that add exclude each
// other.
func (t *portTable) set(fd int, p *socketPort) error {
	if fd < 0 || fd>>10 >= len(t.pages) {
		return fmt.Errorf("descriptor %d is beyond the table", fd)
	}
	page := &t.pages[fd>>10]
	if page.Load() == nil {
		page.Store(new([1024]atomic.Pointer[socketPort]))
	}
	page.Load()[fd&1023].Store(p)
	return nil
}

func (t *portTable) each(f func(*socketPort)) {
	for i := range t.pages {
		if page := t.pages[i].Load(); page != nil {
			for j := range page {
				if p := page[j].Load(); p != nil {
					f(p)
				}
			}
		}
	}
}

// FlowAt is the flow installed on a port, nil if there is none. It looks at all
// ports: it is for rare questions.
func (e *Sockets) FlowAt(local netip.AddrPort) (f *media.Flow) {
	e.ports.each(func(p *socketPort) {
		if p.local == local {
			f = p.flow.Load()
		}
	})
	return f
}
