package media

import (
	"net/netip"
	"sync/atomic"

	"golang.org/x/sys/cpu"
)

// Stream is the state of one local port that changes per packet: where its
// peer is, what was received from it and sent to it. It outlives the flows
// installed on the port.
//
// The worker that owns the port updates the receiving half, whoever sends to
// the peer updates the sending half; both may be read at any time.
//
// With thousands of streams nothing of them is in the processor's caches when a
// packet comes. So what every packet needs lies together: a line that rarely
// changes, the beginning of the receiving half, and the sending half.
type Stream struct {
	port        Port
	accelerator Accelerator // nil without a kernel tier
	remote      atomic.Pointer[remote]
	tos         atomic.Int32
	kernelized  atomic.Bool
	behind      atomic.Bool // in the list Notifier.behind
	next        *Stream     // in that list
	path        atomic.Pointer[PathError]

	in ingress // of the worker that owns the port

	drops  [DropCauses]atomic.Uint64
	failed [SendFailures]atomic.Uint64 // what DropSend counts, by reason

	_   cpu.CacheLinePad
	out egress // of the workers whose flows send here
}

// ingress is the receiving half of a Stream.
type ingress struct {
	counter
	lastUser   atomic.Int64 // last packet seen in user space
	lastKernel atomic.Int64 // last packet forwarded by the kernel
	longest    atomic.Uint32
	first      atomic.Int64            // first RTP or RTCP packet
	reports    atomic.Pointer[reports] // nil before the first RTCP packet that is read
	sources    ssrcTable
	learning   learning
	events     events
	rtcp       atomic.Uint64
	kernel     counter // the part of the first that the kernel forwarded
	// What packets looked like that passed as plain RTP, and that could not be
	// decrypted; nil while there are none.
	plain, garbled atomic.Pointer[looker]
}

// egress is the sending half of a Stream.
type egress struct {
	counter
	sources ssrcTable
}

// remote is what is known of a stream's peer. It is immutable and replaced
// whole, by compare and swap: signalling and the worker both change it.
type remote struct {
	endpoint   Endpoint // where packets are sent; empty: nowhere. In place, for a pointer to it would be one more wait for memory
	confirmed  bool
	preference preference     // of the learned source; notLearned while the endpoint is the advertised one
	window     uint32         // number of the learning window
	signalled  int64          // when signalling named the endpoint
	advertised netip.AddrPort // from signalling; may be invalid

	_ [remoteRoom]byte
}

// remoteRoom makes a remote two cache lines, so that the allocator doesn't
// begin one in the middle of a line.
const remoteRoom = 16

// dest is where packets are sent; nil: nowhere.
func (r *remote) dest() *Endpoint {
	if r.endpoint.n == 0 {
		return nil
	}
	return &r.endpoint
}

// unknownRemote is that of every stream before signalling has named a peer.
var unknownRemote remote

// NewStream makes the state of a port. Nothing is sent before the first
// SetRemote.
func NewStream(port Port) *Stream {
	s := &Stream{port: port}
	if a, ok := port.(Accelerator); ok {
		s.accelerator, s.port = a, a.Lower()
	}
	s.remote.Store(&unknownRemote)
	return s
}

// Port is the local port whose peer the stream describes, that of the lowest
// engine. It sends what flows sink into the stream.
func (s *Stream) Port() Port { return s.port }

// SetRemote tells the endpoint that signalling named. A new value is where
// packets go from now on, and re-opens the learning window; the same value as
// last time changes nothing. 0.0.0.0, :: and port 0 stop the sending.
func (s *Stream) SetRemote(ep netip.AddrPort) {
	ep = netip.AddrPortFrom(ep.Addr().Unmap(), ep.Port())
	for {
		old := s.remote.Load()
		if old.advertised == ep {
			return
		}
		n := &remote{advertised: ep, signalled: Now(), window: old.window + 1, preference: notLearned}
		if sendable(ep) {
			n.endpoint.set(ep)
		}
		s.moving()
		if s.remote.CompareAndSwap(old, n) {
			s.moved()
			return
		}
	}
}

// Confirm fixes the peer's endpoint without learning, and without changing
// what counts as advertised: the pair that ICE selected, for example. A later
// SetRemote with a new value undoes it. An endpoint that nothing can be sent to
// is ignored.
func (s *Stream) Confirm(ep netip.AddrPort) {
	if !sendable(ep) {
		return
	}
	for {
		old := s.remote.Load()
		n := *old
		n.endpoint.set(ep)
		n.confirmed, n.preference = true, preferExact
		s.moving()
		if s.remote.CompareAndSwap(old, &n) {
			s.moved()
			return
		}
	}
}

// ClearRemote forgets the peer's endpoint: nothing is sent until the next
// SetRemote, with whatever value, or Confirm. ICE has lost the peer's consent
// (RFC 7675 section 5.1), or has not found a way yet.
func (s *Stream) ClearRemote() {
	for {
		old := s.remote.Load()
		n := &remote{signalled: Now(), window: old.window + 1, preference: notLearned}
		if s.remote.CompareAndSwap(old, n) {
			s.moved()
			return
		}
	}
}

// Relearn re-opens the learning window with the endpoint as it is now.
func (s *Stream) Relearn() {
	for {
		old := s.remote.Load()
		n := *old
		n.confirmed, n.preference, n.signalled, n.window = false, notLearned, Now(), old.window+1
		s.moving()
		if s.remote.CompareAndSwap(old, &n) {
			s.moved()
			return
		}
	}
}

// Remote is where packets are sent now: the learned endpoint, else the
// signalled one; invalid when packets go nowhere.
func (s *Stream) Remote() netip.AddrPort {
	if d := s.Destination(); d != nil {
		return d.addr
	}
	return netip.AddrPort{}
}

// Destination is Remote with its socket address encoded; nil when packets go
// nowhere.
func (s *Stream) Destination() *Endpoint { return s.remote.Load().dest() }

// Advertised is the endpoint that signalling named last; invalid before.
func (s *Stream) Advertised() netip.AddrPort { return s.remote.Load().advertised }

// Confirmed tells whether the peer's endpoint is settled: packets from
// elsewhere are a stranger's.
func (s *Stream) Confirmed() bool { return s.remote.Load().confirmed }

// SetTOS sets the TOS octet (IPv6: traffic class) of packets sent from the
// stream's port.
func (s *Stream) SetTOS(tos int) {
	if s.tos.Load() != int32(tos&0xff) {
		s.moving()
		s.tos.Store(int32(tos & 0xff))
		s.moved()
	}
}

// TOS is the value of the last SetTOS, 0 before.
func (s *Stream) TOS() int { return int(s.tos.Load()) }

// drop counts a packet that is not forwarded.
func (s *Stream) drop(c DropCause) { s.drops[c].Add(1) }

// Dropped counts the packets that were not forwarded for that cause, as
// Snapshot does.
func (s *Stream) Dropped(c DropCause) uint64 { return s.drops[c].Load() }

// Failed counts the packets that could not be sent for that reason.
func (s *Stream) Failed(why SendFailure) uint64 { return s.failed[why].Load() }

// Path is the latest ICMP error about what was sent to the peer.
func (s *Stream) Path() PathError {
	if e := s.path.Load(); e != nil {
		return *e
	}
	return PathError{}
}

// FirstPacket is when the first packet was let in, in nanoseconds of Now; 0
// means never.
func (s *Stream) FirstPacket() int64 { return s.in.first.Load() }
