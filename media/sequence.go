package media

// Limits of RFC 3550 appendix A.1: a sequence number further ahead or behind
// is taken for a restart of the source once two packets in a row confirm it.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// sequence is what the receiving worker alone knows of an RTP source.
type sequence struct {
	high    uint32 // extended highest sequence number as of the last packet here
	bad     uint32 // the sequence number that would confirm a restart; above 16 bits: none
	seen    uint64 // bit n: high-n was received
	transit uint32 // arrival less timestamp, in ticks of the RTP clock
	clock   uint32 // clock rate of transit, 0 before the first packet
}

const noBad = 1 << 16

// received updates the loss, duplicate and jitter figures of a source by one
// packet, and returns how many there are. clock is the clock rate of its payload
// type, 0 if unknown.
func (s *ssrcSlot) received(fresh bool, h *rtpHeader, clock uint32, octets int, now int64) (packets uint64) {
	packets = s.packets.Add(1)
	s.octets.Add(uint64(octets))
	s.setPT(clock, h.pt)
	s.timestamp.Store(h.timestamp)
	q := &s.seq
	state := s.high.Load()
	high, jitter := uint32(state>>32), uint32(state)
	switch {
	case fresh:
		*q = sequence{bad: noBad, seen: 1}
		high = uint32(h.seq)
	default:
		if q.high != high { // the kernel forwarded the packets since
			q.seen, q.bad, q.clock = 1, noBad, 0
		}
		high = s.follow(high, h.seq)
	}
	q.high = high
	if clock != 0 {
		transit := ticks(now, clock) - h.timestamp
		if q.clock == clock {
			d := int32(transit - q.transit)
			d = max(d, -d)
			// A jump of seconds is a new timestamp base, not jitter.
			if uint32(d) < 4*clock {
				jitter += uint32(d) - (jitter+8)>>4
			}
		}
		q.transit, q.clock = transit, clock
	}
	s.high.Store(uint64(high)<<32 | uint64(jitter))
	return packets
}

// follow returns the extended highest sequence number after a packet.
func (s *ssrcSlot) follow(high uint32, seq uint16) uint32 {
	q := &s.seq
	d := int32(int16(seq - uint16(high)))
	switch {
	case d > 0 && d <= maxDropout:
		if d > 1 {
			s.lost.Add(int64(d - 1))
		}
		q.seen = q.seen<<d | 1
		q.bad = noBad
		return high + uint32(d)
	case d <= 0 && d > -64:
		if bit := uint64(1) << -d; q.seen&bit != 0 {
			s.duplicates.Add(1)
		} else {
			q.seen |= bit
			s.lost.Add(-1)
		}
	case d <= 0 && d >= -maxMisorder:
		s.lost.Add(-1)
	case q.bad == uint32(seq):
		q.seen, q.bad = 3, noBad
		if seq < uint16(high) {
			high += 1 << 16
		}
		return high&^0xffff | uint32(seq)
	default:
		q.bad = uint32(seq + 1)
	}
	return high
}

// ticks converts a time to ticks of an RTP clock.
func ticks(now int64, clock uint32) uint32 {
	sec, ns := uint64(now)/1e9, uint64(now)%1e9
	return uint32(sec*uint64(clock) + ns*uint64(clock)/1e9)
}
