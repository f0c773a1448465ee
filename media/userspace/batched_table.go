package userspace

import (
	"net/netip"
	"sync/atomic"
)

// addressTable finds the port of a packet's original destination. Readers take
// no lock; changes are made under the engine's.
type addressTable struct {
	list atomic.Pointer[[]*localAddress]
}

// localAddress is one local address and its open ports.
type localAddress struct {
	addr  netip.Addr
	bytes [16]byte // IPv4 as ::ffff:a.b.c.d
	slot  uint32   // its part of the steering program's map
	is4   bool
	pages [256]atomic.Pointer[portPage]

	lingerPages [256]*lingerPage
}

type portPage [256]atomic.Pointer[batchedPort]

// find returns nil for an address that never had a port.
func (t *addressTable) find(addr *[16]byte) *localAddress {
	for _, a := range *t.list.Load() {
		if a.bytes == *addr {
			return a
		}
	}
	return nil
}

func (t *addressTable) add(a *localAddress) {
	old := *t.list.Load()
	list := append(old[:len(old):len(old)], a)
	t.list.Store(&list)
}

// port returns nil for a port that is not open.
func (a *localAddress) port(n uint16) *batchedPort {
	if page := a.pages[n>>8].Load(); page != nil {
		return page[n&0xff].Load()
	}
	return nil
}

// set stores p, or nil, as port n.
func (a *localAddress) set(n uint16, p *batchedPort) {
	page := a.pages[n>>8].Load()
	if page == nil {
		if p == nil {
			return
		}
		page = new(portPage)
		a.pages[n>>8].Store(page)
	}
	page[n&0xff].Store(p)
}

// closePorts marks all ports closed.
func (a *localAddress) closePorts() {
	for i := range a.pages {
		page := a.pages[i].Load()
		if page == nil {
			continue
		}
		for j := range page {
			if p := page[j].Load(); p != nil {
				p.closed.Store(true)
				p.store(nil)
				page[j].Store(nil)
			}
		}
	}
}
