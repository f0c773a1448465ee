package media

// With thousands of streams nothing that a packet needs is in the processor's
// caches. A worker that calls the functions below first, for all packets of a
// batch, has the reads of memory under way at the same time, while the atomic
// additions of Receive wait for one after the other. Their results only keep
// the reads in the program.

// Warm reads what Receive needs of the flow itself.
func (f *Flow) Warm() uint64 { return f.BlockPT[0] }

// WarmIn reads what Receive needs of the stream of an ordinary packet's flow.
func (s *Stream) WarmIn() uint64 {
	return s.in.packets.Load() + s.inSSRC.Load().warm() + s.remote.Load().warm()
}

// WarmOut reads what Receive needs of a stream that a flow sinks into.
func (s *Stream) WarmOut() uint64 {
	return s.out.packets.Load() + s.outSSRC.Load().warm() + s.remote.Load().warm()
}

func (r *remote) warm() uint64 { return uint64(r.window) + uint64(r.endpoint.n) }

// warm reads the source that is most likely current, where Receive begins and
// where sequence goes on.
func (t *ssrcTable) warm() uint64 {
	if t == nil {
		return 0
	}
	return t.slots[0].key.Load() + uint64(t.slots[0].seq.clock)
}
