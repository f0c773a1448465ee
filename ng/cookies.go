package ng

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"slices"
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
	cookieShards     = 16
	cookieShardBytes = 4 << 20  // of answers, per shard and generation
	cookieShardMax   = 16384    // answers, per shard and generation
	cookieChunk      = 32 << 10 // answers are stored in pieces of memory of this size
	maxWaiting       = 4        // repetitions that wait for one request in work
)

// cookieKey is a hash of the client's address and the cookie, keyed with a
// secret of this process, so that nobody can make two collide.
type cookieKey uint64

// cookies is the memory of answers.
type cookies struct {
	seed   maphash.Seed
	now    func() time.Time
	shards [cookieShards]cookieShard
}

// cookieShard has two generations: new answers go into the young one, and when
// that is of age or full it replaces the old one, which is forgotten as a
// whole. So nothing is searched for expiry, and no timer runs.
type cookieShard struct {
	mu         sync.Mutex
	inWork     []exchange // a few at a time
	young, old answers
	_          [64]byte // shards on cache lines of their own
}

// exchange is a request in work.
type exchange struct {
	key     cookieKey
	request request
	waiting []func([]byte) // who wants the answer too
}

// request is what tells a retransmission from another request with the same
// cookie.
type request struct {
	port     uint16
	document uint64 // hash
}

func (r request) repeats(first request) bool {
	return r.port == first.port || r.document == first.document
}

// answers is one generation. Neither the map nor the memory of the answers
// holds pointers: the garbage collector has nothing to do with them.
type answers struct {
	born   time.Time
	index  map[cookieKey]answer
	chunks [][]byte
	unused [][]byte // chunks for later
	bytes  int
}

type answer struct {
	request    request
	chunk      uint32
	start, end uint32
}

func newCookies(now func() time.Time) *cookies {
	return &cookies{seed: maphash.MakeSeed(), now: now}
}

type verdict uint8

const (
	isNew     verdict = iota // carry it out, then call finish
	isDone                   // send the reply that begin returned
	isWaiting                // the same is in work; answer will be called when it is done
	isTooMany                // the same is in work, and enough wait for it already
)

// begin looks a message up.
func (c *cookies) begin(peer netip.AddrPort, cookie, document []byte, answer func([]byte)) (cookieKey, []byte, verdict) {
	key := c.key(peer.Addr(), cookie)
	r := request{peer.Port(), maphash.Bytes(c.seed, document)}
	s := c.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotate(c.now())
	if i := s.working(key); i >= 0 {
		e := &s.inWork[i]
		if !r.repeats(e.request) || len(e.waiting) >= maxWaiting {
			return key, nil, isTooMany // two clients with one cookie: the second has to try again
		}
		e.waiting = append(e.waiting, answer)
		return key, nil, isWaiting
	}
	for _, a := range [...]*answers{&s.young, &s.old} {
		if reply := a.find(key, r); reply != nil {
			return key, bytes.Clone(reply), isDone // its memory may serve another one soon
		}
	}
	s.inWork = append(s.inWork, exchange{key: key, request: r})
	return key, nil, isNew
}

// working is the index of a request in work, -1 when there is none.
func (s *cookieShard) working(key cookieKey) int {
	return slices.IndexFunc(s.inWork, func(e exchange) bool { return e.key == key })
}

// finish remembers a copy of the reply and hands it to those who wait for it.
func (c *cookies) finish(key cookieKey, reply []byte) {
	s := c.shard(key)
	s.mu.Lock()
	i, last := s.working(key), len(s.inWork)-1
	e := s.inWork[i]
	s.inWork[i] = s.inWork[last]
	s.inWork[last] = exchange{}
	s.inWork = s.inWork[:last]
	s.young.add(key, e.request, reply)
	s.mu.Unlock()
	for _, answer := range e.waiting {
		answer(reply)
	}
}

func (s *cookieShard) rotate(now time.Time) {
	age := now.Sub(s.young.born)
	if age < cookieGeneration && len(s.young.index) < cookieShardMax && s.young.bytes < cookieShardBytes {
		return
	}
	forgotten := s.old
	s.old, s.young = s.young, answers{}
	switch {
	case age < cookieGeneration: // busy: the memory is needed again
		s.young = forgotten.emptied()
	case age >= 2*cookieGeneration:
		s.old = answers{}
	}
	s.young.born = now
}

// emptied is a generation without answers that has the memory of one, but for
// what that didn't need.
func (a answers) emptied() answers {
	clear(a.index)
	return answers{index: a.index, unused: a.chunks}
}

func (a *answers) find(key cookieKey, r request) []byte {
	i, ok := a.index[key]
	if !ok || !r.repeats(i.request) {
		return nil
	}
	return a.chunks[i.chunk][i.start:i.end:i.end]
}

func (a *answers) add(key cookieKey, r request, reply []byte) {
	if a.index == nil {
		a.index = make(map[cookieKey]answer)
	}
	last := len(a.chunks) - 1
	if last < 0 || cap(a.chunks[last])-len(a.chunks[last]) < len(reply) {
		a.chunks = append(a.chunks, a.chunk(len(reply)))
		last++
	}
	start := len(a.chunks[last])
	a.chunks[last] = append(a.chunks[last], reply...)
	a.index[key] = answer{r, uint32(last), uint32(start), uint32(start + len(reply))}
	a.bytes += len(reply)
}

// chunk is memory for at least n octets.
func (a *answers) chunk(n int) []byte {
	if last := len(a.unused) - 1; last >= 0 && cap(a.unused[last]) >= n {
		c := a.unused[last][:0]
		a.unused[last] = nil
		a.unused = a.unused[:last]
		return c
	}
	return make([]byte, 0, max(cookieChunk, n))
}

func (c *cookies) key(peer netip.Addr, cookie []byte) cookieKey {
	var h maphash.Hash
	h.SetSeed(c.seed)
	a := peer.As16()
	h.Write(a[:])
	h.Write(cookie)
	return cookieKey(h.Sum64())
}

func (c *cookies) shard(key cookieKey) *cookieShard { return &c.shards[key%cookieShards] }
