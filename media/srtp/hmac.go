package srtp

import (
	"crypto/sha1"
	"encoding"
	"encoding/binary"
	"fmt"
	"hash"
)

// hmacSHA1 computes HMAC-SHA1 tags under one key. The states of the hash
// behind the two key pads are kept (FIPS 198-1, section 6), so that a tag costs
// no more than hashing the packet and one block.
type hmacSHA1 struct {
	hash         hash.Hash
	load         encoding.BinaryUnmarshaler // the same hash
	inner, outer []byte                     // its kept states
	tail         [8]byte                    // what is authenticated behind the packet
	sum          [sha1.Size]byte
}

func newHMAC(key []byte) (*hmacSHA1, error) {
	h := &hmacSHA1{hash: sha1.New()}
	var ok bool
	if h.load, ok = h.hash.(encoding.BinaryUnmarshaler); !ok {
		return nil, fmt.Errorf("SHA-1 has no state to keep")
	}
	state := func(pad byte) ([]byte, error) {
		var block [sha1.BlockSize]byte
		copy(block[:], key)
		for i := range block {
			block[i] ^= pad
		}
		h.hash.Reset()
		h.hash.Write(block[:])
		clear(block[:])
		return h.hash.(encoding.BinaryMarshaler).MarshalBinary()
	}
	var err error
	if h.inner, err = state(0x36); err != nil {
		return nil, err
	}
	h.outer, err = state(0x5c)
	return h, err
}

// tag authenticates a packet followed by the rollover counter (RFC 3711,
// section 4.2). The result is valid until the next call.
func (h *hmacSHA1) tag(packet []byte, roc uint32) []byte {
	binary.BigEndian.PutUint32(h.tail[:], roc)
	return h.finish(packet, h.tail[:4])
}

// tagRTCP authenticates a packet that already ends with its SRTCP index.
func (h *hmacSHA1) tagRTCP(packet []byte) []byte { return h.finish(packet, nil) }

func (h *hmacSHA1) finish(packet, tail []byte) []byte {
	// Loading a state that was marshalled by the same hash does not fail.
	_ = h.load.UnmarshalBinary(h.inner)
	h.hash.Write(packet)
	h.hash.Write(tail)
	h.hash.Sum(h.sum[:0])
	_ = h.load.UnmarshalBinary(h.outer)
	h.hash.Write(h.sum[:])
	return h.hash.Sum(h.sum[:0])
}

func (h *hmacSHA1) wipe() {
	clear(h.inner)
	clear(h.outer)
	h.hash.Reset()
}
