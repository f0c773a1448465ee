package srtp

import "encoding/binary"

// Protector turns RTP into SRTP and RTCP into SRTCP. It is a media.Transform.
type Protector struct{ context }

// NewProtector makes a Protector that starts with rollover counters of 0.
// Its errors wrap ErrParams.
func NewProtector(p Params) (*Protector, error) {
	c, err := newContext(p)
	if err != nil {
		return nil, err
	}
	return &Protector{*c}, nil
}

// Inherit lets p go on where prev, which has the same suite and key, has got
// to. prev may still be in use: from now on the two share rollover counters,
// SRTCP index and the indices spent. Call it before p is used. It is false, and
// nothing happened, if the keys differ.
func (p *Protector) Inherit(prev *Protector) bool {
	return prev != nil && p.inherit(&prev.context)
}

// RTP protects the RTP packet src into dst, whose length doesn't matter but
// whose capacity has to hold the result. dst may begin where src begins.
//
// An index is used once: a packet that repeats a sequence number, or is behind
// the window, is refused with ErrReplay, since encrypting two packets by one
// key stream gives both away (RFC 3711, section 9.1). The receiver's own replay
// protection would drop it anyway. A source that begins anew, far behind, goes
// on under the numbers that follow its old ones instead: a telephone that is
// put on hold and back would be silent for hours.
func (p *Protector) RTP(dst, src []byte) ([]byte, error) {
	payload, ok := rtpPayload(src)
	if !ok {
		return nil, ErrTruncated
	}
	h := &p.state.rtp
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.crypter == nil {
		return nil, ErrClosed
	}
	ssrc := rtpSSRC(src)
	w := h.find(ssrc)
	index := uint64(rtpSeq(src))
	if w != nil {
		index = w.index(rtpSeq(src) + w.shift)
		if !p.repeat {
			err := w.check(index, p.window)
			if err != nil && w.top-index > maxMisorder && w.beginsAnew(rtpSeq(src)) {
				index, err = w.top+1, nil
			}
			if err != nil {
				return nil, err
			}
			w.awaited = 0
		}
		if index > maxRTPIndex {
			return nil, ErrKeyExpired
		}
		if w.shift != 0 {
			if src = renumbered(dst, src, uint16(index)); src == nil {
				return nil, ErrShortBuffer
			}
		}
	}
	out, err := p.sealRTP(dst, src, payload, index)
	if err != nil {
		return nil, err
	}
	if w == nil || !p.repeat || index > w.top {
		h.mark(w, ssrc, index)
	}
	return out, nil
}

// renumbered copies a packet and gives it another sequence number; nil if it
// doesn't fit.
func renumbered(dst, src []byte, seq uint16) []byte {
	if cap(dst) < len(src) {
		return nil
	}
	dst = dst[:len(src)]
	copy(dst, src)
	binary.BigEndian.PutUint16(dst[2:], seq)
	return dst
}

// RTCP protects the compound or reduced-size RTCP packet src into dst, under
// the same conditions as RTP. One SRTCP index counts for all sources of the
// context, so that none is ever used twice, whichever SSRCs come and go.
func (p *Protector) RTCP(dst, src []byte) ([]byte, error) {
	if !isRTCP(src) {
		return nil, ErrTruncated
	}
	h := &p.state.rtcp
	h.mu.Lock()
	defer h.mu.Unlock()
	if p.crypter == nil {
		return nil, ErrClosed
	}
	if h.next > maxRTCPIndex {
		return nil, ErrKeyExpired
	}
	out, err := p.sealRTCP(dst, src, h.next)
	if err != nil {
		return nil, err
	}
	h.next++
	return out, nil
}
