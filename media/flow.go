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
	// Close releases every port and waits for the workers to end.
	Close() error
}

// Port is one open local port.
type Port interface {
	Local() netip.AddrPort
	// Install replaces the flow of the port atomically; nil stops the traffic.
	// Packets in work finish under the flow they met.
	Install(*Flow)
	// Close releases the port. It is idempotent.
	Close() error
}

// Flow says what happens to packets arriving at one port. It is immutable once
// installed: a change is a new Flow. What changes per packet lives in Stream.
type Flow struct {
	// Stream is the state of the port: remote endpoint, learning, counters.
	Stream *Stream
	// Kind tells what is expected here.
	Kind Kind
	// Source says who may send.
	Source SourcePolicy
	// RTP are the sinks of RTP packets (of every packet when Kind is KindRaw);
	// RTCP those of RTCP packets, also of RTCP multiplexed on an RTP port
	// (RFC 5761).
	RTP, RTCP []Sink
	// Block drops everything that arrives here (block media, drop-traffic,
	// inactive or sendonly peers); counted under that cause. DropNone forwards.
	Block DropCause
	// BlockPT drops RTP packets of these payload types (block DTMF); bit n%64
	// of word n/64.
	BlockPT [2]uint64
	// Silence replaces the payload of RTP packets by silence, by payload type;
	// nil means no silencing. See SilenceFill.
	Silence *SilenceFill
	// Learned is called (from a goroutine that is not the packet path) when
	// the remote endpoint was learned or moved; may be nil.
	Learned func(LearnEvent)
}

// SilenceFill maps a payload type to the octet that fills its payload;
// payload types not in it keep their payload length with zero octets.
type SilenceFill [128]byte

// Sink is one destination of a flow: the packet leaves from To's port towards
// To's remote endpoint.
type Sink struct {
	To *Stream
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
type SourcePolicy struct {
	Learning Learning
	// Strict drops packets from any source but the confirmed one.
	Strict bool
	// Handover follows the source for ever, not just in the learning window.
	Handover bool
	// Asymmetric never learns: media is sent to the signalled endpoint and
	// accepted from anywhere.
	Asymmetric bool
}

// Learning is how the remote endpoint is learned from packets.
type Learning uint8

const (
	LearnHeuristic Learning = iota // prefer the signalled address and port, then either, then the latest; window 3 s
	LearnDelayed                   // the latest source when the window of 3 s ends
	LearnImmediate                 // the first source
	LearnOff                       // the signalled endpoint
)

// LearnEvent tells that a stream's remote endpoint was learned or changed.
type LearnEvent struct {
	Old, New netip.AddrPort
	Why      string // one phrase for the event log
}
