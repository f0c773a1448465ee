package media

import "testing"

// TestNotifierCounts: what decided on a peer's endpoint is counted.
func TestNotifierCounts(t *testing.T) {
	n := NewNotifier()
	b := NewBatch(8, nil, n, func([]Outgoing) {})
	pkt := testRTP(0, 1, 1, 1, 20)
	for _, c := range []struct {
		source   string
		policy   SourcePolicy
		decision LearnDecision
	}{
		{"192.0.2.1:4000", SourcePolicy{}, LearnedExact},
		{"192.0.2.1:4002", SourcePolicy{Learning: LearnImmediate}, LearnedAddress},
		{"192.0.2.9:4000", SourcePolicy{}, LearnedPort},
		{"192.0.2.9:4002", SourcePolicy{}, LearnedAny},
	} {
		f := &Flow{Stream: testStreamTo("203.0.113.1:1", "192.0.2.1:4000"), Source: c.policy}
		f.Receive(pkt, ap(c.source), Now(), b)
	}
	moved := &Flow{Stream: testStreamTo("203.0.113.1:1", "192.0.2.1:4000"), Source: SourcePolicy{Handover: true}}
	moved.Receive(pkt, ap("192.0.2.1:4000"), Now(), b)
	moved.Receive(pkt, ap("192.0.2.9:9"), Now(), b)
	strict := &Flow{Stream: moved.Stream, Source: SourcePolicy{}}
	for range 3 { // told once
		strict.Receive(pkt, ap("192.0.2.8:8"), Now(), b)
	}
	n.Close()
	var s EngineStats
	n.AddTo(&s)
	want := EngineStats{
		Learned:   [LearnDecisions]uint64{LearnedAny: 1, LearnedPort: 1, LearnedAddress: 1, LearnedExact: 2, LearnedHandover: 1},
		Confirmed: [LearnDecisions]uint64{LearnedAddress: 1, LearnedExact: 2, LearnedHandover: 1},
		Strangers: 1,
	}
	if s != want {
		t.Errorf("counted %+v\nwant %+v", s, want)
	}
}

// When the queue overflows the engine still hears of every stream that moved.
func TestNotifierOverflow(t *testing.T) {
	n := NewNotifier()
	b := NewBatch(8, nil, n, func([]Outgoing) {})
	block, blocked := make(chan struct{}), make(chan struct{})
	first := &Flow{Stream: testStreamTo("203.0.113.1:1", "192.0.2.1:4000"), Learned: func(LearnEvent) { close(blocked); <-block }}
	pkt := testRTP(0, 1, 1, 1, 20)
	first.Receive(pkt, first.Stream.Advertised(), Now(), b)
	<-blocked
	var ports []*kernelPort
	for i := range notifierDepth + 100 {
		k := &kernelPort{fakePort: fakePort{ap("203.0.113.1:2")}}
		s := NewStream(k)
		s.SetRemote(ap("192.0.2.1:4000"))
		k.stream, k.moves = s, 0
		ports = append(ports, k)
		f := &Flow{Stream: s, Source: SourcePolicy{Handover: true}}
		f.Receive(pkt, s.Advertised(), Now(), b)
		if i >= notifierDepth {
			f.Receive(pkt, ap("192.0.2.9:9"), Now(), b)
		}
	}
	if n.Lost() != 200 {
		t.Errorf("%d events lost, want 200", n.Lost())
	}
	close(block)
	n.Close()
	for i, k := range ports {
		if k.moves != 1 {
			t.Fatalf("stream %d moved %d times", i, k.moves)
		}
	}
}
