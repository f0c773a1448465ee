package media

import (
	"errors"
	"net/netip"
)

// Receive decides on one packet that arrived from src at the port of the
// flow's stream: what it is, whether its source may send, what is counted and
// where it goes. Packets to send are put into out.
//
// It is called by the worker that owns the port, with now read from Now, and
// does not allocate (but for the first packet of a source and for a source
// that is learned). It may change pkt in place; pkt must stay untouched until
// out is flushed. src is never an IPv4-mapped address.
func (f *Flow) Receive(pkt []byte, src netip.AddrPort, now int64, out *Batch) {
	s := f.Stream
	class := ClassOther
	var h rtpHeader
	if f.Kind != KindRaw {
		var cause DropCause
		if class, cause = f.classify(pkt, &h, src); class == ClassOther {
			if cause != DropNone {
				s.in.errors.Add(1)
				s.drop(cause)
			}
			return
		}
	}
	r := s.remote.Load()
	v := accept
	if !r.confirmed || r.endpoint.addr != src {
		if v = f.admit(r, src, now); v == refuse {
			s.in.errors.Add(1)
			s.drop(DropSource)
			f.stranger(r, src, out)
			return
		}
	}
	octets, plain := len(pkt), pkt
	if f.Unprotect != nil && class != ClassOther {
		var cause DropCause
		if plain, pkt, cause = f.unprotect(pkt, class, &h, out); cause != DropNone {
			s.in.errors.Add(1)
			s.drop(cause)
			return
		}
	}
	if !r.confirmed {
		s.in.learning.heard = now
	}
	if v > accept {
		f.learn(r, src, v, out)
	}
	s.in.count(octets)
	s.in.lastUser.Store(now)
	if n := uint32(octets); n > s.in.longest.Load() {
		s.in.longest.Store(n)
	}
	sinks := f.RTP
	switch class {
	case ClassRTP:
		clock := StaticClockRates[h.pt]
		if f.Clock != nil {
			clock = f.Clock[h.pt]
		}
		slot, fresh := s.in.sources.find(h.ssrc)
		news := (fresh || slot.seq.bad == uint32(h.seq)) && s.Kernelized()
		if news {
			// The source is new, or has restarted: what the kernel counted
			// comes before.
			s.accelerator.Report()
		}
		if fresh {
			s.in.first.CompareAndSwap(0, now)
		}
		if slot.received(fresh, &h, clock, octets, now) <= lookAtMost && f.Unprotect == nil {
			s.met(pkt, &h, fresh)
		}
		if news {
			s.accelerator.Heard()
		}
		if e := f.Events; e != nil && e.Types[h.pt>>6]>>(h.pt&63)&1 != 0 {
			f.telephoneEvent(pkt, &h, src, out)
		}
		if f.BlockPT[h.pt>>6]>>(h.pt&63)&1 != 0 {
			s.drop(DropDTMF)
			return
		}
	case ClassRTCP:
		if s.in.rtcp.Add(1) == 1 {
			s.in.first.CompareAndSwap(0, now)
		}
		if f.ReadRTCP {
			f.readRTCP(plain, src, now)
		}
		if f.EndRTCP {
			return
		}
		sinks = f.RTCP
	}
	// RTCP goes on when the direction attribute stops the media (RFC 3264
	// section 5.1).
	if f.Block != DropNone && (f.Block != DropDirection || class != ClassRTCP) {
		s.drop(f.Block)
		return
	}
	if class == ClassRTP {
		if f.Silence != nil {
			f.Silence.apply(pkt, &h)
		}
		if f.PayloadTypes != nil {
			f.PayloadTypes.apply(pkt, &h)
		}
	}
	sent, cause := false, DropNoSink
	for i := range sinks {
		if c := sinks[i].forward(pkt, class, &h, out); c == DropNone {
			sent = true
		} else {
			cause = c
		}
	}
	if !sent {
		s.drop(cause)
	}
}

// classify returns the class of a packet to go on with; ClassOther when it
// ends here, with the cause if it was dropped.
func (f *Flow) classify(pkt []byte, h *rtpHeader, src netip.AddrPort) (Class, DropCause) {
	switch c := Classify(pkt); c {
	case ClassRTP:
		if f.Kind == KindRTCP {
			return ClassOther, DropNotRTP
		}
		if h.parse(pkt) {
			return c, DropNone
		}
		return ClassOther, DropTruncated
	case ClassRTCP:
		if ValidRTCP(pkt) {
			return c, DropNone
		}
		return ClassOther, DropTruncated
	case ClassSTUN, ClassDTLS:
		if f.Other == nil {
			return ClassOther, DropSTUN
		}
		f.Other(pkt, src)
		return ClassOther, DropNone
	}
	return ClassOther, DropNotRTP
}

// unprotect returns the plain form of a packet, and the form that goes on: the
// same, unless it passes as it came.
func (f *Flow) unprotect(pkt []byte, class Class, h *rtpHeader, out *Batch) (plain, passing []byte, cause DropCause) {
	dst := out.unprotectInto(len(pkt))
	if dst == nil {
		return nil, nil, DropTruncated
	}
	var err error
	arrived := pkt
	if class == ClassRTP {
		passing, err = f.Unprotect.RTP(dst, pkt)
		plain = passing
	} else if opener, ok := f.Unprotect.(RTCPOpener); ok {
		plain, err = opener.OpenRTCP(dst, pkt)
		passing = pkt
	} else {
		passing, err = f.Unprotect.RTCP(dst, pkt)
		plain = passing
	}
	switch {
	case err == nil:
	case errors.Is(err, ErrReplay):
		return nil, nil, DropReplay
	default:
		f.Stream.garbled(arrived, class)
		if errors.Is(err, ErrKey) {
			return nil, nil, DropKey
		}
		return nil, nil, DropAuth
	}
	if class == ClassRTP && !h.parse(passing) || class == ClassRTCP && !ValidRTCP(plain) {
		return nil, nil, DropTruncated
	}
	return plain, passing, DropNone
}

// forward puts a packet into out, or says why it goes nowhere. A failure on the
// way out is counted there.
func (k *Sink) forward(pkt []byte, class Class, h *rtpHeader, out *Batch) DropCause {
	to := k.To
	dest := to.Destination()
	if dest == nil {
		return DropNoSink
	}
	if k.NATWait && to.LastPacket() == 0 {
		return DropNoSink
	}
	var dst []byte
	if k.NoFeedback && class == ClassRTCP && hasFeedback(pkt) {
		// The room is for the shortened packet and, behind it, for its
		// protected form.
		room := out.protectInto(2 * len(pkt))
		if room == nil {
			to.SendFailed(1, FailedTooLong)
			return DropNone
		}
		n := withoutFeedback(room, pkt)
		if n == 0 {
			return DropFeedback
		}
		pkt, dst = room[:n:n], room[len(pkt):]
	}
	if k.Protect != nil && class != ClassOther {
		if dst == nil {
			dst = out.protectInto(len(pkt))
		}
		if dst == nil {
			to.SendFailed(1, FailedTooLong)
			return DropNone
		}
		var err error
		if class == ClassRTP {
			pkt, err = k.Protect.RTP(dst, pkt)
		} else {
			pkt, err = k.Protect.RTCP(dst, pkt)
		}
		if err != nil {
			to.unprotected(err)
			return DropNone
		}
	}
	to.out.count(len(pkt))
	if class == ClassRTP {
		to.out.sources.sent(h.ssrc, h.seq, h.pt, 1, uint64(len(pkt)))
	}
	out.put(to, dest, pkt)
	return DropNone
}

// unprotected counts a packet to the stream's peer that could not be encrypted.
func (s *Stream) unprotected(err error) {
	s.out.errors.Add(1)
	if errors.Is(err, ErrKey) {
		s.drop(DropKey)
		return
	}
	s.drop(DropSend)
	s.failed[FailedOther].Add(1)
}
