package media

import (
	"net/netip"
	"time"
)

// PathProblem is what the network says about packets that were sent (ICMP: RFC
// 792, RFC 4443).
type PathProblem uint8

const (
	PathOK         PathProblem = iota
	PathPort                   // the peer's host: nobody listens on that port
	PathHost                   // no such host, or no way to it
	PathProhibited             // a firewall on the way
	PathTooLong                // longer than the MTU of a link on the way
)

var pathProblemNames = [...]string{"nothing", "port unreachable", "host unreachable", "prohibited", "packet too big"}

// String is the problem wherever an operator reads it.
func (p PathProblem) String() string { return pathProblemNames[p] }

// PathError is the latest ICMP error about packets to a stream's peer.
type PathError struct {
	Problem PathProblem
	From    netip.Addr // who says it; this host for a neighbour that doesn't answer
	MTU     int        // with PathTooLong, where it was told
	Count   uint64     // of this problem in a row
	First   time.Time
	Last    time.Time
}

// PathFailed notes an ICMP error about a packet that was sent to the stream's
// peer.
func (s *Stream) PathFailed(e PathError) {
	for {
		old := s.path.Load()
		n := e
		n.Count, n.First = 1, e.Last
		if old != nil && old.Problem == e.Problem {
			n.Count, n.First = old.Count+1, old.First
		}
		if s.path.CompareAndSwap(old, &n) {
			return
		}
	}
}

// Stray sums up packets that arrived at a port which is no longer open.
type Stray struct {
	Port, Source netip.AddrPort // ours, and that of the last packet
	Packets      uint64
	Last         time.Time
}
