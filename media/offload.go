package media

// Accelerator is a Port of an engine that forwards packets below user space,
// on top of another engine, and keeps counters of its own.
type Accelerator interface {
	Port
	// Lower is the port of the engine underneath.
	Lower() Port
	// Report adds what was counted since the last report to the streams
	// concerned, by AddKernel and AddKernelOut. It is called from Snapshot of
	// the port's stream, on any goroutine. The engine does so itself once a
	// second.
	Report()
	// Heard tells that user space knows of another RTP source, or that one has
	// restarted. It is called on the packet path, as Report then is.
	Heard()
	// Moving tells that what is said below is about to change. It is called
	// before the change can be seen, on the packet path too: it takes no lock.
	Moving()
	// Moved tells that what decides on forwarding changed in the port's stream:
	// its peer's endpoint, whether that is confirmed, or the TOS. It is called
	// after the change, by whoever made it: before SetRemote and its like
	// return, and ahead of Flow.Learned; never on the packet path.
	Moved(*Stream)
}

// moving tells the engine that the stream is about to change.
func (s *Stream) moving() {
	if s.accelerator != nil {
		s.accelerator.Moving()
	}
}

// moved tells the engine of a change of the stream.
func (s *Stream) moved() {
	if s.accelerator != nil {
		s.accelerator.Moved(s)
	}
}

// SetKernelized tells whether the kernel forwards what arrives at the port.
// Before it takes a flow back the engine reports what is left.
func (s *Stream) SetKernelized(on bool) { s.kernelized.Store(on) }

// Kernelized tells whether the kernel forwards what arrives at the port.
func (s *Stream) Kernelized() bool { return s.kernelized.Load() }

// KernelSSRC is what was counted of one RTP source. Packets, Octets and
// Duplicates are increments, the rest is the state reached.
type KernelSSRC struct {
	SSRC            uint32
	Packets, Octets uint64
	Duplicates      uint64
	HighestSeq      uint32 // extended, going on from that of SSRCStats
	Jitter          uint32 // in clock ticks; 0 if not measured
	LastPT          uint8
	LastTimestamp   uint32 // RTP timestamp of the last packet
}

// AddKernel adds to the receiving half of the stream what arrived; last is
// when the last packet did (Now's clock), 0 if none.
func (s *Stream) AddKernel(in Counters, last int64) {
	// The kernel's part goes first: who reads both, the sum before it, never
	// takes it for user space's.
	s.in.kernel.add(in)
	if last > s.in.lastKernel.Load() {
		s.in.lastKernel.Store(last)
	}
	s.in.add(in)
}

// IngressSources describes the RTP sources heard at the port, latest first, as
// far as user space knows without asking the kernel.
func (s *Stream) IngressSources() []SSRCStats { return s.in.sources.stats() }

// Accelerator is the port of the kernel tier that the stream belongs to, nil
// if there is none.
func (s *Stream) Accelerator() Accelerator { return s.accelerator }

// AddKernelSSRC adds to the receiving half what arrived from one RTP source.
func (s *Stream) AddKernelSSRC(k *KernelSSRC) {
	if k.Packets != 0 {
		s.in.sources.addKernel(k)
	}
}

// AddKernelOut adds to the sending half of the stream what the kernel sent to
// its peer.
func (s *Stream) AddKernelOut(c Counters) { s.out.add(c) }

// AddKernelSSRCOut adds to the sending half what was sent of one RTP source.
func (s *Stream) AddKernelSSRCOut(k *KernelSSRC) {
	if k.Packets != 0 {
		s.out.sources.sent(k.SSRC, uint16(k.HighestSeq), k.LastPT, k.Packets, k.Octets)
	}
}
