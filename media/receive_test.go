package media

import (
	"bytes"
	"net/netip"
	"testing"
)

// fakeTransform appends or removes a tag of four octets.
type fakeTransform struct {
	seal bool
	err  error
}

func (f *fakeTransform) RTP(dst, src []byte) ([]byte, error) {
	switch {
	case f.err != nil:
		return nil, f.err
	case f.seal:
		n := copy(dst, src)
		return append(dst[:n], 0xde, 0xad, 0xbe, 0xef), nil
	case len(src) < 4:
		return nil, ErrAuth
	}
	return dst[:copy(dst, src[:len(src)-4])], nil
}

func (f *fakeTransform) RTCP(dst, src []byte) ([]byte, error) { return f.RTP(dst, src) }

func TestReceive(t *testing.T) {
	const peer = "192.0.2.1:4000"
	rtp := func(pt uint8) []byte { return testRTP(pt, 7, 7, 7, 20) }
	fill := &SilenceFill{0: 0xff, 8: 0xd5}
	for _, c := range []struct {
		name  string
		flow  Flow
		pkt   []byte
		to    string // RTP, RTCP or nothing
		cause DropCause
		check func([]byte) bool
	}{
		{"RTP", Flow{}, rtp(0), "RTP", DropNone, nil},
		{"RTCP multiplexed", Flow{}, testRTCP(1), "RTCP", DropNone, nil},
		{"RTCP on its port", Flow{Kind: KindRTCP}, testRTCP(1), "RTCP", DropNone, nil},
		{"RTP on the RTCP port", Flow{Kind: KindRTCP}, rtp(0), "", DropNotRTP, nil},
		{"not RTP", Flow{}, []byte("GET / HTTP"), "", DropNotRTP, nil},
		{"short RTP", Flow{}, rtp(0)[:11], "", DropTruncated, nil},
		{"short RTCP", Flow{}, testRTCP(1)[:7], "", DropTruncated, nil},
		{"STUN unexpected", Flow{}, make([]byte, 20), "", DropSTUN, nil},
		{"DTLS unexpected", Flow{}, []byte{22, 254, 253, 0}, "", DropSTUN, nil},
		{"STUN expected", Flow{Other: func([]byte, netip.AddrPort) {}}, make([]byte, 20), "", DropNone, nil},
		{"raw", Flow{Kind: KindRaw}, []byte("anything"), "RTP", DropNone, nil},
		{"raw STUN", Flow{Kind: KindRaw}, make([]byte, 20), "RTP", DropNone, nil},
		{"raw, empty", Flow{Kind: KindRaw}, nil, "RTP", DropNone, nil},
		{"raw and transforms", Flow{Kind: KindRaw, Unprotect: &fakeTransform{err: ErrAuth}}, []byte("xyz"), "RTP", DropNone, nil},
		{"blocked", Flow{Block: DropBlocked}, rtp(0), "", DropBlocked, nil},
		{"blocked RTCP", Flow{Block: DropTraffic}, testRTCP(1), "", DropTraffic, nil},
		{"direction", Flow{Block: DropDirection}, rtp(0), "", DropDirection, nil},
		{"direction and RTCP", Flow{Block: DropDirection}, testRTCP(1), "RTCP", DropNone, nil},
		{"DTMF", Flow{BlockPT: [2]uint64{1: 1 << (101 - 64)}}, rtp(101), "", DropDTMF, nil},
		{"DTMF with marker", Flow{BlockPT: [2]uint64{1: 1 << (101 - 64)}}, rtp(0x80 | 101), "", DropDTMF, nil},
		{"DTMF blocked, audio", Flow{BlockPT: [2]uint64{1: 1 << (101 - 64)}}, rtp(37), "RTP", DropNone, nil},
		{"silence PCMA", Flow{Silence: fill}, rtp(8), "RTP", DropNone, func(p []byte) bool {
			return bytes.Equal(p[:12], rtp(8)[:12]) && bytes.Equal(p[12:], bytes.Repeat([]byte{0xd5}, 20))
		}},
		{"silence leaves padding", Flow{Silence: fill}, func() []byte {
			p := rtp(0)
			p[0] |= 0x20
			p[31] = 3
			return p
		}(), "RTP", DropNone, func(p []byte) bool {
			return p[28] == 0xff && bytes.Equal(p[29:], []byte{17, 18, 3})
		}},
		{"silence and lying padding", Flow{Silence: fill}, func() []byte {
			p := rtp(0)
			p[0] |= 0x20
			p[31] = 200
			return p
		}(), "RTP", DropNone, nil},
		{"payload types", Flow{PayloadTypes: &PayloadTypes{97: 101}}, rtp(0x80 | 97), "RTP", DropNone, func(p []byte) bool {
			return p[1] == 0x80|101 && bytes.Equal(p[2:], rtp(97)[2:])
		}},
		{"payload types and silence", Flow{Silence: fill, PayloadTypes: &PayloadTypes{8: 96}}, rtp(8), "RTP", DropNone, func(p []byte) bool {
			return p[1] == 96 && p[12] == 0xd5
		}},
		{"payload types and RTCP", Flow{PayloadTypes: &PayloadTypes{}}, testRTCP(1), "RTCP", DropNone, nil},
		{"unprotect", Flow{Unprotect: &fakeTransform{}}, append(rtp(0), 1, 2, 3, 4), "RTP", DropNone, func(p []byte) bool { return bytes.Equal(p, rtp(0)) }},
		{"unprotect RTCP", Flow{Unprotect: &fakeTransform{}}, append(testRTCP(5), 1, 2, 3, 4), "RTCP", DropNone, func(p []byte) bool { return bytes.Equal(p, testRTCP(5)) }},
		{"authentication", Flow{Unprotect: &fakeTransform{err: ErrAuth}}, rtp(0), "", DropAuth, nil},
		{"replay", Flow{Unprotect: &fakeTransform{err: ErrReplay}}, rtp(0), "", DropReplay, nil},
		{"plain form broken", Flow{Unprotect: &fakeTransform{}}, testRTP(0, 1, 1, 1, 2), "", DropTruncated, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testStreamTo("203.0.113.1:30000", peer)
			rtpSink, rtcpSink := testStreamTo("203.0.113.1:30002", "198.51.100.1:7000"), testStreamTo("203.0.113.1:30003", "198.51.100.1:7001")
			c.flow.Stream, c.flow.RTP, c.flow.RTCP = s, []Sink{{To: rtpSink}}, []Sink{{To: rtcpSink}}
			b := newCatcher(t)
			n := len(c.pkt)
			c.flow.Receive(c.pkt, ap(peer), Now(), b.Batch)
			out := b.take()
			var drops [DropCauses]uint64
			if c.cause != DropNone {
				drops[c.cause] = 1
			}
			v := s.Snapshot()
			if v.Drops != drops {
				t.Errorf("drops %v, want %v", v.Drops, drops)
			}
			want := map[string]*Stream{"RTP": rtpSink, "RTCP": rtcpSink}[c.to]
			if want == nil {
				if len(out) != 0 {
					t.Errorf("sent %d", len(out))
				}
				return
			}
			if len(out) != 1 || out[0].To != want || out[0].Dest.AddrPort() != want.Remote() {
				t.Fatalf("sent %+v, want one to %s", out, want.Remote())
			}
			if c.check != nil && !c.check(out[0].Payload) {
				t.Errorf("payload %x", out[0].Payload)
			}
			if v.In.Packets != 1 || v.In.Octets != uint64(n) || v.LastUserPacket.IsZero() {
				t.Errorf("counted %+v", v.In)
			}
			if o := want.Snapshot().Out; o.Packets != 1 || o.Octets != uint64(len(out[0].Payload)) {
				t.Errorf("counted out %+v", o)
			}
		})
	}
}

func TestSinks(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	one, two := testStreamTo("203.0.113.1:30002", "198.51.100.1:7000"), testStreamTo("203.0.113.1:30004", "198.51.100.2:7000")
	mute := testStreamTo("203.0.113.1:30006", "0.0.0.0:7000")
	b := newCatcher(t)
	send := func(f Flow) []Outgoing {
		f.Stream = s
		f.Receive(testRTP(0, 1, 1, 1, 20), s.Advertised(), Now(), b.Batch)
		return b.take()
	}
	if out := send(Flow{RTP: []Sink{{To: one}, {To: mute}, {To: two, Protect: &fakeTransform{seal: true}}}}); len(out) != 2 ||
		out[0].To != one || len(out[0].Payload) != 32 || out[1].To != two || len(out[1].Payload) != 36 {
		t.Errorf("fan-out: %+v", out)
	}
	if d := s.Snapshot().Drops[DropNoSink]; d != 0 {
		t.Errorf("one of three sinks mute: %d drops", d)
	}
	send(Flow{RTP: []Sink{{To: mute}}})
	send(Flow{})
	send(Flow{RTP: []Sink{{To: two, NATWait: true}}})
	if d := s.Snapshot().Drops[DropNoSink]; d != 3 {
		t.Errorf("%d drops for want of a sink, want 3", d)
	}
	(&Flow{Stream: two}).Receive(testRTP(0, 1, 1, 1, 20), two.Advertised(), Now(), b.Batch)
	if out := send(Flow{RTP: []Sink{{To: two, NATWait: true}}}); len(out) != 1 {
		t.Error("NAT-wait does not end")
	}
	send(Flow{RTP: []Sink{{To: one, Protect: &fakeTransform{err: ErrAuth}}}})
	if v := one.Snapshot(); v.Out.Errors != 1 || v.Drops[DropSend] != 1 {
		t.Errorf("failed protection: %+v", v)
	}
}

// More packets than the batch or its memory holds are sent on the way.
func TestBatchOverflow(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	f := Flow{Stream: s, Unprotect: &fakeTransform{}}
	for range 20 {
		f.RTP = append(f.RTP, Sink{To: testStreamTo("203.0.113.1:30002", "198.51.100.1:7000"), Protect: &fakeTransform{seal: true}})
	}
	f.RTP = append(f.RTP, Sink{To: f.RTP[0].To})
	want := testRTP(0, 1, 1, 1, 500)
	var n int
	b := NewBatch(64, make([]byte, 2<<10), nil, func(out []Outgoing) {
		for _, o := range out {
			if n++; !bytes.Equal(o.Payload[:len(want)], want) || len(o.Payload) != len(want)+4 && n != 21 {
				t.Errorf("packet %d: %d octets", n, len(o.Payload))
			}
		}
	})
	for range 2 {
		n = 0
		f.Receive(append(bytes.Clone(want), 1, 2, 3, 4), s.Advertised(), Now(), b)
		if b.Flush(); n != 21 {
			t.Fatalf("%d sent, want 21", n)
		}
	}
	huge := make([]byte, 3000)
	huge[0] = 0x80
	f.Receive(huge, s.Advertised(), Now(), b)
	if v := s.Snapshot(); v.Drops[DropTruncated] != 1 {
		t.Errorf("packet beyond the memory: %v", v.Drops)
	}
}

// TestKeysAwaited: nothing passes a side that speaks SRTP before its keys are
// agreed, in either direction, and nothing is learned from it.
func TestKeysAwaited(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	to := testStreamTo("203.0.113.1:30002", "198.51.100.1:7000")
	b := newCatcher(t)
	for _, src := range []string{"192.0.2.1:4000", "192.0.2.9:9"} {
		f := Flow{Stream: s, RTP: []Sink{{To: to}}, RTCP: []Sink{{To: to}}, Unprotect: Unkeyed{}}
		f.Receive(testRTP(0, 1, 1, 1, 20), ap(src), Now(), b.Batch)
		f.Receive(testRTCP(5), ap(src), Now(), b.Batch)
	}
	if v := s.Snapshot(); v.Drops[DropKey] != 4 || v.Confirmed || v.Remote != ap("192.0.2.1:4000") {
		t.Errorf("%+v", v)
	}
	f := Flow{Stream: s, RTP: []Sink{{To: to, Protect: Unkeyed{}}}, RTCP: []Sink{{To: to, Protect: Unkeyed{}}}}
	f.Receive(testRTP(0, 1, 1, 1, 20), ap("192.0.2.1:4000"), Now(), b.Batch)
	f.Receive(testRTCP(5), ap("192.0.2.1:4000"), Now(), b.Batch)
	if v := to.Snapshot(); v.Drops[DropKey] != 2 || v.Out.Packets != 0 || v.Out.Errors != 2 {
		t.Errorf("%+v", v)
	}
	if out := b.take(); len(out) != 0 {
		t.Errorf("%d packets left", len(out))
	}
}

// TestForgedPacketsDontHoldTheWindow: packets that fail authentication neither
// make their source a candidate nor keep another from becoming one.
func TestForgedPacketsDontHoldTheWindow(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	to := testStreamTo("203.0.113.1:30002", "198.51.100.1:7000")
	b := newCatcher(t)
	forged := Flow{Stream: s, RTP: []Sink{{To: to}}, Unprotect: &fakeTransform{err: ErrAuth}}
	genuine := Flow{Stream: s, RTP: []Sink{{To: to}}, Unprotect: &fakeTransform{}}
	pkt := append(testRTP(0, 1, 1, 1, 20), 1, 2, 3, 4)
	now := Now()
	genuine.Receive(pkt, ap("192.0.2.2:1"), now, b.Batch) // the first candidate, which falls silent
	for i := range int64(20) {
		forged.Receive(pkt, ap("192.0.2.3:1"), now+(i+1)*int64(50e6), b.Batch)
	}
	genuine.Receive(pkt, ap("192.0.2.4:1"), now+int64(1010e6), b.Batch)
	if got := s.Remote(); got != ap("192.0.2.4:1") {
		t.Errorf("sends to %s", got)
	}
}
