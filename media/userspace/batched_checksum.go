package userspace

import (
	"encoding/binary"
	"math/bits"
)

// addSum adds b to a ones' complement sum (RFC 1071) of 64 bit, whose octets
// are in little-endian order: the order doesn't matter as long as the result
// is stored the way the octets were read (section 2 B there).
func addSum(sum uint64, b []byte) uint64 {
	var c uint64
	for len(b) >= 32 {
		w := b[:32:32]
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(w[0:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(w[8:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(w[16:]), c)
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(w[24:]), c)
		b = b[32:]
	}
	for len(b) >= 8 {
		sum, c = bits.Add64(sum, binary.LittleEndian.Uint64(b), c)
		b = b[8:]
	}
	if len(b) >= 4 {
		sum, c = bits.Add64(sum, uint64(binary.LittleEndian.Uint32(b)), c)
		b = b[4:]
	}
	if len(b) >= 2 {
		sum, c = bits.Add64(sum, uint64(binary.LittleEndian.Uint16(b)), c)
		b = b[2:]
	}
	if len(b) == 1 {
		sum, c = bits.Add64(sum, uint64(b[0]), c)
	}
	sum, c = bits.Add64(sum, c, 0)
	return sum + c
}

// foldSum is the checksum field for a sum, to be stored in little-endian
// order. UDP's checksum is never 0, which would mean that there is none
// (RFC 768).
func foldSum(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	if c := ^uint16(sum); c != 0 {
		return c
	}
	return 0xffff
}
