package enginetest

import (
	"bytes"

	"rtpgo/media"
)

func testBothDirections(f *fixture) {
	a, b := f.call()
	for n := 1; n <= 50; n++ {
		a.passes(b, audio(n))
		b.passes(a, audio(1000+n))
	}
	a.peer.empty()
	b.peer.empty()
}

func testSizes(f *fixture) {
	a, b := f.call()
	for i, n := range []int{0, 1, 2, 3, 7, 8, 20, 33, 160, 1000, 1200, 1460} {
		a.passes(b, RTP(0, uint16(i+1), 0, 1, n))
	}
}

func testHairpin(f *fixture) {
	a, b := f.leg(f.Local[0], f.Peer[0]), f.leg(f.Local[0], f.Peer[0])
	a.sinks(b)
	b.sinks(a)
	a.install()
	b.install()
	f.confirm(a, b)
	a.passes(b, audio(1), audio(2))
	b.passes(a, audio(1), audio(2))
}

func testIPv6(f *fixture) {
	a, b := f.leg(f.Local6[0], f.Peer6[0]), f.leg(f.Local6[1], f.Peer6[1])
	a.sinks(b)
	b.sinks(a)
	a.install()
	b.install()
	f.confirm(a, b)
	a.passes(b, audio(1), audio(2))
	b.passes(a, audio(1), RTP(0, 2, 0, 1, 161))
}

func testFamilies(f *fixture) {
	a, b := f.leg(f.Local[0], f.Peer[0]), f.leg(f.Local6[1], f.Peer6[1])
	a.sinks(b)
	b.sinks(a)
	a.install()
	b.install()
	f.confirm(a, b)
	a.passes(b, audio(1), RTP(0, 2, 0, 1, 161))
	b.passes(a, audio(1), RTP(0, 2, 0, 1, 161))
}

func testRaw(f *fixture) {
	a, b := f.legs()
	a.flow.Kind, b.flow.Kind = media.KindRaw, media.KindRaw
	a.install()
	b.install()
	f.confirm(a, b)
	a.passes(b, []byte("anything"), make([]byte, 20), []byte{0xff}, []byte{}, audio(1))
	b.passes(a, []byte{0x16, 0xfe, 0xff}, RTCP(1))
}

// rtcpLegs makes the RTCP ports of a call.
func (f *fixture) rtcpLegs() (a, b *leg) {
	a, b = f.legs()
	a.flow.Kind, b.flow.Kind = media.KindRTCP, media.KindRTCP
	return a, b
}

func testSeparateRTCP(f *fixture) {
	a, b := f.call()
	ac, bc := f.rtcpLegs()
	ac.install()
	bc.install()
	f.confirm(ac, bc)
	a.passes(b, audio(1))
	ac.passes(bc, RTCP(1))
	bc.passes(ac, RTCP(2))
	ac.peer.send(ac.port.Local(), audio(1))
	ac.drops(media.DropNotRTP, 1)
	bc.peer.empty()
}

func testMuxedRTCP(f *fixture) {
	a, b := f.call()
	// One by one: an engine may take RTP a shorter way than RTCP.
	for n := range 3 {
		a.passes(b, audio(n))
		a.passes(b, RTCP(uint32(n)))
		b.passes(a, RTCP(uint32(n)))
		b.passes(a, audio(n))
	}
}

// A multiplexes, B does not.
func testHalfMuxedRTCP(f *fixture) {
	a, b := f.legs()
	_, bc := f.rtcpLegs()
	a.flow.RTCP = []media.Sink{{To: bc.stream}}
	bc.flow.RTCP = []media.Sink{{To: a.stream}}
	a.install()
	b.install()
	bc.install()
	f.confirm(a, b)
	a.peer.send(a.port.Local(), RTCP(1), audio(1))
	bc.peer.expect(bc.port.Local(), RTCP(1))
	b.peer.expect(b.port.Local(), audio(1))
	bc.passes(a, RTCP(2))
	b.passes(a, audio(1))
	bc.peer.empty()
	b.peer.empty()
}

func testFanOut(f *fixture) {
	a, b := f.legs()
	c := f.leg(f.Local[1], f.Peer[1])
	a.sinks(b, c)
	c.sinks(a)
	for _, l := range []*leg{a, b, c} {
		l.install()
	}
	for n := range 20 {
		a.peer.send(a.port.Local(), audio(n), RTCP(uint32(n)))
		b.peer.expect(b.port.Local(), audio(n), RTCP(uint32(n)))
		c.peer.expect(c.port.Local(), audio(n), RTCP(uint32(n)))
	}
	b.passes(a, audio(1))
	c.passes(a, audio(2))
	// And back to one sink.
	a.sinks(c)
	a.install()
	f.settle(a)
	a.passes(c, audio(21))
	b.peer.empty()
}

func testSilence(f *fixture) {
	a, b := f.call()
	a.flow.Silence = &media.SilenceFill{0: 0xff, 8: 0xd5}
	a.install()
	for pt, fill := range map[uint8]byte{0: 0xff, 8: 0xd5, 96: 0} {
		pkt := RTP(pt, 1, 2, 3, 160)
		a.peer.send(a.port.Local(), pkt)
		b.peer.expect(b.port.Local(), append(pkt[:12:12], bytes.Repeat([]byte{fill}, 160)...))
	}
	a.passes(b, RTCP(1))
	a.flow.Silence = nil
	a.install()
	f.settle(a)
	a.passes(b, audio(2))
}

func testBlock(f *fixture) {
	a, b := f.call()
	a.flow.Block = media.DropBlocked
	a.install()
	a.peer.send(a.port.Local(), audio(1), RTCP(1))
	a.drops(media.DropBlocked, 2)
	b.passes(a, audio(1))
	a.flow.Block = media.DropDirection
	a.install()
	a.peer.send(a.port.Local(), audio(2), RTCP(2))
	b.peer.expect(b.port.Local(), RTCP(2))
	a.drops(media.DropDirection, 1)
	a.flow.Block = media.DropNone
	a.install()
	f.settle(a)
	a.passes(b, audio(3))
}

func testBlockDTMF(f *fixture) {
	a, b := f.call()
	a.flow.BlockPT = [2]uint64{1: 1 << (101 - 64)}
	a.install()
	event := RTP(0x80|101, 2, 3, 4, 4)
	a.peer.send(a.port.Local(), audio(1), event, audio(2))
	b.peer.expect(b.port.Local(), audio(1), audio(2))
	a.drops(media.DropDTMF, 1)
	b.passes(a, event)
	a.flow.BlockPT = [2]uint64{}
	a.install()
	f.settle(a)
	a.passes(b, event)
}

// tag is a Transform that seals packets with four octets.
type tag struct{ seal bool }

func (s tag) RTP(dst, src []byte) ([]byte, error) {
	mark := []byte{0xde, 0xad, 0xbe, 0xef}
	if s.seal {
		return append(dst[:copy(dst, src)], mark...), nil
	}
	plain, ok := bytes.CutSuffix(src, mark)
	if !ok {
		return nil, media.ErrAuth
	}
	return dst[:copy(dst, plain)], nil
}

func (s tag) RTCP(dst, src []byte) ([]byte, error) { return s.RTP(dst, src) }

func testTransforms(f *fixture) {
	a, b := f.legs()
	sealed := func(p []byte) []byte { return append(p[:len(p):len(p)], 0xde, 0xad, 0xbe, 0xef) }
	a.flow.RTP = []media.Sink{{To: b.stream, Protect: tag{true}}}
	a.flow.RTCP = a.flow.RTP
	b.flow.Unprotect = tag{}
	a.install()
	b.install()
	b.peer.send(b.port.Local(), audio(0), sealed(audio(1)), sealed(RTCP(1)))
	a.peer.expect(a.port.Local(), audio(1), RTCP(1))
	b.drops(media.DropAuth, 1)
	a.peer.send(a.port.Local(), audio(1), RTCP(1))
	b.peer.expect(b.port.Local(), sealed(audio(1)), sealed(RTCP(1)))
	// Plain again.
	a.flow.RTP = []media.Sink{{To: b.stream}}
	a.flow.RTCP = a.flow.RTP
	b.flow.Unprotect = nil
	a.install()
	b.install()
	f.settle(a, b)
	a.passes(b, audio(2))
	b.passes(a, audio(2))
}
