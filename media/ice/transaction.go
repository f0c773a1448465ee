package ice

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v3"
)

// purpose of a request of ours.
type purpose uint8

const (
	forCheck   purpose = iota // a connectivity check, retransmitted
	forConsent                // a consent check, sent once (RFC 7675 section 5.1)
)

// transaction is a request of ours that may still be answered.
type transaction struct {
	id           transactionID
	slot         int
	pair         *pair
	generation   *generation
	purpose      purpose
	raw          []byte
	role         role // that it was sent in
	useCandidate bool
	sends, limit int
	wait         int // after the last sending, in rto
	rto          time.Duration
	// next is when it is sent again, or, after the last time or when cancelled,
	// forgotten.
	next      time.Time
	cancelled bool
}

// pendingIDs are the transactions of an agent that may be answered, in a form
// that the packet path can look at: 0 marks a free place. Their number bounds
// the requests under way.
type pendingIDs [64]atomic.Uint64

func shortID(id []byte) uint64 { return binary.BigEndian.Uint64(id[4:]) }

// has tells whether an answer (that looks like one) belongs to a request.
func (p *pendingIDs) has(pkt []byte) bool {
	id := shortID(pkt[8:headerLength])
	if id == 0 {
		return false
	}
	for i := range p {
		if p[i].Load() == id {
			return true
		}
	}
	return false
}

// put takes a place; -1 when there is none.
func (p *pendingIDs) put(id uint64) int {
	for i := range p {
		if p[i].CompareAndSwap(0, id) {
			return i
		}
	}
	return -1
}

// start makes a transaction; nil when too many are under way.
func (a *Agent) start(g *generation, p *pair, why purpose) *transaction {
	id := stun.NewTransactionID()
	for shortID(id[:]) == 0 {
		id = stun.NewTransactionID()
	}
	slot := a.pending.put(shortID(id[:]))
	if slot < 0 {
		return nil
	}
	t := &transaction{id: id, slot: slot, pair: p, generation: g, purpose: why, role: a.role()}
	t.useCandidate = a.controlling && (p.nominating || (why == forConsent && p.nominated))
	r := request{
		username: g.remote.Ufrag + ":" + g.local.Ufrag, pwd: g.remote.Pwd,
		priority: a.cfg.Locals[p.local].checkPriority(),
		role:     t.role, tieBreaker: a.tieBreaker, useCandidate: t.useCandidate,
		software: a.cfg.Software,
	}
	t.raw = r.encode(id)
	a.transactions[id] = t
	return t
}

// send puts the request of a transaction on the wire.
func (a *Agent) send(t *transaction, now time.Time) error {
	t.sends++
	switch {
	case t.purpose == forConsent:
		t.next = now.Add(ConsentTimeout)
	case t.sends >= t.limit:
		t.next = now.Add(time.Duration(t.wait) * t.rto)
	default:
		t.next = now.Add(t.rto << (t.sends - 1))
	}
	return a.cfg.Locals[t.pair.local].Port.Send(t.raw, t.pair.remote.Address)
}

// forget ends a transaction.
func (a *Agent) forget(t *transaction) {
	delete(a.transactions, t.id)
	a.pending[t.slot].Store(0)
	if t.pair.check == t {
		t.pair.check = nil
	}
}

// cancel stops the retransmission of a pair's check; an answer still counts
// (RFC 8445 section 7.3.1.4).
func (a *Agent) cancel(p *pair, now time.Time) {
	if t := p.check; t != nil {
		t.cancelled = true
		t.next = now.Add(lastWait * t.rto)
		p.check = nil
	}
}

// retransmit sends what is due again, and fails the pairs whose check was never
// answered.
func (a *Agent) retransmit(now time.Time) {
	for _, t := range a.transactions {
		if t.next.After(now) {
			continue
		}
		if t.purpose == forCheck && !t.cancelled && t.sends < t.limit {
			if a.send(t, now) == nil {
				continue
			}
		}
		current := t.pair.check == t
		a.forget(t)
		if current {
			a.failPair(t.generation, t.pair, now)
		}
	}
}
