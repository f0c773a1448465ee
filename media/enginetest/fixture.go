package enginetest

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"syscall"
	"testing"

	"rtpgo/media"
)

// fixture is what a case works with.
type fixture struct {
	*testing.T
	*Config
	engine media.Engine
}

// leg is one side of a call: a local port, its state and the peer.
type leg struct {
	f      *fixture
	port   media.Port
	stream *media.Stream
	peer   *peer
	flow   media.Flow
}

// lowestPort and highestPort bound the ports taken; they lie below the range
// that Linux hands out by itself.
const lowestPort, highestPort = 20000, 29999

// open takes a free port.
func (f *fixture) open(at netip.Addr) media.Port {
	f.Helper()
	for range 100 {
		p, err := f.engine.Open(netip.AddrPortFrom(at, uint16(lowestPort+rand.IntN(highestPort-lowestPort))))
		switch {
		case err == nil:
			f.Cleanup(func() {
				if err := p.Close(); err != nil {
					f.Errorf("close %s: %v", p.Local(), err)
				}
			})
			return p
		case !errors.Is(err, syscall.EADDRINUSE):
			f.Fatal(err)
		}
	}
	f.Fatal("no free port")
	return nil
}

// leg makes one side of a call whose peer is signalled with its real address.
func (f *fixture) leg(local, remote netip.Addr) *leg {
	f.Helper()
	l := &leg{f: f, peer: newPeer(f.T, remote), port: f.open(local)}
	l.stream = media.NewStream(l.port)
	l.stream.SetRemote(l.peer.addr)
	l.flow = media.Flow{Stream: l.stream}
	return l
}

// legs makes both sides of an IPv4 call, not installed yet.
func (f *fixture) legs() (a, b *leg) {
	f.Helper()
	a, b = f.leg(f.Local[0], f.Peer[0]), f.leg(f.Local[1], f.Peer[1])
	a.sinks(b)
	b.sinks(a)
	return a, b
}

// call makes both sides of an IPv4 call with packets running.
func (f *fixture) call() (a, b *leg) {
	f.Helper()
	a, b = f.legs()
	a.install()
	b.install()
	f.confirm(a, b)
	return a, b
}

// confirm has each of two legs send one packet to the other.
func (f *fixture) confirm(a, b *leg) {
	f.Helper()
	pkt := audio(0)
	if a.flow.Kind == media.KindRTCP {
		pkt = RTCP(0)
	}
	a.peer.send(a.port.Local(), pkt)
	b.peer.expect(b.port.Local(), pkt)
	b.peer.send(b.port.Local(), pkt)
	a.peer.expect(a.port.Local(), pkt)
	f.settle(a, b)
}

func (f *fixture) settle(legs ...*leg) {
	f.Helper()
	if f.Settle != nil {
		var s []*media.Stream
		for _, l := range legs {
			s = append(s, l.stream)
		}
		f.Settle(f.T, s...)
	}
}

// sinks sends what arrives at l, RTP and RTCP, to the given legs.
func (l *leg) sinks(to ...*leg) {
	l.flow.RTP = nil
	for _, t := range to {
		l.flow.RTP = append(l.flow.RTP, media.Sink{To: t.stream})
	}
	l.flow.RTCP = l.flow.RTP
}

// install installs a copy of the leg's flow.
func (l *leg) install() {
	flow := l.flow
	l.port.Install(&flow)
}

// passes sends packets from l's peer and requires that they arrive at to's.
func (l *leg) passes(to *leg, pkts ...[]byte) {
	l.f.Helper()
	l.peer.send(l.port.Local(), pkts...)
	to.peer.expect(to.port.Local(), pkts...)
}

// drops waits for n drops of a cause at the leg.
func (l *leg) drops(cause media.DropCause, n uint64) {
	l.f.Helper()
	eventually(l.f.T, "dropped", func() bool { return l.stream.Snapshot().Drops[cause] >= n })
	if got := l.stream.Snapshot().Drops[cause]; got != n {
		l.f.Fatalf("%d drops of cause %d, want %d", got, cause, n)
	}
}
