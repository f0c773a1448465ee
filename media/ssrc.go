package media

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"
)

// MaxSSRC is how many RTP sources a stream remembers per direction; the one
// heard of longest ago makes room for a new one.
const MaxSSRC = 4

// SSRCStats describes one RTP source (RFC 3550).
type SSRCStats struct {
	SSRC            uint32
	Packets, Octets uint64
	// Lost is the number of packets expected less those received, as in
	// RFC 3550 section 6.4.1: it may be negative when a source restarts.
	// Measured on reception only, as are Duplicates and Jitter.
	Lost       int64
	Duplicates uint64
	// Jitter is the interarrival jitter in ticks of the RTP clock (RFC 3550
	// appendix A.8); JitterTime the same as a duration. Both are 0 as long as
	// the clock rate of the payload type isn't known.
	Jitter     uint32
	JitterTime time.Duration
	// HighestSeq is the extended highest sequence number: cycles in the upper
	// 16 bits. LastPT is the payload type of the last packet.
	HighestSeq uint32
	LastPT     uint8
	// Clock is the RTP clock rate in Hz, 0 if it isn't known; LastTimestamp the
	// RTP timestamp of the last packet. Both on reception only.
	Clock         uint32
	LastTimestamp uint32
}

// ssrcTable holds the sources of one direction. Any number of writers may use
// it; the fields marked so belong to the worker that receives.
type ssrcTable struct {
	current atomic.Uint32 // index of the slot of the latest packet
	first   ssrcSlot
	turn    atomic.Uint64                         // counts the changes of current
	more    atomic.Pointer[[MaxSSRC - 1]ssrcSlot] // nil before there is a second source
}

// len is the number of slots there are.
func (t *ssrcTable) len() uint32 {
	if t.more.Load() == nil {
		return 1
	}
	return MaxSSRC
}

// slot is that of an index below len.
func (t *ssrcTable) slot(i uint32) *ssrcSlot {
	if i == 0 {
		return &t.first
	}
	return &t.more.Load()[i-1]
}

const (
	slotFree = uint64(0)
	slotUsed = uint64(1) << 32 // with the SSRC in the lower half
	slotBusy = uint64(1) << 33 // being cleared for another source
)

type ssrcSlot struct {
	key        atomic.Uint64
	packets    atomic.Uint64
	octets     atomic.Uint64
	high       atomic.Uint64 // extended highest sequence number, above jitter (4 fractional bits)
	clockPT    atomic.Uint64 // clock rate, above the last payload type
	timestamp  atomic.Uint32 // of the last packet
	seq        sequence      // of the receiving worker
	lost       atomic.Int64
	duplicates atomic.Uint64
	turn       atomic.Uint64 // value of ssrcTable.turn when it was last current
}

// find returns the slot of a source, taking the oldest one if it is new. fresh
// tells that the slot was empty.
func (t *ssrcTable) find(ssrc uint32) (slot *ssrcSlot, fresh bool) {
	key := slotUsed | uint64(ssrc)
	if s := t.slot(t.current.Load()); s.key.Load() == key {
		return s, false
	}
	return t.change(key)
}

func (t *ssrcTable) change(key uint64) (*ssrcSlot, bool) {
	if first := t.first.key.Load(); first != slotFree && first != key && t.more.Load() == nil {
		t.more.CompareAndSwap(nil, new([MaxSSRC - 1]ssrcSlot))
	}
	for {
		oldest := uint32(0)
		for i := range t.len() {
			s := t.slot(i)
			if s.key.Load() == key {
				s.turn.Store(t.turn.Add(1))
				t.current.Store(i)
				return s, false
			}
			if s.turn.Load() < t.slot(oldest).turn.Load() {
				oldest = i
			}
		}
		s := t.slot(oldest)
		old := s.key.Load()
		if old == slotBusy || !s.key.CompareAndSwap(old, slotBusy) {
			continue // another worker is at it
		}
		s.turn.Store(t.turn.Add(1))
		s.packets.Store(0)
		s.octets.Store(0)
		s.lost.Store(0)
		s.duplicates.Store(0)
		s.high.Store(0)
		s.clockPT.Store(0)
		s.timestamp.Store(0)
		s.key.Store(key)
		t.current.Store(oldest)
		return s, true
	}
}

// sent counts packets on their way out.
func (t *ssrcTable) sent(ssrc uint32, seq uint16, pt uint8, packets, octets uint64) {
	s, fresh := t.find(ssrc)
	s.packets.Add(packets)
	s.octets.Add(octets)
	s.setPT(0, pt)
	if fresh {
		s.high.Store(uint64(seq) << 32)
	} else {
		s.advance(seq)
	}
}

// advance moves the highest sequence number on to seq, if seq is ahead of it.
func (s *ssrcSlot) advance(seq uint16) {
	for {
		old := s.high.Load()
		d := int16(seq - uint16(old>>32))
		if d <= 0 || s.high.CompareAndSwap(old, old+uint64(d)<<32) {
			return
		}
	}
}

func (s *ssrcSlot) setPT(clock uint32, pt uint8) {
	if v := uint64(clock)<<32 | uint64(pt); s.clockPT.Load() != v {
		s.clockPT.Store(v)
	}
}

// addKernel adds what the kernel received. Every advance of the highest
// sequence number expects that many packets more, and every packet is one lost
// less: so the order in which both tiers account for them doesn't matter.
func (t *ssrcTable) addKernel(k *KernelSSRC) {
	s, fresh := t.find(k.SSRC)
	s.packets.Add(k.Packets)
	s.octets.Add(k.Octets)
	s.duplicates.Add(k.Duplicates)
	s.setPT(uint32(s.clockPT.Load()>>32), k.LastPT)
	s.timestamp.Store(k.LastTimestamp)
	received := int64(k.Packets - k.Duplicates)
	for {
		old := s.high.Load()
		high, jitter := uint32(old>>32), uint32(old)
		ahead := int32(k.HighestSeq - high)
		if fresh {
			ahead = int32(received)
		}
		if ahead > 0 {
			high = k.HighestSeq
		}
		if k.Jitter != 0 {
			jitter = k.Jitter << 4
		}
		if s.high.CompareAndSwap(old, uint64(high)<<32|uint64(jitter)) {
			s.lost.Add(int64(max(ahead, 0)) - received)
			return
		}
	}
}

// stats reads the table, latest source first.
func (t *ssrcTable) stats() []SSRCStats {
	if t.turn.Load() == 0 {
		return nil // no source yet
	}
	type entry struct {
		turn uint64
		SSRCStats
	}
	found := make([]entry, 0, MaxSSRC)
	for i := range t.len() {
		s := t.slot(i)
		key := s.key.Load()
		if key&slotUsed == 0 {
			continue
		}
		high, clockPT := s.high.Load(), s.clockPT.Load()
		v := SSRCStats{
			SSRC:       uint32(key),
			Packets:    s.packets.Load(),
			Octets:     s.octets.Load(),
			Lost:       s.lost.Load(),
			Duplicates: s.duplicates.Load(),
			Jitter:     uint32(high) >> 4,
			HighestSeq: uint32(high >> 32),
			LastPT:     uint8(clockPT),
			Clock:      uint32(clockPT >> 32),

			LastTimestamp: s.timestamp.Load(),
		}
		if clock := clockPT >> 32; clock != 0 {
			v.JitterTime = time.Duration(uint64(v.Jitter) * uint64(time.Second) / clock)
		}
		if s.key.Load() != key {
			continue // another source took the slot meanwhile
		}
		found = append(found, entry{s.turn.Load(), v})
	}
	slices.SortFunc(found, func(a, b entry) int { return cmp.Compare(b.turn, a.turn) })
	out := make([]SSRCStats, len(found))
	for i := range found {
		out[i] = found[i].SSRCStats
	}
	return out
}
