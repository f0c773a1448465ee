package call

import (
	"net/netip"
	"strings"
	"testing"

	"rtpgo/ng"
)

// TestInterfaces: which address each side is shown (rtpengine's documentation
// of "direction", "from-interface", "to-interface", "address family").
func TestInterfaces(t *testing.T) {
	const (
		v4, v6   = "198.51.100.1", "2001:db8:ffff::1"
		pub      = "192.0.2.1"
		priv     = "10.0.0.1"
		pub6     = "2001:db8::1"
		internal = "internal"
		external = "external"
	)
	dir := func(names ...string) []ng.Pair { return []ng.Pair{kv("direction", strs(names...))} }
	for _, c := range []struct {
		name          string
		a             string // A's address
		offer, answer []ng.Pair
		toB, toA      string
	}{
		{"none", v4, nil, nil, pub, pub},
		{"both", v4, dir("public", "private"), nil, priv, pub},
		{"both, other way", v4, dir("private", "public"), nil, pub, priv},
		{"one", v4, dir("private"), nil, pub, priv},
		{"one in rtpp-flags", v4, []ng.Pair{kv("rtpp-flags", "direction=private")}, nil, pub, priv},
		{"two in rtpp-flags", v4, []ng.Pair{kv("rtpp-flags", "direction=public direction=private")}, nil, priv, pub},
		{"as a string", v4, []ng.Pair{kv("direction", "private")}, nil, pub, pub},
		{"as a flag", v4, []ng.Pair{flags("direction=private")}, nil, pub, pub},
		{"from-interface", v4, []ng.Pair{kv("from-interface", "private")}, nil, pub, priv},
		{"to-interface", v4, []ng.Pair{kv("to-interface", "private")}, nil, priv, pub},
		{"interface", v4, []ng.Pair{kv("interface", "private")}, nil, pub, pub},
		{"unknown names", v4, dir("nope", "neither"), nil, pub, pub},
		{"repeated in the answer", v4, dir("public", "private"), dir("private", "public"), priv, pub},
		{"family of A", v6, nil, nil, pub6, pub6},
		{"address-family", v4, []ng.Pair{kv("address-family", "IP6")}, nil, pub6, pub},
		{"address-family back", v6, []ng.Pair{kv("address-family", "IP4")}, nil, pub, pub6},
		{"no address of the family", v4, append(dir("public", "private"), kv("address-family", "IP6")), nil, priv, pub},
		{"words for families", v4, dir(internal, external), nil, pub6, pub},
		{"words for families back", v6, dir(external, internal), nil, pub, pub6},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newLab(t, nil).call()
			s := k.offer(description(c.a, "m=audio 4000 RTP/AVP 0"), c.offer...)
			if got := at(s, 0).Addr().String(); got != c.toB {
				t.Errorf("B is shown %s, want %s", got, c.toB)
			}
			s = k.answer(description(c.a, "m=audio 5000 RTP/AVP 0"), c.answer...)
			if got := at(s, 0).Addr().String(); got != c.toA {
				t.Errorf("A is shown %s, want %s", got, c.toA)
			}
		})
	}
}

// TestInterfaceSticks: a later request that names the same changes nothing, one
// that names another moves that side.
func TestInterfaceSticks(t *testing.T) {
	k := newLab(t, nil).call()
	a, b := description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), description("10.9.9.9", "m=audio 5000 RTP/AVP 0")
	both := kv("direction", strs("public", "private"))
	first := at(k.offer(a, both), 0)
	k.answer(b)
	for _, again := range [][]ng.Pair{nil, {both}} {
		if got := at(k.reoffer(a, again...), 0); got != first {
			t.Errorf("re-offer with %v shows %s, want %s", again, got, first)
		}
		k.answer(b)
	}
	if got := at(k.exchange("offer", k.b, k.a, b, kv("direction", strs("private", "public"))), 0); got.Addr() != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("B's re-offer shows A %s", got)
	}
	k.exchange("answer", k.b, k.a, a)
	if got := at(k.reoffer(a, kv("direction", strs("public", "public"))), 0); got.Addr() != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("moved to %s", got)
	}
}

// TestFamilyChanges: the interface of a side is that of its name and family: a
// side that changes its family without naming one is on the first interface.
// While the other side doesn't receive, the ports stay where they are.
func TestFamilyChanges(t *testing.T) {
	const pub, pub6, priv, priv6 = "192.0.2.1", "2001:db8::1", "10.0.0.1", "2001:db8:f::1"
	a4, a6 := description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), description("2001:db8:ffff::1", "m=audio 4000 RTP/AVP 0")
	held := description("2001:db8:ffff::1", "m=audio 4000 RTP/AVP 0", "a=sendonly")
	b4, b6 := description("198.51.100.2", "m=audio 5000 RTP/AVP 0"), description("2001:db8:ffff::2", "m=audio 5000 RTP/AVP 0")
	six := kv("address-family", "IP6")
	type step struct {
		b    bool // B offers, A answers
		o, a string
		keys []ng.Pair // of the offer
		ans  []ng.Pair
		want string // addresses shown: of the offer, of the answer
	}
	private := kv("direction", strs("private", "private"))
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"answered in the other family", []step{
			{o: a6, a: b4, keys: []ng.Pair{private}, want: priv6 + " " + priv6},
			{o: a6, a: b4, want: pub + " " + priv6},
			{b: true, o: b4, a: a6, want: priv6 + " " + pub},
		}},
		{"held meanwhile", []step{
			{o: a6, a: b4, keys: []ng.Pair{private}, want: priv6 + " " + priv6},
			{o: held, a: b4, want: priv6 + " " + priv6},
			{o: a6, a: b4, want: pub + " " + priv6},
		}},
		{"asked for in the answer", []step{
			{o: a4, a: b4, keys: []ng.Pair{private}, ans: []ng.Pair{six}, want: priv + " " + pub6},
			{b: true, o: b4, a: a4, want: pub6 + " " + priv},
		}},
		{"named again", []step{
			{o: a4, a: b6, keys: []ng.Pair{private}, want: priv + " " + priv},
			{o: a4, a: b6, keys: []ng.Pair{private}, want: priv6 + " " + priv},
		}},
	} {
		k := newLabOn(t, []string{"public/" + pub, "private/" + priv, "public/" + pub6, "private/" + priv6}, nil).call()
		for i, s := range c.steps {
			from, to := k.a, k.b
			if s.b {
				from, to = to, from
			}
			if i == 0 {
				k.offer(s.o, s.keys...)
				from = k.a
			}
			offered := at(k.exchange("offer", from, to, s.o, s.keys...), 0).Addr()
			answered := at(k.exchange("answer", from, to, s.a, s.ans...), 0).Addr()
			if got := offered.String() + " " + answered.String(); got != s.want {
				t.Errorf("%s, exchange %d: %s, want %s", c.name, i+1, got, s.want)
			}
		}
	}
}

// TestDeclinedAddress: a declined section has the zero address of the family
// that its receiver would be shown.
func TestDeclinedAddress(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"198.51.100.1", "198.51.100.2", "0.0.0.0"},
		{"2001:db8:ffff::1", "198.51.100.2", "::"},
		{"198.51.100.1", "2001:db8:ffff::2", "0.0.0.0"},
	} {
		k := newLab(t, nil).call()
		k.offer(description(c.a, "m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 96"))
		s := k.answer(description(c.b, "m=audio 5000 RTP/AVP 0", "m=video 0 RTP/AVP 96"))
		if got := at(s, 1); got.Addr().String() != c.want || got.Port() != 0 {
			t.Errorf("%s answered by %s: %s", c.a, c.b, got)
		}
	}
}

// TestOneDirectionWarned: with one name the other side gets the first
// interface, which may not be meant: a warning says so, once for each call.
func TestOneDirectionWarned(t *testing.T) {
	l := newLab(t, nil)
	sdp := description("198.51.100.1", "m=audio 4000 RTP/AVP 0")
	one, two := kv("direction", strs("private")), kv("direction", strs("private", "public"))
	k := l.call()
	for range 3 {
		k.offer(sdp, one)
	}
	l.call().offer(sdp, two)
	if n := l.logs.FilterMessageSnippet("only one direction").Len(); n != 1 {
		t.Errorf("%d warnings", n)
	}
	l.call().offer(sdp, one)
	logged := l.logs.FilterMessageSnippet("only one direction").All()
	if len(logged) != 2 || logged[1].ContextMap()["iface"] != "public" {
		t.Errorf("%v", logged)
	}
}

// TestRoundRobin: BASE:SUFFIX interfaces and round-robin-calls take turns; the
// sections of a call stay together.
func TestRoundRobin(t *testing.T) {
	l := newLabOn(t, []string{"pub:1/192.0.2.1", "pub:2/192.0.2.2", "priv/10.0.0.1"}, nil)
	seen := map[netip.Addr]int{}
	for range 4 {
		s := l.call().offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 96"), kv("direction", strs("priv", "pub")))
		if at(s, 0).Addr() != at(s, 1).Addr() {
			t.Errorf("sections on %s and %s", at(s, 0), at(s, 1))
		}
		seen[at(s, 0).Addr()]++
	}
	if len(seen) != 2 || seen[netip.MustParseAddr("192.0.2.1")] != 2 {
		t.Errorf("%v", seen)
	}
	for range 4 {
		k := l.call()
		b := k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), kv("direction", strs("round-robin-calls", "round-robin-calls")))
		a := k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0"))
		if at(a, 0).Addr() == at(b, 0).Addr() {
			t.Errorf("both sides on %s", at(a, 0).Addr())
		}
	}
}

// TestAddresses: which of the addresses that a request carries counts.
func TestAddresses(t *testing.T) {
	received := kv("received-from", strs("IP4", "203.0.113.9"))
	section := "m=audio 4000 RTP/AVP 0"
	for _, c := range []struct {
		name      string
		sipSource bool
		lines     string
		keys      []ng.Pair
		rtp, rtcp string
	}{
		{"as in the SDP", false, section, []ng.Pair{received}, "198.51.100.1:4000", "198.51.100.1:4001"},
		{"SIP-source-address", false, section, []ng.Pair{received, flags("SIP-source-address")}, "203.0.113.9:4000", "203.0.113.9:4001"},
		{"--sip-source", true, section, []ng.Pair{received}, "203.0.113.9:4000", "203.0.113.9:4001"},
		{"trust-address", true, section, []ng.Pair{received, flags("trust-address")}, "198.51.100.1:4000", "198.51.100.1:4001"},
		{"the later counts", false, section, []ng.Pair{received, flags("trust-address", "SIP-source-address")}, "203.0.113.9:4000", "203.0.113.9:4001"},
		{"a=rtcp with a port", false, section + "\r\na=rtcp:7777", nil, "198.51.100.1:4000", "198.51.100.1:7777"},
		{"a=rtcp with an address", false, section + "\r\na=rtcp:7777 IN IP4 198.51.100.7", nil, "198.51.100.1:4000", "198.51.100.7:7777"},
		{"a=rtcp and SIP source", false, section + "\r\na=rtcp:7777 IN IP4 198.51.100.7", []ng.Pair{received, flags("SIP-source-address")}, "203.0.113.9:4000", "203.0.113.9:7777"},
		{"RTCP on the RTP port", false, section + "\r\na=rtcp:4000", nil, "198.51.100.1:4000", ""},
		{"c= of the section", false, section + "\r\nc=IN IP4 198.51.100.3", nil, "198.51.100.3:4000", "198.51.100.3:4001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newLab(t, func(cfg *Config) { cfg.SIPSource = c.sipSource }).call()
			k.offer(description("198.51.100.1", c.lines), c.keys...)
			k.model(func(call *Call) {
				m := call.party("a").medias[0]
				if got := m.streams[rtp].endpoint.String(); got != c.rtp {
					t.Errorf("RTP to %s, want %s", got, c.rtp)
				}
				if got := endpointText(m.streams[rtcp].endpoint); got != c.rtcp {
					t.Errorf("RTCP to %s, want %s", got, c.rtcp)
				}
			})
		})
	}
	l := newLab(t, nil)
	no := strings.Replace(description("198.51.100.1", section), "c=IN IP4 198.51.100.1\r\n", "", 1)
	l.mustRefuse("Incomplete SDP specification", "offer", kv("sdp", no), kv("call-id", "x"), kv("from-tag", "a"))
	l.mustRefuse("Incomplete SDP specification", "offer", kv("sdp", description("198.51.100.1", section)), kv("call-id", "y"), kv("from-tag", "a"), flags("SIP-source-address"))
}

// TestAdvertised: what SDP shows beside where ports are.
func TestAdvertised(t *testing.T) {
	l := newLabOn(t, []string{"public/192.0.2.1!203.0.113.99", "private/10.0.0.1"}, nil)
	k := l.call()
	s := k.offer(description("10.1.1.1", "m=audio 4000 RTP/AVP 0"), kv("direction", strs("private", "public")), kv("replace", strs("origin")), flags("full-rtcp-attribute"))
	advertised := netip.MustParseAddr("203.0.113.99")
	if at(s, 0).Addr() != advertised || s.Origin.Address != advertised || s.Medias[0].RTCPAddress != advertised {
		t.Errorf("c= %s, o= %s, a=rtcp %s", at(s, 0).Addr(), s.Origin.Address, s.Medias[0].RTCPAddress)
	}
	if l.engine.Flow(netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), at(s, 0).Port())) == nil {
		t.Error("no flow on the bound address")
	}
	s = l.call().offer(description("10.1.1.1", "m=audio 4000 RTP/AVP 0"), kv("media-address", "203.0.113.5"), kv("replace", strs("origin")))
	if at(s, 0).Addr().String() != "203.0.113.5" || s.Origin.Address != advertised {
		t.Errorf("media-address: c= %s, o= %s", at(s, 0).Addr(), s.Origin.Address)
	}
}

// TestCandidateAddresses: with ICE every address of the interface has ports and
// a candidate, those of the family in c= first; without it only one has. A
// later wish for ICE adds none.
func TestCandidateAddresses(t *testing.T) {
	specs := []string{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "other/10.0.0.1"}
	for addr, want := range map[string]string{
		"198.51.100.1": "192.0.2.1 192.0.2.2 2001:db8::1 2001:db8::2", "2001:db8:1::1": "2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2",
	} {
		k := newLabOn(t, specs, nil).call()
		s := k.offer(description(addr, "m=audio 4000 RTP/AVP 0"), kv("ICE", "force"), kv("rtcp-mux", strs("require")))
		var got []string
		for _, c := range s.Medias[0].ICE.Candidates {
			got = append(got, c.Address.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: candidates %q, want %q", addr, got, want)
		}
	}
	k := newLabOn(t, specs, nil).call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0"))
	if n := used(k.lab); n != 4 {
		t.Errorf("%d ports without ICE", n)
	}
	s := k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), kv("ICE", "force"))
	if n := len(s.Medias[0].ICE.Candidates); n != 2 || used(k.lab) != 4 {
		t.Errorf("%d candidates, %d ports", n, used(k.lab))
	}
}
