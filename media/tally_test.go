package media

import "testing"

// TestTally: the counters of Snapshot, and what of them the kernel had.
func TestTally(t *testing.T) {
	k := &kernelPort{fakePort: fakePort{ap("203.0.113.1:30000")}}
	s := NewStream(k)
	k.stream = s
	s.SetRemote(ap("192.0.2.1:4000"))
	f := &Flow{Stream: s}
	b := newCatcher(t)
	f.Receive(testRTP(0, 1, 1, 9, 160), s.Advertised(), Now(), b.Batch)
	f.Receive([]byte("nonsense"), s.Advertised(), Now(), b.Batch)
	f.Receive(testRTP(0, 4, 1, 9, 160), s.Advertised(), Now(), b.Batch)
	f.Receive(testRTP(0, 4, 1, 9, 160), s.Advertised(), Now(), b.Batch)
	k.in = Counters{Packets: 3, Octets: 300}

	var v Tally
	s.Tally(&v)
	if v.In.Packets != 3 || v.Kernel != (Counters{}) {
		t.Errorf("the kernel was asked: %+v", v)
	}
	k.Report()
	s.Tally(&v)
	if v.In != (Counters{6, 300 + 3*172, 1}) || v.Kernel != (Counters{3, 300, 0}) {
		t.Errorf("in %+v, of it in the kernel %+v", v.In, v.Kernel)
	}
	if v.Drops[DropNotRTP] != 1 || v.Drops[DropNoSink] != 3 || v.Lost != 2 || v.Duplicates != 1 {
		t.Errorf("%+v", v)
	}
	if v.LastUser == 0 || v.LastKernel < v.LastUser {
		t.Errorf("last in user space %d, in the kernel %d", v.LastUser, v.LastKernel)
	}
}

func BenchmarkTally(b *testing.B) {
	streams := make([]*Stream, 40000) // of 10,000 calls: more than any cache holds
	batch := newCatcher(b)
	for i := range streams {
		streams[i] = testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
		(&Flow{Stream: streams[i]}).Receive(testRTP(0, 1, 1, 9, 160), ap("192.0.2.1:4000"), Now(), batch.Batch)
	}
	b.ReportAllocs()
	var v Tally
	for i := 0; b.Loop(); i++ {
		streams[i%len(streams)].Tally(&v)
	}
}
