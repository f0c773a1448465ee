package explain

import (
	"fmt"
	"time"

	"rtpgo/media"
)

// cantSend: this host doesn't send on what came.
func (d *direction) cantSend() (Verdict, bool) {
	if d.to == nil {
		return no()
	}
	s := &d.to.Streams[0]
	why, n := media.FailedOther, uint64(0)
	for f, count := range s.Failed {
		if media.SendFailure(f) != media.FailedBusy && count > n {
			why, n = media.SendFailure(f), count
		}
	}
	if n == 0 && s.Route.Known && s.Route.Error != "" && rtpIn(s) == 0 && s.Out > 0 {
		return d.noRoute(s, s.Out, s.Route.Error)
	}
	if !most(n, s.Out) {
		return d.tooLong(s)
	}
	switch why {
	case media.FailedRoute:
		reason := s.Route.Error
		if reason == "" {
			reason = "its neighbour or gateway doesn't answer"
		}
		return d.noRoute(s, n, reason)
	case media.FailedDenied:
		return fault(Firewall, Rtpgo,
			fmt.Sprintf("This host's own firewall refuses what rtpgo sends to %s: %s, so %s.", who(d.to), packets(n), d.nothing()),
			fmt.Sprintf("Look at the OUTPUT chain (nft list ruleset, iptables -S OUTPUT) for UDP from %s, and at SELinux or AppArmor.", s.Local))
	case media.FailedTooLong:
		return d.mtu(s, n, "are refused")
	}
	return fault(NoRoute, Rtpgo,
		fmt.Sprintf("The kernel refuses %s to %s: %s.", packets(n), who(d.to), d.nothing()),
		"Are both addresses of the same family? rtpgo stats shows how often sending fails.")
}

func (d *direction) noRoute(s *Stream, n uint64, reason string) (Verdict, bool) {
	return fault(NoRoute, Rtpgo,
		fmt.Sprintf("This host has no way to %s (%s): %s couldn't be sent, %s.", who(d.to), reason, packets(n), d.nothing()),
		fmt.Sprintf("ip route get %s from %s, ip neigh: is the route missing, or is the address in the SDP of %s wrong?", s.Signalled.Addr(), s.Local.Addr(), name(d.to)))
}

// tooLong: packets are longer than the way out carries.
func (d *direction) tooLong(s *Stream) (Verdict, bool) {
	if s.Failed[media.FailedTooLong] >= aFew {
		return d.mtu(s, s.Failed[media.FailedTooLong], "are refused")
	}
	if d.fragmented() && d.unheard() {
		return d.fragments(s)
	}
	return no()
}

// fragmented tells whether packets are longer than the route to the receiver
// carries.
func (d *direction) fragmented() bool {
	s := &d.to.Streams[0]
	header := 28 // IPv4 and UDP
	if s.Local.Addr().Is6() {
		header = 48
	}
	return s.Route.MTU > 0 && d.stream().Longest+header > s.Route.MTU
}

func (d *direction) fragments(s *Stream) (Verdict, bool) {
	return d.mtu(s, 0, "leave in fragments, which many firewalls and NATs drop")
}

// inFragments: the same, as far as the receiver doesn't say that they get lost.
func (d *direction) inFragments() (Verdict, bool) {
	if d.to == nil || !d.fragmented() {
		return no()
	}
	v, ok := d.fragments(&d.to.Streams[0])
	v.Fault = false
	return v, ok
}

func (d *direction) mtu(s *Stream, n uint64, what string) (Verdict, bool) {
	limit := "the MTU of the way out"
	mtu := s.Route.MTU
	if s.Path.Problem == media.PathTooLong && s.Path.MTU > 0 {
		mtu = s.Path.MTU
	}
	if mtu > 0 {
		limit = fmt.Sprintf("the MTU of %d on the way", mtu)
	}
	text := fmt.Sprintf("Packets of %s of up to %d octets are too long for %s to %s: they %s.", name(d.from), d.stream().Longest, limit, who(d.to), what)
	if n > 0 {
		text = fmt.Sprintf("Packets of %s of up to %d octets are too long for %s to %s: %s %s.", name(d.from), d.stream().Longest, limit, who(d.to), packets(n), what)
	}
	return fault(MTU, d.to.Tag, text,
		fmt.Sprintf("Let %s send smaller packets (ptime, video payload size), or raise the MTU of the way (ip link, tunnels).", name(d.from)))
}

// path: the network says that packets to the receiver don't arrive.
func (d *direction) path() (Verdict, bool) {
	if d.to == nil {
		return no()
	}
	s := &d.to.Streams[0]
	e := &s.Path
	// A phone that hangs up closes its port before the call is deleted.
	if e.Count < 3 || e.Last.Sub(e.First) < 1500*time.Millisecond || d.c.Now.Sub(e.Last) > 5*time.Second {
		return no()
	}
	switch e.Problem {
	case media.PathHost:
		if e.From == s.Local.Addr() {
			return fault(NoRoute, Rtpgo,
				fmt.Sprintf("Nobody answers at %s: this host can't resolve its neighbour on the way to %s, so %s.", s.Remote, name(d.to), d.nothing()),
				fmt.Sprintf("ip neigh shows the gateway or host that doesn't answer; is %s up, and the address in its SDP right?", name(d.to)))
		}
		return fault(NoRoute, d.to.Tag,
			fmt.Sprintf("%s says that there is no way to %s: %s.", e.From, who(d.to), d.nothing()),
			fmt.Sprintf("Is the address in the SDP of %s right? Ask whoever runs the router %s.", name(d.to), e.From))
	case media.PathPort:
		return fault(NotReceived, d.to.Tag,
			fmt.Sprintf("%s says that nobody listens at %s: %s.", e.From, s.Remote, d.nothing()),
			fmt.Sprintf("Has %s closed its media port, restarted, or sent an SDP with another port that didn't arrive here?", name(d.to)))
	case media.PathProhibited:
		return fault(NotReceived, d.to.Tag,
			fmt.Sprintf("A firewall at %s forbids what rtpgo sends to %s: %s.", e.From, who(d.to), d.nothing()),
			fmt.Sprintf("The firewall at %s has to let UDP from %s to %s through.", e.From, s.Told, s.Remote))
	case media.PathTooLong:
		return d.mtu(s, e.Count, "are dropped on the way")
	}
	return no()
}

// wrongWayOut: media leaves by another interface than the host would take.
func (d *direction) wrongWayOut() (Verdict, bool) {
	if d.to == nil {
		return no()
	}
	return d.onWrongInterface(d.to)
}

// private: media goes to an address that only the receiver's own network knows.
func (d *direction) private() (Verdict, bool) {
	if d.to == nil || !behindNAT(d.to) || d.to.ICE.Valid || d.age() < FirstGrace {
		return no()
	}
	s := &d.to.Streams[0]
	if s.Remote.Addr() != s.Signalled.Addr() || s.Confirmed && rtpIn(s) > 0 { // learned, or it is there indeed
		return no()
	}
	text := fmt.Sprintf("The SDP of %s names the private address %s, and that is where its media goes: %s.", name(d.to), s.Signalled, d.nothing())
	if d.to.Learns {
		return fault(PrivateAddress, d.to.Tag, text+fmt.Sprintf(" No packet of %s has come from which its real address could be learned.", name(d.to)),
			fmt.Sprintf("%s has to send first: look at the verdict on what it sends. Else use SIP-source-address, or let it use STUN or ICE.", name(d.to)))
	}
	return fault(PrivateAddress, d.to.Tag, text,
		"Its real address isn't learned: endpoint-learning=off or the flag asymmetric forbids it. Take them away, or use SIP-source-address.")
}

// learnedAddress: the same, but where the receiver is was learned.
func (d *direction) learnedAddress() (Verdict, bool) {
	if d.to == nil || !behindNAT(d.to) || d.to.ICE.Valid {
		return no()
	}
	s := &d.to.Streams[0]
	if !s.Remote.IsValid() || s.Remote.Addr() == s.Signalled.Addr() {
		return no()
	}
	return note(PrivateAddress, d.to.Tag,
		fmt.Sprintf("The SDP of %s names the private address %s; rtpgo learned from its packets that it is at %s. Media flows.", name(d.to), s.Signalled, s.Remote), "")
}

// notReceived: the receiver itself reports that it gets nothing.
func (d *direction) notReceived() (Verdict, bool) {
	if d.to == nil || !d.unheard() {
		return no()
	}
	return fault(NotReceived, d.to.Tag,
		fmt.Sprintf("%s says in its RTCP reports that nothing of what rtpgo sends to it arrives: %s.", who(d.to), d.nothing()),
		fmt.Sprintf("Does a firewall or NAT between %s and %s drop it? tcpdump on both ends shows where it gets lost.", port(d.to), name(d.to)))
}

// unheard tells whether the receiver's reports say that it gets nothing.
func (d *direction) unheard() bool {
	if d.from.Raw || rtpIn(d.stream()) == 0 {
		return false
	}
	s, r := &d.to.Streams[0], &d.to.Streams[0].Report
	if r.Stalled {
		return true
	}
	nothing := r.Reports >= 2 && r.LostAll
	if r.Reports == 0 && r.Described && r.Sent >= 3 && s.Out >= 5*aFew {
		// It tells what it sends, and nothing of what it gets. A report or two
		// may have been sent before anything came; and devices that don't keep
		// to RFC 3550 section 6.1 may never tell what they get.
		interval := d.age() / time.Duration(r.Sent)
		nothing = d.c.Now.Sub(d.stream().First) > max(3*interval, deafAfter)
	}
	return nothing
}

// nowhere: there is no place to send to.
func (d *direction) nowhere() (Verdict, bool) {
	if d.to == nil {
		return no()
	}
	s := &d.to.Streams[0]
	if s.Out > 0 || rtpIn(s) > 0 || rtpIn(d.stream()) < aFew || d.stream().Drops[media.DropNoSink] < aFew {
		return no()
	}
	return fault(SilentSender, d.to.Tag,
		fmt.Sprintf("Nothing is sent to %s: rtpgo doesn't know where it is, or waits for its first packet (flag NAT-wait), so %s.", name(d.to), d.nothing()),
		fmt.Sprintf("Look at the verdict on what %s sends, and at its SDP in the timeline.", name(d.to)))
}
