package userspace

import (
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/media"
)

func TestBatchedDoesNotAllocate(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 1})
	conn, port, _ := echo(t, e)
	pkt, buf := packet(), make([]byte, 2048)
	round := func(n int) {
		for range n {
			pkt[3]++
			if _, err := conn.WriteToUDPAddrPort(pkt, port); err != nil {
				t.Fatal(err)
			}
		}
		for range n {
			if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
				t.Fatal(err)
			}
		}
	}
	round(10)
	for _, n := range []int{1, 10} {
		// Not testing.AllocsPerRun: it takes all processors but one away, and
		// the worker keeps that until the scheduler loses patience.
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 300 {
			round(n)
		}
		runtime.ReadMemStats(&after)
		if a := after.Mallocs - before.Mallocs; a > 30 { // the runtime's own
			t.Errorf("%d packets at a time: %d allocations in 300 rounds", n, a)
		}
	}
}

// The garbage collector can stop workers that wait, with and without packets,
// and after a while without.
func TestBatchedAndGarbageCollector(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 2})
	conn, port, _ := echo(t, e)
	pkt, buf := packet(), make([]byte, 2048)
	pass := func() {
		if _, err := conn.WriteToUDPAddrPort(pkt, port); err != nil {
			t.Fatal(err)
		}
		if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 60 {
		if n%2 == 0 {
			pass()
		}
		runtime.GC()
	}
	quiet := func() bool {
		n := 0
		for _, w := range e.workers {
			if w.quiet.Load() {
				n++
			}
		}
		return n == len(e.workers)
	}
	until(t, quiet)
	for range 10 {
		runtime.GC()
	}
	pass()
	until(t, quiet)
}

// A worker that waits quietly is woken by Close.
func TestBatchedClosesWhileQuiet(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 2})
	until(t, func() bool { return e.workers[0].quiet.Load() && e.workers[1].quiet.Load() })
	done := make(chan error)
	go func() { done <- e.Close() }()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Close hangs")
	}
}

// Ports of a pair, in both directions, meet the same worker.
func TestBatchedPairsShareAWorker(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 3})
	received := func() []uint64 {
		var l []uint64
		for _, w := range e.workers {
			l = append(l, w.counters.received.Load())
		}
		return l
	}
	for pair := range 6 {
		before := received()
		sum := func(l []uint64) (n uint64) {
			for i := range l {
				n += l[i] - before[i]
			}
			return n
		}
		for port := 20000 + 2*pair; port < 20002+2*pair; port++ {
			c := listen(t, "127.0.0.1")
			p, err := e.Open(loopbackPort(uint16(port)))
			if err != nil {
				t.Fatal(err)
			}
			s := media.NewStream(p)
			s.SetRemote(addrOf(c))
			p.Install(&media.Flow{Stream: s, RTP: []media.Sink{{To: s}}})
			if _, err := c.WriteToUDPAddrPort(packet(), p.Local()); err != nil {
				t.Fatal(err)
			}
			receive(t, c)
		}
		until(t, func() bool { return sum(received()) == 2 })
		for i, n := range received() {
			if want := map[bool]uint64{true: 2, false: 0}[i == (10000+pair)%3]; n-before[i] != want {
				t.Errorf("pair %d: worker %d got %d packets, want %d", pair, i, n-before[i], want)
			}
		}
	}
}

// Send and Close of ports and engines don't disturb each other.
func TestBatchedSendAndClose(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 1})
	c := listen(t, "127.0.0.1")
	var wg sync.WaitGroup
	for n := range 4 {
		p, err := e.Open(loopbackPort(uint16(20000 + n)))
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for p.Send(packet(), addrOf(c)) == nil {
			}
		})
		if n == 0 {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

// A flooded port is muted for a while; others go on.
func TestBatchedMutesFloods(t *testing.T) {
	logged, logs := observer.New(zap.WarnLevel)
	e := startBatched(t, BatchedOptions{Workers: 1, Logger: zap.New(logged)})
	other, port, _ := echo(t, e)
	e.flood = 1
	conn, victim, s := echo(t, e)
	p := s.Port().(*batchedPort)
	pkt := packet()
	pass := func(c *net.UDPConn, to netip.AddrPort) {
		t.Helper()
		if _, err := c.WriteToUDPAddrPort(pkt, to); err != nil {
			t.Fatal(err)
		}
		receive(t, c)
	}
	pass(conn, victim)
	until(t, func() bool { return logs.FilterMessageSnippet("flooded").Len() == 1 })
	for range 5 {
		if _, err := conn.WriteToUDPAddrPort(pkt, victim); err != nil {
			t.Fatal(err)
		}
	}
	pass(other, port)
	if n := s.Snapshot().In.Packets; n != 1 {
		t.Errorf("%d packets were received by the muted port", n)
	}
	until(t, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.muted) == 0
	})
	pass(conn, victim)
	until(t, func() bool { return logs.FilterMessageSnippet("flooded").Len() == 2 })
	if l := logs.All(); l[0].ContextMap()["seconds"] != int64(1) || l[1].ContextMap()["seconds"] != int64(2) {
		t.Errorf("%v", l)
	}
	// A port that is opened anew is not muted.
	e.flood = floodPackets
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := e.Open(victim)
	if err != nil {
		t.Fatal(err)
	}
	s = media.NewStream(again)
	s.SetRemote(addrOf(conn))
	again.Install(&media.Flow{Stream: s, RTP: []media.Sink{{To: s}}})
	pass(conn, victim)
	e.unmute()
	pass(conn, victim)
}

func TestFloodCount(t *testing.T) {
	f := flood{limit: floodPackets}
	now := int64(1e9)
	for n := range 3 * floodPackets {
		if f.count(now) {
			t.Fatalf("packet %d of %d a window", n, floodPackets/2)
		}
		now += floodWindow * 2 / floodPackets
	}
	muted := 0
	for range 3 * floodPackets {
		if f.count(now) {
			muted++
		}
	}
	if muted != 1 {
		t.Errorf("muted %d times in a window", muted)
	}
}

func BenchmarkBatchedEcho(b *testing.B) {
	e := startBatched(b, BatchedOptions{Workers: 1})
	e.flood = 1 << 30 // a port that is muted answers no more
	conn, port, _ := echo(b, e)
	pkt, buf := packet(), make([]byte, 2048)
	b.ReportAllocs()
	for b.Loop() {
		for range 16 {
			_, _ = conn.WriteToUDPAddrPort(pkt, port)
		}
		for range 16 {
			_, _, _ = conn.ReadFromUDPAddrPort(buf)
		}
	}
	v := e.Stats()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(v.Sent), "ns/packet")
	b.ReportMetric(float64(v.ReceiveCalls+v.SendCalls)/float64(v.Sent), "calls/packet")
}

func BenchmarkBatchedOpenClose(b *testing.B) {
	e := startBatched(b, BatchedOptions{Workers: 1})
	b.ReportAllocs()
	for b.Loop() {
		p, err := e.Open(loopbackPort(20000))
		if err != nil {
			b.Fatal(err)
		}
		_ = p.Close()
	}
}
