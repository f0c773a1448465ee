package call_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media/ice"
	"rtpgo/media/memory"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

const (
	phoneA = "198.51.100.1:4000"
	phoneB = "198.51.100.2:5000"
)

func iceKey(v string) ng.Pair { return ng.Pair{Key: "ICE", Value: v} }

func flagsKey(v ...string) ng.Pair {
	l := ng.List{}
	for _, f := range v {
		l = append(l, f)
	}
	return ng.Pair{Key: "flags", Value: l}
}

// A speaks ICE, B doesn't; and the other way round.
func TestICEToPlain(t *testing.T) {
	for _, test := range []struct {
		name       string
		aICE, bICE bool
		mux        bool
		lite       ng.Pair
		phoneLite  bool
		keys       []ng.Pair
	}{
		{name: "A speaks ICE", aICE: true, keys: []ng.Pair{iceKey("remove")}},
		{name: "B speaks ICE", bICE: true, keys: []ng.Pair{iceKey("force")}},
		{name: "both", aICE: true, bICE: true},
		{name: "neither"},
		{name: "forced on a phone without", aICE: true, keys: []ng.Pair{iceKey("force")}},
		{name: "A multiplexes", aICE: true, mux: true, keys: []ng.Pair{iceKey("remove"), {Key: "rtcp-mux", Value: ng.List{"demux"}}}},
		{name: "we are lite", aICE: true, keys: []ng.Pair{iceKey("remove"), {Key: "ICE-lite", Value: "backward"}}},
		{name: "we are lite to both", aICE: true, bICE: true, keys: []ng.Pair{{Key: "ICE-lite", Value: "both"}}},
		{name: "A is lite", aICE: true, phoneLite: true, keys: []ng.Pair{iceKey("remove")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inIceLab(t, func(l *iceLab) {
				a, b := l.phone("a", phoneA), l.phone("b", phoneB)
				a.mux = test.mux
				if test.aICE {
					a.speakICE(ice.Config{Controlling: true, Lite: test.phoneLite})
				}
				if test.bICE {
					b.speakICE(ice.Config{})
				}
				a.offer(b, test.keys...)
				b.answer(a)
				l.pass(3 * time.Second)
				b.mustHear(a)
				a.mustHear(b)
				b.mustHear(a)
				l.pass(time.Minute)
				a.mustHear(b)
				b.mustHear(a)
			})
		})
	}
}

// What a stranger sends to a media with ICE goes nowhere, and moves nothing.
func TestStrangerOnICE(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b, m := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB), l.phone("m", "203.0.113.66:6000")
		a.offer(b, iceKey("remove"))
		// Before the relay has checked anything even the signalled address is
		// nobody's.
		b.answer(a)
		l.setLoss(func(p memory.Packet) bool { return p.Payload[0] < 4 })
		m.relay = a.relay
		b.mustNotHear(m)
		l.setLoss(nil)
		l.pass(3 * time.Second)
		b.mustHear(a)
		b.mustNotHear(m)
		a.mustHear(b)
		if n := l.received(m.ports[0].Local()); n != 0 {
			t.Fatalf("the stranger heard %d packets", n)
		}
	})
}

// Media stops when the peer doesn't consent any more, and comes back with a
// restart.
func TestConsentInCall(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB)
		a.offer(b, iceKey("remove"))
		b.answer(a)
		l.pass(3 * time.Second)
		a.mustHear(b)
		from := a.ports[0].Local()
		l.setLoss(func(p memory.Packet) bool { return p.From == from && p.Payload[0] < 4 })
		l.pass(20 * time.Second)
		a.mustHear(b)
		l.pass(20 * time.Second)
		a.mustNotHear(b)
		l.setLoss(nil)
		a.restart()
		a.offer(b, iceKey("remove"))
		b.answer(a)
		l.pass(3 * time.Second)
		a.mustHear(b)
		b.mustHear(a)
	})
}

// restart gives the phone's agent new credentials.
func (p *phone) restart() {
	p.creds = ice.Credentials{Ufrag: p.creds.Ufrag + "2", Pwd: p.creds.Pwd + "2"}
	p.agent.SetLocal(p.creds)
}

// An ICE restart in mid-call moves the phone to another address, without a gap.
func TestRestartInCall(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB)
		a.offer(b, iceKey("remove"))
		b.answer(a)
		l.pass(3 * time.Second)
		shown := a.relay.ICE.Ufrag
		a2 := l.phone("a", "198.51.100.7:4500").speakICE(ice.Config{Controlling: true})
		a2.creds = ice.Credentials{Ufrag: "secondfrag", Pwd: "second0123456789012345678901"}
		a2.agent.SetLocal(a2.creds)
		a2.offer(b, iceKey("remove"))
		a.mustHear(b) // until the new address is checked
		b.mustHear(a)
		old := a.target()
		b.answer(a2)
		if a2.relay.ICE.Ufrag == shown {
			t.Fatal("the credentials of before the restart are shown again")
		}
		l.pass(3 * time.Second)
		a2.mustHear(b)
		b.mustHear(a2)
		l.pass(time.Minute)
		a.relay.Connection, a.relay.Port, a.agent = old.Addr(), int(old.Port()), nil
		b.mustNotHear(a)
	})
}

// Candidates come one by one, in fragments (RFC 8840), some of them before the
// offer.
func TestFragments(t *testing.T) {
	for _, early := range []bool{false, true} {
		inIceLab(t, func(l *iceLab) {
			a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true, Lite: true}), l.phone("b", phoneB)
			// A phone that is lite makes no checks, so that the relay can't
			// learn its address from them.
			all := a.candidates()
			locals := a.config.Locals
			fragment := func(c string, lines ...string) {
				body := append([]string{"a=ice-ufrag:" + a.creds.Ufrag, "a=ice-pwd:" + a.creds.Pwd, "m=audio 9 RTP/AVP 0", c}, lines...)
				l.ask(ng.Dict{
					{Key: "command", Value: "offer"}, {Key: "from-tag", Value: "a"}, flagsKey("fragment"),
					{Key: "sdp", Value: strings.Join(body, "\r\n") + "\r\n"},
				})
			}
			if early {
				fragment(all[0])
			}
			a.config.Locals = nil
			a.offer(b, iceKey("remove"))
			b.answer(a)
			a.config.Locals = locals
			l.pass(3 * time.Second)
			if a.agent.Pair(ice.RTP).Valid() != early {
				t.Fatal("a candidate that was not told, or not heard")
			}
			if !early {
				fragment(all[0])
			}
			fragment(all[1], "a=end-of-candidates")
			l.pass(3 * time.Second)
			b.mustHear(a)
			a.mustHear(b)
			if !a.agent.Pair(ice.RTCP).Valid() {
				t.Fatal("RTCP has no pair")
			}
		})
	}
}

// Fragments of other sessions, of nobody, and too many of them.
func TestFragmentLimits(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB)
		a.offer(b, iceKey("remove"))
		for i := range 100 {
			l.ask(ng.Dict{
				{Key: "command", Value: "offer"}, {Key: "from-tag", Value: fmt.Sprintf("x%d", i)}, flagsKey("fragment"),
				{Key: "sdp", Value: "a=ice-ufrag:other\r\na=ice-pwd:other\r\nm=audio 9 RTP/AVP 0\r\na=candidate:1 1 UDP 1 203.0.113.66 6000 typ host\r\n"},
			})
		}
		b.answer(a)
		l.pass(3 * time.Second)
		b.mustHear(a)
		a.mustHear(b)
		reply := ask(t, l.registry, ng.Dict{
			{Key: "command", Value: "offer"}, {Key: "call-id", Value: l.id}, {Key: "from-tag", Value: "a"}, flagsKey("fragment"),
			{Key: "sdp", Value: "m=audio x\r\n"},
		})
		if get(reply, "error-reason") != "Failed to parse SDP" {
			t.Fatalf("%v", reply)
		}
	})
}

// The phone's address is the only one of another family than the first local
// one: packets leave from the other.
func TestOtherFamily(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b := l.phone("a", "[2001:db8::a]:4000").speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB)
		v4 := strings.ReplaceAll(a.sdp(), "IN IP4 2001:db8::a", "IN IP4 198.51.100.1")
		b.hear(l.ask(ng.Dict{{Key: "command", Value: "offer"}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: v4}, iceKey("remove")}))
		b.answer(a)
		l.pass(3 * time.Second)
		a.mustHear(b)
		b.mustHear(a)
		if got := a.target().Addr(); got != netip.MustParseAddr("2001:db8::1") {
			t.Fatalf("the relay is at %s", got)
		}
	})
}

// The ports that face the phone change in mid-call: that is a restart, and the
// former ports take nothing any more.
func TestNewPortsInCall(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB)
		unlatched := flagsKey("no-port-latching")
		a.offer(b, iceKey("remove"), unlatched)
		b.answer(a, unlatched)
		l.pass(3 * time.Second)
		b.mustHear(a)
		former, ufrag := a.target(), a.relay.ICE.Ufrag
		b2 := l.phone("b", "198.51.100.2:5500")
		a.restart() // as the offer asks it to
		b2.offer(a, unlatched)
		if a.relay.ICE.Ufrag == ufrag || netip.AddrPortFrom(a.relay.Connection, uint16(a.relay.Port)) == former {
			t.Fatalf("shown %s at port %d as before", a.relay.ICE.Ufrag, a.relay.Port)
		}
		a.answer(b2, iceKey("remove"), unlatched)
		l.pass(3 * time.Second)
		b2.mustHear(a)
		a.mustHear(b2)
		m := l.phone("m", "203.0.113.66:6000")
		m.relay = &sdpedit.Media{Connection: former.Addr(), Port: int(former.Port())}
		b2.mustNotHear(m)
	})
}

// --save-interface-ports and --software-id.
func TestICEOptions(t *testing.T) {
	set, err := interfaces.Parse([]string{"pub/192.0.2.1", "pub/2001:db8::1"}, interfaces.PoolConfig{Min: 30000, Max: 39999})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []bool{false, true} {
		engine := memory.New()
		r := call.New(call.Config{Interfaces: set, Engine: engine, TOS: -1, OneAddress: one, Software: "rtpengine 1.2ä"})
		body := "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n" +
			"a=ice-ufrag:afrag\r\na=ice-pwd:0123456789012345678901\r\na=candidate:1 1 UDP 2130706431 198.51.100.1 4000 typ host\r\n"
		reply := ask(t, r, ng.Dict{{Key: "command", Value: "offer"}, {Key: "call-id", Value: "c"}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: body}})
		if sdp := fmt.Sprint(get(reply, "sdp")); strings.Contains(sdp, "2001:db8::1") == one || !strings.Contains(sdp, "typ host") {
			t.Errorf("one address: %v\n%s", one, sdp)
		}
		var checks []memory.Packet
		for len(checks) == 0 {
			checks = engine.Sent()
		}
		if want := "\x80\x22\x00\x0ertpengine-1-2-\x00\x00"; !strings.HasPrefix(string(checks[0].Payload[20:]), want) {
			t.Errorf("%q", checks[0].Payload[20:])
		}
		r.Close()
		engine.Close()
	}
}

// Two phones answer one offer, one after the other: the second knows our
// credentials from the same offer.
func TestForkBehindUs(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b, c := l.phone("a", phoneA), l.phone("b", phoneB).speakICE(ice.Config{}), l.phone("c", "198.51.100.3:6000").speakICE(ice.Config{})
		s := l.ask(ng.Dict{{Key: "command", Value: "offer"}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: a.sdp()}, iceKey("force")})
		b.hear(s)
		c.hear(s)
		b.answer(a)
		l.pass(3 * time.Second)
		b.mustHear(a)
		c.answer(a)
		l.pass(3 * time.Second)
		c.mustHear(a)
		a.mustHear(c)
	})
}

// The address that ICE found is what query shows, not the one of c=; after the
// end of the call nothing is sent there.
func TestPairInQuery(t *testing.T) {
	inIceLab(t, func(l *iceLab) {
		a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB)
		private := strings.ReplaceAll(a.sdp(), "IN IP4 198.51.100.1", "IN IP4 10.0.0.1")
		b.hear(l.ask(ng.Dict{{Key: "command", Value: "offer"}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: private}, iceKey("remove")}))
		b.answer(a)
		l.pass(3 * time.Second)
		a.mustHear(b)
		reply := fmt.Sprint(ask(t, l.registry, ng.Dict{{Key: "command", Value: "query"}, {Key: "call-id", Value: l.id}}))
		if !strings.Contains(reply, "{endpoint [{family IPv4} {address 198.51.100.1} {port 4000}]}") ||
			!strings.Contains(reply, "{advertised endpoint [{family IPv4} {address 10.0.0.1} {port 4000}]}") {
			t.Fatal(reply)
		}
		status := fmt.Sprint(ask(t, l.registry, ng.Dict{{Key: "command", Value: call.StatusCommand}, {Key: "call-id", Value: l.id}}))
		if !strings.Contains(status, "{ice selected 192.0.2.1:") || !strings.Contains(status, "<-> 198.51.100.1:4000 (host), controlled}") {
			t.Fatal(status)
		}
		ask(t, l.registry, ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: l.id}, {Key: "delete delay", Value: 0}})
		a.agent.Close()
		l.pass(time.Second)
		sent := 0
		l.setLoss(func(memory.Packet) bool { sent++; return true })
		l.pass(time.Minute)
		l.setLoss(nil)
		if sent != 0 {
			t.Fatalf("%d packets sent after the call", sent)
		}
	})
}

// ICE=optional and force-relay: the ends speak ICE with each other, through our
// candidates where there is no other way.
func TestPassage(t *testing.T) {
	for _, flag := range []string{"optional", "force-relay"} {
		t.Run(flag, func(t *testing.T) {
			inIceLab(t, func(l *iceLab) {
				a, b := l.phone("a", phoneA).speakICE(ice.Config{Controlling: true}), l.phone("b", phoneB).speakICE(ice.Config{})
				relay := netip.MustParseAddr("192.0.2.1")
				// Only the way through the relay is open, and a's address in
				// c= is wrong.
				l.setLoss(func(p memory.Packet) bool { return p.From.Addr() != relay && p.To.Addr() != relay })
				body := strings.ReplaceAll(a.sdp(), "c=IN IP4 198.51.100.1", "c=IN IP4 10.0.0.1")
				b.hear(l.ask(ng.Dict{{Key: "command", Value: "offer"}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: body}, iceKey(flag)}))
				b.answer(a, iceKey(flag))
				l.pass(10 * time.Second)
				if a.target().Addr() != relay || b.target().Addr() != relay {
					t.Fatalf("a sends to %v, b to %v", a.target(), b.target())
				}
				b.mustHear(a)
				a.mustHear(b)
				// DTLS passes too, but not a stranger's, nor its checks.
				hello := append([]byte{22, 254, 253}, make([]byte, 1200)...)
				m := l.phone("m", "203.0.113.66:6000")
				for _, who := range []*phone{a, m} {
					l.received(b.ports[0].Local())
					if err := who.ports[0].Send(hello, a.target()); err != nil {
						t.Fatal(err)
					}
					l.pass(100 * time.Millisecond)
					if n := l.received(b.ports[0].Local()); (n == 1) != (who == a) {
						t.Fatalf("%d DTLS packets of %s arrived", n, who.tag)
					}
				}
				overheard := l.overhear(a.ports[0].Local(), a.target())
				for _, pkt := range overheard {
					if err := m.ports[0].Send(pkt, a.target()); err != nil {
						t.Fatal(err)
					}
				}
				l.pass(100 * time.Millisecond)
				l.received(m.ports[0].Local())
				a.mustHear(b)
				if n := l.received(m.ports[0].Local()); n != 0 || len(overheard) == 0 {
					t.Fatalf("the stranger heard %d packets after %d replayed checks", n, len(overheard))
				}
				l.pass(time.Minute)
				b.mustHear(a)
				a.mustHear(b)
			})
		})
	}
}
