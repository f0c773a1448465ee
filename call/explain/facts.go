// Package explain says in words why the media of a call flows or doesn't: for
// each section and direction one verdict, with the side that is at fault and
// what to check next. It is pure: what it judges is in [Call], and it asks
// nobody.
package explain

import (
	"net/netip"
	"time"

	"rtpgo/media"
)

// Call is what is known of a call.
type Call struct {
	Created time.Time
	// Answered is when the first answer came; zero when none has.
	Answered time.Time
	// Signalled is when the last offer or answer came: what it changed needs
	// some time to show.
	Signalled time.Time
	// Now is when the figures were read: the end, if the call has ended.
	Now   time.Time
	Ended bool
	// EndReason is "deleted", "shutdown", "replaced" or the name of a time-out.
	EndReason string
	Sides     []Side
}

// TimedOut tells whether a time-out has ended the call.
func (c *Call) TimedOut() bool {
	switch c.EndReason {
	case "timeout", "silent-timeout", "final-timeout", "offer-timeout":
		return c.Ended
	}
	return false
}

// Side is one m= section of one party.
type Side struct {
	Tag string
	// Other is the index of the section of the other party that this one is
	// joined with, -1 when there is none.
	Other    int
	Index    int // from 1
	Type     string
	Protocol string
	// Initialized tells that the party has sent a description.
	Initialized bool
	Disabled    bool // port 0, by either party
	Removed     bool // the other party doesn't know of it
	Raw         bool // no RTP: T.38, BFCP, ...
	// Sends and Receives are what the party said last about itself; Zero tells
	// that it gave 0.0.0.0 as its address (RFC 2543). Offered tells that it has
	// made the last offer.
	Sends, Receives, Zero, Offered bool
	// Passes tells whether the flows let through what it sends.
	Passes bool
	// Block names the command that stops what the party sends, "" for none.
	Block string
	// Silenced tells that a command replaces it by silence.
	Silenced  bool
	Interface string
	// Better is another logical interface, whose address the host's routes
	// would take towards the party; "" when there is none.
	Better string
	// Source is where the party's SIP messages came from.
	Source netip.Addr
	// PayloadTypes are those that the party may send, bit n%64 of word n/64;
	// none where that isn't known. Even are those of them whose packets are
	// whole multiples of 80 octets (10 ms of G.711 or G.722).
	PayloadTypes, Even [2]uint64
	// Mux tells that RTCP on the RTP port was agreed on, MuxShown that the
	// party was last offered or granted it.
	Mux, MuxShown bool
	// Learns tells that the party's address is learned from its packets.
	Learns   bool
	Security Security
	ICE      ICE
	Streams  [2]Stream // RTP, RTCP
}

// Security is how the packets of a party are protected.
type Security struct {
	Mode  Mode
	Suite string
	DTLS  [2]DTLS // by component
}

// Mode of key agreement.
type Mode uint8

const (
	Plain   Mode = iota
	Pending      // SRTP, but no key was agreed on
	SDES
	DTLSSRTP
)

// DTLS is the state of one association.
type DTLS struct {
	Used        bool
	Active      bool // we send the ClientHello
	Established bool
	// Heard tells that a DTLS packet of the peer arrived.
	Heard bool
	// Fingerprint and Profile tell why it failed; Failure is the error's text.
	Fingerprint, Profile bool
	Failure              string
	// Since is when it began.
	Since time.Time
}

// ICE is the state of the ICE agent that faces a party.
type ICE struct {
	On, Started bool
	Lite        bool
	Failed      bool
	Valid       bool // some pair works
	// Candidates of the party, and checks that came from it.
	Candidates int
	Checks     uint64
	Since      time.Time
}

// Stream is RTP or RTCP of a section.
type Stream struct {
	// Local is our port that faces the party, Told the same as its SDP has it.
	Local, Told netip.AddrPort
	// Signalled is where the party's SDP wants packets, Remote where they go.
	Signalled, Remote netip.AddrPort
	Confirmed         bool
	// In and Out count packets from the party and to it, RTCPIn those of RTCP
	// among In.
	In, Out, RTCPIn uint64
	Drops           [media.DropCauses]uint64
	Failed          [media.SendFailures]uint64
	First, Last     time.Time // packets from the party
	// Sources are the RTP sources at the port that packets came to last, the
	// latest first.
	Sources []media.SSRCStats
	// Refused is the first source that was refused, Strays what it and others
	// sent last.
	Refused     netip.AddrPort
	RefusedLast time.Time
	// Longest is the longest packet from the party, in octets of its payload.
	Longest int
	Kernel  bool
	// Plain and Garbled are what packets looked like that were taken as plain
	// RTP, and that could not be decrypted.
	Plain, Garbled media.Look
	// Path is what the network said about packets to the party.
	Path media.PathError
	// Route is what the host's routes say about it.
	Route Route
	// After is what arrived at the port after the call's end.
	After media.Stray
	// Elsewhere is what arrived from the party's address at the port of a call
	// that has ended.
	Elsewhere media.Stray
	// Report is what the party's last RTCP reports say about what it gets.
	Report Report
}

// Route is how packets leave.
type Route struct {
	Known  bool
	Error  string // why they can't
	Source netip.Addr
	MTU    int
}

// Report sums up the receiver's reports of a party.
type Report struct {
	// Sent counts its sender reports, Reports its report blocks.
	Sent, Reports uint64
	// Described tells that source descriptions came with them.
	Described bool
	// LostAll tells that the last reports in a row said that everything was
	// lost, or that nothing was received.
	LostAll bool
	// Stalled tells that by several reports in a row nothing more has come,
	// though enough was sent meanwhile.
	Stalled bool
	Lost    float64 // share of the last interval, 0 to 1
}
