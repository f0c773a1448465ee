package media

// Warm reads what Receive is going to need for an ordinary packet. With
// thousands of streams none of it is in the processor's caches: here the reads
// are under way at the same time, for all packets of a batch if a worker calls
// Warm for each of them first, while the atomic additions of Receive wait for
// one after the other. The result only keeps the reads in the program.
func (f *Flow) Warm() uint64 {
	s := f.Stream
	n := uint64(f.BlockPT[0]) + s.in.packets.Load() + s.inSSRC.Load().warm() + s.remote.Load().warm()
	if len(f.RTP) == 0 {
		return n
	}
	to := f.RTP[0].To
	return n + to.out.packets.Load() + to.outSSRC.Load().warm() + to.remote.Load().warm()
}

func (r *remote) warm() uint64 { return uint64(r.window) + uint64(r.endpoint.n) }

// warm reads the source that is most likely current, where Receive does and
// where received goes on.
func (t *ssrcTable) warm() uint64 {
	if t == nil {
		return 0
	}
	return t.slots[0].key.Load() + uint64(t.slots[0].seq.clock)
}
