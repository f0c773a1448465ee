package enginetest

import (
	"errors"
	"net"
	"net/netip"
	"syscall"

	"rtpgo/media"
)

func testOther(f *fixture) {
	a, b := f.legs()
	type other struct {
		pkt []byte
		src netip.AddrPort
	}
	got := make(chan other, 10)
	b.flow.Other = func(pkt []byte, src netip.AddrPort) { got <- other{append([]byte(nil), pkt...), src} }
	a.install()
	b.install()
	f.confirm(a, b)
	stun, dtls := []byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, []byte{22, 254, 253, 0, 0}
	b.peer.send(b.port.Local(), stun)
	stranger := f.stranger()
	stranger.send(b.port.Local(), dtls)
	for range 2 {
		o := <-got
		want, from := stun, b.peer
		if o.pkt[0] == 22 {
			want, from = dtls, stranger
		}
		if string(o.pkt) != string(want) || o.src != from.addr {
			f.Errorf("got %x from %s", o.pkt, o.src)
		}
	}
	a.peer.send(a.port.Local(), stun)
	a.drops(media.DropSTUN, 1)
	b.passes(a, audio(1))
	a.passes(b, audio(1))
}

func testBroken(f *fixture) {
	a, b := f.call()
	for _, pkt := range [][]byte{{}, {0x80}, audio(1)[:11], {0x80, 200, 0, 9, 0, 0, 0, 0}, []byte("OPTIONS sip:x"), {0xff, 0xff}} {
		a.peer.send(a.port.Local(), pkt)
	}
	extension := audio(1)
	extension[0], extension[14] = 0x90, 0xff
	a.peer.send(a.port.Local(), extension)
	a.passes(b, audio(2))
	b.peer.empty()
	a.drops(media.DropTruncated, 3)
	a.drops(media.DropNotRTP, 4)
}

func testCounters(f *fixture) {
	a, b := f.call()
	for n := 1; n < 100; n++ {
		if n%10 != 5 {
			a.passes(b, RTP(8, uint16(n), uint32(n*160), 0x1234, 160))
		}
	}
	a.passes(b, RTCP(1))
	v, w := a.stream.Snapshot(), b.stream.Snapshot()
	if want := (media.Counters{Packets: 91, Octets: 90*172 + 8}); v.In != want || w.Out != want {
		f.Errorf("in %+v, out %+v, want %+v", v.In, w.Out, want)
	}
	if want := (media.Counters{Packets: 1, Octets: 172}); w.In != want || v.Out != want {
		f.Errorf("in %+v, out %+v, want %+v", w.In, v.Out, want)
	}
	if v.Remote != a.peer.addr || v.Advertised != a.peer.addr || !v.Confirmed || v.LastPacket.IsZero() {
		f.Errorf("%+v", v)
	}
	if len(v.IngressSSRC) != 1 || len(w.EgressSSRC) != 1 {
		f.Fatalf("SSRCs %+v, %+v", v.IngressSSRC, w.EgressSSRC)
	}
	in, out := v.IngressSSRC[0], w.EgressSSRC[0]
	if in.SSRC != 0x1234 || in.Packets != 90 || in.Octets != 90*172 || in.Lost != 10 || in.HighestSeq != 99 || in.LastPT != 8 || in.Duplicates != 0 {
		f.Errorf("ingress %+v", in)
	}
	if out.SSRC != 0x1234 || out.Packets != 90 || out.Octets != 90*172 || out.HighestSeq != 99 {
		f.Errorf("egress %+v", out)
	}
}

func testTOS(f *fixture) {
	check := func(a, b *leg) {
		a.sinks(b)
		b.sinks(a)
		b.stream.SetTOS(184)
		b.peer.wantTOS()
		a.install()
		b.install()
		a.peer.send(a.port.Local(), audio(1))
		if tos := b.peer.receiveTOS(); tos != 184 {
			f.Errorf("TOS %d, want 184", tos)
		}
		b.passes(a, audio(1))
		f.settle(a, b)
		a.peer.send(a.port.Local(), audio(2))
		if tos := b.peer.receiveTOS(); tos != 184 {
			f.Errorf("TOS %d, want 184", tos)
		}
		b.stream.SetTOS(0)
		a.install()
		b.install()
		a.peer.send(a.port.Local(), audio(3))
		if tos := b.peer.receiveTOS(); tos != 0 {
			f.Errorf("TOS %d, want 0", tos)
		}
	}
	check(f.leg(f.Local[0], f.Peer[0]), f.leg(f.Local[1], f.Peer[1]))
	check(f.leg(f.Local6[0], f.Peer6[0]), f.leg(f.Local6[1], f.Peer6[1]))
}

func testSend(f *fixture) {
	a, _ := f.legs()
	if err := a.port.Send([]byte("hello"), a.peer.addr); err != nil {
		f.Fatal(err)
	}
	a.peer.expect(a.port.Local(), []byte("hello"))
	if err := a.port.Close(); err != nil {
		f.Fatal(err)
	}
	if err := a.port.Send([]byte("hello"), a.peer.addr); err == nil {
		f.Error("a closed port sends")
	}
}

func testNoFlow(f *fixture) {
	a, b := f.legs()
	b.install()
	count := func() uint64 {
		if s, ok := f.engine.(media.StatsReporter); ok {
			return s.Stats().NoFlow
		}
		return 0
	}
	before := count()
	a.peer.send(a.port.Local(), audio(1))
	if _, ok := f.engine.(media.StatsReporter); ok {
		eventually(f.T, "counted", func() bool { return count() == before+1 })
	}
	a.install()
	a.passes(b, audio(2))
	a.port.Install(nil)
	b.passes(a, audio(1))
	a.peer.send(a.port.Local(), audio(3))
	if _, ok := f.engine.(media.StatsReporter); ok {
		eventually(f.T, "counted", func() bool { return count() == before+2 })
		a.install()
		a.passes(b, audio(4))
	}
}

func testInUse(f *fixture) {
	a, _ := f.legs()
	if _, err := f.engine.Open(a.port.Local()); !errors.Is(err, syscall.EADDRINUSE) {
		f.Errorf("second Open of a port: %v", err)
	}
	if p, err := f.engine.Open(netip.MustParseAddrPort("192.0.2.77:20000")); err == nil {
		p.Close()
		f.Error("Open of an address that isn't here succeeded")
	}
}

func testForeignPort(f *fixture) {
	for _, at := range []netip.Addr{f.Local[0], f.Local6[0]} {
		other, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at, 0)))
		if err != nil {
			continue // no IPv6 here
		}
		defer other.Close()
		taken := other.LocalAddr().(*net.UDPAddr).AddrPort()
		p, err := f.engine.Open(taken)
		if !errors.Is(err, syscall.EADDRINUSE) {
			f.Errorf("Open of another program's port: %v", err)
		}
		if err == nil {
			p.Close()
		}
	}
}

func testClosePort(f *fixture) {
	a, b := f.call()
	local := a.port.Local()
	if err := a.port.Close(); err != nil {
		f.Fatal(err)
	}
	if err := a.port.Close(); err != nil {
		f.Errorf("second Close: %v", err)
	}
	a.install() // of a closed port: nothing
	b.peer.send(b.port.Local(), audio(1))
	eventually(f.T, "failed to send", func() bool { return a.stream.Snapshot().Out.Errors == 1 })
	again, err := f.engine.Open(local)
	if err != nil {
		f.Fatalf("Open after Close: %v", err)
	}
	defer again.Close()
	a.port, a.stream = again, media.NewStream(again)
	a.stream.SetRemote(a.peer.addr)
	a.flow.Stream = a.stream
	b.sinks(a)
	a.install()
	b.install()
	a.passes(b, audio(1))
	b.passes(a, audio(2))
	a.peer.empty()
}
