package kernel

import (
	"sync"
	"sync/atomic"

	"rtpgo/media"
)

// entry is a flow in the kernel: what the map holds, and how much of what its
// slot has counted the streams know already.
type entry struct {
	key     bpfFlowKey
	index   uint32 // of the slot
	in, out *media.Stream

	mu       sync.Mutex
	flow     bpfFlow
	slots    *slots // keeps the memory of slot
	slot     *bpfSlot
	packets  uint64
	octets   uint64
	failed   uint64
	up       uint64
	strange  int // reports in a row whose payload type has another clock
	reported [sources]reportedSource
}

// sources is SOURCES of forward.h.
const sources = len(bpfSlot{}.Sources)

type reportedSource struct {
	octets              uint64
	packets, duplicates uint32
}

// report adds to the streams what was counted since the last report. It tells
// whether the entry may be out of date: packets went up, or the source's
// payload type has settled on another one, maybe of another clock.
func (e *entry) report() (stale bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.slot
	if s == nil {
		return false
	}
	packets := atomic.LoadUint64(&s.Packets)
	if d := packets - e.packets; d != 0 {
		octets := atomic.LoadUint64(&s.Octets)
		c := media.Counters{Packets: d, Octets: octets - e.octets}
		e.packets, e.octets = packets, octets
		e.in.AddKernel(c, int64(atomic.LoadUint64(&s.Last)))
		e.out.AddKernelOut(c)
	}
	if failed := atomic.LoadUint64(&s.Failed); failed != e.failed {
		e.out.SendFailed(int(failed-e.failed), media.FailedOther)
		e.failed = failed
	}
	for i := range s.Sources {
		stale = e.reportSource(i) || stale
	}
	if up := atomic.LoadUint64(&s.Up); up != e.up {
		e.up = up
		e.seed()
		stale = true
	}
	return stale
}

// finish makes the last report. The slot isn't looked at any more.
func (e *entry) finish() {
	e.report()
	e.mu.Lock()
	e.slot = nil
	e.mu.Unlock()
}

func (e *entry) reportSource(i int) (stale bool) {
	s, r := &e.slot.Sources[i], &e.reported[i]
	packets := atomic.LoadUint32(&s.Packets)
	if s.Used == 0 || packets == r.packets {
		return false
	}
	octets, duplicates := atomic.LoadUint64(&s.Octets), atomic.LoadUint32(&s.Duplicates)
	k := media.KernelSSRC{
		SSRC:       s.Ssrc,
		Packets:    uint64(packets - r.packets),
		Octets:     octets - r.octets,
		Duplicates: uint64(duplicates - r.duplicates),
		HighestSeq: atomic.LoadUint32(&s.High),
		Jitter:     atomic.LoadUint32(&s.Jitter) >> 4,
		LastPT:     s.Pt,

		LastTimestamp: atomic.LoadUint32(&s.Timestamp),
	}
	*r = reportedSource{octets, packets, duplicates}
	e.in.AddKernelSSRC(&k)
	e.out.AddKernelSSRCOut(&k)
	if k.LastPT == e.flow.ClockPt {
		e.strange = 0
		return false
	}
	e.strange++
	return e.strange == 2
}

// seed tells the program the RTP sources that user space knows, and where the
// sequence numbers of restarted ones are now.
func (e *entry) seed() {
	if e.slot == nil {
		return
	}
	for _, known := range e.in.IngressSources() {
		if i := e.source(known.SSRC); i >= 0 {
			s := &e.slot.Sources[i]
			if ahead := int32(known.HighestSeq - atomic.LoadUint32(&s.High)); s.Used == 0 || ahead > 0 {
				atomic.StoreUint64(&s.Seen, 1)
				atomic.StoreUint32(&s.High, known.HighestSeq)
			}
			s.Ssrc = known.SSRC
			atomic.StoreUint32(&s.Used, 1)
		}
	}
}

// source returns the place of a source, that of one which user space has
// forgotten if it is new; -1 if there is none.
func (e *entry) source(ssrc uint32) int {
	free := -1
	for i := range e.slot.Sources {
		s := &e.slot.Sources[i]
		switch {
		case s.Used != 0 && s.Ssrc == ssrc:
			return i
		case s.Used == 0 && free < 0:
			free = i
		}
	}
	if free >= 0 {
		return free
	}
	known := e.in.IngressSources()
	for i := range e.slot.Sources {
		s := &e.slot.Sources[i]
		forgotten := true
		for _, k := range known {
			forgotten = forgotten && k.SSRC != s.Ssrc
		}
		if forgotten {
			atomic.StoreUint32(&s.Used, 0)
			e.reported[i] = reportedSource{}
			*s = bpfSource{}
			return i
		}
	}
	return -1
}
