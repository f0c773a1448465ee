package media

// Warm reads what Receive is going to need for an ordinary packet. With
// thousands of streams none of it is in the processor's caches; a worker that
// calls Warm for all packets of a batch first has these reads under way at the
// same time, while the atomic additions of Receive wait for one after the
// other. The result only keeps the reads in the program.
func (f *Flow) Warm() uint64 {
	s := f.Stream
	n := s.in.packets.Load() + s.in.ssrc.Load().warm()
	if d := s.remote.Load().dest; d != nil {
		n += uint64(d.n)
	}
	if len(f.RTP) == 0 {
		return n
	}
	to := f.RTP[0].To
	n += to.out.packets.Load() + to.out.ssrc.Load().warm()
	if d := to.remote.Load().dest; d != nil {
		n += uint64(d.n)
	}
	return n
}

func (t *ssrcTable) warm() uint64 {
	if t == nil {
		return 0
	}
	return uint64(t.current.Load()) + t.slots[0].key.Load()
}
