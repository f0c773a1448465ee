package ice

import (
	"hash/maphash"
	"net/netip"
)

// Requests remembered, so that one that was overheard and sent again from
// elsewhere has no effect. A full agent believes only answers to checks of its
// own; what a lite one does follows from requests alone, so that it remembers
// hours of them (a peer sends one in some seconds).
const (
	historyFull = 64
	historyLite = 4096
)

// history remembers which authentic requests came from where.
type history struct {
	limit  int
	next   int
	events []heardRequest
}

type heardRequest struct{ id, src uint64 }

var historySeed = maphash.MakeSeed()

// see notes a request. fresh is false for one seen before; replayed says that
// it came from another address then.
func (h *history) see(id transactionID, src netip.AddrPort) (fresh, replayed bool) {
	r := heardRequest{maphash.Comparable(historySeed, id), maphash.Comparable(historySeed, src)}
	for i := range h.events {
		if h.events[i].id == r.id {
			return false, h.events[i].src != r.src
		}
	}
	if len(h.events) < h.limit {
		h.events = append(h.events, r)
		return true, false
	}
	h.events[h.next] = r
	h.next = (h.next + 1) % h.limit
	return true, false
}
