package call

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// FuzzExchange: whatever offers, answers, controls and deletes come in whatever
// order, with whatever bodies: nothing panics, the model stays whole, and in
// the end no port is left.
//
// The script is read as pairs of octets: what to do, and with which words.
func FuzzExchange(f *testing.F) {
	plain := "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp-mux\r\nm=video 4002 RTP/AVP 96\r\n"
	secure := "m=audio 4000 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=setup:actpass\r\na=fingerprint:sha-256 " +
		strings.Repeat("AA:", 31) + "AA\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=candidate:1 1 UDP 1 198.51.100.1 4000 typ host\r\n" +
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
	f.Add([]byte{0, 0, 1, 0, 0, 7, 1, 1, 4, 0}, plain, plain)
	f.Add([]byte{0, 1, 2, 1, 0, 2, 2, 3, 5, 0, 3, 1}, plain, secure)
	f.Add([]byte{0, 3, 1, 4, 0, 5, 1, 6, 0, 8, 1, 9, 6, 0, 7, 0}, secure, "m=image 4000 udptl t38\r\n")
	f.Add([]byte{0, 0, 0, 64, 0, 65, 1, 64, 1, 129, 0, 255, 4, 255}, "m=audio 0 RTP/AVP 0\r\n", "c=IN IP4 0.0.0.0\r\nm=audio 9 FOO\r\n")
	f.Fuzz(func(t *testing.T, script []byte, one, two string) {
		if len(script) > 60 || len(one)+len(two) > 4000 {
			return
		}
		playScript(t, script, [2]string{description("198.51.100.1", one), description("2001:db8:1::2", two)})
	})
}

// TestRandomExchanges plays scripts drawn at random, the same ones each time.
func TestRandomExchanges(t *testing.T) {
	sections := []string{
		"m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=rtcp-mux\r\n",
		"m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=inactive\r\n",
		"m=audio 4100 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=setup:active\r\na=fingerprint:sha-256 " + strings.Repeat("AA:", 31) +
			"AA\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=candidate:1 1 UDP 1 198.51.100.1 4000 typ host\r\n",
		"m=video 4002 RTP/AVPF 97\r\na=rtpmap:97 VP8/90000\r\na=rtcp-fb:97 nack\r\n",
		"m=image 4004 udptl t38\r\n", "m=video 0 RTP/AVP 97\r\n", "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n",
		"m=message 4006 TCP/MSRP *\r\n", "m=application 4008 UDP/BFCP *\r\n",
	}
	runs := 400
	if testing.Short() {
		runs = 40
	}
	for seed := range runs {
		random := rand.New(rand.NewPCG(7, uint64(seed)))
		var bodies [2]string
		for i, addr := range []string{"198.51.100.1", "2001:db8:1::2"} {
			lines := ""
			for range 1 + random.IntN(3) {
				lines += sections[random.IntN(len(sections))]
			}
			bodies[i] = description(addr, lines)
		}
		script := make([]byte, 2*(1+random.IntN(14)))
		for i := range script {
			script[i] = byte(random.IntN(256))
		}
		script[0], script[1] = 0, script[1]%24 // begin with an offer
		t.Run(fmt.Sprint(seed), func(t *testing.T) { playScript(t, script, bodies) })
	}
}

// playScript plays a script in a lab of its own and checks what is left of it.
func playScript(t *testing.T, script []byte, bodies [2]string) {
	l := newLab(t, func(cfg *Config) { cfg.DeleteDelay, cfg.FinalTimeout = time.Second, time.Minute })
	for i := 0; i+1 < len(script); i += 2 {
		l.play(script[i], script[i+1], bodies)
	}
	if n := l.logs.FilterMessage("command failed").Len(); n != 0 {
		t.Fatalf("%v", l.logs.FilterMessage("command failed").All()[0].ContextMap())
	}
	for _, c := range l.r.all() {
		c.mu.Lock()
		if err := c.whole(); err != nil {
			t.Error(err)
		}
		c.mu.Unlock()
	}
	l.pass(time.Hour)
	if n := l.r.Count(); n != 0 {
		t.Errorf("%d calls left", n)
	}
	l.empty()
}

// fuzzWords are what the second octet of a step picks from.
var fuzzWords = [][]ng.Pair{
	nil,
	{kv("direction", strs("public", "private")), kv("replace", strs("origin", "SDP-version"))},
	{kv("rtcp-mux", strs("demux")), kv("ICE", "remove")},
	{kv("rtcp-mux", strs("require", "offer")), kv("ICE", "force"), kv("ptime", 40)},
	{kv("transport-protocol", "RTP/SAVPF"), kv("SDES", strs("off"))},
	{kv("transport-protocol", "RTP/AVP"), flags("single-codec", "reuse-codecs", "trickle-ICE")},
	{kv("codec", ng.Dict{kv("strip", strs("all")), kv("except", strs("PCMA"))}), flags("allow-no-codec-media")},
	{kv("sdp-media-remove", strs("video")), flags("generate-mid", "strict-source")},
	{kv("media-echo", "both"), flags("pierce-NAT", "NAT-wait")},
	{flags("WebRTC", "loop-protect")},
	{flags("new-branch", "port-latching", "passthrough")},
	{kv("address-family", "IP6"), kv("OSRTP", strs("offer")), flags("reset", "media-handover")},
}

// play does one step of a script.
func (l *lab) play(what, how byte, bodies [2]string) {
	keys := append([]ng.Pair{kv("call-id", "x")}, fuzzWords[int(how)%len(fuzzWords)]...)
	tags := [][2]string{{"a", "b"}, {"b", "a"}, {"a", ""}, {"a", "c"}, {"d", "a"}}[int(how)/len(fuzzWords)%5]
	keys = append(keys, kv("from-tag", tags[0]))
	if tags[1] != "" {
		keys = append(keys, kv("to-tag", tags[1]))
	}
	if how&0x80 != 0 {
		keys = append(keys, kv("via-branch", fmt.Sprint(how&3)))
	}
	sdp := kv("sdp", bodies[what>>3&1])
	switch what % 8 {
	case 0:
		l.do("offer", append(keys, sdp)...)
	case 1, 2:
		l.do("answer", append(keys, sdp)...)
	case 3:
		l.do("delete", append(keys, kv("delete-delay", int(how)%3))...)
	case 4:
		l.do([]string{"block media", "silence media", "block DTMF", "unblock media"}[how%4], keys...)
	case 5:
		l.do("query", keys...)
		l.do(StatusCommand, keys...)
		l.do("statistics")
	case 6:
		ports := l.engine.Ports()
		for i := range min(len(ports), 6) {
			l.engine.Inject(ports[(i+int(how))%len(ports)], addrPort("198.51.100.1:4000"), rtpOf(how&0x7f, uint16(how)))
		}
		l.engine.Sent()
	case 7:
		l.pass(time.Duration(how) * time.Second / 8)
	}
}

// whole checks what must hold of a call between requests.
func (c *Call) whole() error {
	for _, p := range c.parties {
		if p.tag != "" && c.party(p.tag) != p {
			return fmt.Errorf("%v can't be found", p)
		}
		if len(p.aliases) > maxAliases {
			return fmt.Errorf("%v has %d aliases", p, len(p.aliases))
		}
		for _, q := range p.peers {
			if !has(c.parties, q) || !has(q.peers, p) {
				return fmt.Errorf("%v and %v aren't each other's peers", p, q)
			}
		}
		for i, m := range p.medias {
			if len(m.sets) > maxSets {
				return fmt.Errorf("%v: section %d has %d sets of ports", p, i, len(m.sets))
			}
			if m.party != p || m.index != i {
				return fmt.Errorf("%v: section %d is out of place", p, i)
			}
			for _, s := range m.sets {
				for _, l := range s.locals {
					if l.ports[rtp] == nil || l.streams[rtp] == nil {
						return fmt.Errorf("%v: a set of section %d has no port", p, i)
					}
				}
			}
			if m.set != nil && !has(m.sets, m.set) {
				return fmt.Errorf("%v: section %d uses ports that aren't its own", p, i)
			}
		}
	}
	return nil
}

func has[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// FuzzRewrite: what an offer is answered is a description again, with a section
// for each that came in.
func FuzzRewrite(f *testing.F) {
	f.Add("m=audio 4000 RTP/AVP 0 8\r\na=sendonly\r\n", "")
	f.Add("m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 x\r\nm=image 4 udptl t38\r\n", "ICE=force generate-mid codec=[strip=[opus]]")
	f.Add("b=AS:1\r\nm=video 0 RTP/AVP 1\r\nm=message 9 TCP/MSRP *\r\n", "replace-origin RTP/SAVP address-family=IP6")
	f.Fuzz(func(t *testing.T, lines, words string) {
		l := newLab(t, nil)
		in := description("198.51.100.1", lines)
		d := l.do("offer", kv("call-id", "x"), kv("from-tag", "a"), kv("sdp", in), kv("rtpp-flags", words))
		l.do("delete", kv("call-id", "x"), kv("delete-delay", 0))
		if d.Text("error-reason") == "Internal error" {
			t.Fatal(l.logs.FilterMessage("command failed").All()[0].ContextMap())
		}
		if d.Text("result") != "ok" || d.Text("sdp") == "" {
			return
		}
		was, err := sdpedit.Parse(in)
		if err != nil {
			t.Fatalf("what isn't SDP was answered: %v", err)
		}
		s, err := sdpedit.Parse(d.Text("sdp"))
		if err != nil {
			t.Fatalf("%v in\n%s", err, d.Text("sdp"))
		}
		if len(s.Medias) > 2*len(was.Medias) || (len(s.Medias) < len(was.Medias) && !strings.Contains(words, "remove")) {
			t.Fatalf("%d sections of %d in\n%s", len(s.Medias), len(was.Medias), d.Text("sdp"))
		}
	})
}
