package media

// With thousands of streams nothing that a packet needs is in the processor's
// caches. A worker that calls the functions below first, for all packets of a
// batch, has the reads of memory under way at the same time, while the atomic
// additions of Receive wait for one after the other. Their results only keep
// the reads in the program.

// Warm reads what Receive needs of the flow itself.
func (f *Flow) Warm() uint64 {
	n := f.BlockPT[0]
	if len(f.RTP) > 0 && f.RTP[0].NATWait {
		n++
	}
	return n
}

// WarmIn reads what Receive needs of the stream of an ordinary packet's flow.
func (s *Stream) WarmIn() uint64 {
	return s.in.packets.Load() + s.in.sources.warm() + s.remote.Load().warm()
}

// WarmOut reads what Receive needs of a stream that a flow sinks into.
func (s *Stream) WarmOut() uint64 {
	return s.out.packets.Load() + s.out.sources.warm() + s.remote.Load().warm()
}

func (r *remote) warm() uint64 { return uint64(r.window) + uint64(r.endpoint.n) }

// warm reads the source that is most likely current, at the beginning and
// further down.
func (t *ssrcTable) warm() uint64 { return t.first.key.Load() + t.first.seq.seen }
