package srtp

// Verifier checks packets like the Unprotector it is made of, and returns them
// as they came. It is the media.Transform of a flow that passes SRTP through
// because both sides hold the same key: only authentic packets go on, and each
// only once.
type Verifier struct {
	u *Unprotector
	p *Protector
}

// NewVerifier makes a Verifier that shares keys and state with u.
func NewVerifier(u *Unprotector) Verifier { return Verifier{u: u} }

// Ahead returns a Verifier that keeps p, of the same key, up with what passes:
// p can take over at any time, and uses no index again that the peer has seen.
func (v Verifier) Ahead(p *Protector) Verifier { return Verifier{v.u, p} }

// RTP returns src if it is authentic and new; dst is scratch, of a capacity as
// for Unprotector.RTP, apart from src.
func (v Verifier) RTP(dst, src []byte) ([]byte, error) {
	if _, err := v.u.RTP(dst, src); err != nil {
		return nil, err
	}
	if v.p != nil {
		ssrc := rtpSSRC(src)
		v.p.passedRTP(ssrc, v.u.topRTP(ssrc))
	}
	return src, nil
}

// RTCP is to SRTCP what RTP is to SRTP.
func (v Verifier) RTCP(dst, src []byte) ([]byte, error) {
	if _, err := v.OpenRTCP(dst, src); err != nil {
		return nil, err
	}
	return src, nil
}

// OpenRTCP checks a packet like RTCP and returns what is in it.
func (v Verifier) OpenRTCP(dst, src []byte) ([]byte, error) {
	plain, err := v.u.RTCP(dst, src)
	if err == nil && v.p != nil {
		v.p.passedRTCP(v.u.topRTCP(rtcpSSRC(src)))
	}
	return plain, err
}

// topRTP is the greatest index that an SSRC has used.
func (u *Unprotector) topRTP(ssrc uint32) uint64 { return u.state.rtp.top(ssrc) }

func (u *Unprotector) topRTCP(ssrc uint32) uint64 { return u.state.rtcp.top(ssrc) }

func (h *half) top(ssrc uint32) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.find(ssrc); w != nil {
		return w.top
	}
	return 0
}

// passedRTP notes that others have used the key for an index.
func (p *Protector) passedRTP(ssrc uint32, index uint64) {
	h := &p.state.rtp
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.find(ssrc); w == nil || index > w.top {
		h.mark(w, ssrc, index)
	}
}

func (p *Protector) passedRTCP(index uint64) {
	h := &p.state.rtcp
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next = max(h.next, uint32(min(index, maxRTCPIndex))+1)
}
