package srtp

import (
	"crypto/sha256"
	"sync"
)

// state is what belongs to a key and outlives the context that uses it. The
// locks guard the crypter's scratch as well.
type state struct {
	key  [sha256.Size]byte // whose state it is
	rtp  half
	rtcp half
}

// half is the state of RTP or RTCP.
type half struct {
	mu sync.Mutex
	streams
	next uint32 // SRTCP index of the next packet sent
	_    [64]byte
}

func newState(p *Params) *state {
	s := &state{key: p.keyID()}
	s.rtp.max, s.rtcp.max = p.maxSSRC(), p.maxSSRC()
	return s
}

// context is what protecting and unprotecting have in common.
type context struct {
	*state
	crypter
	window uint64
	repeat bool
	id     [sha256.Size]byte
}

func newContext(p Params) (*context, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	cr, err := newCrypter(&p)
	if err != nil {
		return nil, err
	}
	return &context{state: newState(&p), crypter: cr, window: p.window(), repeat: p.AllowRepeat, id: p.ID()}, nil
}

// ID is that of the parameters (see Params.ID).
func (c *context) ID() [sha256.Size]byte { return c.id }

// Streams reports the sources of RTP and how far each has come.
func (c *context) Streams() []StreamState {
	c.state.rtp.mu.Lock()
	defer c.state.rtp.mu.Unlock()
	return c.state.rtp.state()
}

// Close overwrites the keys with zeros, as far as the standard library lets
// them be reached; packets are refused afterwards. State that another context
// inherited lives on.
func (c *context) Close() error {
	c.state.rtp.mu.Lock()
	defer c.state.rtp.mu.Unlock()
	c.state.rtcp.mu.Lock()
	defer c.state.rtcp.mu.Unlock()
	if c.crypter != nil {
		c.wipe()
		c.crypter = nil
	}
	return nil
}

// inherit shares the state of prev if it belongs to the same key.
func (c *context) inherit(prev *context) bool {
	if prev == nil || prev.state.key != c.state.key {
		return false
	}
	c.state = prev.state
	return true
}
