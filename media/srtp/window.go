package srtp

const windowBlocks = MaxReplayWindow/64 + 1

// window is a sliding replay window (RFC 3711, section 3.3.2) over packet
// indices: a ring of bits, one for each of the last indices.
type window struct {
	top  uint64 // highest index seen
	seen bool   // any index seen
	bits [windowBlocks]uint64
}

// check says whether a packet of index i may be new, in a window of size
// packets.
func (w *window) check(i, size uint64) error {
	switch {
	case !w.seen || i > w.top:
		return nil
	case w.top-i >= size:
		return ErrTooOld
	case w.bits[i>>6%windowBlocks]&(1<<(i&63)) != 0:
		return ErrReplay
	}
	return nil
}

// mark notes that the packet of index i has been seen; i passed check.
func (w *window) mark(i uint64) {
	if !w.seen {
		*w = window{top: i, seen: true}
	} else if i > w.top {
		// Blocks between the old top and the new one were last used by indices
		// that are now behind the window.
		from, n := w.top>>6, i>>6-w.top>>6
		for k := uint64(1); k <= min(n, windowBlocks); k++ {
			w.bits[(from+k)%windowBlocks] = 0
		}
		w.top = i
	}
	w.bits[i>>6%windowBlocks] |= 1 << (i & 63)
}

// index guesses the 48-bit index of an RTP packet from its sequence number and
// the highest index seen (RFC 3711, section 3.3.1 and appendix A).
func (w *window) index(seq uint16) uint64 {
	if !w.seen {
		return uint64(seq)
	}
	roc, last := w.top>>16, uint16(w.top)
	switch {
	case last < 1<<15 && int(seq)-int(last) > 1<<15:
		// A packet from before the last roll-over; before the first one there is
		// none, so that it can only be a jump ahead.
		if roc > 0 {
			roc--
		}
	case last >= 1<<15 && int(last)-1<<15 > int(seq):
		roc++
	}
	return roc<<16 | uint64(seq)
}
