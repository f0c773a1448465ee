package media

// Tally is the counters of a Stream alone, for sums over very many of them: it
// is read without an allocation and without asking the kernel.
type Tally struct {
	// In, Out and Drops are those of Snapshot; of In, Kernel was forwarded in
	// the kernel.
	In, Kernel, Out Counters
	Drops           [DropCauses]uint64
	// Lost and Duplicates add up those of the RTP sources that the stream
	// remembers. They start again when it forgets one.
	Lost       int64
	Duplicates uint64
	// LastUser and LastKernel are when the last packet came in each of them, by
	// Now's clock; 0 means never.
	LastUser, LastKernel int64
}

// Tally reads the stream's counters. What the kernel has counted since its
// engine's last report is missing.
func (s *Stream) Tally(t *Tally) {
	s.Traffic(t)
	for i := range t.Drops {
		t.Drops[i] = s.drops[i].Load()
	}
	t.Lost, t.Duplicates = 0, 0
	for i := range s.in.sources.len() {
		slot := s.in.sources.slot(i)
		t.Lost += max(0, slot.lost.Load())
		t.Duplicates += slot.duplicates.Load()
	}
}

// Traffic reads In, Kernel, Out and the times alone: what is worth a look every
// second on each of tens of thousands of streams.
func (s *Stream) Traffic(t *Tally) {
	t.In, t.Out, t.Kernel = s.in.load(), s.out.load(), Counters{}
	t.LastUser, t.LastKernel = s.in.lastUser.Load(), s.in.lastKernel.Load()
	if t.LastKernel != 0 {
		t.Kernel = s.in.kernel.load()
	}
}
