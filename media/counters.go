package media

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// Counters of one direction. Octets are those of the UDP payload.
type Counters struct {
	Packets, Octets, Errors uint64
}

// counter is Counters that can be read while they are updated.
type counter struct {
	packets, octets, errors atomic.Uint64
}

func (c *counter) count(octets int) {
	c.packets.Add(1)
	c.octets.Add(uint64(octets))
}

func (c *counter) add(d Counters) {
	c.packets.Add(d.Packets)
	c.octets.Add(d.Octets)
	c.errors.Add(d.Errors)
}

func (c *counter) load() Counters {
	return Counters{c.packets.Load(), c.octets.Load(), c.errors.Load()}
}

// Snapshot is everything a Stream can tell about itself.
type Snapshot struct {
	// Remote is where packets are sent, Advertised what signalling named.
	Remote, Advertised netip.AddrPort
	Confirmed          bool
	// In counts what arrived and was let in by the source policy, In.Errors
	// what arrived and was refused or broken; Out what was handed to the kernel
	// for the peer, Out.Errors what of it failed.
	In, Out Counters
	// Drops counts what arrived here and was not forwarded, by cause; under
	// DropSend and DropKey it also counts what could not be sent from here.
	Drops [DropCauses]uint64
	// Failed divides Drops[DropSend] by reason.
	Failed [SendFailures]uint64
	// Path is the latest ICMP error about what was sent to the peer.
	Path PathError
	// RTCP counts those of In that are RTCP, as far as user space saw them.
	RTCP uint64
	// Longest is the longest packet that arrived and was let in, in octets,
	// as far as user space saw it: the kernel passes packets up that are too
	// long for its way.
	Longest int
	// Plain sums up the first packets of the latest source that was taken as
	// plain RTP, Garbled packets that could not be decrypted.
	Plain, Garbled Look
	// FirstPacket is when the first RTP or RTCP packet was let in; zero means never.
	FirstPacket time.Time
	// LastPacket is the later of the two below; zero means never.
	LastPacket, LastKernelPacket, LastUserPacket time.Time
	// Kernelized tells that the kernel forwards what arrives here.
	Kernelized bool
	// IngressSSRC and EgressSSRC are the RTP sources seen, latest first, at
	// most MaxSSRC of them.
	IngressSSRC, EgressSSRC []SSRCStats
}

// Snapshot reads the stream's state; figures of the kernel are fetched afresh.
func (s *Stream) Snapshot() Snapshot {
	if s.accelerator != nil {
		s.accelerator.Report()
	}
	r := s.remote.Load()
	v := Snapshot{
		Advertised:  r.advertised,
		Confirmed:   r.confirmed,
		Kernelized:  s.kernelized.Load(),
		In:          s.in.load(),
		Out:         s.out.load(),
		IngressSSRC: s.in.sources.stats(),
		EgressSSRC:  s.out.sources.stats(),
	}
	v.Remote = r.endpoint.addr
	for i := range v.Drops {
		v.Drops[i] = s.drops[i].Load()
	}
	for i := range v.Failed {
		v.Failed[i] = s.failed[i].Load()
	}
	if p := s.path.Load(); p != nil {
		v.Path = *p
	}
	v.RTCP, v.Longest = s.in.rtcp.Load(), int(s.in.longest.Load())
	v.Plain, v.Garbled = s.in.plain.Load().read(), s.in.garbled.Load().read()
	v.FirstPacket = WallTime(s.in.first.Load())
	user, kernel := s.in.lastUser.Load(), s.in.lastKernel.Load()
	v.LastUserPacket, v.LastKernelPacket = WallTime(user), WallTime(kernel)
	v.LastPacket = WallTime(max(user, kernel))
	return v
}

// LastPacket is when the last valid packet arrived, in nanoseconds of Now; 0
// means never. With a flow in the kernel it is as old as the last report.
func (s *Stream) LastPacket() int64 {
	return max(s.in.lastUser.Load(), s.in.lastKernel.Load())
}
