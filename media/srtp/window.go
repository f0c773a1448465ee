package srtp

const windowBlocks = MaxReplayWindow/64 + 1

// window is a sliding replay window (RFC 3711, section 3.3.2) over packet
// indices: a ring of bits, one for each of the last indices.
type window struct {
	top  uint64 // highest index seen
	seen bool   // any index seen
	bits [windowBlocks]uint64

	// Of a source that we protect: what is added to its sequence numbers, and
	// the one, plus 1<<16, with which it would have begun anew; 0 for none.
	shift   uint16
	awaited uint32
}

// maxMisorder is how far a packet that was only late may be behind (MAX_MISORDER
// of RFC 3550, appendix A.1).
const maxMisorder = 100

// beginsAnew tells whether a source has begun anew with a packet far behind: two
// of them in a row mean so (RFC 3550, appendix A.1). From then on its numbers
// are shifted, so that this one follows the highest index used.
func (w *window) beginsAnew(seq uint16) bool {
	if w.awaited != uint32(seq)|1<<16 {
		w.awaited = uint32(seq+1) | 1<<16
		return false
	}
	w.shift = uint16(w.top) + 1 - seq
	return true
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
