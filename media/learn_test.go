package media

import (
	"net/netip"
	"testing"
	"time"
)

// TestSourcePolicy plays packets from several sources against each policy.
func TestSourcePolicy(t *testing.T) {
	const (
		signalled = "192.0.2.1:4000"
		samePort  = "192.0.2.9:4000"
		sameAddr  = "192.0.2.1:4444"
		other     = "192.0.2.9:9999"
		other2    = "192.0.2.8:8888"
		none      = ""
	)
	type step struct {
		at        time.Duration
		src       string
		forwarded bool
		remote    string // afterwards
		confirmed bool
	}
	ms := time.Millisecond
	for _, c := range []struct {
		name   string
		policy SourcePolicy
		remote string
		steps  []step
	}{
		{"heuristic: signalled source is confirmed at once", SourcePolicy{}, signalled, []step{
			{0, signalled, true, signalled, true},
			{10 * ms, other, false, signalled, true},
			{20 * ms, sameAddr, false, signalled, true},
			{9 * time.Second, other, false, signalled, true},
			{9 * time.Second, signalled, true, signalled, true},
		}},
		{"heuristic: better sources win in the window", SourcePolicy{}, signalled, []step{
			{0, other, true, other, false},
			{20 * ms, samePort, true, samePort, false},
			{40 * ms, other, false, samePort, false},
			{60 * ms, sameAddr, true, sameAddr, false},
			{80 * ms, samePort, false, sameAddr, false},
			{100 * ms, signalled, true, signalled, true},
			{120 * ms, sameAddr, false, signalled, true},
		}},
		{"heuristic: the candidate is confirmed when the window ends", SourcePolicy{}, signalled, []step{
			{0, other, true, other, false},
			{2900 * ms, other, true, other, false},
			{3 * time.Second, other2, false, other, false},
			{3001 * ms, other, true, other, true},
			{3002 * ms, signalled, false, other, true},
		}},
		{"heuristic: a talking candidate keeps its place", SourcePolicy{}, signalled, []step{
			{0, other, true, other, false},
			{20 * ms, other2, false, other, false},
			{40 * ms, other, true, other, false},
			{60 * ms, other2, false, other, false},
		}},
		{"heuristic: a silent candidate loses its place", SourcePolicy{}, signalled, []step{
			{0, other, true, other, false},
			{20 * ms, other2, false, other, false},
			{500 * ms, other2, true, other2, false},
			{520 * ms, other, false, other2, false},
			{3100 * ms, other2, true, other2, true},
		}},
		{"heuristic: a silent candidate is replaced after the window", SourcePolicy{}, signalled, []step{
			{0, sameAddr, true, sameAddr, false},
			{4 * time.Second, other, true, other, true},
			{4 * time.Second, sameAddr, false, other, true},
		}},
		{"heuristic: the window opens with the first packet", SourcePolicy{}, signalled, []step{
			{time.Hour, other, true, other, false},
			{time.Hour + 20*ms, signalled, true, signalled, true},
		}},
		{"immediate", SourcePolicy{Learning: LearnImmediate}, signalled, []step{
			{0, other, true, other, true},
			{10 * ms, signalled, false, other, true},
		}},
		{"delayed", SourcePolicy{Learning: LearnDelayed}, signalled, []step{
			{0, other, true, signalled, false},
			{20 * ms, signalled, true, signalled, false},
			{3 * time.Second, other2, true, other2, true},
			{3 * time.Second, signalled, false, other2, true},
		}},
		{"off", SourcePolicy{Learning: LearnOff}, signalled, []step{
			{0, other, true, signalled, false},
			{5 * time.Second, other, true, signalled, false},
			{5 * time.Second, signalled, true, signalled, true},
			{6 * time.Second, other, false, signalled, true},
		}},
		{"off, strict", SourcePolicy{Learning: LearnOff, Strict: true}, signalled, []step{
			{0, other, false, signalled, false},
			{0, signalled, true, signalled, true},
			{0, other, false, signalled, true},
		}},
		{"asymmetric", SourcePolicy{Asymmetric: true}, signalled, []step{
			{0, other, true, signalled, false},
			{0, signalled, true, signalled, true},
			{9 * time.Second, other2, true, signalled, true},
		}},
		{"asymmetric, strict", SourcePolicy{Asymmetric: true, Strict: true}, signalled, []step{
			{0, other, false, signalled, false},
			{0, signalled, true, signalled, true},
			{0, other, false, signalled, true},
		}},
		{"handover", SourcePolicy{Handover: true}, signalled, []step{
			{0, signalled, true, signalled, true},
			{time.Minute, other, true, other, true},
			{2 * time.Minute, sameAddr, true, sameAddr, true},
		}},
		{"nothing signalled", SourcePolicy{}, none, []step{
			{0, other, true, none, false},
			{9 * time.Second, other2, true, none, false},
		}},
		{"nothing signalled, strict and off", SourcePolicy{Learning: LearnOff, Strict: true}, none, []step{
			{0, other, false, none, false},
		}},
		{"on hold by address", SourcePolicy{Learning: LearnImmediate}, "0.0.0.0:4000", []step{
			{0, other, true, none, false},
		}},
		{"port 0", SourcePolicy{Handover: true}, "192.0.2.1:0", []step{
			{0, sameAddr, true, none, false},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, sink := testStream("203.0.113.1:30000"), testStreamTo("203.0.113.1:30002", "198.51.100.1:7000")
			if c.remote != none {
				s.SetRemote(ap(c.remote))
			}
			f := &Flow{Stream: s, Source: c.policy, RTP: []Sink{{To: sink}}}
			b := newCatcher(t)
			start := Now()
			for i, st := range c.steps {
				f.Receive(testRTP(0, uint16(i), 0, 1, 160), ap(st.src), start+int64(st.at), b.Batch)
				want := netip.AddrPort{}
				if st.remote != none {
					want = ap(st.remote)
				}
				if n := len(b.take()); (n == 1) != st.forwarded || s.Remote() != want || s.Confirmed() != st.confirmed {
					t.Fatalf("step %d from %s: sent %d, remote %s, confirmed %v; want %+v", i, st.src, n, s.Remote(), s.Confirmed(), st)
				}
			}
		})
	}
}

func TestSetRemote(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	f := &Flow{Stream: s}
	b := newCatcher(t)
	other := ap("192.0.2.7:7")
	f.Source.Learning = LearnImmediate
	f.Receive(testRTP(0, 1, 1, 1, 1), other, Now(), b.Batch)
	if s.Remote() != other || !s.Confirmed() {
		t.Fatal("not learned")
	}
	s.SetRemote(ap("192.0.2.1:4000"))
	if s.Remote() != other || !s.Confirmed() {
		t.Error("the same endpoint again changed something")
	}
	s.SetRemote(ap("[::ffff:192.0.2.1]:4002"))
	if s.Remote() != ap("192.0.2.1:4002") || s.Confirmed() || s.Advertised() != s.Remote() {
		t.Errorf("new endpoint: %s", s.Remote())
	}
	s.Confirm(other)
	if s.Remote() != other || !s.Confirmed() || s.Advertised() != ap("192.0.2.1:4002") {
		t.Error("Confirm")
	}
	s.Relearn()
	if s.Remote() != other || s.Confirmed() {
		t.Error("Relearn")
	}
	s.SetRemote(ap("0.0.0.0:4002"))
	if s.Remote().IsValid() || s.Destination() != nil {
		t.Error("sends to 0.0.0.0")
	}
}

// Broken packets teach nothing, nor do those that fail authentication.
func TestLearnsFromValidPacketsOnly(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	f := &Flow{Stream: s, Source: SourcePolicy{Learning: LearnImmediate}}
	b := newCatcher(t)
	for _, pkt := range [][]byte{nil, {0x80}, {0x80, 0, 0, 1}, {0x80, 200, 0, 9, 0, 0, 0, 0}, make([]byte, 20), {22, 254, 253, 0}, {0xff, 0xff, 0xff}} {
		f.Receive(pkt, ap("192.0.2.66:6"), Now(), b.Batch)
	}
	f.Unprotect = &fakeTransform{err: ErrAuth}
	f.Receive(testRTP(0, 1, 1, 1, 20), ap("192.0.2.66:6"), Now(), b.Batch)
	if s.Confirmed() || s.Remote() != s.Advertised() {
		t.Fatal("learned from a broken packet")
	}
	if v := s.Snapshot(); v.In.Errors != 8 || v.In.Packets != 0 || v.Drops[DropAuth] != 1 || !v.LastPacket.IsZero() {
		t.Fatalf("%+v", v)
	}
	f.Unprotect = &fakeTransform{}
	f.Receive(testRTP(0, 1, 1, 1, 20), ap("192.0.2.66:6"), Now(), b.Batch)
	if !s.Confirmed() {
		t.Fatal("not learned from an authentic packet")
	}
}

func TestCallbacks(t *testing.T) {
	n := NewNotifier()
	defer n.Close()
	b := NewBatch(8, nil, n, func([]Outgoing) {})
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	var learned []LearnEvent
	var refused []netip.AddrPort
	f := &Flow{
		Stream:  s,
		Learned: func(e LearnEvent) { learned = append(learned, e) },
		Refused: func(a netip.AddrPort) { refused = append(refused, a) },
	}
	p := testRTP(0, 1, 1, 1, 20)
	f.Receive(p, ap("192.0.2.1:4002"), Now(), b)
	f.Receive(p, ap("192.0.2.1:4000"), Now(), b)
	for range 5 {
		f.Receive(p, ap("192.0.2.9:9"), Now(), b)
	}
	n.Wait()
	if len(learned) != 2 || learned[0].Confirmed || learned[0].Old != ap("192.0.2.1:4000") || learned[0].New != ap("192.0.2.1:4002") || !learned[1].Confirmed || learned[1].Why == "" {
		t.Errorf("learned %+v", learned)
	}
	if len(refused) != 1 || refused[0] != ap("192.0.2.9:9") {
		t.Errorf("refused %v", refused)
	}
}
