package srtp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// The standard library's counter mode allocates its state anew for each
// packet, as its start can't be set again. So the key stream is made here: by
// assembly where there is some, else block by block.

// ctr makes the key stream of AES in counter mode.
type ctr struct {
	sched  schedule
	block  cipher.Block // nil where the assembly works
	in, ks [aes.BlockSize]byte
}

func newCTR(key []byte) (*ctr, error) {
	c := &ctr{}
	if c.sched.expand(key) {
		return c, nil
	}
	var err error
	c.block, err = aes.NewCipher(key)
	return c, err
}

// newPortableCTR never uses assembly.
func newPortableCTR(key []byte) (*ctr, error) {
	block, err := aes.NewCipher(key)
	return &ctr{block: block}, err
}

// xor XORs src with the key stream that starts at the counter iv into dst. The
// counter of blocks are the last two octets (RFC 3711, section 4.1.1), which
// are zero at the start and don't carry: 1 MiB, more than any datagram.
func (c *ctr) xor(dst, src []byte, iv *[aes.BlockSize]byte) {
	if c.block == nil {
		c.sched.xor(dst, src, iv)
		return
	}
	c.in = *iv
	for i := uint16(0); len(src) > 0; i++ {
		binary.BigEndian.PutUint16(c.in[14:], i)
		c.block.Encrypt(c.ks[:], c.in[:])
		n := subtle.XORBytes(dst, src, c.ks[:])
		dst, src = dst[n:], src[n:]
	}
}

// wipe overwrites the key, except for one that a cipher of the standard library
// holds, which has no means to.
func (c *ctr) wipe() {
	c.sched.wipe()
	clear(c.in[:])
	clear(c.ks[:])
}
