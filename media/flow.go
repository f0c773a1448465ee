// Package media is the vocabulary of the data plane: what a packet that
// arrives at a local port may be, who may send it, and where it goes. The
// engines (media/userspace, media/kernel) execute it; package call compiles
// signalling into it.
package media

import "net/netip"

// Engine opens local ports and executes the flows installed on them.
// All methods are safe for concurrent use.
type Engine interface {
	// Name is the spelling of --engine: "sockets", "batched", "kernel", "memory".
	Name() string
	// Open takes a local UDP port. The error wraps syscall.EADDRINUSE when
	// another program holds it (the caller then tries another port).
	// Packets that arrive before the first Install are dropped and counted.
	Open(local netip.AddrPort) (Port, error)
	// Close releases every port and waits for the workers to end; Learned and
	// Refused are not called afterwards. It must not be called from them.
	Close() error
}

// Port is one open local port.
type Port interface {
	Local() netip.AddrPort
	// Install replaces the flow of the port atomically; nil stops the traffic.
	// Packets in work finish under the flow they met.
	Install(*Flow)
	// Send sends a packet that no received one caused (a STUN or DTLS reply,
	// RTCP of our own). The packet is copied; nothing is counted.
	Send(pkt []byte, to netip.AddrPort) error
	// Close releases the port. It is idempotent.
	Close() error
}

// Flow says what happens to packets arriving at one port. It is immutable once
// installed: a change is a new Flow. What changes per packet lives in Stream.
// The fields that every packet needs come first, in two cache lines.
type Flow struct {
	// Stream is the state of the port: remote endpoint, learning, counters.
	Stream *Stream
	// Kind tells what is expected here.
	Kind Kind
	// Block drops what arrives here (block media, drop-traffic, inactive or
	// recvonly peers) and counts it under that cause; sources are learned and
	// packets counted all the same. DropNone forwards. DropDirection lets RTCP
	// pass: direction attributes don't stop it (RFC 3264 section 5.1).
	Block DropCause
	// ReadRTCP takes the reports out of RTCP packets for Stream.FetchReports. It
	// must be off where they stay encrypted.
	ReadRTCP bool
	// EndRTCP lets RTCP packets end here: they are read, and go nowhere, for we
	// send RTCP of our own.
	EndRTCP bool
	// RTP are the sinks of RTP packets (of every packet when Kind is KindRaw);
	// RTCP those of RTCP packets, also of RTCP multiplexed on an RTP port
	// (RFC 5761).
	RTP, RTCP []Sink
	// Clock tells the RTP clock rates for the jitter of dynamic payload types;
	// nil means StaticClockRates.
	Clock *ClockRates
	// Silence replaces the payload of RTP packets by silence, by payload type;
	// nil means no silencing. See SilenceFill.
	Silence *SilenceFill
	// PayloadTypes gives RTP packets other payload types on their way out; nil
	// leaves them as they came. BlockPT, Silence and Clock go by the type that
	// arrived.
	PayloadTypes *PayloadTypes
	// BlockPT drops RTP packets of these payload types (block DTMF); bit n%64
	// of word n/64.
	BlockPT [2]uint64
	// Events has telephone events read; nil leaves them alone. BlockPT drops
	// their packets all the same.
	Events *TelephoneEvents
	// Unprotect turns packets into plain RTP and RTCP before anything else
	// looks at them; nil when they are plain, or pass through encrypted. Its
	// state moves on to the next version of the flow with it.
	Unprotect Transform
	// Source says who may send.
	Source SourcePolicy
	// TapRTCP gets every RTCP packet that is read, in plain. It is called on the
	// packet path: it must not block, and pkt is valid only during the call. nil
	// means that nobody asked for it.
	TapRTCP func(pkt []byte, src netip.AddrPort)
	// Other takes STUN and DTLS packets (RFC 7983), from any source. It is
	// called on the packet path: it must not block, and pkt is valid only
	// during the call, so it copies pkt into a bounded queue. nil drops them.
	Other func(pkt []byte, src netip.AddrPort)
	// Learned is called (from a goroutine that is not the packet path) when
	// the remote endpoint was learned, confirmed or moved; may be nil. The call
	// may come after the flow was replaced or its port closed.
	Learned func(LearnEvent)
	// Refused is called likewise for the first packet that was dropped because
	// of its source, once per endpoint named by signalling; may be nil.
	Refused func(src netip.AddrPort)
}

// NeedsPlain tells whether the flow changes or reads what is in packets, and so
// has to see them decrypted.
func (f *Flow) NeedsPlain() bool {
	if f.Silence != nil || f.PayloadTypes != nil || f.Events != nil {
		return true
	}
	for i := range f.RTCP {
		if f.RTCP[i].NoFeedback {
			return true
		}
	}
	return false
}

// Sink is one destination of a flow: the packet leaves from To's port towards
// To's remote endpoint.
type Sink struct {
	To *Stream
	// Protect encrypts packets on their way to this sink; nil leaves them.
	Protect Transform
	// NoFeedback leaves out of RTCP what its profile doesn't have (RFC 4585
	// section 4.1): feedback packets, of the types RTPFB and PSFB.
	NoFeedback bool
	// NATWait holds packets back until To's peer has sent something itself
	// (flag NAT-wait).
	NATWait bool
}

// Kind of traffic of a port.
type Kind uint8

const (
	KindRTP  Kind = iota // RTP; RTCP too when multiplexed (RFC 5761)
	KindRTCP             // RTCP only
	KindRaw              // anything (T.38, UDP/BFCP, unknown protocols): forwarded without looking
)

// SourcePolicy says how the source of packets is checked and learned
// (rtpengine: endpoint-learning, strict-source, media-handover, asymmetric).
//
// Once a peer is confirmed, packets from elsewhere are dropped (DropSource)
// whatever Strict says: unlike rtpengine, nothing is ever forwarded from a
// stranger to a settled call. Before signalling named a sendable endpoint
// packets are let in (early media) but nothing is learned from them.
type SourcePolicy struct {
	Learning Learning
	// Strict, where nothing is learned (LearnOff, Asymmetric), lets in the
	// signalled endpoint alone. With learning it adds nothing to the rule
	// above.
	Strict bool
	// Handover follows the source for ever, not just in the learning window.
	// Whoever can send a packet to the port can take the stream over.
	Handover bool
	// Only lets in these sources, and nothing is learned: where media goes is
	// told by Stream.Confirm. It goes before all of the others; nil means that
	// they decide.
	Only *Sources
	// Asymmetric never learns: media is sent to the signalled endpoint and
	// accepted from anywhere. It goes before all of the above but Strict.
	Asymmetric bool
}

// Learning is how the remote endpoint is learned from packets. All of them
// learn from valid RTP and RTCP only (any packet when Kind is KindRaw), and
// from what passed authentication when it is encrypted.
type Learning uint8

const (
	// LearnHeuristic sends to the best source of a window of LearningWindow,
	// which opens with the first packet: the signalled address and port (then
	// confirmed at once), else the address, else the port, else any. Less
	// preferred sources are refused meanwhile; of equal ones the first counts
	// until it falls silent. The first packet after the window confirms it.
	LearnHeuristic Learning = iota
	// LearnDelayed sends to the signalled endpoint, and lets everybody in, for
	// LearningWindow after signalling; the first source after it is confirmed.
	LearnDelayed
	// LearnImmediate confirms the first source.
	LearnImmediate
	// LearnOff sends to the signalled endpoint, and lets everybody in until a
	// packet came from there.
	LearnOff
)

// LearnEvent tells that a stream's remote endpoint was learned or changed.
type LearnEvent struct {
	Old, New netip.AddrPort // the same when New is merely confirmed
	// Why is one phrase for the event log.
	Why string
	// Confirmed tells that New is settled: strangers are refused from now on.
	Confirmed bool
}
