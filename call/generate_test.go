package call

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"rtpgo/media"
	"rtpgo/media/memory"
	"rtpgo/media/srtp"
	"rtpgo/ng"
)

// reportInterval is longer than the time between reports ever is.
const reportInterval = defaultRTCPInterval + time.Second

// reportsTo are the reports in the RTCP packets that went to an address.
func reportsTo(sent []memory.Packet, to netip.AddrPort) (list []media.Report) {
	s := media.NewStream(nil)
	f := &media.Flow{Stream: s, Kind: media.KindRTCP, ReadRTCP: true}
	b := media.NewBatch(1, nil, nil, func([]media.Outgoing) {})
	for _, p := range sent {
		if p.To == to && media.Classify(p.Payload) == media.ClassRTCP {
			f.Receive(p.Payload, to, 1, b)
			s.FetchReports(func(r *media.Report) { list = append(list, *r) })
		}
	}
	return list
}

// interval lets one pass and returns the reports to both sides.
func (k *rated) interval() (toA, toB []media.Report) {
	k.engine.Sent()
	k.pass(reportInterval)
	sent := k.engine.Sent()
	return reportsTo(sent, next(ratedA)), reportsTo(sent, next(ratedB))
}

// Each side gets reports of ours about its own packets, in the name of whom it
// hears, and its own go no further.
func TestGenerateRTCP(t *testing.T) {
	l := newLab(t, nil)
	k := newRated(l, "0", kv("generate RTCP", "on"))
	for q := uint16(2); q <= 40; q++ {
		k.rtp(true, q)
		if q != 20 {
			k.rtp(false, q)
		}
	}
	if out := k.send(next(ratedA), next(k.facingA), senderReport{from: 0x1111, ntpSeconds: 0x100001, about: 0x2222}.packet()); len(out) != 0 {
		t.Errorf("RTCP is forwarded: %v", out)
	}
	toA, toB := k.interval()
	if len(toA) != 2 || len(toB) != 2 {
		t.Fatalf("%+v to A, %+v to B", toA, toB)
	}
	sent, got := toA[0], toA[1]
	if !sent.Sent || sent.From != 0x2222 || sent.Packets != 39 || sent.Octets != 39*172 || sent.RTPTime < 40*160 || sent.NTP == 0 {
		t.Errorf("sender report %+v", sent)
	}
	if got.From != 0x2222 || got.Source != 0x1111 || got.Lost != 0 || got.Fraction != 0 || got.HighestSeq != 40 || got.LastSR != 0x00010020 ||
		got.DelaySinceSR < 5<<16 || got.DelaySinceSR > 7<<16 {
		t.Errorf("report %+v", got)
	}
	if got := toB[1]; got.From != 0x1111 || got.Source != 0x2222 || got.Lost != 1 || got.Fraction != 6 || got.LastSR != 0 {
		t.Errorf("report %+v", got)
	}
	// A and B answer our reports: both round trips are known.
	answer := func(r media.Report) senderReport {
		return senderReport{lastSR: media.MiddleNTP(r.NTP), fraction: 10, jitter: 8, delay: 300 * time.Millisecond}
	}
	k.ahead.Add(int64(400 * time.Millisecond))
	k.report(true, answer(toA[0]))
	k.ahead.Add(int64(100 * time.Millisecond))
	k.report(false, answer(toB[0]))
	k.report(true, answer(toA[0]))
	d := k.do("query", kv("call-id", k.id))
	e := d.Dict("SSRC").Dict("4369").Dict("average MOS")
	if e.Int("MOS") != 34 || !near(e.Int("round-trip time leg"), 200*time.Millisecond) || !near(e.Int("round-trip time"), 400*time.Millisecond) || e.Int("samples") != 1 {
		t.Errorf("%v", e)
	}
	m := d.Dict("tags").Dict("b").List("medias")[0].(ng.Dict)
	if f := m.List("flags"); f[len(f)-1] != "RTCP generator" {
		t.Errorf("flags %v", f)
	}
	if n := m.List("streams")[1].(ng.Dict).Dict("stats_out").Int("packets"); n != 1 {
		t.Errorf("%d packets counted", n)
	}
	// Nothing is sent any more: after two reports without packets we are no
	// sender, and report on nobody.
	k.interval()
	toA, _ = k.interval()
	if len(toA) != 0 {
		t.Errorf("%+v to A, who is sent nothing", toA)
	}
	k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), kv("generate RTCP", "off"))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	if out := k.send(next(ratedA), next(k.facingA), senderReport{from: 0x1111}.packet()); len(out) != 1 {
		t.Errorf("switched off, RTCP goes %v", out)
	}
	k.pass(reportInterval)
	if k.model(func(c *Call) {
		if c.reporting {
			t.Error("still reporting")
		}
	}); l.r.reporter.queue.Len() != 0 {
		t.Error("still queued")
	}
}

// RTCP of ours is encrypted for a side that speaks SRTP.
func TestGenerateSRTCP(t *testing.T) {
	l := newLab(t, nil)
	key := bytes.Repeat([]byte{7}, 30)
	crypto := "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + base64.StdEncoding.EncodeToString(key)
	k := &rated{talk: l.call()}
	k.facingB = at(k.offer(description("198.51.100.1", "m=audio 4000 RTP/SAVP 0", crypto), flags("generate RTCP"), kv("transport-protocol", "RTP/AVP")), 0)
	s := k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
	k.facingA = at(s, 0)
	ours, err := srtp.SuiteByName(s.Medias[0].Cryptos[0].Suite).ParseKeyParams("inline:" + s.Medias[0].Cryptos[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	u, err := srtp.NewUnprotector(srtp.Params{Suite: srtp.SuiteByName(s.Medias[0].Cryptos[0].Suite), Key: ours.Key})
	if err != nil {
		t.Fatal(err)
	}
	k.rtp(false, 1)
	k.engine.Sent()
	k.pass(reportInterval)
	for _, p := range k.engine.Sent() {
		if p.To == next(ratedA) {
			plain, err := u.RTCP(make([]byte, 200), p.Payload)
			if err != nil || binary.BigEndian.Uint32(plain[4:]) != 0x2222 || plain[1] != 200 {
				t.Errorf("%x: %v", plain, err)
			}
			return
		}
	}
	t.Error("nothing is sent to the side with SRTP")
}

// Our own measurement counts where nothing is reported, and only there.
func TestMeasureRTP(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Quality = QualityConfig{Listening: true, Measure: true} })
	k := newRated(l, "0")
	for q := uint16(2); q <= 100; q++ {
		if q%20 != 0 {
			k.rtp(true, q)
			k.rtp(false, q)
		}
		k.ahead.Add(int64(20 * time.Millisecond))
	}
	k.report(true, senderReport{fraction: 77})
	toA, toB := k.interval()
	if len(toA)+len(toB) != 0 {
		t.Errorf("%+v to A, %+v to B, though nobody asked", toA, toB)
	}
	d := k.do("query", kv("call-id", k.id)).Dict("SSRC")
	if e := d.Dict("4369").Dict("average MOS"); e.Int("packet loss") != 30 || e.Int("samples") != 1 {
		t.Errorf("A reports: %v", e)
	}
	if e := d.Dict("8738").Dict("average MOS"); e.Int("packet loss") != 3 || e.Int("MOS") != 38 || e.Int("samples") != 1 {
		t.Errorf("B is measured: %v", e)
	}
	if q := l.r.Figures().Quality; q.MOS.N != 2 || q.MeasuredJitter.N != 1 || q.Jitter.N != 1 {
		t.Errorf("%+v", q)
	}
	k.delete()
	k.pass(reportInterval)
	if l.r.reporter.queue.Len() != 0 {
		t.Error("a call that ended is still queued")
	}
}

// A call that ends before the first interval is rated too.
func TestMeasureShortCall(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Quality = QualityConfig{Listening: true, Measure: true} })
	k := newRated(l, "0")
	k.rtp(true, 2)
	if d := k.do("query", kv("call-id", k.id)); len(d.Dict("SSRC")) != 0 || d.Dict("tags").Dict("a").List("medias")[0].(ng.Dict).Text("codec") != "PCMU/8000" {
		t.Errorf("%v", d)
	}
	d := k.do("delete", kv("call-id", k.id), kv("delete-delay", 0)).Dict("SSRC")
	if e := d.Dict("4369").Dict("average MOS"); e.Int("MOS") != 43 || e.Int("samples") != 1 || len(d) != 2 {
		t.Errorf("%v", d)
	}
}
