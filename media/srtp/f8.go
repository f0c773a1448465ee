package srtp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// f8 is AES in f8 mode (RFC 3711, section 4.1.2).
type f8 struct {
	block, masked cipher.Block // under the key, and under the key XOR the mask m
	iv, out       [aes.BlockSize]byte
}

func newF8(k *sessionKeys) (*f8, error) { return f8From(k.key, k.salt) }

// f8From makes m of a salt shorter than a block by filling it up with 0x55.
func f8From(key, salt []byte) (*f8, error) {
	mask := make([]byte, len(key))
	for i := range mask {
		mask[i] = 0x55
	}
	copy(mask, salt)
	subtle.XORBytes(mask, mask, key)
	defer clear(mask)
	f := &f8{}
	var err error
	if f.block, err = aes.NewCipher(key); err != nil {
		return nil, err
	}
	f.masked, err = aes.NewCipher(mask)
	return f, err
}

// rtp starts from 0 || M || PT || SEQ || TS || SSRC || ROC (section 4.1.2.2).
func (f *f8) rtp(dst, src, head []byte, index uint64) {
	copy(f.iv[:12], head)
	f.iv[0] = 0
	binary.BigEndian.PutUint32(f.iv[12:], uint32(index>>16))
	f.xor(dst, src)
}

// rtcp starts from 0..0 || E || SRTCP index || the first eight octets of the
// packet (section 4.1.2.3).
func (f *f8) rtcp(dst, src, head []byte, index uint32) {
	clear(f.iv[:4])
	binary.BigEndian.PutUint32(f.iv[4:], index|rtcpE)
	copy(f.iv[8:], head[:rtcpHeaderLen])
	f.xor(dst, src)
}

// xor chains the blocks of the key stream, each encrypted from IV' XOR its
// number XOR the block before it.
func (f *f8) xor(dst, src []byte) {
	f.masked.Encrypt(f.iv[:], f.iv[:])
	clear(f.out[:])
	for j := uint32(0); len(src) > 0; j++ {
		subtle.XORBytes(f.out[:], f.out[:], f.iv[:])
		binary.BigEndian.PutUint32(f.out[12:], binary.BigEndian.Uint32(f.out[12:])^j)
		f.block.Encrypt(f.out[:], f.out[:])
		n := subtle.XORBytes(dst, src, f.out[:])
		dst, src = dst[n:], src[n:]
	}
}

// wipe drops the keys: the block ciphers of the standard library have no means
// to overwrite them.
func (f *f8) wipe() { *f = f8{} }
