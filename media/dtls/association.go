package dtls

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"rtpgo/media/srtp"
)

// Role is our part in the handshake (RFC 5763 section 5).
type Role uint8

const (
	// Passive waits for the peer's ClientHello (a=setup:passive): the server.
	Passive Role = iota
	// Active sends it (a=setup:active): the client.
	Active
)

func (r Role) String() string {
	if r == Active {
		return "active"
	}
	return "passive"
}

// Admission says what the source of a packet is.
type Admission uint8

const (
	// Refused is nobody who may shake hands here.
	Refused Admission = iota
	// Stranger may be the peer behind a NAT.
	Stranger
	// Peer is named by signalling, or validated by ICE.
	Peer
)

// MaxStrangers is how many handshakes of strangers an association has at once,
// beside that of the peer.
const MaxStrangers = 3

// strangerTime is how long a stranger may hold its place while others wait, in
// which it has to prove that it receives what is sent to it.
const strangerTime = time.Second

// Config of an association. The functions are called from goroutines of the
// association, never from within one of its methods.
type Config struct {
	Role        Role
	Certificate *Certificate
	// Target is where the active side sends to, and from where alone it takes
	// packets; an invalid address while that isn't known. It may change during
	// the handshake.
	Target func() (Via, netip.AddrPort)
	// Established gets the keys once the peer's certificate has proved to be
	// the signalled one. It is called again when the peer has shaken hands from
	// another address.
	Established func(Keys)
	// Failed tells why there are no keys: errors wrap ErrFingerprint,
	// ErrProfile or ErrTimeout, or are the library's. It is called once.
	Failed func(error)
	// Closed tells that the peer has ended the association (close_notify).
	Closed func()
}

// Keys is what a handshake yields.
type Keys struct {
	Suite *srtp.Suite
	// Ours protects what we send, Theirs what the peer sends.
	Ours, Theirs srtp.Key
	// Peer is who shook hands, Via the port it did so by.
	Peer netip.AddrPort
	Via  Via
}

// Errors of an association.
var (
	// ErrFingerprint says that the peer's certificate isn't the signalled one.
	ErrFingerprint = errors.New("the certificate hasn't the signalled fingerprint")
	// ErrProfile says that no SRTP protection profile was agreed on.
	ErrProfile = errors.New("no SRTP protection profile in common")
	// ErrTimeout says that the handshake has taken too long.
	ErrTimeout = errors.New("the handshake timed out")
	// ErrClosed says that the association was ended on our side.
	ErrClosed = errors.New("DTLS association closed")
)

// State of an association.
type State uint8

const (
	StateWaiting State = iota // no handshake yet
	StateHandshake
	StateUnverified // done, but the fingerprint to compare with isn't known yet
	StateEstablished
	StateUnconfirmed // established, but the peer's last flight hasn't arrived
	StateFailed
	StateClosed
)

var stateNames = [...]string{"waiting", "handshake", "unverified", "established", "unconfirmed", "failed", "closed"}

func (s State) String() string { return stateNames[s] }

// Association agrees on the keys of one component. Its methods may be called
// from any goroutine; none waits for the network.
type Association struct {
	agent  *Agent
	cfg    Config
	ctx    context.Context
	cancel context.CancelFunc

	mu          sync.Mutex
	fingerprint Fingerprint
	state       State
	failed      bool // reported
	active      bool // our own handshake was begun
	handshakes  []*handshake
	winner      *handshake
}

// NewAssociation makes an association. The active side begins with Wake, the
// passive one with what it receives.
func (a *Agent) NewAssociation(cfg Config) *Association {
	s := &Association{agent: a, cfg: cfg}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// State tells how far the association has come.
func (s *Association) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Expect sets the fingerprint that the peer's certificate must have. A
// handshake that waited for it yields its keys, or fails.
func (s *Association) Expect(f Fingerprint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fingerprint.Known() || !f.Known() {
		return
	}
	s.fingerprint = f
	for _, h := range append([]*handshake(nil), s.handshakes...) {
		if h.leaf == nil {
			continue
		}
		if !f.Matches(h.leaf) {
			s.dropLocked(h)
			go h.end()
			s.failLocked(ErrFingerprint)
		} else if h.keys != nil {
			s.winLocked(h)
		}
	}
}

// Wake begins our own handshake once there is a target.
func (s *Association) Wake() {
	if s.cfg.Role != Active {
		return
	}
	if _, to := s.cfg.Target(); !to.IsValid() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active || s.state == StateClosed {
		return
	}
	s.active = true
	s.state = StateHandshake
	h := s.newHandshake(nil, netip.AddrPort{}, Peer)
	s.handshakes = append(s.handshakes, h)
	go s.dial(h)
}

// retryPause is the time before our own handshake is tried again: what ended
// it may have been an alert that anybody could forge.
const retryPause = 500 * time.Millisecond

// dial runs our own handshake when the agent has room for it.
func (s *Association) dial(h *handshake) {
	ctx, cancel := context.WithTimeout(s.ctx, s.agent.cfg.Timeout)
	defer cancel()
	for {
		select {
		case s.agent.slots <- struct{}{}:
		case <-ctx.Done():
			s.handshakeFailed(h, ErrTimeout)
			return
		}
		err := h.run(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryPause):
		}
		if h = s.again(h, err, ctx.Err() != nil); h == nil {
			return
		}
	}
}

// again replaces a handshake of our own that failed; nil when it was the last.
func (s *Association) again(h *handshake, err error, late bool) *handshake {
	if late || errors.Is(err, ErrFingerprint) || errors.Is(err, ErrProfile) || errors.Is(err, ErrTimeout) {
		s.handshakeFailed(h, err)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.listed(h) || h.early {
		return nil
	}
	s.dropLocked(h)
	h = s.newHandshake(nil, netip.AddrPort{}, Peer)
	s.handshakes = append(s.handshakes, h)
	return h
}

// Receive takes a DTLS packet that src sent to the port via. admit says what
// src is; it is asked only when that matters. It never blocks.
func (s *Association) Receive(pkt []byte, src netip.AddrPort, via Via, admit func(netip.AddrPort) Admission) {
	r, ok := parseRecord(pkt)
	if !ok {
		return
	}
	if s.cfg.Role == Active {
		s.receiveActive(pkt, src, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == StateClosed {
		return
	}
	for _, h := range s.handshakes {
		if h.peer == src {
			if h.keys != nil && r.forged() {
				return
			}
			h.via = via
			h.conn.push(pkt)
			return
		}
	}
	if !r.clientHello() {
		return
	}
	rank := admit(src)
	if rank == Refused || !s.roomLocked(rank) || !s.agent.tryAcquire() {
		return
	}
	if s.state == StateWaiting || s.state == StateFailed {
		s.state = StateHandshake
	}
	h := s.newHandshake(via, src, rank)
	s.handshakes = append(s.handshakes, h)
	h.conn.push(pkt)
	go func() {
		ctx, cancel := context.WithTimeout(s.ctx, s.agent.cfg.Timeout)
		defer cancel()
		if err := h.run(ctx); err != nil {
			s.handshakeFailed(h, err)
		}
	}()
}

func (s *Association) receiveActive(pkt []byte, src netip.AddrPort, r record) {
	if r.clientHello() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.handshakes) == 0 {
		return
	}
	h := s.handshakes[0]
	if h.keys != nil && r.forged() {
		return
	}
	if _, to := s.cfg.Target(); src == to {
		h.conn.push(pkt)
	}
}

// roomLocked tells whether another handshake may begin. A stranger that has
// not proved that it receives what is sent to it makes room after a while. Once
// there are keys strangers are out.
func (s *Association) roomLocked(rank Admission) bool {
	if rank == Stranger && s.winner != nil {
		return false
	}
	n := 0
	var oldest *handshake
	for _, h := range s.handshakes {
		if h.rank != rank || h == s.winner {
			continue
		}
		n++
		if !h.answered.Load() && time.Since(h.begun) >= strangerTime && (oldest == nil || h.begun.Before(oldest.begun)) {
			oldest = h
		}
	}
	limit := MaxStrangers
	if rank == Peer {
		limit = 1 + MaxStrangers // addresses that ICE validated, or signalling named one after the other
	}
	if n < limit {
		return true
	}
	if oldest == nil {
		return false
	}
	s.dropLocked(oldest)
	go oldest.end()
	return true
}

// dropLocked takes a handshake out of the list.
func (s *Association) dropLocked(h *handshake) {
	for i, o := range s.handshakes {
		if o == h {
			s.handshakes = append(s.handshakes[:i:i], s.handshakes[i+1:]...)
			break
		}
	}
	if s.winner == h {
		s.winner = nil
	}
}

// winLocked makes h, whose certificate is the peer's, the association.
func (s *Association) winLocked(h *handshake) {
	s.winner, s.state = h, StateEstablished
	for _, o := range append([]*handshake(nil), s.handshakes...) {
		if o != h {
			s.dropLocked(o)
			go o.end()
		}
	}
	k := *h.keys
	k.Via, k.Peer = h.targetLocked()
	go s.cfg.Established(k)
}

// failLocked reports the first reason for which there are no keys.
func (s *Association) failLocked(err error) {
	if s.winner != nil || s.state == StateClosed {
		return
	}
	s.state = StateFailed
	if !s.failed {
		s.failed = true
		go s.cfg.Failed(err)
	}
}

// certificate is called in the middle of a handshake with the peer's
// certificate.
func (s *Association) certificate(h *handshake, der []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fingerprint.Known() && !s.fingerprint.Matches(der) {
		return ErrFingerprint
	}
	h.leaf = der
	return nil
}

// anticipated is called with the keys of our own handshake when all but the
// peer's last flight has arrived.
func (s *Association) anticipated(h *handshake, k Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != StateHandshake || !s.listed(h) || !s.fingerprint.Known() || h.leaf == nil || !s.fingerprint.Matches(h.leaf) {
		return
	}
	h.keys, h.early = &k, true
	s.winLocked(h)
	s.state = StateUnconfirmed
}

// completed is called at the end of a handshake.
func (s *Association) completed(h *handshake, k Keys) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.early && s.state != StateClosed && s.listed(h) {
		s.state = StateEstablished
		return
	}
	h.keys = &k
	switch {
	case s.state == StateClosed || !s.listed(h):
		go h.end()
	case !s.fingerprint.Known():
		if s.winner == nil {
			s.state = StateUnverified
		}
	case s.fingerprint.Matches(h.leaf): // may have become known since
		s.winLocked(h)
	default:
		s.dropLocked(h)
		go h.end()
		s.failLocked(ErrFingerprint)
	}
}

func (s *Association) listed(h *handshake) bool {
	for _, o := range s.handshakes {
		if o == h {
			return true
		}
	}
	return false
}

// handshakeFailed is called when a handshake ends without keys. That of a
// stranger says nothing about the association, unless it had a certificate: it
// may have been the peer's, behind a NAT, with another fingerprint.
func (s *Association) handshakeFailed(h *handshake, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.listed(h) || h.early {
		return // with keys it is media that tells whether they are right
	}
	s.dropLocked(h)
	if h.rank == Peer || errors.Is(err, ErrFingerprint) {
		if h.peer.IsValid() {
			err = fmt.Errorf("handshake of %s: %w", h.peer, err)
		}
		s.failLocked(err)
	}
}

// ended is called when the peer ends an established connection.
func (s *Association) ended(h *handshake) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.listed(h) {
		return
	}
	won := s.winner == h
	s.dropLocked(h)
	if won && (s.state == StateEstablished || s.state == StateUnconfirmed) {
		s.state = StateClosed
		s.cancel()
		go s.cfg.Closed()
	}
}

// Close ends the association: an established peer is told by close_notify.
// None of the Config's functions begins afterwards.
func (s *Association) Close() {
	s.mu.Lock()
	list, winner := s.handshakes, s.winner
	s.state, s.handshakes, s.winner = StateClosed, nil, nil
	s.mu.Unlock()
	if winner != nil {
		winner.end()
	}
	s.cancel()
	for _, h := range list {
		if h != winner {
			go h.end()
		}
	}
}
