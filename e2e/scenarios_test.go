package e2e

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// scenarios by name; each is played with a public and with a private caller.
var scenarios = []struct {
	name string
	play func(*scene)
}{
	{"audio", func(s *scene) { simple(s, "audio") }},
	{"audio_and_video", func(s *scene) { simple(s, "audio", "video") }},
	{"bye_from_callee", byeFromCallee},
	{"rtcp_mux/both", func(s *scene) { mux(s, true, true) }},
	{"rtcp_mux/caller", func(s *scene) { mux(s, true, false) }},
	{"rtcp_mux/gateway", func(s *scene) { mux(s, false, true) }},
	{"early_media", earlyMedia},
	{"late_offer", lateOffer},
	{"hold/caller", func(s *scene) { hold(s, false) }},
	{"hold/gateway", func(s *scene) { hold(s, true) }},
	{"hold/zero_address", holdZero},
	{"codec_change/caller", func(s *scene) { codecChange(s, false) }},
	{"codec_change/gateway", func(s *scene) { codecChange(s, true) }},
	{"media_added_and_removed", addAndRemove},
	{"cancel/before_sdp", func(s *scene) { cancel(s, false) }},
	{"cancel/early_media", func(s *scene) { cancel(s, true) }},
	{"busy", busy},
	{"failover/refused", func(s *scene) { failover(s, false) }},
	{"failover/after_early_media", func(s *scene) { failover(s, true) }},
	{"failover/silent_gateway", silentGateway},
	{"all_gateways_fail", allFail},
	{"fork/first_wins", func(s *scene) { fork(s, 0) }},
	{"fork/second_wins", func(s *scene) { fork(s, 1) }},
	{"fork/one_fails", forkOneFails},
	{"stranger", stranger},
	{"nat/port_differs", natPort},
	{"two_calls_same_ports", twoCalls},
	{"repeated_requests", repeated},
}

// simple is a call with media from both sides, hung up by the caller.
func simple(s *scene, kinds ...string) {
	a, b := s.caller(kinds...), s.gateway(1, kinds...)
	play.Connect(a, b)
	// That the count is 0 at the end means something.
	if n, err := s.lab.NG.PortsTaken(); err != nil || n == 0 {
		s.Errorf("the relay says that %d ports are in use in a call, %v", n, err)
	}
	talk(a, b)
	play.HangUp(a, b)
}

func byeFromCallee(s *scene) {
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	play.HangUp(b, a)
}

// mux has RTP and RTCP on one port on neither, one or both sides.
func mux(s *scene, caller, gateway bool) {
	a, b := s.caller("audio", "video"), s.gateway(1, "audio", "video")
	for i := range a.Media.Ends {
		a.Media.Ends[i].Mux, b.Media.Ends[i].Mux = caller, gateway
	}
	play.Connect(a, b)
	talk(a, b)
	play.HangUp(a, b)
}

// earlyMedia has an announcement from the gateway before the answer, and the
// caller's media before it, too.
func earlyMedia(s *scene) {
	a, b := s.caller(), s.gateway(1)
	a.Dial("100")
	b.Accept()
	b.Answer(183)
	a.Wait(183)
	s.ok(phone.Exchange(burst, phone.OneWay(b.Media, a.Media)...))
	talk(a, b)
	play.Finish(a, b)
	talk(a, b)
	play.HangUp(a, b)
}

// lateOffer has the offer in the 200 and the answer in the ACK.
func lateOffer(s *scene) {
	a, b := s.caller(), s.gateway(1)
	s.anyAddress(a)
	call, err := a.Invite("100", "")
	s.ok(err)
	a.Call = call
	b.Accept()
	s.ok(b.Respond(b.Invited, 200, "OK", b.Media.Offer()))
	m, err := a.Response(200)
	s.ok(err)
	answer, err := a.Media.Answer(m.Body)
	s.ok(err)
	s.ok(a.Ack(answer))
	s.anyAddress(b)
	s.ok(b.Media.TakeAnswer(b.Take("ACK").Body))
	talk(a, b)
	play.HangUp(a, b)
}

// hold puts the other side on hold with music and resumes; then both hold.
func hold(s *scene, gateway bool) {
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	if gateway {
		a, b = b, a
	}
	s.anyAddress(a)
	s.anyAddress(b)
	a.Media.Ends[0].Direction, b.Media.Ends[0].Direction = "sendonly", "recvonly"
	play.Reinvite(a, b)
	s.directions(a, "recvonly", b, "sendonly")
	s.ok(phone.Exchange(burst, phone.OneWay(a.Media, b.Media)...))
	a.Media.Ends[0].Direction, b.Media.Ends[0].Direction = "inactive", "inactive"
	play.Reinvite(a, b)
	s.directions(a, "inactive", b, "inactive")
	a.Media.Ends[0].Direction, b.Media.Ends[0].Direction = "", ""
	play.Reinvite(a, b)
	s.directions(a, "sendrecv", b, "sendrecv")
	talk(a, b)
	play.HangUp(b, a)
}

// directions checks what the last SDPs said to each party.
func (s *scene) directions(a *play.Party, toA string, b *play.Party, toB string) {
	s.Helper()
	if got := a.Media.Ends[0].Remote.Direction; got != toA {
		s.Errorf("the side that asked was told %s, not %s", got, toA)
	}
	if got := b.Media.Ends[0].Remote.Direction; got != toB {
		s.Errorf("the side that was asked was told %s, not %s", got, toB)
	}
}

// holdZero holds in RFC 2543's way: c=IN IP4 0.0.0.0.
func holdZero(s *scene) {
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	s.anyAddress(a)
	s.anyAddress(b)
	a.Media.ZeroHold = true
	play.Reinvite(a, b)
	a.Media.ZeroHold = false
	play.Reinvite(a, b)
	talk(a, b)
	play.HangUp(a, b)
}

// codecChange goes from PCMU to PCMA and back in a running call.
func codecChange(s *scene, gateway bool) {
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	if gateway {
		a, b = b, a
	}
	s.anyAddress(a)
	s.anyAddress(b)
	all := a.Media.Ends[0].Codecs
	for _, codecs := range [][]phone.Codec{{phone.PCMA, phone.DTMF}, all} {
		a.Media.Ends[0].Codecs = codecs
		play.Reinvite(a, b)
		for _, p := range []*play.Party{a, b} {
			if got := p.Media.Ends[0].Remote.Formats[0]; got != fmt.Sprint(codecs[0].Type) {
				s.Errorf("format %s, not %v", got, codecs[0])
			}
		}
		talk(a, b)
	}
	play.HangUp(a, b)
}

// addAndRemove makes an audio call a video call and an audio call again.
func addAndRemove(s *scene) {
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	s.anyAddress(a)
	s.anyAddress(b)
	s.ok(a.Media.AddEnd(0, "video"))
	s.ok(b.Media.AddEnd(0, "video"))
	play.Reinvite(a, b)
	talk(a, b)
	a.Media.Ends[1].Off = true
	play.Reinvite(a, b)
	if !a.Media.Ends[1].Remote.Refused() {
		s.Error("the removed video has a port in the answer")
	}
	talk(a, b)
	// And again, from the other side.
	a.Media.Ends[1].Off = false
	play.Reinvite(b, a)
	talk(a, b)
	play.HangUp(a, b)
}

// cancel takes the INVITE back before it is answered.
func cancel(s *scene, early bool) {
	a, b := s.caller(), s.gateway(1)
	a.Dial("100")
	b.Accept()
	if early {
		b.Answer(183)
		a.Wait(183)
		s.ok(phone.Exchange(burst, phone.OneWay(b.Media, a.Media)...))
	} else {
		b.Reply(180)
		a.Wait(180)
	}
	s.ok(a.Cancel())
	s.ok(b.Respond(b.Take("CANCEL"), 200, "OK", ""))
	b.Reply(487)
	a.Wait(487)
	b.Take("ACK")
}

// busy is refused by the callee; the next gateway is not asked.
func busy(s *scene) {
	a, b, other := s.caller(), s.gateway(1), s.gateway(2)
	a.Dial("100")
	b.Accept()
	b.Reply(486)
	b.Take("ACK")
	a.Wait(486)
	if !other.Quiet() {
		s.Error("the second gateway was called")
	}
}

// failover reaches the second gateway when the first one is out of order.
func failover(s *scene, early bool) {
	a, b, c := s.caller(), s.gateway(1), s.gateway(2)
	a.Dial("100")
	b.Accept()
	if early {
		b.Answer(183)
		a.Wait(183)
		s.ok(phone.Exchange(burst, phone.OneWay(b.Media, a.Media)...))
		// The next offer comes when both sides of the call are known.
		s.anyAddress(c)
	}
	b.Reply(503)
	b.Take("ACK")
	c.Accept()
	play.Finish(a, c)
	talk(a, c)
	play.HangUp(a, c)
}

// silentGateway does not even answer.
func silentGateway(s *scene) {
	a, c := s.caller(), s.gateway(2)
	a.Dial("100")
	c.Accept()
	play.Finish(a, c)
	talk(a, c)
	play.HangUp(a, c)
}

func allFail(s *scene) {
	a, b, c := s.caller(), s.gateway(1), s.gateway(2)
	a.Dial("100")
	b.Accept()
	b.Reply(503)
	b.Take("ACK")
	c.Accept()
	c.Reply(500)
	c.Take("ACK")
	a.Wait(500)
}

// fork rings two gateways at once. Both send early media, then one answers
// and the other is cancelled. Without via-branch the relay serves the branch
// whose SDP came last.
func fork(s *scene, winner int) {
	a, branches := s.caller(), []*play.Party{s.gateway(1), s.gateway(2)}
	a.Dial("fork1")
	for _, b := range branches {
		b.Accept()
		b.Answer(183)
		a.Wait(183)
		s.anyAddress(b)
		s.ok(phone.Exchange(burst, phone.OneWay(b.Media, a.Media)...))
	}
	b, loser := branches[winner], branches[1-winner]
	b.Answer(200)
	a.Wait(200)
	s.ok(a.Ack(""))
	b.Take("ACK")
	s.ok(loser.Respond(loser.Take("CANCEL"), 200, "OK", ""))
	loser.Reply(487)
	loser.Take("ACK")
	talk(a, b)
	play.HangUp(a, b)
}

// forkOneFails has one branch refused while the other one goes on.
func forkOneFails(s *scene) {
	a, b, loser := s.caller(), s.gateway(1), s.gateway(2)
	a.Dial("fork1")
	b.Accept()
	loser.Accept()
	b.Answer(183)
	a.Wait(183)
	loser.Reply(503)
	loser.Take("ACK")
	s.ok(phone.Exchange(burst, phone.OneWay(b.Media, a.Media)...))
	play.Finish(a, b)
	talk(a, b)
	play.HangUp(a, b)
}

// stranger sends to the relay's ports in the middle of a call, from another
// address and from another port of the right one.
func stranger(s *scene) {
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	for _, host := range []int{66, 21} {
		x := s.ends(s.from, host, 0).Ends[0]
		x.Remote = a.Media.Ends[0].Remote
		_, err := phone.Send(burst/2, phone.Flow{From: x, To: b.Media.Ends[0]})
		s.ok(err)
		talk(a, b)
		if got := x.Take(); len(got) > 0 {
			s.Errorf("the stranger got %d packets", len(got))
		}
	}
	play.HangUp(a, b)
}

// natPort is a caller whose SDP names an address of its home network, and
// whose packets come from elsewhere. It speaks first; then it is heard.
func natPort(s *scene) {
	a, b := s.caller(), s.gateway(1)
	a.Media.Ends[0].Advertised = netip.MustParseAddrPort("10.11.12.13:30000")
	play.Connect(a, b)
	s.ok(phone.Exchange(burst, phone.OneWay(a.Media, b.Media)...))
	talk(a, b)
	play.HangUp(a, b)
}

// twoCalls are two calls at the same time to two gateways that use the same
// port numbers as each other, and so do the two callers.
func twoCalls(s *scene) {
	const port = 41000
	a1, a2 := s.party(s.from, 21, port), s.party(s.from, 22, port)
	b1, b2 := s.party(s.to, 11, port), s.party(s.to, 12, port)
	play.Connect(a1, b1)
	call := b1.Call
	a2.Dial("100")
	b1.Accept() // the first gateway is full
	b1.Reply(503)
	b1.Take("ACK")
	b2.Accept()
	play.Finish(a2, b2)
	first := phone.Both(a1.Media, b1.Media)
	s.ok(phone.Exchange(burst, append(first, phone.Both(a2.Media, b2.Media)...)...))
	play.HangUp(a2, b2)
	b1.Call = call
	s.ok(phone.Exchange(burst, first...))
	play.HangUp(a1, b1)
}

// repeated loses every other reply of the relay, the first one first, so that
// Kamailio asks again. A reply that is only late shifts the pattern.
func repeated(s *scene) {
	const table = "add table inet lossy; " +
		"add chain inet lossy in { type filter hook input priority 0; }; " +
		"add rule inet lossy in udp sport 22222 numgen inc mod 2 0 counter drop"
	if _, err := s.lab.SBC.Run("nft", table); err != nil {
		s.Fatal(err)
	}
	_, err := s.lab.RPC("cfg.set_now_int", "rtpengine", "rtpengine_tout_ms", 250)
	s.ok(err)
	defer func() {
		_, err := s.lab.SBC.Run("nft", "delete table inet lossy")
		s.ok(err)
		_, err = s.lab.RPC("cfg.set_now_int", "rtpengine", "rtpengine_tout_ms", 1000)
		s.ok(err)
	}()
	a, b := s.caller(), s.gateway(1)
	play.Connect(a, b)
	talk(a, b)
	play.HangUp(a, b)
	// The last reply may still be on its way.
	s.ok(lab.Eventually(10*time.Second, func() error {
		var commands []string
		for _, e := range s.lab.Tap.Exchanges(a.ID) {
			commands = append(commands, e.Command())
			if e.Answered != e.Asked || e.Changed || len(commands) == 1 && e.Asked < 2 {
				return fmt.Errorf("%s: asked %d times, answered %d times, with another reply: %t", e.Command(), e.Asked, e.Answered, e.Changed)
			}
		}
		if got := strings.Join(commands, " "); got != "offer answer delete" {
			return fmt.Errorf("commands: %s", got)
		}
		return nil
	}))
}
