package srtp

// streams holds a replay window for each SSRC of a context, a bounded number
// of them. The zero value with max set is ready.
type streams struct {
	max  int
	last int // where the latest packet's SSRC was found
	tick uint64
	ssrc []uint32
	win  []window
	used []uint64 // tick of the latest packet
}

// find returns the window of an SSRC, nil if it has none.
func (s *streams) find(ssrc uint32) *window {
	if s.last < len(s.ssrc) && s.ssrc[s.last] == ssrc {
		return &s.win[s.last]
	}
	for i, v := range s.ssrc {
		if v == ssrc {
			s.last = i
			return &s.win[i]
		}
	}
	return nil
}

// mark notes a packet of an SSRC, whose window w is nil if it is new. Only
// packets that proved authentic get here, so that forged ones can't push a
// source out.
func (s *streams) mark(w *window, ssrc uint32, index uint64) {
	if w == nil {
		s.last = s.place(ssrc)
		w = &s.win[s.last]
	}
	s.tick++
	s.used[s.last] = s.tick
	w.mark(index)
}

// place makes room for a new SSRC: a free place, or that of the source that
// has been silent longest.
func (s *streams) place(ssrc uint32) int {
	if len(s.ssrc) < s.max {
		s.ssrc = append(s.ssrc, ssrc)
		s.win = append(s.win, window{})
		s.used = append(s.used, 0)
		return len(s.ssrc) - 1
	}
	oldest := 0
	for i, t := range s.used {
		if t < s.used[oldest] {
			oldest = i
		}
	}
	s.ssrc[oldest], s.win[oldest] = ssrc, window{}
	return oldest
}

// StreamState is how far one source has come.
type StreamState struct {
	SSRC uint32
	// Index of the latest packet: rollover counter and sequence number of RTP
	// (48 bits), SRTCP index of RTCP (31 bits).
	Index uint64
}

func (s *streams) state() []StreamState {
	out := make([]StreamState, len(s.ssrc))
	for i := range out {
		out[i] = StreamState{SSRC: s.ssrc[i], Index: s.win[i].top}
	}
	return out
}
