package call

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rtpgo/media"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

// The ends of the calls of these tests.
var (
	endA = addrPort("198.51.100.1:4000")
	endB = addrPort("198.51.100.2:5000")
)

// sides are the ports of ours that face a and b.
type sides struct{ a, b netip.AddrPort }

func (k *talk) sides() sides { return sides{k.facing("a"), k.facing("b")} }

// way tells where a packet went: "b" (from the port that faces b to b's
// endpoint), "a", "" for nowhere, else in full.
func way(out []memory.Packet, s sides) string {
	var l []string
	for _, p := range out {
		switch {
		case p.From == s.b && p.To == endB:
			l = append(l, "b")
		case p.From == s.a && p.To == endA:
			l = append(l, "a")
		case p.From == next(s.b) && p.To == next(endB):
			l = append(l, "b rtcp")
		case p.From == next(s.a) && p.To == next(endA):
			l = append(l, "a rtcp")
		default:
			l = append(l, fmt.Sprintf("%s > %s", p.From, p.To))
		}
	}
	return strings.Join(l, ", ")
}

// heard tells what becomes of media from a and from b: "b a" when all is well.
func (k *talk) heard(pt uint8) string {
	k.Helper()
	s := k.sides()
	fromA, fromB := k.send(endA, s.a, rtpOf(pt, 1)), k.send(endB, s.b, rtpOf(pt, 1))
	return way(fromA, s) + " " + way(fromB, s)
}

func (k *talk) mustHear(what, want string) {
	k.Helper()
	if got := k.heard(0); got != want {
		k.Errorf("%s: heard %q, want %q", what, got, want)
	}
}

// TestMediaPasses: RTP and RTCP, on ports of their own and multiplexed, audio
// and video, unchanged and from the ports that were shown.
func TestMediaPasses(t *testing.T) {
	for _, mux := range []bool{false, true} {
		k := newLab(t, nil).call()
		lines := []string{"m=audio 4000 RTP/AVP 0"}
		if mux {
			lines = append(lines, "a=rtcp-mux")
		}
		k.offer(description("198.51.100.1", lines...), kv("direction", strs("private", "public")))
		lines[0] = "m=audio 5000 RTP/AVP 0"
		k.answer(description("198.51.100.2", lines...))
		k.mustHear("RTP", "b a")
		s := k.sides()
		if s.a.Addr().String() != "10.0.0.1" || s.b.Addr().String() != "192.0.2.1" {
			t.Fatalf("facing a %s, facing b %s", s.a, s.b)
		}
		from, port, want := next(endA), next(s.a), "b rtcp"
		if mux {
			from, port, want = endA, s.a, "b"
		}
		out := k.send(from, port, rtcpReport(false))
		if got := way(out, s); got != want {
			t.Errorf("mux %t: RTCP went to %q, want %q", mux, got, want)
		}
		if len(out) == 1 && !bytes.Equal(out[0].Payload, rtcpReport(false)) {
			t.Errorf("mux %t: changed to %x", mux, out[0].Payload)
		}
	}
}

// TestOneSideMultiplexed: RTCP changes from its own port to the RTP port and back.
func TestOneSideMultiplexed(t *testing.T) {
	k := newLab(t, nil).call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "a=rtcp-mux"), kv("rtcp-mux", strs("demux")))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	k.mustHear("RTP", "b a")
	s := k.sides()
	if got := way(k.send(endA, s.a, rtcpReport(false)), s); got != "b rtcp" {
		t.Errorf("RTCP of a went to %q", got)
	}
	if got := way(k.send(next(endB), next(s.b), rtcpReport(false)), s); got != "a" {
		t.Errorf("RTCP of b went to %q", got)
	}
}

// TestDirections: media passes as the last description says.
func TestDirections(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"sendrecv", "sendrecv", "b a"},
		{"sendonly", "recvonly", "b "},
		{"recvonly", "sendonly", " a"},
		{"inactive", "inactive", " "},
		{"sendrecv", "inactive", " "},
		{"sendrecv", "sendonly", " a"},
		{"sendonly", "sendrecv", "b a"},
	} {
		k := newLab(t, nil).call()
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "a="+c.a))
		k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0", "a="+c.b))
		k.mustHear(c.a+", answered "+c.b, c.want)
		s := k.sides()
		if got := way(k.send(next(endA), next(s.a), rtcpReport(false)), s); got != "b rtcp" {
			t.Errorf("%s, answered %s: RTCP went to %q", c.a, c.b, got)
		}
	}
}

// TestHold: a call held and taken up again, by attribute and by zero address.
func TestHold(t *testing.T) {
	k := newLab(t, nil).established()
	const a, b = "m=audio 4000 RTP/AVP 0", "m=audio 5000 RTP/AVP 0"
	for _, hold := range []struct{ line, answer, want string }{
		{"a=sendonly", "a=recvonly", "b "},
		{"a=inactive", "a=inactive", " "},
		{"c=IN IP4 0.0.0.0", "a=recvonly", "b "},
	} {
		k.mustHear("before "+hold.line, "b a")
		k.reoffer(description("198.51.100.1", a, hold.line))
		k.answer(description("198.51.100.2", b, hold.answer))
		k.mustHear(hold.line, hold.want)
		k.reoffer(description("198.51.100.1", a))
		k.answer(description("198.51.100.2", b))
	}
	k.mustHear("in the end", "b a")
}

// TestEarlyMedia: what b sends before its answer is heard; nothing can be sent
// to it.
func TestEarlyMedia(t *testing.T) {
	k := newLab(t, nil).call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	k.model(func(c *Call) {
		p := c.party("a").peer()
		c.setTag(p, "b")
	})
	k.mustHear("before the answer", " a")
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	k.mustHear("after the answer", "b a")
}

// TestBlocks: what the commands and flags stop, whom it concerns, and that it
// can be taken back.
func TestBlocks(t *testing.T) {
	a, b, to := kv("from-tag", "a"), kv("from-tag", "b"), kv("to-tag", "b")
	for _, c := range []struct {
		block, unblock string
		keys           []ng.Pair
		pt             uint8
		want           string
	}{
		{"block media", "unblock media", nil, 0, " "},
		{"block media", "unblock media", []ng.Pair{kv("all", "all")}, 0, " "},
		{"block media", "unblock media", []ng.Pair{a}, 0, " a"},
		{"block media", "unblock media", []ng.Pair{b}, 0, "b "},
		{"block media", "unblock media", []ng.Pair{a, to}, 0, " a"},
		{"block media", "unblock media", []ng.Pair{kv("label", "callee")}, 0, "b "},
		{"block media", "unblock media", []ng.Pair{kv("address", "198.51.100.1")}, 0, " a"},
		{"block DTMF", "unblock DTMF", []ng.Pair{a}, 101, " a"},
		{"block DTMF", "unblock DTMF", nil, 101, " "},
		{"block DTMF", "unblock DTMF", nil, 0, "b a"},
		{"silence media", "unsilence media", []ng.Pair{a}, 0, "b a"},
	} {
		k := newLab(t, nil).established()
		k.reoffer(description("198.51.100.1", audio("4000", "0 8 101=te/8000")...))
		k.answer(description("198.51.100.2", audio("5000", "0 8 101=te/8000")...), kv("label", "callee"))
		keys := append(c.keys, kv("call-id", k.id))
		for range 2 {
			if d := k.do(c.block, keys...); d.Text("result") != "ok" {
				t.Fatalf("%s %v: %v", c.block, c.keys, d)
			}
			if got := k.heard(c.pt); got != c.want {
				t.Errorf("%s %v: heard %q, want %q", c.block, c.keys, got, c.want)
			}
			s := k.sides()
			silent := func(out []memory.Packet) bool {
				return len(out) == 1 && bytes.Equal(out[0].Payload[12:], bytes.Repeat([]byte{0xff}, 160))
			}
			if c.block == "silence media" && (!silent(k.send(endA, s.a, rtpOf(0, 2))) || silent(k.send(endB, s.b, rtpOf(0, 2)))) {
				t.Error("silence on the wrong side")
			}
			if d := k.do(c.unblock, keys...); d.Text("result") != "ok" {
				t.Fatalf("%s %v: %v", c.unblock, c.keys, d)
			}
			if got := k.heard(c.pt); got != "b a" {
				t.Errorf("%s %v: heard %q", c.unblock, c.keys, got)
			}
		}
	}
}

func TestControlRefuses(t *testing.T) {
	k := newLab(t, nil).established()
	id := kv("call-id", k.id)
	k.mustRefuse("No call-id in message", "block media")
	k.mustRefuse("Unknown call-ID", "block media", kv("call-id", "nobody"))
	k.mustRefuse("From-tag given, but no such tag exists", "block media", id, kv("from-tag", "x"))
	k.mustRefuse("No monologue matching the given label", "silence media", id, kv("label", "x"))
	k.mustRefuse("Failed to match address to any tag", "block media", id, kv("address", "192.0.2.77"))
	k.mustRefuse("Failed to match address to any tag", "block media", id, kv("address", "nonsense"))
	k.mustRefuse("Media flow not found (to-tag not found)", "block media", id, kv("from-tag", "a"), kv("to-tag", "x"))
	k.mustRefuse("Media flow not found (to-tag not subscribed)", "block media", id, kv("from-tag", "a"), kv("to-tag", "a"))
	k.mustRefuse("No eligible media subscriptions found", "block media", id, kv("all", "flows"))
	if d := k.do("block DTMF", id, kv("all", "flows")); d.Text("result") != "ok" {
		t.Errorf("block DTMF of all flows: %v", d)
	}
	for _, ok := range []string{"block DTMF", "unblock DTMF", "stop forwarding"} {
		if d := k.do(ok, id, kv("from-tag", "x")); d.Text("result") != "ok" {
			t.Errorf("%s with an unknown tag: %v", ok, d)
		}
	}
}

// TestEcho: media-echo, drop-traffic and the flag block-DTMF, which act as
// commands within an offer or answer.
func TestEcho(t *testing.T) {
	for _, c := range []struct {
		offer, answer []ng.Pair
		want          string
	}{
		{[]ng.Pair{kv("media-echo", "forward")}, nil, " b"},
		{[]ng.Pair{kv("media-echo", "fwd")}, nil, " b"},
		{[]ng.Pair{kv("media-echo", "backwards")}, nil, "a "},
		{[]ng.Pair{kv("media-echo", "bkw")}, nil, "a "},
		{[]ng.Pair{kv("media-echo", "both")}, nil, "a b"},
		{[]ng.Pair{kv("media-echo", "blackhole")}, nil, " "},
		{nil, []ng.Pair{kv("media-echo", "forward")}, "a "},
		{[]ng.Pair{kv("drop-traffic", "start")}, nil, " "},
		{[]ng.Pair{kv("drop-traffic", "start")}, []ng.Pair{kv("drop-traffic", "stop")}, "b a"},
	} {
		k := newLab(t, nil).call()
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), c.offer...)
		k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"), c.answer...)
		k.mustHear(fmt.Sprint(c.offer, c.answer), c.want)
	}
	k := newLab(t, nil).established()
	k.reoffer(description("198.51.100.1", audio("4000", "0 101=te/8000")...), flags("block-DTMF"))
	if got := k.heard(101); got != " a" {
		t.Errorf("block-DTMF: heard %q", got)
	}
}

// TestOldPorts: while a re-INVITE is under way the other end goes on with the
// former ports; what it sends there arrives.
func TestOldPorts(t *testing.T) {
	k := newLab(t, nil).established()
	old := k.sides()
	k.mustHear("before", "b a")
	moved := addrPort("198.51.100.1:4400")
	shown := k.reoffer(description("198.51.100.1", "m=audio 4400 RTP/AVP 0"))
	fresh := at(shown, 0)
	if fresh == old.b {
		t.Fatal("b isn't shown new ports")
	}
	for _, port := range []netip.AddrPort{old.b, fresh} {
		out := k.send(endB, port, rtpOf(0, 9))
		if len(out) != 1 || out[0].From != old.a || out[0].To != moved {
			t.Errorf("b to %s: %+v", port, out)
		}
	}
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	out := k.send(moved, old.a, rtpOf(0, 9))
	if len(out) != 1 || out[0].From != fresh || out[0].To != endB {
		t.Errorf("a: %+v", out)
	}
}

// TestStrangers: nobody else is heard once the ends are known, nor sent to.
func TestStrangers(t *testing.T) {
	k := newLab(t, nil).established()
	k.mustHear("the ends", "b a")
	s := k.sides()
	stranger := addrPort("203.0.113.66:6666")
	if out := k.send(stranger, s.a, rtpOf(0, 3)); len(out) != 0 {
		t.Errorf("a stranger's packet: %+v", out)
	}
	k.mustHear("afterwards", "b a")
	k.model(func(c *Call) {
		if n := c.party("a").medias[0].counters(rtp).drops[media.DropSource]; n != 1 {
			t.Errorf("%d dropped because of the source", n)
		}
	})
}

// TestMovedBehindNAT: an end that sends a new description may come from
// elsewhere afterwards, though the description names the same address.
func TestMovedBehindNAT(t *testing.T) {
	natted, later := addrPort("203.0.113.5:1111"), addrPort("203.0.113.6:2222")
	const a, b = "m=audio 4000 RTP/AVP 0", "m=audio 5000 RTP/AVP 0"
	k := newLab(t, nil).call()
	k.offer(description("192.168.1.5", a))
	k.answer(description("198.51.100.2", b))
	s := k.sides()
	heard := func(what string, src netip.AddrPort, want bool) {
		t.Helper()
		out := k.send(src, s.a, rtpOf(0, 1))
		if (len(out) == 1) != want {
			t.Errorf("%s: %d packets", what, len(out))
		}
		back := k.send(endB, s.b, rtpOf(0, 1))
		if want && (len(back) != 1 || back[0].To != src) {
			t.Errorf("%s: b's media goes to %+v", what, back)
		}
	}
	heard("at first", natted, true)
	k.pass(4 * time.Second)
	heard("settled", natted, true)
	heard("from elsewhere without signalling", later, false)
	k.exchange("offer", k.b, k.a, description("198.51.100.2", b)) // b's doesn't concern a
	heard("after an offer of b", later, false)
	k.exchange("answer", k.b, k.a, description("192.168.1.5", a))
	heard("after an answer of a", later, true)
	k.pass(4 * time.Second)
	heard("settled again", later, true)
	heard("the old place", natted, false)
	k.reoffer(description("192.168.1.5", a))
	heard("after an offer of a", natted, true)
}

// TestNothingRelearned: where nothing is learned a new description lets nobody in.
func TestNothingRelearned(t *testing.T) {
	for _, keys := range [][]ng.Pair{{kv("endpoint-learning", "off"), flags("strict-source")}, {flags("asymmetric", "strict-source")}} {
		k := newLab(t, nil).call()
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), keys...)
		k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
		k.mustHear("the ends", "b a")
		k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), keys...)
		if out := k.send(addrPort("203.0.113.66:6666"), k.facing("a"), rtpOf(0, 2)); len(out) != 0 {
			t.Errorf("%v: a stranger is heard: %+v", keys, out)
		}
	}
}

// TestNATWait: nothing is sent to an end before it has sent.
func TestNATWait(t *testing.T) {
	k := newLab(t, nil).call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), flags("NAT-wait"))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	s := k.sides()
	if out := k.send(endB, s.b, rtpOf(0, 1)); len(out) != 0 {
		t.Errorf("before a has sent: %+v", out)
	}
	k.mustHear("a sends first", "b a")
}

// TestPierceNAT: empty packets open the way until the end sends something.
func TestPierceNAT(t *testing.T) {
	l := newLab(t, nil)
	k := l.call()
	toA := func() (n int) {
		for _, p := range l.engine.Sent() {
			if p.To == endA && bytes.Equal(p.Payload, emptyRTP) && p.From == k.facing("a") {
				n++
			} else {
				t.Errorf("sent %+v", p)
			}
		}
		return n
	}
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), flags("pierce-NAT"))
	if n := toA(); n != 1 {
		t.Errorf("%d packets with the offer", n)
	}
	l.pass(time.Second)
	l.pass(time.Second)
	if n := toA(); n != 2 {
		t.Errorf("%d packets in two seconds", n)
	}
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	toA()
	k.mustHear("media", "b a")
	l.pass(time.Second)
	l.pass(time.Second)
	if n := toA(); n != 0 {
		t.Errorf("%d packets after a has sent", n)
	}
	k.model(func(c *Call) {
		if c.piercing {
			t.Error("goes on for nothing")
		}
	})
}

// TestRenumberedMedia: payload types are translated both ways, as SDP says.
func TestRenumberedMedia(t *testing.T) {
	k := newLab(t, nil).call()
	k.offer(description("198.51.100.1", audio("4000", "96=opus/48000/2 101=te/8000")...))
	k.answer(description("198.51.100.2", audio("5000", "111=opus/48000/2 97=te/8000")...))
	s := k.sides()
	for _, c := range []struct {
		src, port netip.AddrPort
		in, out   uint8
	}{
		{endA, s.a, 96, 111}, {endA, s.a, 101, 97}, {endA, s.a, 0x80 | 101, 0x80 | 97}, {endA, s.a, 0, 0},
		{endB, s.b, 111, 96}, {endB, s.b, 97, 101}, {endB, s.b, 96, 96},
	} {
		out := k.send(c.src, c.port, rtpOf(c.in, 1))
		if len(out) != 1 || out[0].Payload[1] != c.out {
			t.Errorf("%d from %s: %+v", c.in, c.src, out)
		}
	}
	// An offer leaves it as it is until it is answered, in whatever numbers.
	k.reoffer(description("198.51.100.1", audio("4000", "96=opus/48000/2 101=te/8000")...))
	if out := k.send(endA, s.a, rtpOf(96, 2)); len(out) != 1 || out[0].Payload[1] != 111 {
		t.Errorf("after an offer: %+v", out)
	}
	k.answer(description("198.51.100.2", audio("5000", "96=opus/48000/2 101=te/8000")...))
	if out := k.send(endA, s.a, rtpOf(96, 3)); len(out) != 1 || out[0].Payload[1] != 96 {
		t.Errorf("after an answer in a's numbers: %+v", out)
	}
	if f := k.engine.Flow(s.a); f.PayloadTypes != nil || f.NeedsPlain() {
		t.Error("the kernel couldn't forward it")
	}
}

// TestFeedback: feedback from an AVPF side is left out towards an AVP side that
// didn't ask for it (RFC 4585).
func TestFeedback(t *testing.T) {
	for _, c := range []struct {
		a, aFB, to, b, bFB string
		toB, toA           bool // feedback passes
	}{
		{"RTP/AVPF", "a=rtcp-fb:0 nack", "RTP/AVP", "RTP/AVP", "", false, true},
		{"RTP/AVPF", "a=rtcp-fb:0 nack", "RTP/AVP", "RTP/AVP", "a=rtcp-fb:* nack", true, true},
		{"RTP/AVPF", "", "", "RTP/AVPF", "", true, true},
		{"RTP/AVP", "", "", "RTP/AVP", "", true, true},
		{"RTP/AVP", "", "RTP/AVPF", "RTP/AVPF", "", true, false},
	} {
		k := newLab(t, nil).call()
		var keys []ng.Pair
		if c.to != "" {
			keys = append(keys, kv("transport-protocol", c.to))
		}
		k.offer(description("198.51.100.1", "m=audio 4000 "+c.a+" 0", c.aFB+"\r\na=x"), keys...)
		k.answer(description("198.51.100.2", "m=audio 5000 "+c.b+" 0", c.bFB+"\r\na=x"))
		s := k.sides()
		for _, d := range []struct {
			name      string
			src, port netip.AddrPort
			passes    bool
		}{{"to b", next(endA), next(s.a), c.toB}, {"to a", next(endB), next(s.b), c.toA}} {
			out := k.send(d.src, d.port, rtcpReport(true))
			if len(out) != 1 || bytes.Equal(out[0].Payload, rtcpReport(true)) != d.passes || !bytes.HasPrefix(out[0].Payload, rtcpReport(false)) {
				t.Errorf("%s %s to %s %s, %s: %+v", c.a, c.aFB, c.b, c.bFB, d.name, out)
			}
		}
	}
}

// TestTOS: the daemon's, then what a request names, then what the next names.
func TestTOS(t *testing.T) {
	l := newLab(t, func(cfg *Config) { cfg.TOS = 184 })
	k := l.established()
	tos := func(want int) {
		t.Helper()
		if out := k.send(endA, k.facing("a"), rtpOf(0, 1)); len(out) != 1 || out[0].TOS != want {
			t.Errorf("%+v, want TOS %d", out, want)
		}
	}
	tos(184)
	k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), kv("TOS", 96))
	tos(96)
	k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), kv("TOS", 300))
	tos(96)
}

// TestFax: what isn't RTP passes unread, on one port and the one behind it.
func TestFax(t *testing.T) {
	k := newLab(t, nil).call()
	k.offer(description("198.51.100.1", "m=image 4000 udptl t38", "a=T38FaxVersion:0"))
	s := k.answer(description("198.51.100.2", "m=image 5000 udptl t38", "a=T38FaxVersion:0"))
	if s.Medias[0].Protocol != "udptl" || len(s.Medias[0].Other) != 1 {
		t.Errorf("A is answered %+v", s.Medias[0])
	}
	p := k.sides()
	for _, src := range []struct{ from, port netip.AddrPort }{{endA, p.a}, {endB, p.b}} {
		if out := k.send(src.from, src.port, []byte{0, 1, 2}); len(out) != 1 || !bytes.Equal(out[0].Payload, []byte{0, 1, 2}) {
			t.Errorf("%+v", out)
		}
	}
}
