package srtp

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
// protection would drop it anyway.
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
		index = w.index(rtpSeq(src))
		if index > maxRTPIndex {
			return nil, ErrKeyExpired
		}
		if !p.repeat {
			if err := w.check(index, p.window); err != nil {
				return nil, err
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
