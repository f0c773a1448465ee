package srtp

// Verifier checks packets like the Unprotector it is made of, and returns them
// as they came. It is the media.Transform of a flow that passes SRTP through
// because both sides hold the same key: only authentic packets go on, and each
// only once.
type Verifier struct {
	u *Unprotector
}

// NewVerifier makes a Verifier that shares keys and state with u.
func NewVerifier(u *Unprotector) Verifier { return Verifier{u} }

// RTP returns src if it is authentic and new; dst is scratch, of a capacity as
// for Unprotector.RTP, apart from src.
func (v Verifier) RTP(dst, src []byte) ([]byte, error) {
	if _, err := v.u.RTP(dst, src); err != nil {
		return nil, err
	}
	return src, nil
}

// RTCP is to SRTCP what RTP is to SRTP.
func (v Verifier) RTCP(dst, src []byte) ([]byte, error) {
	if _, err := v.u.RTCP(dst, src); err != nil {
		return nil, err
	}
	return src, nil
}
