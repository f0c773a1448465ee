package media

import "testing"

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
