package media

// Offload is an engine that forwards a stream's packets below user space and
// keeps counters of its own.
type Offload interface {
	// Report adds what was counted since the last report to the stream, by
	// AddKernel. It is called from Snapshot, on any goroutine.
	Report(*Stream)
}

// SetOffload names the engine that forwards what arrives at the stream's port;
// nil when user space does (again). Before it takes a flow back the engine
// reports what is left.
func (s *Stream) SetOffload(o Offload) {
	if o == nil {
		s.kernelized.Store(false)
		s.offload.Store(nil)
		return
	}
	s.offload.Store(&o)
	s.kernelized.Store(true)
}

// Kernelized tells whether the kernel forwards what arrives at the port.
func (s *Stream) Kernelized() bool { return s.kernelized.Load() }

// KernelReport is what an Offload counted since its last report.
type KernelReport struct {
	// In is what arrived, Drops those not forwarded.
	In    Counters
	Drops [DropCauses]uint64
	// Last is when the last packet arrived (Now's clock), 0 if none did.
	Last int64
	// SSRC describes the RTP source, if Packets isn't 0.
	SSRC KernelSSRC
}

// KernelSSRC is the part of a KernelReport about one RTP source. Packets,
// Octets, Lost and Duplicates are increments, the rest is the state reached.
type KernelSSRC struct {
	SSRC            uint32
	Packets, Octets uint64
	Lost            int64
	Duplicates      uint64
	HighestSeq      uint16
	Jitter          uint32 // in clock ticks
	LastPT          uint8
}

// AddKernel adds a report to the receiving half of the stream.
func (s *Stream) AddKernel(r *KernelReport) {
	s.in.add(r.In)
	for i, n := range r.Drops {
		if n != 0 {
			s.drops[i].Add(n)
		}
	}
	if r.Last > s.in.lastKernel.Load() {
		s.in.lastKernel.Store(r.Last)
	}
	if r.SSRC.Packets != 0 {
		loadTable(&s.in.ssrc).addKernel(&r.SSRC)
	}
}

// AddKernelOut adds to the sending half of the stream what the kernel sent to
// its peer; k describes the RTP source, nil if there is none.
func (s *Stream) AddKernelOut(c Counters, k *KernelSSRC) {
	s.out.add(c)
	if k != nil && k.Packets != 0 {
		loadTable(&s.out.ssrc).sent(k.SSRC, k.HighestSeq, k.LastPT, k.Packets, k.Octets)
	}
}
