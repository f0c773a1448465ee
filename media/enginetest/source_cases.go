package enginetest

import (
	"net/netip"
	"sync"

	"rtpgo/media"
)

// nat returns a peer at b's address that signalling doesn't know.
func (l *leg) nat() *peer {
	p := *l.peer
	l.f.Helper()
	return newPeer(l.f.T, p.addr.Addr())
}

// stranger returns a peer at an address that signalling doesn't know.
func (f *fixture) stranger() *peer { return newPeer(f.T, f.Stranger) }

func (f *fixture) wantRemote(l *leg, p *peer) {
	f.Helper()
	eventually(f.T, "remote is "+p.addr.String(), func() bool { return l.stream.Remote() == p.addr })
}

func testLearnHeuristic(f *fixture) {
	a, b := f.legs()
	a.install()
	b.install()
	// Nobody has sent: media flows to the signalled endpoint.
	a.passes(b, audio(1))
	// B sits behind a NAT that changed its port: it is heard, and gets media.
	nat, stranger := b.nat(), f.stranger()
	stranger.send(b.port.Local(), audio(1))
	a.peer.expect(a.port.Local(), audio(1))
	f.wantRemote(b, stranger)
	nat.send(b.port.Local(), audio(2))
	a.peer.expect(a.port.Local(), audio(2))
	f.wantRemote(b, nat)
	a.peer.send(a.port.Local(), audio(2))
	nat.expect(b.port.Local(), audio(2))
	// The signalled endpoint is better still, and final.
	b.passes(a, audio(3))
	f.wantRemote(b, b.peer)
	if !b.stream.Confirmed() {
		f.Fatal("the signalled endpoint is not confirmed")
	}
	f.settle(a, b)
	nat.send(b.port.Local(), audio(4))
	b.drops(media.DropSource, 1)
	a.passes(b, audio(3))
	b.passes(a, audio(5))
	stranger.empty()
}

func testLearnImmediate(f *fixture) {
	a, b := f.legs()
	b.flow.Source.Learning = media.LearnImmediate
	a.install()
	b.install()
	nat := b.nat()
	nat.send(b.port.Local(), audio(1))
	a.peer.expect(a.port.Local(), audio(1))
	f.wantRemote(b, nat)
	b.peer.send(b.port.Local(), audio(2))
	b.drops(media.DropSource, 1)
	a.peer.send(a.port.Local(), audio(1))
	nat.expect(b.port.Local(), audio(1))
	b.peer.empty()
}

func testLearnDelayed(f *fixture) {
	a, b := f.legs()
	b.flow.Source.Learning = media.LearnDelayed
	a.install()
	b.install()
	nat := b.nat()
	nat.send(b.port.Local(), audio(1))
	a.peer.expect(a.port.Local(), audio(1))
	a.passes(b, audio(1))
	if b.stream.Confirmed() || b.stream.Remote() != b.peer.addr {
		f.Fatal("learned within the window")
	}
	eventually(f.T, "the window is over", func() bool {
		nat.send(b.port.Local(), audio(2))
		a.peer.expect(a.port.Local(), audio(2))
		return b.stream.Confirmed()
	})
	a.peer.send(a.port.Local(), audio(3))
	nat.expect(b.port.Local(), audio(3))
	b.peer.empty()
}

func testLearnOff(f *fixture) {
	a, b := f.legs()
	b.flow.Source.Learning = media.LearnOff
	a.install()
	b.install()
	nat := b.nat()
	nat.send(b.port.Local(), audio(1))
	a.peer.expect(a.port.Local(), audio(1))
	a.passes(b, audio(1))
	b.passes(a, audio(2))
	f.settle(b)
	nat.send(b.port.Local(), audio(3))
	b.drops(media.DropSource, 1)
	b.passes(a, audio(3))
	nat.empty()
}

func testStrict(f *fixture) {
	a, b := f.legs()
	b.flow.Source = media.SourcePolicy{Learning: media.LearnOff, Strict: true}
	a.install()
	b.install()
	nat := b.nat()
	nat.send(b.port.Local(), audio(1))
	b.drops(media.DropSource, 1)
	b.passes(a, audio(2))
	f.settle(b)
	nat.send(b.port.Local(), audio(3))
	b.drops(media.DropSource, 2)
	a.passes(b, audio(1))
	a.peer.empty()
}

func testStrangers(f *fixture) {
	a, b := f.legs()
	var mu sync.Mutex
	var learned []media.LearnEvent
	var refused []netip.AddrPort
	b.flow.Learned = func(e media.LearnEvent) {
		mu.Lock()
		defer mu.Unlock()
		learned = append(learned, e)
	}
	b.flow.Refused = func(src netip.AddrPort) {
		mu.Lock()
		defer mu.Unlock()
		refused = append(refused, src)
	}
	a.install()
	b.install()
	f.confirm(a, b)
	stranger := f.stranger()
	for n := range 20 {
		stranger.send(b.port.Local(), audio(n), RTCP(1))
	}
	b.drops(media.DropSource, 40)
	a.passes(b, audio(1))
	b.passes(a, audio(1))
	stranger.empty()
	eventually(f.T, "refusal was reported", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(refused) == 1 && refused[0] == stranger.addr
	})
	mu.Lock()
	defer mu.Unlock()
	if len(learned) != 1 || learned[0].New != b.peer.addr || !learned[0].Confirmed {
		f.Fatalf("learned: %+v", learned)
	}
}

func testAsymmetric(f *fixture) {
	a, b := f.legs()
	b.flow.Source.Asymmetric = true
	a.install()
	b.install()
	nat, stranger := b.nat(), f.stranger()
	for n, p := range []*peer{nat, b.peer, stranger, nat} {
		p.send(b.port.Local(), audio(n))
		a.peer.expect(a.port.Local(), audio(n))
		a.passes(b, audio(n))
	}
	nat.empty()
	stranger.empty()
}

func testHandover(f *fixture) {
	a, b := f.legs()
	b.flow.Source.Handover = true
	a.install()
	b.install()
	f.confirm(a, b)
	for n, p := range []*peer{b.nat(), f.stranger(), b.peer} {
		p.send(b.port.Local(), audio(n))
		a.peer.expect(a.port.Local(), audio(n))
		f.wantRemote(b, p)
		a.peer.send(a.port.Local(), audio(n))
		p.expect(b.port.Local(), audio(n))
	}
}

func testSignalledAgain(f *fixture) {
	a, b := f.call()
	moved := b.nat()
	b.stream.SetRemote(b.peer.addr) // the same again changes nothing
	if !b.stream.Confirmed() {
		f.Fatal("the same endpoint again re-opened the window")
	}
	b.stream.SetRemote(moved.addr)
	b.install()
	a.peer.send(a.port.Local(), audio(1))
	moved.expect(b.port.Local(), audio(1))
	moved.send(b.port.Local(), audio(1))
	a.peer.expect(a.port.Local(), audio(1))
	eventually(f.T, "confirmed again", b.stream.Confirmed)
	f.settle(a, b)
	b.peer.send(b.port.Local(), audio(2))
	b.drops(media.DropSource, 1)
	a.peer.send(a.port.Local(), audio(2))
	moved.expect(b.port.Local(), audio(2))
	b.peer.empty()
}

func testHold(f *fixture) {
	a, b := f.call()
	b.stream.SetRemote(netip.AddrPortFrom(netip.IPv4Unspecified(), b.peer.addr.Port()))
	a.install()
	b.install()
	a.peer.send(a.port.Local(), audio(1))
	a.drops(media.DropNoSink, 1)
	b.passes(a, audio(1)) // music on hold
	b.stream.SetRemote(netip.AddrPortFrom(b.peer.addr.Addr(), 0))
	a.peer.send(a.port.Local(), audio(2))
	a.drops(media.DropNoSink, 2)
	b.stream.SetRemote(b.peer.addr)
	a.install()
	b.install()
	f.confirm(a, b)
	a.passes(b, audio(3))
	b.passes(a, audio(2))
}

// B sends before signalling has named its endpoint.
func testEarlyMedia(f *fixture) {
	a, b := f.legs()
	b.stream = media.NewStream(b.port)
	b.flow.Stream = b.stream
	a.sinks(b)
	a.install()
	b.install()
	b.passes(a, audio(1))
	if b.stream.Remote().IsValid() {
		f.Fatal("learned without signalling")
	}
	a.peer.send(a.port.Local(), audio(1))
	a.drops(media.DropNoSink, 1)
	b.stream.SetRemote(b.peer.addr)
	a.passes(b, audio(2))
	b.passes(a, audio(2))
}
