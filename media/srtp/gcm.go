package srtp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

const gcmTag = 16

// gcmCrypter serves the AEAD suites.
//
//	SRTP:  header | payload, tag | MKI            (RFC 7714, section 8)
//	SRTCP: header | payload, tag | E, index | MKI (section 9)
//
// Without encryption all of the packet is associated data and the tag stands
// alone (sections 8.2 and 9.3).
type gcmCrypter struct {
	rtpGCM, rtcpGCM gcmKey
	mki             []byte
	clearRTP        bool
	e               uint32 // E flag of what is sent
}

// gcmKey is one session key with the scratch of a packet in work.
type gcmKey struct {
	aead  cipher.AEAD
	salt  [12]byte
	nonce [12]byte
	aad   [rtcpHeaderLen + rtcpIndexLen]byte
	tag   [gcmTag]byte
}

func newGCMCrypter(p *Params) (*gcmCrypter, error) {
	c := &gcmCrypter{mki: append([]byte(nil), p.MKI...), clearRTP: p.UnencryptedSRTP}
	if !p.UnencryptedSRTCP {
		c.e = rtcpE
	}
	rtp, rtcp, err := derive(p)
	if err != nil {
		return nil, err
	}
	defer rtp.wipe()
	defer rtcp.wipe()
	if err = c.rtpGCM.init(&rtp); err != nil {
		return nil, err
	}
	return c, c.rtcpGCM.init(&rtcp)
}

func (g *gcmKey) init(k *sessionKeys) error {
	block, err := aes.NewCipher(k.key)
	if err != nil {
		return err
	}
	copy(g.salt[:], k.salt)
	g.aead, err = cipher.NewGCM(block)
	return err
}

// rtpNonce is 00 00 || SSRC || ROC || SEQ, XOR the salt (section 8.1).
func (g *gcmKey) rtpNonce(ssrc uint32, index uint64) []byte {
	be := binary.BigEndian
	clear(g.nonce[:2])
	be.PutUint32(g.nonce[2:], ssrc)
	be.PutUint32(g.nonce[6:], uint32(index>>16))
	be.PutUint16(g.nonce[10:], uint16(index))
	subtle.XORBytes(g.nonce[:], g.nonce[:], g.salt[:])
	return g.nonce[:]
}

// rtcpNonce is 00 00 || SSRC || 00 00 || SRTCP index, XOR the salt (section 9.1).
func (g *gcmKey) rtcpNonce(ssrc uint32, index uint32) []byte {
	be := binary.BigEndian
	clear(g.nonce[:])
	be.PutUint32(g.nonce[2:], ssrc)
	be.PutUint32(g.nonce[8:], index&^rtcpE)
	subtle.XORBytes(g.nonce[:], g.nonce[:], g.salt[:])
	return g.nonce[:]
}

// rtcpAAD is the clear header of an encrypted RTCP packet and its index.
func (g *gcmKey) rtcpAAD(head []byte, index uint32) []byte {
	copy(g.aad[:], head[:rtcpHeaderLen])
	binary.BigEndian.PutUint32(g.aad[rtcpHeaderLen:], index)
	return g.aad[:]
}

func (c *gcmCrypter) sealRTP(dst, src []byte, payload int, index uint64) ([]byte, error) {
	n := len(src)
	dst, ok := room(dst, n+gcmTag+len(c.mki))
	if !ok {
		return nil, ErrShortBuffer
	}
	nonce := c.rtpGCM.rtpNonce(rtpSSRC(src), index)
	copy(dst, src[:payload])
	if c.clearRTP {
		copy(dst[payload:], src[payload:])
		c.rtpGCM.aead.Seal(dst[n:n], nonce, nil, dst[:n])
	} else {
		c.rtpGCM.aead.Seal(dst[payload:payload], nonce, src[payload:], dst[:payload])
	}
	copy(dst[n+gcmTag:], c.mki)
	return dst, nil
}

func (c *gcmCrypter) openRTP(dst, src []byte, payload int, index uint64) ([]byte, error) {
	end := len(src) - len(c.mki)
	n := end - gcmTag
	if n < payload {
		return nil, ErrTruncated
	}
	if subtle.ConstantTimeCompare(src[end:], c.mki) == 0 {
		return nil, ErrMKI
	}
	dst, ok := room(dst, n)
	if !ok {
		return nil, ErrShortBuffer
	}
	nonce := c.rtpGCM.rtpNonce(rtpSSRC(src), index)
	var err error
	if c.clearRTP {
		_, err = c.rtpGCM.aead.Open(dst[:0], nonce, src[n:end], src[:n])
		copy(dst, src[:n])
	} else {
		_, err = c.rtpGCM.aead.Open(dst[payload:payload], nonce, src[payload:end], src[:payload])
		copy(dst, src[:payload])
	}
	if err != nil {
		return nil, ErrAuth
	}
	return dst, nil
}

func (c *gcmCrypter) sealRTCP(dst, src []byte, index uint32) ([]byte, error) {
	n := len(src)
	end := n + gcmTag
	dst, ok := room(dst, end+rtcpIndexLen+len(c.mki))
	if !ok {
		return nil, ErrShortBuffer
	}
	g, word := &c.rtcpGCM, index|c.e
	nonce := g.rtcpNonce(rtcpSSRC(src), index)
	copy(dst, src[:rtcpHeaderLen])
	if c.e != 0 {
		g.aead.Seal(dst[rtcpHeaderLen:rtcpHeaderLen], nonce, src[rtcpHeaderLen:], g.rtcpAAD(src, word))
	} else {
		copy(dst[rtcpHeaderLen:], src[rtcpHeaderLen:])
		// The associated data is the packet followed by the index, which stand
		// apart on the wire: they are put together where the tag comes between
		// them afterwards.
		binary.BigEndian.PutUint32(dst[n:], word)
		copy(dst[n:], g.aead.Seal(g.tag[:0], nonce, nil, dst[:n+rtcpIndexLen]))
	}
	binary.BigEndian.PutUint32(dst[end:], word)
	copy(dst[end+rtcpIndexLen:], c.mki)
	return dst, nil
}

func (c *gcmCrypter) rtcpIndex(src []byte) (uint32, error) {
	n := len(src) - len(c.mki) - rtcpIndexLen
	if n < rtcpHeaderLen+gcmTag {
		return 0, ErrTruncated
	}
	return binary.BigEndian.Uint32(src[n:]), nil
}

func (c *gcmCrypter) openRTCP(dst, src []byte, index uint32) ([]byte, error) {
	end := len(src) - len(c.mki) - rtcpIndexLen
	n := end - gcmTag
	if subtle.ConstantTimeCompare(src[end+rtcpIndexLen:], c.mki) == 0 {
		return nil, ErrMKI
	}
	dst, ok := room(dst, n+rtcpIndexLen)
	if !ok {
		return nil, ErrShortBuffer
	}
	g := &c.rtcpGCM
	nonce := g.rtcpNonce(rtcpSSRC(src), index)
	var err error
	if index&rtcpE != 0 {
		_, err = g.aead.Open(dst[rtcpHeaderLen:rtcpHeaderLen], nonce, src[rtcpHeaderLen:end], g.rtcpAAD(src, index))
		copy(dst, src[:rtcpHeaderLen])
	} else {
		copy(g.tag[:], src[n:end])
		copy(dst, src[:n])
		binary.BigEndian.PutUint32(dst[n:], index)
		_, err = g.aead.Open(nil, nonce, g.tag[:], dst)
	}
	if err != nil {
		return nil, ErrAuth
	}
	return dst[:n], nil
}

func (c *gcmCrypter) wipe() {
	// The standard library's GCM has no means to overwrite its key.
	c.rtpGCM, c.rtcpGCM = gcmKey{}, gcmKey{}
}
