package kernel

import (
	"encoding/binary"
	"testing"
	"time"

	"rtpgo/media"
)

// benchCall has one flow in the kernel, for packets from 198.18.0.2:5000 to
// 198.18.0.1:30000 that would leave to 198.18.1.2.
func benchCall(tb testing.TB) (*Engine, *port) {
	l := newLab(tb)
	e := l.engine(Options{})
	a, _ := l.established(e, "44")
	return e, a.port.(*port)
}

// What the program takes for a packet, without what the kernel does before and
// after: it runs in the kernel's test mode on one that doesn't leave.
func BenchmarkProgram(b *testing.B) {
	e, p := benchCall(b)
	peer := p.entry.Load().in.Remote()
	frame := append(append(make([]byte, 12), 8, 0), datagram(peer, p.local, make([]byte, 172))...)
	rtp := frame[42:]
	rtp[0] = 0x80
	binary.BigEndian.PutUint16(rtp[2:], 1)
	binary.BigEndian.PutUint32(rtp[8:], 30000)
	for _, k := range []struct {
		name   string
		change func()
	}{
		{"forward", func() {}},
		{"new SSRC", func() { rtp[11]++ }},
		{"no flow", func() { frame[37]++ }},
		{"not IP", func() { frame[12] = 1 }},
	} {
		k.change()
		b.Run(k.name, func(b *testing.B) {
			// Repeated runs get the packet that the one before has changed:
			// forwarding is looked at one by one.
			repeat := 1000
			if k.name == "forward" {
				repeat = 1
			}
			var total time.Duration
			for b.Loop() {
				_, d, err := e.objs.RtpgoForward.Benchmark(frame, repeat, nil)
				if err != nil {
					b.Skip(err)
				}
				total += d
			}
			b.ReportMetric(float64(total.Nanoseconds())/float64(b.N), "ns/packet")
		})
	}
}

// What it takes the daemon to read one flow's counters.
func BenchmarkReport(b *testing.B) {
	_, p := benchCall(b)
	e := p.entry.Load()
	b.ReportAllocs()
	for b.Loop() {
		e.slot.Packets++
		e.slot.Octets += 172
		e.slot.Sources[0].Packets++
		e.slot.Sources[0].High++
		e.report()
	}
}

// What it takes to look whether an entry is what it should be.
func BenchmarkUpdate(b *testing.B) {
	_, p := benchCall(b)
	b.ReportAllocs()
	for b.Loop() {
		p.update()
	}
}

// A flow into the kernel and out of it.
func BenchmarkInstall(b *testing.B) {
	_, p := benchCall(b)
	p.mu.Lock()
	plainFlow, held := *p.flow, *p.flow
	p.mu.Unlock()
	held.Block = media.DropDirection
	b.ReportAllocs()
	for b.Loop() {
		p.Install(&held)
		p.Install(&plainFlow)
	}
}

// Counters are read without allocation: reports come each second for each flow.
func TestReportAllocates(t *testing.T) {
	_, p := benchCall(t)
	e := p.entry.Load()
	if n := testing.AllocsPerRun(100, func() {
		e.slot.Packets++
		e.slot.Sources[0].Packets++
		e.report()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := testing.AllocsPerRun(100, p.Moving); n != 0 {
		t.Errorf("Moving: %v allocations", n)
	}
}
