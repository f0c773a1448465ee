package call

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"rtpgo/media"
	"rtpgo/media/mos"
	"rtpgo/ng"
)

// senderReport is a sender report with one block.
type senderReport struct {
	from, ntpSeconds uint32
	about            uint32
	fraction         uint8
	lost             uint32
	jitter           uint32
	lastSR           uint32
	delay            time.Duration
}

func (s senderReport) packet() []byte {
	p := make([]byte, 52)
	p[0], p[1], p[3] = 0x81, 200, 12
	for i, v := range []uint32{s.from, s.ntpSeconds, 0x200000, 4000, 100, 16000, s.about, s.lost&0xffffff | uint32(s.fraction)<<24,
		1000, s.jitter, s.lastSR, uint32(s.delay << 16 / time.Second)} {
		binary.BigEndian.PutUint32(p[4+4*i:], v)
	}
	return p
}

// rated is a call of which both sides have sent RTP, SSRC 0x1111 and 0x2222.
type rated struct {
	*talk
	facingA, facingB netip.AddrPort
}

var ratedA, ratedB = addrPort("198.51.100.1:4000"), addrPort("198.51.100.2:5000")

func newRated(l *lab, codec string, keys ...ng.Pair) *rated {
	k := &rated{talk: l.call()}
	k.facingB = at(k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP "+codec), keys...), 0)
	k.facingA = at(k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP "+codec)), 0)
	k.rtp(true, 1)
	k.rtp(false, 1)
	return k
}

// rtp sends a packet of one side.
func (k *rated) rtp(a bool, seq uint16) {
	p := rtpOf(0, seq)
	if a {
		copy(p[8:], []byte{0, 0, 0x11, 0x11})
		k.send(ratedA, k.facingA, p)
		return
	}
	copy(p[8:], []byte{0, 0, 0x22, 0x22})
	k.send(ratedB, k.facingB, p)
}

func (k *rated) report(a bool, s senderReport) {
	if a {
		s.from, s.about = 0x1111, 0x2222
		k.send(next(ratedA), next(k.facingA), s.packet())
		return
	}
	s.from, s.about = 0x2222, 0x1111
	k.send(next(ratedB), next(k.facingB), s.packet())
}

// near tells whether a time in microseconds is d, give or take 20 ms.
func near(us int64, d time.Duration) bool {
	return us >= (d-20*time.Millisecond).Microseconds() && us <= (d+20*time.Millisecond).Microseconds()
}

// conversation is a call with reports every now and then: A hears 3 % of loss,
// then 7, and B 9; the way to A and back takes 200 ms, to B 100.
func (k *rated) conversation() {
	const ms = time.Millisecond
	k.report(true, senderReport{ntpSeconds: 0x100001, fraction: 10, lost: 1, jitter: 15 * 8})
	k.ahead.Add(int64(400 * ms))
	k.report(false, senderReport{ntpSeconds: 0x100004, fraction: 25, lost: 2, jitter: 30 * 8, lastSR: 0x10020, delay: 300 * ms})
	k.ahead.Add(int64(400 * ms))
	k.report(true, senderReport{ntpSeconds: 0x100006, fraction: 10, lost: 3, jitter: 15 * 8, lastSR: 0x40020, delay: 200 * ms})
	k.ahead.Add(int64(1200 * ms))
	k.report(false, senderReport{ntpSeconds: 0x100009, fraction: 25, lost: 4, jitter: 30 * 8, lastSR: 0x60020, delay: 1100 * ms})
	k.ahead.Add(int64(400 * ms))
	k.report(true, senderReport{ntpSeconds: 0x10000c, fraction: 20, lost: 5, jitter: 40 * 8, lastSR: 0x90020, delay: 200 * ms})
}

// Query gives what rtpengine gave for the same packets.
func TestQualityOfConversation(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Quality.Formula = mos.Legacy })
	k := newRated(l, "0")
	k.conversation()
	d := k.do("query", kv("call-id", k.id))
	check := func(ssrc, entry string, score, jitter, loss int64, rtt, leg time.Duration, samples int64) {
		t.Helper()
		e := d.Dict("SSRC").Dict(ssrc).Dict(entry)
		if e.Int("MOS") != score || e.Int("jitter") != jitter || e.Int("packet loss") != loss ||
			!near(e.Int("round-trip time"), rtt) || !near(e.Int("round-trip time leg"), leg) {
			t.Errorf("%s of %s: %v", entry, ssrc, e)
		}
		if at := e.Int("reported at"); e.Int("samples") != samples || (samples == 0) != (at >= d.Int("created") && at < d.Int("created")+9) {
			t.Errorf("%s of %s: %v, call of %d", entry, ssrc, e, d.Int("created"))
		}
	}
	const ms = time.Millisecond
	check("4369", "average MOS", 28, 27, 5, 300*ms, 200*ms, 2)
	check("4369", "lowest MOS", 25, 40, 7, 300*ms, 200*ms, 0)
	check("4369", "highest MOS", 32, 15, 3, 300*ms, 200*ms, 0)
	check("8738", "average MOS", 23, 30, 9, 300*ms, 100*ms, 1)
	if n := d.Dict("SSRC").Dict("4369").Int("cumulative loss"); n != 5 {
		t.Errorf("cumulative loss %d", n)
	}
	media := d.Dict("tags").Dict("a").List("medias")[0].(ng.Dict)
	for _, s := range media.List("streams") {
		if s.(ng.Dict).Int("SSRC") != 0x1111 {
			t.Errorf("stream %v", s)
		}
	}
	in := media.List("streams")[0].(ng.Dict).List("ingress SSRCs")[0].(ng.Dict)
	out := media.List("streams")[0].(ng.Dict).List("egress SSRCs")[0].(ng.Dict)
	if in.Int("SSRC") != 0x1111 || in.Int("last RTP timestamp") != 160 || out.Int("SSRC") != 0x2222 || out.Int("last RTP timestamp") != 160 {
		t.Errorf("in %v, out %v", in, out)
	}
	k.model(func(c *Call) {
		q := c.party("a").medias[0].Quality()
		if len(q) != 1 || q[0].Samples != 2 || q[0].AverageMOS != 28 || q[0].About.Fraction != 25 || q[0].Measured.Packets != 1 || !q[0].HasRTT {
			t.Errorf("%+v", q)
		}
	})
	s := k.do("statistics").Dict("statistics").Dict("mos")
	if s.Int("mos_samples_total") != 3 || s.Text("mos_average") != fmt.Sprintf("%.6f", (3.2+2.5+2.3)/3) {
		t.Errorf("statistics %v", s)
	}
	if got := k.do("delete", kv("call-id", k.id), kv("delete-delay", 0)).Dict("SSRC").Dict("8738"); got.Dict("average MOS").Int("MOS") != 23 {
		t.Errorf("delete: %v", got)
	}
}

// Listening needs no round-trip time; fullband codecs have a formula of their
// own, and a clock of their own for the jitter.
func TestListeningQuality(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Quality = QualityConfig{Formula: mos.G1072, Listening: true} })
	k := newRated(l, "0\r\na=rtpmap:0 opus/48000/2")
	k.report(true, senderReport{fraction: 10, jitter: 15 * 48})
	e := k.do("query", kv("call-id", k.id)).Dict("SSRC").Dict("4369").Dict("average MOS")
	if e.Int("MOS") != 30 || e.Int("jitter") != 15 || e.Int("samples") != 1 || e.Int("round-trip time") != 0 {
		t.Errorf("%v", e)
	}
}

// What a peer can make grow is bounded.
func TestQualityIsBounded(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Quality.Listening = true })
	k := newRated(l, "0")
	for n := range uint32(40) {
		s := senderReport{from: n, about: n, fraction: uint8(n)}
		k.send(next(ratedA), next(k.facingA), s.packet())
		k.pass(time.Second)
	}
	for range 100 {
		k.report(false, senderReport{})
		k.pass(time.Second)
	}
	k.model(func(c *Call) {
		if n := len(c.party("a").medias[0].sources); n != maxRTPSources {
			t.Errorf("%d sources", n)
		}
		r := &c.party("b").medias[0].rtpSource(0x2222).rating
		p := &r.progression
		if r.n != 100 || len(p.list) > maxProgression || p.interval < 4 {
			t.Errorf("%d samples, %d kept every %d s", r.n, len(p.list), p.interval)
		}
		for i := 1; i < len(p.list); i++ {
			if d := p.list[i].at - p.list[i-1].at; d < p.interval {
				t.Errorf("%d s between samples", d)
			}
		}
	})
}

// Packets in the clear reach whoever asked for them, with where they came from.
func TestTapRTCP(t *testing.T) {
	var got []string
	l := newLab(t, func(c *Config) {
		c.TapRTCP = func(id string, src, local netip.AddrPort, pkt []byte) {
			got = append(got, fmt.Sprint(id, src, local, len(pkt), media.ValidRTCP(pkt)))
		}
	})
	k := newRated(l, "0")
	k.report(true, senderReport{})
	if want := fmt.Sprint(k.id, next(ratedA), next(k.facingA), 52, true); len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}
