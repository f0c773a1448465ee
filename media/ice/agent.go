package ice

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"rtpgo/media"
)

// Config is what an agent is made from.
type Config struct {
	// Locals are our candidates; their order gives them their numbers.
	Locals []Local
	// Credentials are ours.
	Credentials Credentials
	// Components is 1 when RTCP is multiplexed (or absent), else 2.
	Components int
	// Controlling is the role to begin with: that of the offerer, or the full
	// one of two sides of which one is lite (RFC 8445 section 6.1.1).
	Controlling bool
	// TieBreaker decides role conflicts. Agents of one ICE session, the medias
	// of one peer, share it; 0 takes a random one.
	TieBreaker uint64
	// Lite agents answer checks and make none (RFC 8445 section 2.5).
	Lite bool
	// Software is shown in our checks (RFC 8489 section 14.14); "" shows none.
	Software string
	// Notify is called on the executor's goroutine after something happened. It
	// must not block, and may still come once after Close. nil for none.
	Notify func(Event)
}

// Remote is what the peer's description says.
type Remote struct {
	Credentials
	Lite       bool
	Candidates []Candidate
	// More tells that candidates may follow (trickle ICE without
	// end-of-candidates, RFC 8838).
	More bool
}

// EventKind says what happened.
type EventKind uint8

const (
	// Moved: the pair that a component uses is another, or there is none any
	// more. Agent.Pair tells which.
	Moved EventKind = iota
	// ConsentLost: the peer stopped answering on Event.Pair; nothing may be
	// sent there (RFC 7675).
	ConsentLost
	// Failed: no pair works (RFC 8445 section 8.1.2). A check of the peer that
	// arrives later may still change that.
	Failed
	// RoleSwitched: a role conflict was resolved by changing ours.
	RoleSwitched
)

var eventNames = [...]string{"pair selected", "consent lost", "failed", "role switched"}

// String is the kind for logs.
func (k EventKind) String() string { return eventNames[k] }

// Event is something that happened to an agent.
type Event struct {
	Kind      EventKind
	Component int // 0 when it concerns the agent
	Pair      Pair
}

// Agent negotiates the pairs of one media. Its methods may be called from
// anywhere but Config.Notify may not call Close of the Executor.
type Agent struct {
	x   *Executor
	cfg Config

	// Looked at on the packet path.
	filter  atomic.Pointer[filter]
	inbox   inbox
	pending pendingIDs

	arrived atomic.Uint64   // of the peer that were answered
	sources []media.Sources // by local
	using   [maxComponents]atomic.Pointer[Pair]

	deadline time.Time // next tick; guarded by x.mu
	slot     int       // in x.timers, -1 when in none; guarded by x.mu

	mu           sync.Mutex
	closed       bool
	components   int
	controlling  bool
	tieBreaker   uint64
	current      *generation
	previous     *generation // before a restart; nil when there is none
	transactions map[transactionID]*transaction
	inUse        [maxComponents]*pair
	history      history
	checkedLast  time.Time // when the last check began
	keepalive    time.Time // of a lite agent
	events       []Event
}

// NewAgent makes an agent. It answers checks at once, and makes some when it
// knows the peer.
func (x *Executor) NewAgent(cfg Config) *Agent {
	a := &Agent{
		x: x, cfg: cfg, slot: -1, components: cfg.Components,
		controlling: cfg.Controlling && !cfg.Lite, tieBreaker: cfg.TieBreaker,
		sources:      make([]media.Sources, len(cfg.Locals)),
		transactions: make(map[transactionID]*transaction),
		current:      &generation{local: cfg.Credentials},
	}
	for a.tieBreaker == 0 {
		a.tieBreaker = rand.Uint64()
	}
	a.history.limit = historyFull
	if cfg.Lite {
		a.history.limit = historyLite
	}
	a.refilter()
	return a
}

// Input takes STUN packets that arrived at a local candidate's port: it is
// what media.Flow.Other wants. Everything that isn't meant for this agent is
// dropped without allocating.
func (a *Agent) Input(local int) func(pkt []byte, src netip.AddrPort) {
	return func(pkt []byte, src netip.AddrPort) {
		f := a.filter.Load()
		if f == nil {
			return
		}
		v := f.look(pkt)
		if v == foreign || v == response && !a.pending.has(pkt) {
			a.x.counters.foreign.Add(1)
			return
		}
		a.inbox.put(a.x, a, local, src, pkt)
	}
}

// SetLocal tells our credentials as the peer is shown them. Others than before
// restart ICE: the pairs in use stay so until new ones are found.
func (a *Agent) SetLocal(c Credentials) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.current.local == c {
		return
	}
	now := time.Now()
	a.restart(c, now)
	a.finish(now)
}

// SetRemote tells what the peer's latest description, or a fragment of it,
// says. Candidates add to those known; other credentials than before restart
// ICE. Without a password nothing can be checked, and no pair is ever valid.
func (a *Agent) SetRemote(r Remote) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || r.Ufrag == "" {
		return
	}
	now := time.Now()
	if g := a.current; g.remoteKnown && g.remote != r.Credentials {
		a.restart(g.local, now)
	}
	a.meet(a.current, &r, now)
	a.finish(now)
}

// SetComponents tells how many components there are: RTCP may turn out to be
// multiplexed, or not to be.
func (a *Agent) SetComponents(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.components == n {
		return
	}
	a.components = n
	now := time.Now()
	for _, g := range []*generation{a.current, a.previous} {
		if g != nil {
			a.reform(g)
		}
	}
	a.finish(now)
}

// Pair is what a component sends on: the nominated pair, or the best valid one
// before nomination. It is invalid when nothing may be sent.
func (a *Agent) Pair(component int) Pair {
	if p := a.using[component-1].Load(); p != nil {
		return *p
	}
	return Pair{}
}

// Sources are the addresses from which a local candidate's port accepts media:
// those of valid pairs.
func (a *Agent) Sources(local int) *media.Sources { return &a.sources[local] }

// Validated tells whether the peer has proved to be at an address, seen from a
// local candidate.
func (a *Agent) Validated(local int, addr netip.AddrPort) bool { return a.sources[local].Has(addr) }

// Checks counts the peer's connectivity checks that arrived.
func (a *Agent) Checks() uint64 { return a.arrived.Load() }

// Started tells whether the peer's credentials are known.
func (a *Agent) Started() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current.remoteKnown || a.previous != nil
}

// Controlling is the role now.
func (a *Agent) Controlling() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.controlling
}

// Close ends the agent: nothing is sent or accepted afterwards.
func (a *Agent) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	a.filter.Store(nil)
	for i := range a.sources {
		a.sources[i].Set(nil)
	}
	for i := range a.using {
		a.using[i].Store(nil)
	}
	a.x.schedule(a, time.Time{})
}

func (a *Agent) role() role {
	if a.controlling {
		return roleControlling
	}
	return roleControlled
}

// refilter tells the packet path our names.
func (a *Agent) refilter() {
	f := &filter{ufrags: [2]string{a.current.local.Ufrag}}
	if a.previous != nil {
		f.ufrags[1] = a.previous.local.Ufrag
	}
	a.filter.Store(f)
}
