package srtp

// Unprotector turns SRTP into RTP and SRTCP into RTCP. It is a media.Transform.
type Unprotector struct{ context }

// NewUnprotector makes an Unprotector that takes the first packet of each
// source to have a rollover counter of 0. Its errors wrap ErrParams.
func NewUnprotector(p Params) (*Unprotector, error) {
	c, err := newContext(p)
	if err != nil {
		return nil, err
	}
	return &Unprotector{*c}, nil
}

// Inherit lets u go on where prev, which has the same suite and key, has got
// to. prev may still be in use: from now on the two share rollover counters and
// replay windows. Call it before u is used. It is false, and nothing happened,
// if the keys differ.
func (u *Unprotector) Inherit(prev *Unprotector) bool {
	return prev != nil && u.inherit(&prev.context)
}

// RTP checks and decrypts the SRTP packet src into dst, whose length doesn't
// matter but whose capacity has to hold the result. dst may begin where src
// begins; an error then may have destroyed the packet.
//
// Errors: ErrAuth, ErrMKI, ErrReplay, ErrTooOld, ErrTruncated. A packet that
// fails changes nothing.
func (u *Unprotector) RTP(dst, src []byte) ([]byte, error) {
	payload, ok := rtpPayload(src)
	if !ok {
		return nil, ErrTruncated
	}
	h := &u.state.rtp
	h.mu.Lock()
	defer h.mu.Unlock()
	if u.crypter == nil {
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
		if err := w.check(index, u.window); err != nil {
			return nil, err
		}
	}
	out, err := u.openRTP(dst, src, payload, index)
	if err != nil {
		return nil, err
	}
	h.mark(w, ssrc, index)
	return out, nil
}

// RTCP checks and decrypts the SRTCP packet src into dst, under the same
// conditions as RTP. A packet that its sender did not encrypt (E flag) is taken
// if it is authentic.
func (u *Unprotector) RTCP(dst, src []byte) ([]byte, error) {
	if !isRTCP(src) {
		return nil, ErrTruncated
	}
	h := &u.state.rtcp
	h.mu.Lock()
	defer h.mu.Unlock()
	if u.crypter == nil {
		return nil, ErrClosed
	}
	index, err := u.rtcpIndex(src)
	if err != nil {
		return nil, err
	}
	ssrc := rtcpSSRC(src)
	w := h.find(ssrc)
	if w != nil {
		if err := w.check(uint64(index&^rtcpE), u.window); err != nil {
			return nil, err
		}
	}
	out, err := u.openRTCP(dst, src, index)
	if err != nil {
		return nil, err
	}
	h.mark(w, ssrc, uint64(index&^rtcpE))
	return out, nil
}
