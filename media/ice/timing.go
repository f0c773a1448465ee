package ice

import (
	"math/rand/v2"
	"time"
)

// Times of RFC 8445, RFC 8489, RFC 8863 and RFC 7675.
const (
	// Pace is the time between two new checks of one agent (Ta, RFC 8445
	// section 14.2).
	Pace = 50 * time.Millisecond
	// triggeredPace is that of checks which an authentic one of the peer has
	// triggered: the peer's media follows on its heels (5 ms is the least that
	// RFC 8445 section 14.2 allows).
	triggeredPace = 5 * time.Millisecond
	// minRTO is the first retransmission time-out (RFC 8445 section 14.3).
	minRTO = 500 * time.Millisecond
	// maxSends and lastWait are Rc and Rm of RFC 8489 section 6.2.1.
	maxSends = 7
	lastWait = 16
	// nominationSends and nominationWait replace them when a pair that works is
	// nominated: another one is tried soon if that is not answered.
	nominationSends = 4
	nominationWait  = 4
	// Patience is how long an agent waits before it calls a session failed
	// (PAC timer, RFC 8863 section 4).
	Patience = 39500 * time.Millisecond
	// consentInterval and ConsentTimeout are those of RFC 7675 section 5.1.
	consentInterval = 5 * time.Second
	ConsentTimeout  = 30 * time.Second
	// keepaliveInterval is Tr (RFC 8445 section 11).
	keepaliveInterval = 15 * time.Second
	// settling is how long a controlling agent waits for a better pair than
	// the first valid one before it nominates.
	settling = 500 * time.Millisecond
	// lingering is how long the pairs of the time before a restart keep working
	// when new ones are selected (RFC 8445 section 8.3).
	lingering = 3 * time.Second
	// stale is when a newly nominated pair may replace one of higher priority:
	// two consent checks went unanswered.
	stale = 2*consentInterval + time.Second
)

// Limits of what a peer can make an agent remember.
const (
	maxPairs      = 100 // RFC 8445 section 6.1.2.5
	maxCandidates = 64
	maxReflexive  = 16 // peer-reflexive candidates per component
	maxEarly      = 16 // checks that came before the peer's credentials
)

// nextConsent spreads consent checks (RFC 7675 section 5.1: 0.8 to 1.2 times
// the interval).
func nextConsent(now time.Time) time.Time {
	return now.Add(time.Duration((0.8 + 0.4*rand.Float64()) * float64(consentInterval)))
}

// retransmission is how long a check waits for its first answer while n pairs
// are to be checked.
func retransmission(n int) time.Duration { return max(minRTO, time.Duration(n)*Pace) }
