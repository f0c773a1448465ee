// Package call is the model of rtpgo: calls, their parties and medias, and the
// commands that change them. Signalling is negotiated here and compiled into
// flows for the data plane; it never touches a packet.
package call

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/media/ice"
	"rtpgo/ng"
)

// Limits of what outside input can grow.
const (
	MaxPartiesPerCall = 64
)

// Config holds what the daemon's options say about calls.
type Config struct {
	Interfaces *interfaces.Set
	Engine     media.Engine
	Log        *zap.Logger
	Version    string // shown in s= of generated descriptions
	// HostLoad measures the host, for MaxLoad and MaxCPU; nil where it can't be.
	// It is called by one goroutine, once a second.
	HostLoad func() Load
	// EngineStatus is what the engine tells the operator; may be nil.
	EngineStatus func() ng.Dict

	// Limits are those at the start; Registry.ChangeLimits changes them.
	Limits
	// Debugged are the calls of which everything is logged; nil for a set that
	// nobody else sees.
	Debugged *Debugged
	// Ended is told of each call that ends. It must not block; nil means that
	// nobody wants to know.
	Ended func(*Record)
	// DTMF is who hears of telephone events.
	DTMF DTMFConfig
	// TOS of outgoing packets, -1 for the system's.
	TOS int
	// KeepEnded is how long ended calls can be explained.
	KeepEnded time.Duration
	// SIPSource is --sip-source: received-from counts unless trust-address is given.
	SIPSource bool
	// DTLSPassive is --dtls-passive.
	DTLSPassive bool
	// Learning is --endpoint-learning.
	Learning media.Learning
	// Software is --software-id, shown in ICE's checks.
	Software string
	// OneAddress is --save-interface-ports: one address of an interface serves
	// for ICE too.
	OneAddress bool
	// Quality says how the quality of calls is rated.
	Quality QualityConfig
	// TapRTCP gets every RTCP packet that can be read, in plain: it came from
	// src to our port local. It is called on the packet path: it must not
	// block, and copies the packet. nil means that nobody asked for it.
	TapRTCP func(callID string, src, local netip.AddrPort, pkt []byte)
	// DTLS runs the handshakes of DTLS-SRTP; nil for one with defaults.
	DTLS *dtls.Agent
	// Certificate says what key our DTLS certificate has.
	Certificate dtls.CertificateConfig
}

const shardCount = 64

// Registry holds the calls. Commands of different calls run in parallel;
// those of one call run one after the other.
type Registry struct {
	Config

	seed         maphash.Seed
	shards       [shardCount]shard
	count        atomic.Int64 // calls, deleted ones that live on counted too
	draining     atomic.Bool
	limits       atomic.Pointer[Limits]
	load         atomic.Pointer[Load] // nil while nobody wants to know
	loopToken    string
	certificates certificates
	started      time.Time
	tagSeq       atomic.Uint64
	stats        totals
	sums         map[*interfaces.Address]*sums          // never changes
	quality      map[*interfaces.Address]*qualityTotals // likewise
	turn         int64                                  // number of the survey; the clock's alone
	surveyed     atomic.Pointer[survey]                 // nil before the first tick
	signalling   signalling
	proxies      ProxyCounters
	interval     func() ng.Dict // nil without Graphite
	ended        endedCalls
	ice          *ice.Executor // nil while no media has spoken ICE
	iceOnce      sync.Once
	now          func() time.Time // time.Now but in tests
	packetNow    func() int64     // media.Now, likewise
	reporter     reporter
	cname        string // of RTCP of our own
	routeTo      func(local, peer netip.Addr) (interfaces.Route, error)
	done         chan struct{}
	wg           sync.WaitGroup
}

type shard struct {
	mu    sync.Mutex
	calls map[string]*Call
}

// ProxyCounters gives the counters of the control protocol per client, for
// the statistics command.
type ProxyCounters interface {
	ControlStatistics() ng.Dict
}

// New makes a registry and starts its clock.
func New(cfg Config) *Registry {
	r := newRegistry(cfg, time.Now)
	r.wg.Add(2)
	go r.clock()
	go r.runReports()
	return r
}

// newRegistry makes a registry without a clock: somebody has to call tick.
func newRegistry(cfg Config, now func() time.Time) *Registry {
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	r := &Registry{
		Config: cfg, seed: maphash.MakeSeed(), loopToken: randomHex(6),
		started: now(), now: now, routeTo: interfaces.RouteTo, packetNow: media.Now, done: make(chan struct{}),
		certificates: certificates{cfg: cfg.Certificate}, sums: newSums(cfg.Interfaces),
	}
	r.limits.Store(&cfg.Limits)
	if r.Debugged == nil {
		r.Debugged = new(Debugged)
	}
	r.reporter.wake = make(chan struct{}, 1)
	r.cname = randomToken(12)
	r.quality = make(map[*interfaces.Address]*qualityTotals, len(r.sums))
	for a := range r.sums {
		r.quality[a] = new(qualityTotals)
	}
	if r.DTLS == nil {
		r.DTLS, _ = dtls.NewAgent(dtls.AgentConfig{}) // its defaults have no error
	}
	for i := range r.shards {
		r.shards[i].calls = make(map[string]*Call)
	}
	return r
}

// SetIntervalStatistics tells where the statistics command finds what Graphite
// was told last.
func (r *Registry) SetIntervalStatistics(f func() ng.Dict) { r.interval = f }

// SetProxyCounters tells where the statistics command finds the counters of
// the control protocol.
func (r *Registry) SetProxyCounters(p ProxyCounters) { r.proxies = p }

// Drain refuses new calls from now on: with "load limit" where the request
// supports it. Deletes take effect without their delay.
func (r *Registry) Drain() { r.draining.Store(true) }

// Count is the number of live calls.
func (r *Registry) Count() int { return int(r.count.Load()) }

// Close ends every call at once and releases its ports.
func (r *Registry) Close() {
	close(r.done)
	r.wg.Wait()
	for _, c := range r.all() {
		c.mu.Lock()
		c.endReason = "shutdown"
		r.destroy(c)
		c.mu.Unlock()
	}
	r.closeICE()
}

func (r *Registry) shard(id string) *shard {
	return &r.shards[maphash.String(r.seed, id)%shardCount]
}

// lookup finds a call and locks it; nil when there is none.
func (r *Registry) lookup(id string) *Call {
	s := r.shard(id)
	for {
		s.mu.Lock()
		c := s.calls[id]
		s.mu.Unlock()
		if c == nil {
			return nil
		}
		c.mu.Lock()
		if !c.dead {
			return c
		}
		c.mu.Unlock()
	}
}

// obtain finds or creates a call and locks it.
func (r *Registry) obtain(id string) (c *Call, created bool) {
	s := r.shard(id)
	for {
		s.mu.Lock()
		c = s.calls[id]
		if c == nil {
			c = newCall(r, id)
			c.mu.Lock()
			s.calls[id] = c
			s.mu.Unlock()
			r.count.Add(1)
			r.stats.managed.Add(1)
			return c, true
		}
		s.mu.Unlock()
		c.mu.Lock()
		if !c.dead {
			return c, false
		}
		c.mu.Unlock()
	}
}

// begin is obtain for the request that a call begins with.
func (r *Registry) begin(req *ng.Request) *Call {
	c, created := r.obtain(req.CallID.Value)
	if created {
		c.creator = req.Peer
	}
	return c
}

// destroy takes a locked call out of the registry and releases its ports.
func (r *Registry) destroy(c *Call) {
	if c.dead {
		return
	}
	c.dead = true
	c.fetchReports()
	r.keep(c)
	if r.Ended != nil {
		r.Ended(c.record())
	}
	r.stats.ended(c)
	c.close()
	r.signalling.forget(c.exchanges)
	c.exchanges = nil
	s := r.shard(c.ID)
	s.mu.Lock()
	if s.calls[c.ID] == c {
		delete(s.calls, c.ID)
	}
	s.mu.Unlock()
	r.count.Add(-1)
	r.Debugged.ended(c.ID, r.now())
}

// all lists the calls, unlocked.
func (r *Registry) all() []*Call {
	var out []*Call
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for _, c := range s.calls {
			out = append(out, c)
		}
		s.mu.Unlock()
	}
	return out
}

// errReply is an error whose text goes to the peer as error-reason.
type errReply string

func (e errReply) Error() string { return string(e) }

// HandleNG answers one request. A panic fails that request alone.
func (r *Registry) HandleNG(_ context.Context, req *ng.Request) (reply ng.Dict) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.Error("command failed", zap.String("call", req.CallID.Value),
				zap.String("command", req.Command.Value), zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			reply = ng.Error("Internal error")
		}
	}()
	if !req.Command.Set {
		return ng.Error(`Dictionary contains no key "command"`)
	}
	cmd, ok := commands[req.Command.Value]
	if !ok {
		return ng.Error("Unrecognized command")
	}
	reply, err := cmd(r, req)
	if err != nil {
		return r.failed(req, err)
	}
	return reply
}

// failed turns an error into a reply and logs it once.
func (r *Registry) failed(req *ng.Request, err error) ng.Dict {
	var text errReply
	reason := err.Error()
	switch {
	case errors.As(err, &text):
		reason = string(text)
	case errors.Is(err, interfaces.ErrNoPorts):
		reason = interfaces.ErrNoPorts.Error()
	}
	r.Log.Warn("command refused", zap.String("command", req.Command.Value), zap.String("call", req.CallID.Value),
		zap.String("tag", req.FromTag.Value), zap.Error(err))
	return ng.Error(reason)
}

// limited tells whether a new call must be refused, and with what reply.
func (r *Registry) limited(req *ng.Request) (ng.Dict, error) {
	text, why := "", refusedDraining
	switch {
	case r.draining.Load():
		text = "Shutting down"
	case r.full():
		text, why = "Parallel session limit reached", refusedSessions
	default:
		if text, why = r.overload(); text == "" {
			return nil, nil
		}
	}
	r.stats.refused[why].Add(1)
	if req.SupportsLoadLimit {
		return ng.Dict{{Key: "result", Value: "load limit"}, {Key: "message", Value: text}}, nil
	}
	// Kamailio asks the next node for this very text.
	return nil, errReply("Parallel session limit reached")
}

type command func(*Registry, *ng.Request) (ng.Dict, error)

var commands map[string]command

func init() {
	commands = map[string]command{
		"ping":           func(*Registry, *ng.Request) (ng.Dict, error) { return ng.Dict{{Key: "result", Value: "pong"}}, nil },
		"offer":          (*Registry).offer,
		"answer":         (*Registry).answer,
		"delete":         (*Registry).delete,
		"query":          (*Registry).query,
		"list":           (*Registry).list,
		"statistics":     (*Registry).statistics,
		StatusCommand:    (*Registry).status,
		BriefCommand:     (*Registry).brief,
		DebugCommand:     (*Registry).debug,
		TerminateCommand: (*Registry).terminateCommand,
		ExplainCommand:   (*Registry).explain,
	}
	for name, c := range controlCommands {
		commands[name] = c
	}
	for _, name := range notBuilt {
		commands[name] = func(*Registry, *ng.Request) (ng.Dict, error) {
			return nil, errReply(fmt.Sprintf("Command %q is not supported by rtpgo", name))
		}
	}
}

// notBuilt are commands of the reference that rtpgo doesn't have
// (docs/compatibility.md).
var notBuilt = []string{
	"start recording", "stop recording", "pause recording",
	"play media", "stop media", "play DTMF", "publish", "subscribe request", "subscribe answer", "unsubscribe",
	"connect", "transform",
}
