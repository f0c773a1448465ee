package media

import (
	"slices"
	"sync"
	"testing"
	"time"
)

func TestSequence(t *testing.T) {
	for _, c := range []struct {
		name       string
		seq        []uint16
		lost       int64
		duplicates uint64
		high       uint32
	}{
		{"in order", []uint16{1, 2, 3, 4}, 0, 0, 4},
		{"gap", []uint16{1, 2, 6}, 3, 0, 6},
		{"reordered", []uint16{1, 3, 2, 4}, 0, 0, 4},
		{"duplicate of the highest", []uint16{1, 2, 2, 3}, 0, 1, 3},
		{"duplicate of an older one", []uint16{1, 2, 3, 1}, 0, 1, 3},
		{"wrap", []uint16{65534, 65535, 0, 1}, 0, 0, 1<<16 + 1},
		{"gap over the wrap", []uint16{65534, 1}, 2, 0, 1<<16 + 1},
		{"late over the wrap", []uint16{65534, 0, 65535, 1}, 0, 0, 1<<16 + 1},
		{"one stray number", []uint16{100, 101, 40000, 102}, 0, 0, 102},
		{"restart", []uint16{100, 101, 40000, 40001, 40002}, 0, 0, 40002},
		{"restart below", []uint16{40000, 40001, 100, 101, 102}, 0, 0, 1<<16 + 102},
		{"late by more than the bitmap", append(upTo(1, 80), 5), -1, 0, 80},
		{"gap of the whole bitmap", []uint16{1, 100, 99}, 97, 0, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
			f := &Flow{Stream: s}
			b := newCatcher(t)
			for _, q := range c.seq {
				f.Receive(testRTP(0, q, 0, 9, 20), s.Remote(), Now(), b.Batch)
			}
			v := s.Snapshot().IngressSSRC[0]
			if v.Lost != c.lost || v.Duplicates != c.duplicates || v.HighestSeq != c.high || v.Packets != uint64(len(c.seq)) {
				t.Errorf("%+v", v)
			}
		})
	}
}

func upTo(from, to uint16) (l []uint16) {
	for ; from <= to; from++ {
		l = append(l, from)
	}
	return
}

// The jitter is compared with RFC 3550's formula in floating point.
func TestJitter(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	clock := StaticClockRates
	clock[96] = 90000
	f := &Flow{Stream: s, Clock: &clock}
	b := newCatcher(t)
	start := int64(1000 * time.Second)
	jitter, previous := 0.0, 0.0
	for i := range 400 {
		late := int64(i*i%37) * int64(time.Millisecond)
		now := start + int64(i)*int64(33*time.Millisecond) + late
		f.Receive(testRTP(96, uint16(i), uint32(i*2970), 9, 20), s.Remote(), now, b.Batch)
		transit := float64(late) * 90000 / 1e9
		if i > 0 {
			jitter += (max(transit-previous, previous-transit) - jitter) / 16
		}
		previous = transit
	}
	v := s.Snapshot().IngressSSRC[0]
	if d := float64(v.Jitter) - jitter; d > 3 || d < -3 {
		t.Errorf("jitter %d, want %.1f", v.Jitter, jitter)
	}
	if want := time.Duration(float64(v.Jitter) / 90000 * 1e9); v.JitterTime.Round(time.Microsecond) != want.Round(time.Microsecond) || v.LastPT != 96 {
		t.Errorf("%v, want %v", v.JitterTime, want)
	}
	f.Receive(testRTP(0, 400, 0, 9, 20), s.Remote(), start, b.Batch)
	if got := s.Snapshot().IngressSSRC[0].Jitter; got != v.Jitter {
		t.Errorf("a change of the clock rate counts as jitter: %d, was %d", got, v.Jitter)
	}
	f.Receive(testRTP(97, 401, 0, 8, 20), s.Remote(), start, b.Batch)
	f.Receive(testRTP(97, 402, 7777, 8, 20), s.Remote(), start, b.Batch)
	if w := s.Snapshot().IngressSSRC[0]; w.SSRC != 8 || w.Jitter != 0 || w.JitterTime != 0 {
		t.Errorf("unknown clock rate: %+v", w)
	}
}

func TestSSRCTable(t *testing.T) {
	s, sink := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000"), testStreamTo("203.0.113.1:30002", "192.0.2.2:4000")
	f := &Flow{Stream: s, RTP: []Sink{{To: sink}}}
	b := newCatcher(t)
	var seq uint16
	list := func(l []SSRCStats) (ids []uint32) {
		for _, v := range l {
			ids = append(ids, v.SSRC)
		}
		return
	}
	for _, ssrc := range []uint32{0, 2, 3, 4, 0, 5, 6, 5} {
		seq++
		f.Receive(testRTP(0, seq, 0, ssrc, 20), s.Remote(), Now(), b.Batch)
	}
	want := []uint32{5, 6, 0, 4}
	v := s.Snapshot()
	if got := list(v.IngressSSRC); !slices.Equal(got, want) {
		t.Errorf("ingress %v, want %v", got, want)
	}
	if got := list(sink.Snapshot().EgressSSRC); !slices.Equal(got, want) {
		t.Errorf("egress %v, want %v", got, want)
	}
	if v.In.Packets != 8 || v.IngressSSRC[0].Packets != 2 || v.IngressSSRC[2].Packets != 2 {
		t.Errorf("%+v", v)
	}
}

// kernelPort is a port whose packets the kernel forwards in part.
type kernelPort struct {
	fakePort
	stream *Stream
	in     Counters
	ssrc   KernelSSRC
	moves  int
}

func (p *kernelPort) Lower() Port   { return &p.fakePort }
func (p *kernelPort) Heard()        {}
func (p *kernelPort) Moving()       {}
func (p *kernelPort) Moved(*Stream) { p.moves++ }
func (p *kernelPort) Report() {
	p.stream.AddKernel(p.in, Now())
	p.stream.AddKernelSSRC(&p.ssrc)
	p.in, p.ssrc.Packets = Counters{}, 0
}

// What the kernel forwarded is part of the same figures, and no loss when user
// space takes over again. Packets that user space has in work when the kernel
// begins or that the kernel leaves to it are no loss either.
func TestKernelReport(t *testing.T) {
	k := &kernelPort{fakePort: fakePort{ap("203.0.113.1:30000")}}
	s := NewStream(k)
	k.stream = s
	if s.Port() != Port(&k.fakePort) || s.Accelerator() != Accelerator(k) {
		t.Errorf("port %v, accelerator %v", s.Port(), s.Accelerator())
	}
	s.SetRemote(ap("192.0.2.1:4000"))
	f := &Flow{Stream: s}
	b := newCatcher(t)
	user := func(from, to uint16) {
		for q := from; q <= to; q++ {
			f.Receive(testRTP(0, q, 0, 9, 20), s.Remote(), Now(), b.Batch)
		}
	}
	user(1, 10)
	s.SetKernelized(true)
	// The kernel takes 14 on, two of them lost, and leaves 100 to 109.
	k.in = Counters{Packets: 49987, Octets: 49987 * 32}
	k.ssrc = KernelSSRC{SSRC: 9, Packets: 49987, Octets: 49987 * 32, HighestSeq: 50012, Jitter: 5, LastPT: 8}
	user(11, 12)
	for range 2 {
		v := s.Snapshot()
		if v.In.Packets != 49999 || !v.Kernelized || v.LastKernelPacket.IsZero() || v.LastUserPacket.IsZero() || v.LastPacket.Before(v.LastUserPacket) {
			t.Errorf("%+v", v)
		}
		if q := v.IngressSSRC[0]; q.Packets != 49999 || q.Lost != 13 || q.Jitter != 5 || q.LastPT != 8 {
			t.Errorf("%+v", q)
		}
	}
	s.SetKernelized(false)
	user(50010&0xffff, 50010&0xffff)
	user(50013&0xffff, 50013&0xffff)
	if q := s.Snapshot().IngressSSRC[0]; q.Lost != 12 || q.Duplicates != 0 || q.HighestSeq != 50013 {
		t.Errorf("after the kernel: %+v", q)
	}
	if s.SetRemote(ap("192.0.2.1:4000")); k.moves != 1 {
		t.Errorf("moved %d times by naming the same endpoint", k.moves)
	}
	s.SetTOS(184)
	if s.Relearn(); k.moves != 3 {
		t.Errorf("moved %d times", k.moves)
	}
}

// A source that restarts while the kernel forwards loses nothing.
func TestKernelRestart(t *testing.T) {
	k := &kernelPort{fakePort: fakePort{ap("203.0.113.1:30000")}}
	s := NewStream(k)
	k.stream = s
	s.SetRemote(ap("192.0.2.1:4000"))
	f := &Flow{Stream: s}
	b := newCatcher(t)
	f.Receive(testRTP(0, 1, 0, 9, 20), s.Remote(), Now(), b.Batch)
	s.SetKernelized(true)
	k.in, k.ssrc = Counters{Packets: 40}, KernelSSRC{SSRC: 9, Packets: 40, HighestSeq: 41}
	for _, q := range []uint16{30000, 30001, 30002} {
		f.Receive(testRTP(0, q, 0, 9, 20), s.Remote(), Now(), b.Batch)
	}
	if q := s.Snapshot().IngressSSRC[0]; q.Packets != 44 || q.Lost != 0 || q.HighestSeq != 30002 {
		t.Errorf("%+v", q)
	}
}

// Several workers send to one stream while it is read.
func TestConcurrentSinks(t *testing.T) {
	sink := testStreamTo("203.0.113.1:30002", "192.0.2.2:4000")
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
			f := &Flow{Stream: s, RTP: []Sink{{To: sink}}}
			b := newCatcher(t)
			for i := range 3000 {
				f.Receive(testRTP(0, uint16(i), 0, uint32(w), 20), s.Remote(), Now(), b.Batch)
				b.take()
				if i%100 == 0 {
					s.Snapshot()
					sink.Snapshot()
					sink.SetRemote(ap("192.0.2.2:4000"))
				}
			}
		})
	}
	wg.Wait()
	v := sink.Snapshot()
	if v.Out.Packets != 9000 || len(v.EgressSSRC) != 3 {
		t.Errorf("%+v", v)
	}
	for _, q := range v.EgressSSRC {
		if q.Packets != 3000 {
			t.Errorf("%+v", q)
		}
	}
}
