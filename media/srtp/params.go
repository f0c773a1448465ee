package srtp

import (
	"crypto/sha256"
	"fmt"
)

// Bounds and defaults of Params.
const (
	// DefaultReplayWindow is that of a context unless Params says otherwise. It
	// is wider than the 64 packets that RFC 3711, section 3.3.2, asks for at
	// least: a video packet sent again on request (RFC 4585) arrives a round
	// trip late, which at 1,000 packets per second is a hundred packets and more.
	DefaultReplayWindow = 1024
	// MaxReplayWindow is the widest window.
	MaxReplayWindow = 1024
	// MinReplayWindow is the narrowest one that RFC 3711 allows.
	MinReplayWindow = 64
	// DefaultMaxSSRC is how many sources of a context are kept apart.
	DefaultMaxSSRC = 64
	// MaxMKI is the longest MKI in octets (RFC 4568, section 6.1).
	MaxMKI = 128
)

// Params says how packets of one direction are protected.
type Params struct {
	Suite *Suite
	// Key is the master key and salt, of the lengths that the suite asks for.
	// It may be wiped once the context is made.
	Key Key
	// MKI is the master key identifier in the packets; empty for none.
	MKI []byte

	// UnencryptedSRTP, UnencryptedSRTCP and UnauthenticatedSRTP are the session
	// parameters of RFC 4568, section 6.3. SRTCP is always authenticated. The
	// tag of a GCM suite can't be left out: UnauthenticatedSRTP is refused.
	UnencryptedSRTP, UnencryptedSRTCP, UnauthenticatedSRTP bool

	// ReplayWindow is by how many packets one may be late, 0 for
	// DefaultReplayWindow; brought into MinReplayWindow..MaxReplayWindow.
	ReplayWindow int
	// MaxSSRC bounds the sources whose state is kept, 0 for DefaultMaxSSRC.
	// One more replaces the one that was silent longest.
	MaxSSRC int
	// AllowRepeat lets a Protector send one index twice. Never for GCM suites:
	// two packets under one index give away their authentication key (RFC 7714,
	// section 8.3), so it is refused there.
	AllowRepeat bool
}

func (p *Params) check() error {
	s := p.Suite
	switch {
	case s == nil:
		return fmt.Errorf("%w: no suite", ErrParams)
	case len(p.Key.Master) != s.KeyLen:
		return fmt.Errorf("%w: master key of %d octets where %s has %d", ErrParams, len(p.Key.Master), s, s.KeyLen)
	case len(p.Key.Salt) != s.SaltLen:
		return fmt.Errorf("%w: master salt of %d octets where %s has %d", ErrParams, len(p.Key.Salt), s, s.SaltLen)
	case len(p.MKI) > MaxMKI:
		return fmt.Errorf("%w: MKI of %d octets, at most %d", ErrParams, len(p.MKI), MaxMKI)
	case s.AEAD() && p.UnauthenticatedSRTP:
		return fmt.Errorf("%w: UNAUTHENTICATED_SRTP with %s", ErrParams, s)
	case s.AEAD() && p.AllowRepeat:
		return fmt.Errorf("%w: repeated packets with %s", ErrParams, s)
	}
	return nil
}

func (p *Params) window() uint64 {
	if p.ReplayWindow == 0 {
		return DefaultReplayWindow
	}
	return uint64(min(max(p.ReplayWindow, MinReplayWindow), MaxReplayWindow))
}

func (p *Params) maxSSRC() int {
	if p.MaxSSRC <= 0 {
		return DefaultMaxSSRC
	}
	return p.MaxSSRC
}

// keyID identifies suite, key and salt without keeping them.
func (p *Params) keyID() (id [sha256.Size]byte) {
	h := sha256.New()
	h.Write([]byte(p.Suite.Name))
	h.Write([]byte{0})
	h.Write(p.Key.Master)
	h.Write(p.Key.Salt)
	h.Sum(id[:0])
	return id
}

// ID identifies the parameters without giving the key away: contexts of equal
// ID protect packets in the same way.
func (p *Params) ID() [sha256.Size]byte {
	var id [sha256.Size]byte
	k := p.keyID()
	h := sha256.New()
	h.Write(k[:])
	fmt.Fprintf(h, "%x %t %t %t %t %d %d", p.MKI, p.UnencryptedSRTP, p.UnencryptedSRTCP,
		p.UnauthenticatedSRTP, p.AllowRepeat, p.window(), p.maxSSRC())
	h.Sum(id[:0])
	return id
}

// Same tells whether a context made from p can serve for q as it is.
func (p *Params) Same(q *Params) bool {
	return p.Suite != nil && q.Suite != nil && p.ID() == q.ID()
}
