package media

import "time"

// Jitter is that of the latest RTP source; 0 while its clock rate isn't known.
func (s *Stream) Jitter() time.Duration {
	slot := s.in.sources.slot(s.in.sources.current.Load())
	clock := slot.clockPT.Load() >> 32
	if clock == 0 {
		return 0
	}
	ticks := uint64(uint32(slot.high.Load())) >> 4
	return time.Duration(ticks * uint64(time.Second) / clock)
}
