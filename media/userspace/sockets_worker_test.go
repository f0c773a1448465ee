package userspace

import (
	"net"
	"net/netip"
	"runtime"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/media"
)

// echo opens a port whose packets go back to where they came from, and a
// socket that knows it.
func echo(t testing.TB, e media.Engine) (*net.UDPConn, netip.AddrPort, *media.Stream) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p, err := e.Open(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	s := media.NewStream(p)
	s.SetRemote(conn.LocalAddr().(*net.UDPAddr).AddrPort())
	p.Install(&media.Flow{Stream: s, RTP: []media.Sink{{To: s}}})
	return conn, p.Local(), s
}

func packet() []byte {
	return append([]byte{0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 160)...)
}

func TestSocketsDoNotAllocate(t *testing.T) {
	e := openSockets(1)(t)
	defer e.Close()
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
		// testing.AllocsPerRun leaves one processor, which the worker holds.
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 1000 {
			round(n)
		}
		runtime.ReadMemStats(&after)
		if a := after.Mallocs - before.Mallocs; a > 50 { // the runtime's own
			t.Errorf("%d packets, %d at a time: %d allocations", 1000*n, n, a)
		}
	}
}

// The garbage collector can stop workers that wait, with and without packets.
func TestSocketsAndGarbageCollector(t *testing.T) {
	e := openSockets(2)(t)
	defer e.Close()
	conn, port, _ := echo(t, e)
	pkt, buf := packet(), make([]byte, 2048)
	for n := range 60 {
		if n%2 == 0 {
			if _, err := conn.WriteToUDPAddrPort(pkt, port); err != nil {
				t.Fatal(err)
			}
			if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
	}
}

func TestSocketsOptions(t *testing.T) {
	e, err := NewSockets(SocketsOptions{ReceiveBuffer: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.Name() != "sockets" || len(e.workers) != runtime.NumCPU() {
		t.Errorf("%s with %d workers", e.Name(), len(e.workers))
	}
	conn, port, s := echo(t, e)
	pkt := packet()
	for range 3 {
		_, _ = conn.WriteToUDPAddrPort(pkt, port)
		if _, _, err := conn.ReadFromUDPAddrPort(make([]byte, 2048)); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = conn.WriteToUDPAddrPort(make([]byte, packetRoom+1), port) // dropped
	_, _ = conn.WriteToUDPAddrPort(pkt, port)
	if _, _, err := conn.ReadFromUDPAddrPort(make([]byte, 2048)); err != nil {
		t.Fatal(err)
	}
	// The packet is here before its sender has counted it.
	until(t, func() bool { return e.Stats().Sent == 4 && s.Snapshot().Out.Packets == 4 })
	if v := e.Stats(); v.Received != 5 || v.Sent != 4 || v.TooLong != 1 || v.Wakeups == 0 || v.SendFailures() != 0 {
		t.Errorf("%+v", v)
	}
	if v := s.Snapshot(); v.In.Packets != 4 || v.Out.Packets != 4 {
		t.Errorf("%+v", v)
	}
}

func TestLogErrors(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	before, now := media.EngineStats{SendDenied: 3}, media.EngineStats{SendDenied: 3, Received: 5}
	logErrors(zap.New(core), &before, &now)
	if logs.Len() != 0 {
		t.Error("nothing went wrong, and it was logged")
	}
	now.SendDenied, now.TooLong = 5, 1
	logErrors(zap.New(core), &before, &now)
	if l := logs.All(); len(l) != 1 || l[0].ContextMap()["send_denied"] != uint64(2) || l[0].ContextMap()["too_long"] != uint64(1) {
		t.Errorf("%v", l)
	}
}

func BenchmarkSocketsEcho(b *testing.B) {
	e, err := NewSockets(SocketsOptions{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
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
	b.ReportMetric(float64(v.Wakeups)/float64(v.Sent), "wakeups/packet")
}
