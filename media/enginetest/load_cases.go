package enginetest

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rtpgo/media"
)

// run sends numbered packets from l to to's peer, no more than window of them
// under way, and requires that each arrives once and in order.
func (l *leg) run(to *leg, packets, window int) {
	l.f.Helper()
	for n := 0; n < packets; {
		upTo := min(n+window, packets)
		for i := n; i < upTo; i++ {
			l.peer.send(l.port.Local(), audio(i))
		}
		for ; n < upTo; n++ {
			pkt, from := to.peer.receive()
			if got := binary.BigEndian.Uint16(pkt[2:]); got != uint16(n) || from != to.port.Local() {
				l.f.Fatalf("packet %d from %s, want %d", got, from, n)
			}
		}
	}
	to.peer.empty()
}

func testReplacement(f *fixture) {
	a, b := f.call()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			flow := a.flow
			if n%2 == 1 {
				flow.BlockPT[1] = 1 << 63 // a flow that has to be looked at
			}
			a.port.Install(&flow)
			b.stream.SetRemote(b.peer.addr)
			a.stream.Snapshot()
			time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
		}
	})
	a.run(b, 3000, 20)
	close(stop)
	wg.Wait()
	if v := a.stream.Snapshot(); v.In.Packets != 3001 || v.In.Errors != 0 || v.IngressSSRC[0].Duplicates != 1 || v.IngressSSRC[0].Lost != 0 {
		f.Errorf("%+v", v) // number 0 was sent twice
	}
}

func testBursts(f *fixture) {
	a, b := f.call()
	a.run(b, 4000, 100)
	b.run(a, 1000, 64)
}

func testManyPorts(f *fixture) {
	const calls = 40
	var wg sync.WaitGroup
	type pair struct{ a, b *leg }
	var pairs []pair
	for range calls {
		a, b := f.call()
		pairs = append(pairs, pair{a, b})
	}
	for _, p := range pairs {
		wg.Go(func() { p.a.run(p.b, 100, 5) })
		wg.Go(func() { p.b.run(p.a, 100, 5) })
	}
	wg.Wait()
}

// Ports open and close, and whole engines end, while packets run.
func testCloseUnderTraffic(f *fixture) {
	a, b := f.call()
	var stop, quiet atomic.Bool
	var opening, sending sync.WaitGroup
	noise := newPeer(f.T, f.Peer[0])
	var target atomic.Uint32
	sending.Go(func() {
		for n := 0; !quiet.Load(); n++ {
			if port := target.Load(); port != 0 {
				_, _ = noise.conn.WriteToUDPAddrPort(audio(n), netip.AddrPortFrom(f.Local[0], uint16(port)))
			}
			if n%50 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	})
	opening.Go(func() {
		for !stop.Load() {
			p, err := f.engine.Open(netip.AddrPortFrom(f.Local[0], uint16(lowestPort+rand.IntN(highestPort-lowestPort))))
			if errors.Is(err, syscall.EADDRINUSE) {
				continue
			}
			if err != nil {
				f.Error(err)
				return
			}
			s := media.NewStream(p)
			s.SetRemote(noise.addr)
			p.Install(&media.Flow{Stream: s, RTP: []media.Sink{{To: s}}}) // back to the sender
			target.Store(uint32(p.Local().Port()))
			eventually(f.T, "traffic", func() bool { return s.Snapshot().In.Packets > 0 })
			if err := p.Close(); err != nil {
				f.Error(err)
			}
		}
	})
	a.run(b, 2000, 10)
	b.run(a, 2000, 10)
	stop.Store(true)
	opening.Wait()
	quiet.Store(true)
	sending.Wait()
}

func descriptors(t *testing.T) int {
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc")
	}
	return len(d)
}

// testLeaks runs an engine with traffic from start to end.
func testLeaks(t *testing.T, c *Config) {
	noise, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(c.Peer[0], 0)))
	if err != nil {
		t.Fatal(err)
	}
	defer noise.Close()
	src := noise.LocalAddr().(*net.UDPAddr).AddrPort()
	once := func() {
		e := c.Open(t)
		f := &fixture{T: t, Config: c, engine: e}
		var streams []*media.Stream
		for range 20 {
			var p media.Port
			for p == nil {
				port, err := e.Open(netip.AddrPortFrom(c.Local[0], uint16(lowestPort+rand.IntN(highestPort-lowestPort))))
				if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
					t.Fatal(err)
				}
				p = port
			}
			s := media.NewStream(p)
			s.SetRemote(src)
			p.Install(&media.Flow{Stream: s, RTP: []media.Sink{{To: s}}, Learned: func(media.LearnEvent) {}})
			streams = append(streams, s)
		}
		for n, s := range streams {
			if _, err := noise.WriteToUDPAddrPort(audio(n), s.Port().Local()); err != nil {
				t.Fatal(err)
			}
			eventually(f.T, "traffic", func() bool { return s.Snapshot().Out.Packets == 1 })
		}
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := e.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
		if _, err := e.Open(netip.AddrPortFrom(c.Local[0], lowestPort)); err == nil {
			t.Error("a closed engine opens ports")
		}
		if err := streams[0].Port().Close(); err != nil {
			t.Errorf("Close of a port after its engine: %v", err)
		}
	}
	once() // what is made once for the whole process is made here
	files, goroutines := descriptors(t), runtime.NumGoroutine()
	once()
	eventually(t, "descriptors are back", func() bool { return descriptors(t) <= files })
	eventually(t, "goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}
