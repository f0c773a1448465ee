package srtp

import (
	"crypto/aes"
	"encoding/binary"
)

// keystream is the cipher of a suite that authenticates by HMAC.
type keystream interface {
	// rtp and rtcp encrypt or decrypt src into dst, of the same length; head is
	// the packet's header in the clear. dst and src are the same or apart.
	rtp(dst, src, head []byte, index uint64)
	rtcp(dst, src, head []byte, index uint32)
	wipe()
}

// newKeystream makes the cipher of a suite; nil for the NULL cipher.
func newKeystream(kind cipherKind, k *sessionKeys) (keystream, error) {
	switch kind {
	case cipherF8:
		return newF8(k)
	case cipherNull:
		return nil, nil
	}
	block, err := newCTR(k.key)
	if err != nil {
		return nil, err
	}
	c := &counterMode{block: block}
	copy(c.salt[:], k.salt)
	return c, nil
}

// counterMode is AES in counter mode with the counters of RFC 3711, section
// 4.1.1.
type counterMode struct {
	block *ctr
	salt  [14]byte
	iv    [aes.BlockSize]byte
}

func (c *counterMode) rtp(dst, src, head []byte, index uint64) {
	c.start(rtpSSRC(head), index)
	c.block.xor(dst, src, &c.iv)
}

func (c *counterMode) rtcp(dst, src, head []byte, index uint32) {
	c.start(rtcpSSRC(head), uint64(index))
	c.block.xor(dst, src, &c.iv)
}

// start sets the counter to (salt * 2^16) ^ (SSRC * 2^64) ^ (index * 2^16).
func (c *counterMode) start(ssrc uint32, index uint64) {
	copy(c.iv[:], c.salt[:])
	hi := binary.BigEndian.Uint64(c.iv[0:])
	lo := binary.BigEndian.Uint64(c.salt[6:]) // its low 48 bits
	binary.BigEndian.PutUint64(c.iv[0:], hi^uint64(ssrc))
	binary.BigEndian.PutUint64(c.iv[8:], (lo^index)<<16)
}

func (c *counterMode) wipe() {
	c.block.wipe()
	clear(c.salt[:])
	clear(c.iv[:])
}
