package srtp

// crypter applies the session keys of one context to packets whose index is
// known. Slices in and out may be the same memory from the same start, or apart.
//
// The open methods get a packet that isRTP or isRTCP accepted and that has at
// least the overhead's octets behind its clear part. On an error dst holds
// nothing of use.
type crypter interface {
	sealRTP(dst, src []byte, payload int, index uint64) ([]byte, error)
	openRTP(dst, src []byte, payload int, index uint64) ([]byte, error)
	sealRTCP(dst, src []byte, index uint32) ([]byte, error)
	openRTCP(dst, src []byte, index uint32) ([]byte, error)
	// rtcpIndex reads the E flag and index of a protected RTCP packet.
	rtcpIndex(src []byte) (uint32, error)
	wipe()
}

func newCrypter(p *Params) (crypter, error) {
	if p.Suite.AEAD() {
		return newGCMCrypter(p)
	}
	return newHMACCrypter(p)
}
