package ice

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"rtpgo/media"
)

// Passage passes on the checks and the DTLS of one peer to another that it
// speaks ICE with (rtpengine's ICE=optional and ICE=force-relay): our ports are
// candidates of either, and no agent of ours takes part. The peers' passwords
// are known from their descriptions, so that only what the one has proved to
// send goes to the other, and where a peer is follows from its checks.
//
// There is one Passage for each direction of a component.
type Passage struct {
	x       *Executor
	inbox   inbox
	learned func(src netip.AddrPort)
	hop     atomic.Pointer[Hop]
	peer    atomic.Pointer[netip.AddrPort] // where the sender is

	mu     sync.Mutex
	closed bool
	seen   history
	asked  [maxAsked]askedFrom // a ring
	next   int
	heard  time.Time // last check from peer
}

// Hop says between whom a Passage passes packets.
type Hop struct {
	// From is who sends to our port, To whom it is passed on to.
	From, To Credentials
	// Out is the stream that leads to To.
	Out *media.Stream
	// Back is the passage of the other direction: it knows which address of To
	// an answer is for.
	Back *Passage
}

// askedFrom is a check that was passed on.
type askedFrom struct {
	id  transactionID
	src netip.AddrPort
}

const (
	// maxAsked bounds the checks whose answers find their way back to one of
	// several addresses of a peer.
	maxAsked = 32
	// deaf is how long a peer must not have been heard at an address before
	// it may be at another one that it didn't nominate.
	deaf = 2 * consentInterval
)

// NewPassage makes a passage. learned is called, on the executor's goroutine,
// for each check that tells where the sender is; it must not block, and may
// still be called once after Close.
func (x *Executor) NewPassage(learned func(src netip.AddrPort)) *Passage {
	return &Passage{x: x, learned: learned, seen: history{limit: historyLite}}
}

// Update says between whom the passage passes packets from now on.
func (p *Passage) Update(hop Hop) { p.hop.Store(&hop) }

// What a packet is, in place of the number of a local candidate.
const (
	passSTUN = iota
	passDTLS
)

// Input takes STUN and DTLS packets from the packet path, like Agent.Input.
func (p *Passage) Input(pkt []byte, src netip.AddrPort) {
	h := p.hop.Load()
	if h == nil {
		return
	}
	if media.Classify(pkt) == media.ClassDTLS {
		if peer := p.peer.Load(); peer != nil && *peer == src && len(pkt) <= len(packet{}.data) {
			p.inbox.put(p.x, p, passDTLS, src, pkt)
		}
		return
	}
	f := filter{ufrags: [2]string{h.To.Ufrag}}
	if f.look(pkt) == foreign {
		p.x.counters.foreign.Add(1)
		return
	}
	p.inbox.put(p.x, p, passSTUN, src, pkt)
}

// Close ends the passage.
func (p *Passage) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.hop.Store(nil)
}

func (p *Passage) receive(kind int, src netip.AddrPort, pkt []byte, m *message) {
	h := p.hop.Load()
	if h == nil {
		return
	}
	if kind == passDTLS {
		if to := h.Out.Remote(); to.IsValid() {
			_ = h.Out.Port().Send(pkt, to) // flights are repeated
		}
		return
	}
	if m.decode(pkt) != nil {
		p.x.counters.forged.Add(1)
		return
	}
	to := h.Out.Remote()
	if m.raw.Type.Value() == typeRequest {
		if string(m.username) != h.To.Ufrag+":"+h.From.Ufrag || !m.verify(h.To.Pwd) || !p.take(m, src) {
			p.x.counters.forged.Add(1)
			return
		}
		p.x.counters.requests.Add(1)
	} else {
		// Answers carry the password of who gives them.
		if !m.verify(h.From.Pwd) {
			p.x.counters.forged.Add(1)
			return
		}
		p.x.counters.responses.Add(1)
		if h.Back != nil {
			to = h.Back.asker(m.raw.TransactionID, to)
		}
	}
	if to.IsValid() {
		_ = h.Out.Port().Send(pkt, to) // checks are repeated
	}
}

// take notes an authentic check; false for one that was overheard and sent
// again from elsewhere.
func (p *Passage) take(m *message, src netip.AddrPort) bool {
	p.mu.Lock()
	fresh, replayed := p.seen.see(m.raw.TransactionID, src)
	if replayed || p.closed {
		p.mu.Unlock()
		return false
	}
	there := false
	if fresh {
		p.asked[p.next] = askedFrom{m.raw.TransactionID, src}
		p.next = (p.next + 1) % maxAsked
		now, peer := time.Now(), p.peer.Load()
		there = peer != nil && *peer == src
		if !there && (m.useCandidate || now.Sub(p.heard) > deaf) {
			p.peer.Store(&src)
			there = true
		}
		if there {
			p.heard = now
		}
	}
	p.mu.Unlock()
	if there {
		p.learned(src)
	}
	return true
}

// asker is who made a check, by its number; otherwise if that is not known.
func (p *Passage) asker(id transactionID, otherwise netip.AddrPort) netip.AddrPort {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.asked {
		if p.asked[i].id == id && p.asked[i].src.IsValid() {
			return p.asked[i].src
		}
	}
	return otherwise
}
