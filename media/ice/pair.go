package ice

import (
	"net/netip"
	"time"
)

// state of a candidate pair (RFC 8445 section 6.1.2.6). None is ever frozen: a
// peer that answers on RTCP alone would wait for the checks of RTP to fail, and
// the pairs of our few host candidates are soon checked.
type state uint8

const (
	waiting state = iota
	inProgress
	succeeded
	failed
)

// pair is a local candidate with one of the peer's.
type pair struct {
	local     int
	component int
	remote    *Candidate
	priority  uint64
	state     state

	// valid: the peer answered a check, or, to a lite agent, sent one; not
	// longer ago than ConsentTimeout.
	valid bool
	// heard is when it last did.
	heard time.Time
	// nominated: the controlling side chose it. It stays so when the pair
	// fails, for the case that it comes back.
	nominated bool
	// asked: the peer nominated it before it was valid.
	asked bool

	refusals    int          // nominations of ours that were not answered
	triggered   bool         // in generation.triggered
	nominating  bool         // our next check carries USE-CANDIDATE
	check       *transaction // in progress
	consentNext time.Time    // next consent check, while the pair is in use
	probed      time.Time    // the first one since heard
}

// pairPriority is the formula of RFC 8445 section 6.1.2.3.
func pairPriority(controlling, controlled uint32) uint64 {
	lo, hi := uint64(min(controlling, controlled)), uint64(max(controlling, controlled))
	p := lo<<32 + 2*hi
	if controlling > controlled {
		p++
	}
	return p
}

func (p *pair) pending() bool {
	return p.state == waiting || p.state == inProgress
}

// is tells whether p is the pair of these two.
func (p *pair) is(local int, remote netip.AddrPort) bool {
	return p.local == local && p.remote.Address == remote
}

// Pair is what an agent tells about a candidate pair.
type Pair struct {
	// Local is the index in Config.Locals.
	Local  int
	Remote netip.AddrPort
	Type   Type // of the remote candidate
	// Nominated is false while the peers are still looking for a better pair.
	Nominated bool
}

// Valid tells whether there is a pair at all.
func (p Pair) Valid() bool { return p.Remote.IsValid() }

func (p *pair) public() Pair {
	return Pair{Local: p.local, Remote: p.remote.Address, Type: p.remote.Type, Nominated: p.nominated}
}
