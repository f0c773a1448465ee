package ng

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Retransmissions. A client that gets no answer in time sends the same bytes
// again. The request must not be carried out twice, and the client has to get
// the very answer that was lost: so answers are remembered under their cookie
// and the client's address for 30 to 60 seconds, less when there are very many.
//
// Another port of the same client counts as a retransmission only with the
// same document: a restarted Kamailio in a container has the same process ids
// and so the same cookies again, but on a new port and with other requests.

const (
	cookieGeneration = 30 * time.Second
	cookieShards     = 16      // a power of two
	cookieShardMax   = 8192    // exchanges per shard and generation
	cookieShardBytes = 4 << 20 // of memory for them
	exchangeBytes    = 256     // of an exchange beside its cookie and reply, about
	maxWaiting       = 4       // repetitions that wait for one request in work
)

type cookieKey struct {
	peer   netip.Addr
	cookie string
}

// exchange is one request and its answer.
type exchange struct {
	port     uint16
	document uint64 // hash
	done     bool
	reply    []byte         // cookie included; set when done
	waiting  []func([]byte) // who wants the reply too; while not done
}

// cookies is the memory of exchanges. Each shard has two generations: new
// entries go into the young one, and when that is old or full it replaces the
// old one, which is forgotten as a whole. So nothing is ever searched for
// expiry, and no timer runs.
type cookies struct {
	seed   maphash.Seed
	now    func() time.Time
	shards [cookieShards]cookieShard
}

type cookieShard struct {
	mu         sync.Mutex
	young, old map[cookieKey]*exchange
	born       time.Time
	bytes      int
	_          [64]byte // shards on cache lines of their own
}

func newCookies(now func() time.Time) *cookies {
	return &cookies{seed: maphash.MakeSeed(), now: now}
}

type verdict uint8

const (
	isNew  verdict = iota // carry it out, then call finish
	isDone                // send reply
	isBusy                // the same is in work, answer will be called when it is done
	isDrop                // the same is in work and enough wait for it already
)

// begin looks a message up. cookie is copied when it is kept.
func (c *cookies) begin(peer netip.AddrPort, cookie, document []byte, answer func([]byte)) (*exchange, []byte, verdict) {
	s := c.shard(peer.Addr(), cookie)
	hash := maphash.Bytes(c.seed, document)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotate(c.now())
	key := cookieKey{peer.Addr(), string(cookie)}
	e := s.young[key]
	if e == nil {
		e = s.old[key]
	}
	if e == nil || (e.port != peer.Port() && e.document != hash) {
		e = &exchange{port: peer.Port(), document: hash}
		if s.young == nil {
			s.young = make(map[cookieKey]*exchange)
		}
		s.young[key] = e
		return e, nil, isNew
	}
	switch {
	case e.done:
		return e, e.reply, isDone
	case len(e.waiting) >= maxWaiting:
		return e, nil, isDrop
	}
	e.waiting = append(e.waiting, answer)
	return e, nil, isBusy
}

// finish remembers the reply, which must not be changed any more, and hands it
// to those who waited.
func (c *cookies) finish(e *exchange, peer netip.Addr, cookie, reply []byte) {
	s := c.shard(peer, cookie)
	s.mu.Lock()
	e.reply, e.done = reply, true
	waiting := e.waiting
	e.waiting = nil
	s.bytes += len(reply) + len(cookie) + exchangeBytes
	s.mu.Unlock()
	for _, answer := range waiting {
		answer(reply)
	}
}

func (s *cookieShard) rotate(now time.Time) {
	if now.Sub(s.born) < cookieGeneration && len(s.young) < cookieShardMax && s.bytes < cookieShardBytes {
		return
	}
	if now.Sub(s.born) >= 2*cookieGeneration {
		s.young = nil // both generations are past their time
	}
	s.old, s.young = s.young, nil
	s.born, s.bytes = now, 0
}

func (c *cookies) shard(peer netip.Addr, cookie []byte) *cookieShard {
	a := peer.As16()
	h := maphash.Bytes(c.seed, cookie) ^ maphash.Bytes(c.seed, a[:])
	return &c.shards[h%cookieShards]
}
