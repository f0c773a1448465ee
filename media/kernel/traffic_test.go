package kernel

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rtpgo/media"
)

// stream sends numbered packets of a side until stop, and counts where they
// arrive.
type traffic struct {
	t     *testing.T
	from  *side
	sent  atomic.Int64
	stop  chan struct{}
	group sync.WaitGroup
	mu    sync.Mutex
	seen  map[*phone][]uint16 // sequence numbers in order of arrival
}

func startTraffic(t *testing.T, from *side, every time.Duration, to ...*phone) *traffic {
	v := &traffic{t: t, from: from, stop: make(chan struct{}), seen: map[*phone][]uint16{}}
	for _, p := range to {
		v.group.Go(func() {
			buf := make([]byte, 2048)
			quiet := time.Time{}
			for {
				_ = p.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
				n, _, err := p.conn.ReadFromUDPAddrPort(buf)
				if err == nil && n >= 12 {
					v.mu.Lock()
					v.seen[p] = append(v.seen[p], binary.BigEndian.Uint16(buf[2:]))
					v.mu.Unlock()
					continue
				}
				select {
				case <-v.stop:
					// What is still on its way comes within this time.
					if quiet.IsZero() {
						quiet = time.Now()
					} else if time.Since(quiet) > 300*time.Millisecond {
						return
					}
				default:
				}
			}
		})
	}
	v.group.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-v.stop:
				return
			case <-tick.C:
				from.phone.send(from.port.Local(), from.rtp(160))
				v.sent.Add(1)
			}
		}
	})
	return v
}

// more waits until n more packets were sent.
func (v *traffic) more(n int64) {
	v.t.Helper()
	until := v.sent.Load() + n
	wait(v.t, func() bool { return v.sent.Load() >= until }, func() string { return "traffic" })
}

// end stops and returns how many packets were sent, seen more than once, and
// not at all.
func (v *traffic) end(to ...*phone) (sent, twice, lost int) {
	close(v.stop)
	v.group.Wait()
	count := map[uint16]int{}
	for _, p := range to {
		for _, seq := range v.seen[p] {
			count[seq]++
		}
	}
	sent = int(v.sent.Load())
	for _, n := range count {
		if n > 1 {
			twice++
		}
	}
	return sent, twice, sent - len(count)
}

// asIs is a transform that only keeps a flow out of the kernel.
type asIs struct{}

func (asIs) RTP(_, src []byte) ([]byte, error)  { return src, nil }
func (asIs) RTCP(_, src []byte) ([]byte, error) { return src, nil }

// A flow goes up and down with packets running: every packet arrives once, and
// the figures tell so.
func TestMovesUnderTraffic(t *testing.T) {
	for name, lower := range map[string]func(testing.TB) media.Engine{"sockets": lowerEngine, "batched": batchedEngine} {
		t.Run(name, func(t *testing.T) { movesUnderTraffic(t, lower) })
	}
}

func movesUnderTraffic(t *testing.T, lower func(testing.TB) media.Engine) {
	l := newLab(t)
	e := newTestEngineOn(t, lower(t), Options{})
	defer e.Close()
	a, b := l.established(e, "44")
	before := a.stream.Snapshot()
	v := startTraffic(t, a, 500*time.Microsecond, b.phone)
	plainFlow := a.flow
	for range 20 {
		v.more(40)
		silenced := plainFlow
		silenced.Silence = &media.SilenceFill{}
		a.port.Install(&silenced)
		if a.stream.Kernelized() {
			t.Error("a flow that silences is in the kernel")
		}
		v.more(40)
		flow := plainFlow
		a.port.Install(&flow)
		if !a.stream.Kernelized() {
			t.Errorf("the plain flow is not in the kernel: %s", Why(a.port))
		}
	}
	v.more(40)
	sent, twice, lost := v.end(b.phone)
	if twice != 0 || lost != 0 {
		t.Errorf("of %d packets %d arrived twice, %d not at all", sent, twice, lost)
	}
	now, out := a.stream.Snapshot(), b.stream.Snapshot()
	if got := int(now.In.Packets - before.In.Packets); got != sent {
		t.Errorf("%d packets in, want %d", got, sent)
	}
	if got := int(out.Out.Packets - 1); got != sent {
		t.Errorf("%d packets out, want %d", got, sent)
	}
	if want := uint64(sent+1) * 172; now.In.Octets != want || out.Out.Octets != want {
		t.Errorf("%d octets in, %d out, want %d", now.In.Octets, out.Out.Octets, want)
	}
	q := now.IngressSSRC[0]
	if q.Lost != 0 || q.Duplicates != 0 || int(q.Packets) != sent+1 || uint16(q.HighestSeq) != a.seq {
		t.Errorf("%+v, last sent %d of %d", q, a.seq, sent)
	}
	if q := out.EgressSSRC[0]; int(q.Packets) != sent+1 || uint16(q.HighestSeq) != a.seq {
		t.Errorf("%+v", q)
	}
	for cause, n := range now.Drops {
		if n != 0 {
			t.Errorf("%d drops: %s", n, media.DropCause(cause))
		}
	}
	if user := e.Stats().Received; user < 400 || int(user) > sent-400 {
		t.Errorf("%d of %d packets passed user space", user, sent)
	}
}

// Signalling names another endpoint: from then on nothing goes to the old one.
func TestRedirectedUnderTraffic(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	phones := []*phone{b.phone, l.phone(l.b, "198.18.1.2"), l.phone(l.b, "198.18.1.2")}
	v := startTraffic(t, a, 500*time.Microsecond, phones...)
	type move struct {
		to   *phone
		from int64 // packets sent before the move
		done int64 // and once it was made
	}
	var moves []move
	for n := range 15 {
		v.more(40)
		m := move{to: phones[(n+1)%3], from: v.sent.Load()}
		b.stream.SetRemote(m.to.addr)
		m.done = v.sent.Load()
		moves = append(moves, m)
	}
	v.more(40)
	sent, twice, lost := v.end(phones...)
	if twice != 0 || lost != 0 {
		t.Errorf("of %d packets %d arrived twice, %d not at all", sent, twice, lost)
	}
	// One packet may be in work when a move begins, one be sent unseen.
	first := int64(a.seq) - int64(sent) + 1
	for _, p := range phones {
		for _, seq := range v.seen[p] {
			n := int64(seq) - first // packets sent before this one
			at := phones[0]
			for _, m := range moves {
				if n > m.done+1 {
					at = m.to
				}
			}
			near := false
			for _, m := range moves {
				near = near || n >= m.from-2 && n <= m.done+1
			}
			if p != at && !near {
				t.Fatalf("packet %d went to %s, want %s", n, p.addr, at.addr)
			}
		}
	}
	inKernel := a.kernelPackets()
	if inKernel < uint64(sent)*8/10 {
		t.Errorf("only %d of %d packets by the kernel", inKernel, sent)
	}
}

// The kernel goes on counting where user space was, and the other way round;
// losses and duplicates are the same figures.
func TestFiguresOfLosses(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	send := func(by uint64, seqs ...uint16) {
		t.Helper()
		a.byKernel(by, func() {
			for _, q := range seqs {
				a.seq = q - 1
				a.passes(b)
			}
		})
	}
	figures := func(packets uint64, lost int64, duplicates uint64, high uint32) {
		t.Helper()
		q := a.stream.Snapshot().IngressSSRC[0]
		if q.Packets != packets || q.Lost != lost || q.Duplicates != duplicates || q.HighestSeq != high {
			t.Fatalf("%+v; want %d packets, %d lost, %d duplicates, highest %d", q, packets, lost, duplicates, high)
		}
	}
	figures(1, 0, 0, 1)
	send(4, 2, 3, 6, 5) // 4 is missing
	figures(5, 1, 0, 6)
	send(2, 5, 6)
	figures(7, 1, 2, 6)
	in := a.flow
	in.Unprotect = asIs{}
	a.port.Install(&in)
	send(0, 9) // 7 and 8 are missing
	figures(8, 3, 2, 9)
	a.install()
	send(2, 10, 8)
	figures(10, 2, 2, 10)
	// Up to the end of the numbers, and over it.
	for q := 2900; q < 65536; q += 2900 {
		send(1, uint16(q))
	}
	send(2, 65535, 0)
	figures(10+22+2, 65536-10-24+2, 2, 65536)
	// A restart is user space's to confirm; then the kernel goes on.
	before := a.stream.Snapshot().IngressSSRC[0]
	send(0, 30000, 30001)
	send(1, 30002)
	if q := a.stream.Snapshot().IngressSSRC[0]; q.Lost != before.Lost || uint16(q.HighestSeq) != a.seq {
		t.Errorf("after a restart %+v, before it %+v, last %d", q, before, a.seq)
	}
	// Another source is user space's first, then the kernel's.
	a.ssrc++
	a.seq = 7
	send(0, 8)
	send(1, 9)
	v := a.stream.Snapshot()
	if len(v.IngressSSRC) != 2 || v.IngressSSRC[0].SSRC != a.ssrc || v.IngressSSRC[0].Lost != 0 || uint16(v.IngressSSRC[0].HighestSeq) != a.seq {
		t.Errorf("%+v", v.IngressSSRC)
	}
	if v.LastKernelPacket.IsZero() || v.LastKernelPacket.Sub(v.LastPacket).Abs() > time.Millisecond || time.Since(v.LastKernelPacket) > time.Minute || !v.Kernelized {
		t.Errorf("%+v", v)
	}
}

// Jitter is measured in the kernel as in user space.
func TestJitter(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	a.byKernel(50, func() {
		for n := range 50 {
			a.passes(b)
			time.Sleep(time.Duration(n%2) * 20 * time.Millisecond)
		}
	})
	// Timestamps advance by 20 ms, packets come 0 and 20 ms apart.
	if q := a.stream.Snapshot().IngressSSRC[0]; q.Jitter < 20 || q.Jitter > 2000 || q.JitterTime == 0 {
		t.Errorf("%+v", q)
	}
}

// A peer that moves is followed where signalling allows it, a confirmed one is
// not taken over otherwise.
func TestHandover(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	a.flow.Source.Handover = true
	a.install()
	moved := l.phone(l.a, "198.18.0.2")
	for range 5 {
		old := a.phone
		a.phone = moved
		a.byKernel(0, func() { a.passes(b) })
		b.passes(a) // to where it was heard from last
		wait(t, func() bool {
			n := a.kernelPackets()
			a.passes(b)
			return a.kernelPackets() > n
		}, func() string { return Why(a.port) })
		moved = old
	}
}
