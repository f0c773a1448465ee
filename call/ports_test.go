package call

import (
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"rtpgo/interfaces"
	"rtpgo/ng"
)

// TestPortsStay: an endpoint that moves gets its peer new ports; one that moves
// back, or says the same again, gets those from before (rtpengine's
// documentation of "port latching", and what it answers).
func TestPortsStay(t *testing.T) {
	const here, there = "m=audio 4000 RTP/AVP 0", "m=audio 4400 RTP/AVP 0"
	const off = "m=audio 0 RTP/AVP 0"
	other := "m=video 5000 RTP/AVP 96"
	for _, c := range []struct {
		name   string
		offers []string // of A, one after the other
		flags  []string // of the offers behind the first
		want   string   // ports shown to B: a letter each
	}{
		{"the same", []string{here, here, here}, nil, "xxx"},
		{"moves", []string{here, there}, nil, "xy"},
		{"and back", []string{here, there, here}, nil, "xyx"},
		{"latching", []string{here, there}, []string{"port-latching"}, "xx"},
		{"switched off and on", []string{here + "\r\n" + other, off + "\r\n" + other, here + "\r\n" + other}, nil, "x0x"},
		{"held by zero address", []string{here, here + "\r\nc=IN IP4 0.0.0.0", here}, nil, "xxx"},
		{"held and moved", []string{here, there + "\r\na=sendonly", here}, nil, "xxx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newLab(t, nil).call()
			var seen []int
			got := ""
			var toA netip.AddrPort
			for i, body := range c.offers {
				sdp := description("198.51.100.1", body)
				var port int
				if i == 0 {
					port = k.offer(sdp).Medias[0].Port
				} else {
					port = k.reoffer(sdp, flags(c.flags...)).Medias[0].Port
				}
				letter := "0"
				if port != 0 {
					n := 0
					for n < len(seen) && seen[n] != port {
						n++
					}
					if n == len(seen) {
						seen = append(seen, port)
					}
					letter = string(rune('x' + n))
				}
				got += letter
				b := []string{"m=audio 6000 RTP/AVP 0"}
				if strings.Contains(body, "video") {
					b = append(b, "m=video 6002 RTP/AVP 96")
				}
				if port == 0 {
					b[0] = off
				}
				back := k.answer(description("198.51.100.2", b...))
				if a := at(back, 0); a.Port() != 0 {
					if toA.IsValid() && a != toA {
						t.Errorf("A is shown %s, then %s", toA, a)
					}
					toA = a
				}
			}
			if got != c.want {
				t.Errorf("B is shown %q, want %q", got, c.want)
			}
		})
	}
}

// TestLatchedMeansUnknown: ports that stayed by port-latching in the answer aren't
// bound to the answerer's endpoint: it may move once more.
func TestLatchedMeansUnknown(t *testing.T) {
	k := newLab(t, nil).call()
	a := description("198.51.100.1", "m=audio 4000 RTP/AVP 0")
	k.offer(a)
	shown := at(k.answer(description("198.51.100.2", "m=audio 6000 RTP/AVP 0"), flags("port-latching")), 0)
	moves := func(port string) netip.AddrPort {
		return at(k.exchange("offer", k.b, k.a, description("198.51.100.2", "m=audio "+port+" RTP/AVP 0")), 0)
	}
	if got := moves("6002"); got != shown {
		t.Errorf("A was shown %s, now %s", shown, got)
	}
	k.exchange("answer", k.b, k.a, a)
	if got := moves("6004"); got == shown {
		t.Errorf("A is still shown %s", got)
	}
}

// TestPortPairs: RTP on an even port with RTCP behind it, on both sides.
func TestPortPairs(t *testing.T) {
	k := newLab(t, nil).call()
	b := k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 96"))
	a := k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 96"))
	ports := map[netip.AddrPort]bool{}
	for i := range 2 {
		for _, s := range []netip.AddrPort{at(a, i), at(b, i)} {
			if s.Port()%2 != 0 {
				t.Errorf("odd port %s", s)
			}
			ports[s], ports[next(s)] = true, true
		}
	}
	open := k.engine.Ports()
	if len(open) != len(ports) {
		t.Errorf("%d ports are open, %d shown", len(open), len(ports))
	}
	for _, p := range open {
		if !ports[p] || k.engine.Flow(p) == nil {
			t.Errorf("%s is open", p)
		}
	}
}

// scarce is a lab whose pools have n ports each.
func scarce(t *testing.T, n uint16) *lab {
	return newLab(t, func(cfg *Config) {
		set, err := interfaces.Parse([]string{"public/192.0.2.1", "private/10.0.0.1"}, interfaces.PoolConfig{Min: 30000, Max: 30000 + n - 1})
		if err != nil {
			t.Fatal(err)
		}
		cfg.Interfaces = set
	})
}

func used(l *lab) (n int) {
	for _, p := range l.r.Interfaces.Pools() {
		n += p.Used()
	}
	return n
}

// TestRanOutOfPorts: an offer that finds no ports says so in the words that a
// SIP proxy fails over on, and leaves nothing behind; calls that are there go on.
func TestRanOutOfPorts(t *testing.T) {
	l := scarce(t, 6)
	both := kv("direction", strs("public", "private"))
	one := description("198.51.100.1", "m=audio 4000 RTP/AVP 0")
	k := l.call()
	k.offer(one, both)
	k.answer(one)
	taken, ports := used(l), len(l.engine.Ports())

	// Four sections: the ports last for some of them.
	many := description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 0", "m=audio 4004 RTP/AVP 0", "m=audio 4006 RTP/AVP 0")
	id, from := kv("call-id", "many"), kv("from-tag", "a")
	for range 3 {
		l.mustRefuse("Ran out of ports", "offer", id, from, kv("sdp", many), both)
	}
	// The same in a call that is there: as a re-offer, and as an answer that
	// serves more than was offered.
	l.mustRefuse("Ran out of ports", "offer", kv("call-id", k.id), kv("from-tag", "a"), kv("to-tag", "b"), kv("sdp", many))
	l.mustRefuse("Ran out of ports", "answer", kv("call-id", k.id), kv("from-tag", "a"), kv("to-tag", "b"), kv("sdp", many))
	if n := used(l); n != taken {
		t.Errorf("%d ports taken, before it were %d", n, taken)
	}
	if n := len(l.engine.Ports()); n != ports {
		t.Errorf("%d ports open, before it were %d", n, ports)
	}
	k.model(func(c *Call) {
		if len(c.parties) != 2 || len(c.party("a").medias) != 1 || len(c.party("b").medias) != 1 {
			t.Errorf("the refused requests left sections behind")
		}
	})
	if a := at(k.reoffer(one), 0); !a.IsValid() {
		t.Error("the call doesn't go on")
	}
	k.delete()
	small := l.call()
	small.offer(one, both)
	small.delete()
}

// TestPortsHeldByOthers: ports that another program holds are passed over; an
// engine that can't open any ends the request.
func TestPortsHeldByOthers(t *testing.T) {
	l := newLab(t, nil)
	refused := 0
	l.engine.FailOpen(func(a netip.AddrPort) error {
		if a.Port()%8 < 6 { // every second attempt finds RTP free, but RTCP not
			if a.Port()%8 == 5 {
				refused++
			}
			return syscall.EADDRINUSE
		}
		return nil
	})
	k := l.call()
	s := k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	if at(s, 0).Port()%8 != 6 {
		t.Errorf("port %s", at(s, 0))
	}
	k.delete()
	l.empty()
	for _, e := range []error{syscall.EADDRINUSE, syscall.EMFILE} {
		l.engine.FailOpen(func(netip.AddrPort) error { return e })
		d := l.do("offer", kv("call-id", "x"), kv("from-tag", "a"), kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 0")))
		if d.Text("result") != "error" || (e == syscall.EADDRINUSE) != (d.Text("error-reason") == "Ran out of ports") {
			t.Errorf("%v: %v", e, d)
		}
		if n := used(l); n != 0 {
			t.Errorf("%v: %d ports taken", e, n)
		}
	}
	// A refused offer of a new call leaves at most an empty call behind.
	if d := l.do("query", kv("call-id", "x")); d.Text("result") == "ok" && len(get(d, "tags").(ng.Dict)) != 0 {
		t.Errorf("left behind: %v", d)
	}
}

// TestCheckpoint: a request that fails half-way changes nothing of the call.
func TestCheckpoint(t *testing.T) {
	l := scarce(t, 6)
	k := l.call()
	one := description("198.51.100.1", "m=audio 4000 RTP/AVP 0 8", "a=rtcp-mux")
	k.offer(one, kv("label", "caller"), kv("metadata", "m"))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	before := k.state()
	many := description("198.51.100.9", "m=audio 4100 RTP/AVP 8", "m=audio 4002 RTP/AVP 0", "m=audio 4004 RTP/AVP 0", "m=audio 4006 RTP/AVP 0", "a=inactive")
	l.mustRefuse("Ran out of ports", "offer", kv("call-id", k.id), kv("from-tag", "a"), kv("to-tag", "b"), kv("sdp", many),
		kv("label", "other"), kv("metadata", "n"), kv("drop-traffic", "start"), kv("media-echo", "both"), kv("TOS", 99),
		flags("strict-source", "block-DTMF", "NAT-wait", "pierce-NAT", "asymmetric"), kv("direction", strs("private", "private")))
	l.mustRefuse("Ran out of ports", "offer", kv("call-id", k.id), kv("from-tag", "new"), kv("via-branch", "z"), kv("sdp", many))
	if after := k.state(); after != before {
		t.Errorf("the refused request left\n%s\nit was\n%s", after, before)
	}
}

// state is all of a call that an exchange may change.
func (k *talk) state() string {
	var b strings.Builder
	k.model(func(c *Call) {
		fmt.Fprintln(&b, c.metadata, c.dropTraffic, c.tos, c.tosSet, c.answered, c.passthrough, c.piercing, c.lastSignal.IsZero(), len(c.parties))
		for _, p := range c.parties {
			fmt.Fprintln(&b, p.tag, p.aliases, p.viaBranch, p.label, p.blocks, p.echo, p.final, len(p.peers))
			for _, m := range p.medias {
				fmt.Fprintln(&b, m.index, m.typ, m.protocol, m.iface.Name, m.family, m.disabled, m.weSend, m.weReceive, m.natWait, m.pierce,
					m.asymmetric, m.mux, m.streams, len(m.sets), m.set.primary().port(rtp), m.codecs, m.told, m.ptime, m.pair != nil)
			}
		}
	})
	return b.String()
}
