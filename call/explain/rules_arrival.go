package explain

import (
	"fmt"
	"time"

	"rtpgo/media"
)

// wrongSource: all that came was sent from elsewhere than the peer may.
func (d *direction) wrongSource() (Verdict, bool) {
	s := d.stream()
	n := drops(s, media.DropSource)
	switch {
	case n == 0:
		return no()
	case s.Refused.IsValid() && s.Refused.Addr() != s.Signalled.Addr() && s.Refused.Addr() != d.from.Source.Unmap() && !behindNAT(d.from):
		return fault(Stranger, d.from.Tag,
			fmt.Sprintf("%s sends to %s, which belongs to %s: %s refused. %s itself has sent nothing, so %s.", s.Refused, port(d.from), who(d.from), packets(n), name(d.from), d.nothing()),
			fmt.Sprintf("Who is %s? If it is %s by another address, its SDP has to name it, or don't ask for strict-source. Else: %s", s.Refused, name(d.from), d.silentCheck()))
	}
	return d.sourcePort(n)
}

func (d *direction) sourcePort(n uint64) (Verdict, bool) {
	s := d.stream()
	from := "another address or port"
	if s.Refused.IsValid() {
		from = s.Refused.String()
	}
	want := s.Remote
	if !want.IsValid() {
		want = s.Signalled
	}
	return fault(SourcePort, d.from.Tag,
		fmt.Sprintf("%s came to %s from %s and were refused: %s is expected at %s, so %s.", packets(n), port(d.from), from, name(d.from), want, d.nothing()),
		fmt.Sprintf("Is %s that of %s? Then its NAT changed the port, or it sends from another one than its SDP names: don't ask for strict-source or endpoint-learning=off, or let a re-INVITE start the learning anew.", from, name(d.from)))
}

// movedSource: the peer's packets ceased, and others come instead.
func (d *direction) movedSource(idle time.Duration) (Verdict, bool) {
	s := d.stream()
	n := drops(s, media.DropSource)
	if n < aFew || idle < 2*time.Second || !s.RefusedLast.After(s.Last.Add(time.Second)) {
		return no()
	}
	return d.sourcePort(n)
}

// notRTP: something came, and it isn't RTP.
func (d *direction) notRTP() (Verdict, bool) {
	s := d.stream()
	if n := drops(s, media.DropNotRTP, media.DropTruncated); n >= aFew {
		return fault(SRTPUnexpected, d.from.Tag,
			fmt.Sprintf("%s of %s to %s aren't RTP: %s.", packets(n), who(d.from), port(d.from), d.nothing()),
			fmt.Sprintf("What does %s send? A capture shows it; is the port shared with something else?", name(d.from)))
	}
	if n := drops(s, media.DropSTUN); n >= aFew {
		return fault(SilentSender, d.from.Tag,
			fmt.Sprintf("%s sends STUN or DTLS to %s, which wasn't agreed on, and no RTP: %s.", who(d.from), port(d.from), d.nothing()),
			fmt.Sprintf("%s waits for ICE or DTLS: did its SDP lose them on the way, or do the flags ICE=remove or DTLS=off take them away?", name(d.from)))
	}
	return no()
}

// rtcpOnly: the way is open, for RTCP comes, but no media.
func (d *direction) rtcpOnly() (Verdict, bool) {
	n := d.from.Streams[0].RTCPIn + d.from.Streams[1].In
	if n == 0 || d.age() < FirstGrace {
		return no()
	}
	return fault(RTCPOnly, d.from.Tag,
		fmt.Sprintf("%s sends RTCP (%s) to rtpgo but not one RTP packet: %s.", who(d.from), packets(n), d.nothing()),
		fmt.Sprintf("The way is open, so %s itself sends no media: its microphone, codec or hold state; or a firewall lets only one of two ports through.", name(d.from)))
}

// endedPort: the party sends to a port of a call that has ended.
func (d *direction) endedPort() (Verdict, bool) {
	e := d.stream().Elsewhere
	if e.Packets < aFew {
		return no()
	}
	return fault(EndedPort, d.from.Tag,
		fmt.Sprintf("%s sends to port %s, which belongs to a call that has ended, instead of %s: %s.", e.Source, e.Port, port(d.from), d.nothing()),
		fmt.Sprintf("%s uses an old SDP: did the SDP of this call reach it, or is it still in its last call?", name(d.from)))
}

// afterEnd: the party goes on sending to the port of this call, which has
// ended.
func (d *direction) afterEnd() (Verdict, bool) {
	s := d.stream()
	late := s.After.Last.Sub(d.c.Now)
	if !d.c.Ended || s.After.Packets < 5*aFew || late < endGrace {
		return no()
	}
	return fault(EndedPort, d.from.Tag,
		fmt.Sprintf("%s goes on sending to %s though the call has ended: %s, the last one %s after the end.", s.After.Source, port(d.from), packets(s.After.Packets), ago(late)),
		fmt.Sprintf("The BYE didn't reach %s, or it went on to another call with an old SDP. A new call that gets this port refuses it.", name(d.from)))
}

// wrongInterface: the host would reach the silent party by another interface.
func (d *direction) wrongInterface() (Verdict, bool) {
	return d.onWrongInterface(d.from)
}

func (d *direction) onWrongInterface(s *Side) (Verdict, bool) {
	st := &s.Streams[0]
	if s.Better == "" || d.age() < FirstGrace || rtpIn(st) > 0 {
		return no()
	}
	return fault(WrongInterface, Rtpgo,
		fmt.Sprintf("%s was given %s, but this host reaches it by interface %s (%s), and no packet of it has come: %s.", who(s), port(s), s.Better, st.Route.Source, d.nothing()),
		"Which logical interfaces does the SIP proxy ask for (direction=, from-interface, to-interface)? They seem to be wrong for this party, or missing.")
}

// payload: what comes has a payload type that nobody agreed on.
func (d *direction) payload() (Verdict, bool) {
	list := d.stream().Sources
	if d.from.PayloadTypes == [2]uint64{} || d.from.Raw || len(list) == 0 || d.age() < FirstGrace {
		return no()
	}
	s := &list[0]
	if s.Packets < aFew || has(d.from.PayloadTypes, s.LastPT) {
		return no()
	}
	return fault(PayloadType, d.from.Tag,
		fmt.Sprintf("%s sends payload type %d, which was never negotiated: the packets pass, but %s can't play them.", who(d.from), s.LastPT, name(d.to)),
		fmt.Sprintf("Compare the m= and a=rtpmap lines of both SDPs in the timeline with what %s sends; was a codec taken out by a flag or by a proxy on the way?", name(d.from)))
}

// mux: RTCP comes to a port of its own though it was to share that of RTP.
func (d *direction) mux() (Verdict, bool) {
	own := d.from.Streams[1].In
	if !d.from.Mux || own == 0 || d.from.Streams[0].RTCPIn > 0 { // maybe late ones of before
		return no()
	}
	return fault(Mux, d.from.Tag,
		fmt.Sprintf("%s agreed to RTCP on the RTP port (a=rtcp-mux) but sends it to port %s.", who(d.from), d.from.Streams[1].Local),
		fmt.Sprintf("Media flows, reports may get lost: %s doesn't honour a=rtcp-mux; rtcp-mux=demux or reject in the offer avoids it.", name(d.from)))
}

// stranger: somebody else sends to the port, and is refused.
func (d *direction) stranger() (Verdict, bool) {
	s := d.stream()
	n := drops(s, media.DropSource)
	if n < aFew {
		return no()
	}
	from := "somebody else"
	if s.Refused.IsValid() {
		from = s.Refused.String()
	}
	return note(Stranger, d.from.Tag,
		fmt.Sprintf("%s sends to %s, which belongs to %s: %s refused. The media of %s isn't touched by it.", from, port(d.from), who(d.from), packets(n), name(d.from)),
		fmt.Sprintf("Who is %s? A former peer, a second path of the same call, or somebody who guesses ports.", from))
}
