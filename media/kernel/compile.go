package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// Flags of a flow, as enum flow_flags of forward.h.
const (
	flowRTP = 1 << iota
	flowToIPv6
	flowLocal
)

// errWait says that a flow may be forwarded by the kernel, but not yet. With
// errPoll nobody will say when: the engine has to look again.
var (
	errWait = errors.New("waits")
	errPoll = fmt.Errorf("%w", errWait)
)

// Why a flow isn't in the kernel: said at each change of each flow, so not made
// anew.
var (
	errNoFlow       = errors.New("no flow")
	errRTCP         = errors.New("RTCP is read in user space")
	errUnprotect    = errors.New("SRTP ends here")
	errProtect      = errors.New("SRTP begins here")
	errSilenced     = errors.New("payload is silenced")
	errPayloadTypes = errors.New("payload types are translated")
	errNoSink       = errors.New("no sink")
	errSinks        = errors.New("several sinks")
	errOtherStream  = errors.New("stream of another port")
	errOtherEngine  = errors.New("sink of another engine")
	errSinkClosed   = errors.New("the sink's port is closed")

	errNoPeer  = fmt.Errorf("%w for the peer's endpoint", errWait)
	errNoOther = fmt.Errorf("%w for the other side's endpoint", errWait)
	errNATWait = fmt.Errorf("%w for the other side's first packet", errPoll)
	errNoRTP   = fmt.Errorf("%w for the first RTP packet", errPoll)
)

// plain tells why a flow can't be forwarded by the kernel, whatever its
// streams have come to; nil if it can.
func plain(f *media.Flow) error {
	switch {
	case f == nil || f.Stream == nil:
		return errNoFlow
	case f.Kind == media.KindRTCP:
		return errRTCP
	case f.Block != media.DropNone:
		return fmt.Errorf("blocked: %s", f.Block)
	case f.Unprotect != nil:
		return errUnprotect
	case f.Silence != nil:
		return errSilenced
	case f.PayloadTypes != nil:
		return errPayloadTypes
	case len(f.RTP) == 0:
		return errNoSink
	case len(f.RTP) > 1:
		return errSinks
	case f.RTP[0].Protect != nil:
		return errProtect
	}
	return nil
}

// settled tells why a plain flow's streams aren't ready to be forwarded by the
// kernel, in an error that wraps errWait. Endpoints announce themselves by
// Moved; packets are looked for (errPoll).
func settled(f *media.Flow) error {
	sink := &f.RTP[0]
	switch {
	case !f.Stream.Confirmed() || !f.Stream.Remote().IsValid():
		return errNoPeer
	case !sink.To.Remote().IsValid():
		return errNoOther
	case sink.NATWait && sink.To.LastPacket() == 0:
		return errNATWait
	case f.Kind == media.KindRTP && len(f.Stream.IngressSources()) == 0:
		return errNoRTP
	}
	return nil
}

// keyOf is the place of a local port in the map.
func keyOf(local netip.AddrPort) (k bpfFlowKey) {
	k.Addr, k.Family = words(local.Addr())
	k.Port = network16(local.Port())
	return k
}

// compile makes the map's value for a flow that is plain and settled, but for
// the slot.
func compile(f *media.Flow, local netip.AddrPort, way func(from, to netip.Addr, tos uint8) (route, error)) (v bpfFlow, err error) {
	to := f.RTP[0].To
	peer, from, dest := f.Stream.Remote(), to.Port().Local(), to.Remote()
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	for _, a := range []netip.Addr{local.Addr(), peer.Addr(), from.Addr(), dest.Addr()} {
		if a.Zone() != "" || a.Is6() && a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
			return v, fmt.Errorf("address %s", a)
		}
	}
	if from.Addr().Is4() != dest.Addr().Is4() || local.Addr().Is4() != peer.Addr().Is4() {
		return v, fmt.Errorf("%s can't send to %s", from.Addr(), dest.Addr())
	}
	tos := uint8(to.TOS())
	r, err := way(from.Addr(), dest.Addr(), tos)
	if err != nil {
		return v, err
	}
	v.Peer, _ = words(peer.Addr())
	v.From, _ = words(from.Addr())
	v.To, _ = words(dest.Addr())
	v.PeerPort, v.FromPort, v.ToPort = network16(peer.Port()), network16(from.Port()), network16(dest.Port())
	v.AddrDiff = difference(v.From[:], v.To[:], wordsOf(peer.Addr()), wordsOf(local.Addr()))
	v.PortDiff = difference([]uint32{uint32(v.FromPort)}, []uint32{uint32(v.ToPort)},
		[]uint32{uint32(v.PeerPort)}, []uint32{uint32(network16(local.Port()))})
	v.Mtu = uint16(r.mtu)
	v.Ifindex = uint32(r.device)
	v.BlockPt = f.BlockPT
	if f.Events != nil { // read in user space
		v.BlockPt[0] |= f.Events.Types[0]
		v.BlockPt[1] |= f.Events.Types[1]
	}
	v.Tos = tos
	v.Priority = priority(tos)
	if f.Kind == media.KindRTP {
		v.Flags |= flowRTP
		v.Clock, v.ClockPt = clock(f)
	}
	if dest.Addr().Is6() {
		v.Flags |= flowToIPv6
	}
	if r.local {
		v.Flags |= flowLocal
	}
	return v, nil
}

// clock returns the RTP clock rate of the payload type that the stream's latest
// source sends.
func clock(f *media.Flow) (rate uint32, pt uint8) {
	known := f.Stream.IngressSources()
	if len(known) == 0 {
		return 0, 0
	}
	pt = known[0].LastPT & 0x7f
	if f.Clock != nil {
		return f.Clock[pt], pt
	}
	return media.StaticClockRates[pt], pt
}

// words is an address as the program compares it: an IPv4 address in the first
// word.
func words(a netip.Addr) (w [4]uint32, family uint16) {
	if a.Is4() {
		b := a.As4()
		w[0] = binary.NativeEndian.Uint32(b[:])
		return w, unix.AF_INET
	}
	b := a.As16()
	for i := range w {
		w[i] = binary.NativeEndian.Uint32(b[4*i:])
	}
	return w, unix.AF_INET6
}

func wordsOf(a netip.Addr) []uint32 {
	w, _ := words(a)
	return w[:]
}

// network16 is a port in network order.
func network16(p uint16) uint16 {
	return binary.NativeEndian.Uint16([]byte{byte(p >> 8), byte(p)})
}

// difference is what a checksum's sum (RFC 1071) grows by when words in b take
// the place of words in a, all as they lie in memory.
func difference(b1, b2, a1, a2 []uint32) uint32 {
	var s uint64
	add := func(w []uint32, flip uint32) {
		for _, v := range w {
			s += uint64(v ^ flip)
		}
	}
	add(b1, 0)
	add(b2, 0)
	add(a1, ^uint32(0))
	add(a2, ^uint32(0))
	s = s&0xffffffff + s>>32
	return uint32(s + s>>32)
}

// priority is skb->priority of packets of a socket with this TOS octet, which
// some queueing disciplines sort by (tc-prio(8)).
func priority(tos uint8) uint32 {
	switch tos & 0x18 {
	case 0x08:
		return 2
	case 0x10:
		return 6
	case 0x18:
		return 4
	}
	return 0
}
