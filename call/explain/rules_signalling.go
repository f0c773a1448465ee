package explain

import (
	"fmt"
	"time"
)

// notAnswered: an offer that nobody has answered.
func (d *direction) notAnswered() (Verdict, bool) {
	if !d.c.Answered.IsZero() && d.to != nil && d.to.Initialized {
		return no()
	}
	if !d.c.Answered.IsZero() && d.to == nil {
		return note(NotAnswered, "", fmt.Sprintf("%s isn't connected with anybody (any more): its branch of the call lost, or waits.", name(d.from)), "")
	}
	since := ago(d.c.Now.Sub(d.c.Created))
	text := fmt.Sprintf("%s has offered this media %s ago and no answer came.", name(d.from), since)
	check := "Ringing is no fault. If the call was answered: does the SIP proxy call rtpengine_answer() for the reply with SDP?"
	if d.c.Ended {
		text = fmt.Sprintf("%s offered this media, no answer came in %s.", name(d.from), since)
		check = "Nobody took the call, unless the SIP proxy forgot to call rtpengine_answer() for the reply with SDP."
	}
	if d.c.EndReason == "offer-timeout" {
		return fault(NotAnswered, d.otherTag(), text, "The caller neither got an answer nor gave up in time: look at the SIP dialogue; a BYE, CANCEL or final reply must reach rtpengine_delete().")
	}
	return note(NotAnswered, "", text, check)
}

func (d *direction) otherTag() string {
	if d.to == nil {
		return ""
	}
	return d.to.Tag
}

// blocked: a command stops what the party sends.
func (d *direction) blocked() (Verdict, bool) {
	switch s := d.from; {
	case s.Block != "":
		return fault(Blocked, Rtpgo,
			fmt.Sprintf("What %s sends is dropped by the command %q: %s.", who(s), s.Block, d.nothing()),
			"The timeline shows when the command came; the SIP proxy or whoever sent it has to take it back.")
	case s.Silenced:
		return fault(Blocked, Rtpgo,
			fmt.Sprintf("What %s sends is replaced by silence by the command \"silence media\": %s.", who(s), d.nothing()),
			"The timeline shows when the command came; \"unsilence media\" takes it back.")
	}
	return no()
}

// zeroHold is how long nobody who gave 0.0.0.0 must have sent to hold the call:
// it may be a way to get no media while sending some (RFC 3264 section 8.4).
const zeroHold = 2 * time.Second

// held: a direction attribute or 0.0.0.0 says that there is no media this way.
func (d *direction) held() (Verdict, bool) {
	s := d.stream()
	switch {
	case d.from.Passes && d.from.Zero && !d.to.Zero && d.idle(s) > zeroHold:
		return note(Held, d.from.Tag, fmt.Sprintf("%s has put the call on hold: its SDP gave 0.0.0.0 as its address, and it sends nothing, so %s.", name(d.from), d.nothing()), holdCheck(d.from))
	case d.from.Passes && !d.to.Zero:
		return no()
	}
	refuses, silent := !d.to.Receives || d.to.Zero, !d.from.Sends
	switch {
	case refuses && (d.to.Offered || d.to.Zero || !silent):
		how := "doesn't want to receive (a=sendonly or a=inactive)"
		if d.to.Zero {
			how = "gave 0.0.0.0 as its address"
		}
		return note(Held, d.to.Tag, fmt.Sprintf("%s has put the call on hold: its SDP %s, so %s.", name(d.to), how, d.nothing()), holdCheck(d.to))
	case silent:
		return note(Held, d.from.Tag, fmt.Sprintf("%s says in its SDP that it sends nothing (a=recvonly or a=inactive), so %s.", name(d.from), d.nothing()), holdCheck(d.from))
	}
	return note(Held, "", fmt.Sprintf("Signalling allows no media from %s to %s.", name(d.from), name(d.to)), "The timeline shows the SDP of both.")
}

func holdCheck(s *Side) string {
	return fmt.Sprintf("If nobody pressed hold: look at the last SDP of %s in the timeline, and whether a re-INVITE got lost.", name(s))
}

// neverCame: not one RTP packet was let in.
func (d *direction) neverCame() (Verdict, bool) {
	s := d.stream()
	if d.from.Raw || rtpIn(s) > 0 {
		return no()
	}
	for _, rule := range []func(*direction) (Verdict, bool){
		(*direction).wrongSource, (*direction).notRTP, (*direction).rtcpOnly, (*direction).endedPort, (*direction).wrongInterface,
	} {
		if v, ok := rule(d); ok {
			return v, ok
		}
	}
	text := fmt.Sprintf("%s has never sent a packet to %s: %s.", who(d.from), port(d.from), d.nothing())
	if d.age() < FirstGrace {
		return note(SilentSender, d.from.Tag,
			fmt.Sprintf("No packet of %s has come yet; the call was answered %s ago.", who(d.from), ago(d.age())), "Ask again in a moment.")
	}
	return fault(SilentSender, d.from.Tag, text, d.silentCheck())
}

func (d *direction) silentCheck() string {
	s := d.from
	check := fmt.Sprintf("Check that a firewall or NAT between %s and %s lets UDP through, and that the SDP which it got shows an address that it can reach (tcpdump udp port %d on this host shows whether packets come).",
		name(s), port(s), s.Streams[0].Local.Port())
	switch told := s.Streams[0].Told.Addr(); {
	case told.IsValid() && private(told) && s.Streams[0].Signalled.IsValid() && !private(s.Streams[0].Signalled.Addr()):
		check = fmt.Sprintf("The SDP that %s got names the private address %s: is the interface the right one, does it need an advertised address (--interface=NAME/LOCAL!PUBLIC)? ", name(s), told) + check
	case behindNAT(s):
		check = fmt.Sprintf("%s is behind NAT (its SDP names %s). ", name(s), s.Streams[0].Signalled.Addr()) + check
	case s.Streams[0].Route.Error != "":
		check = fmt.Sprintf("This host has no route to %s (%s). ", s.Streams[0].Signalled.Addr(), s.Streams[0].Route.Error) + check
	}
	return check
}

// ceased: packets came, and then no more.
func (d *direction) ceased() (Verdict, bool) {
	s := d.stream()
	idle := d.idle(s)
	if d.from.Raw {
		return no()
	}
	if v, ok := d.movedSource(idle); ok {
		return v, ok
	}
	switch {
	case d.c.TimedOut() && d.c.EndReason != "final-timeout" && idle > staleAfter:
		return fault(Timeout, d.from.Tag,
			fmt.Sprintf("%s sent %s to %s and stopped %s before the end; the call was ended by %s.", who(d.from), packets(rtpIn(s)), port(d.from), ago(idle), d.c.EndReason),
			fmt.Sprintf("Did %s lose its network or power, or did a BYE not reach the SIP proxy? --timeout says how long rtpgo waits.", name(d.from)))
	case min(idle, d.age()) > stoppedAfter:
		return fault(Stopped, d.from.Tag,
			fmt.Sprintf("%s sent %s to %s, the last one %s ago: %s.", who(d.from), packets(rtpIn(s)), port(d.from), ago(idle), d.nothing()),
			fmt.Sprintf("Has %s lost its network, changed its address or muted itself without comfort noise? A NAT that forgot it needs a re-INVITE.", name(d.from)))
	}
	return no()
}

// oldest: the call lived as long as calls may.
func (d *direction) oldest() (Verdict, bool) {
	if !d.c.Ended || d.c.EndReason != "final-timeout" {
		return no()
	}
	return note(Timeout, Rtpgo,
		fmt.Sprintf("Media flowed from %s to %s; the call was ended by final-timeout after %s.", name(d.from), name(d.to), ago(d.c.Now.Sub(d.c.Created).Round(time.Second))),
		"--final-timeout ends every call of that age.")
}
