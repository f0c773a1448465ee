//go:build amd64 && !purego

package srtp

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"

	"golang.org/x/sys/cpu"
)

// schedule is an expanded AES key: the round keys of 10, 12 or 14 rounds.
type schedule struct {
	rk     [15 * aes.BlockSize]byte
	rounds int
}

// expand sets the round keys (FIPS 197, section 5.2); false if the processor
// has no AES instructions. They keep its time independent of the key.
func (s *schedule) expand(key []byte) bool {
	nk := len(key) / 4
	if !cpu.X86.HasAES || len(key) != 16 && len(key) != 24 && len(key) != 32 {
		return false
	}
	s.rounds = nk + 6
	copy(s.rk[:], key)
	rcon := uint32(1)
	le := binary.LittleEndian
	for i := nk; i < 4*(s.rounds+1); i++ {
		w := le.Uint32(s.rk[4*(i-1):])
		switch {
		case i%nk == 0:
			w = subWord(w)
			w = w>>8 | w<<24
			w ^= rcon
			if rcon <<= 1; rcon > 0xff {
				rcon ^= 0x11b
			}
		case nk == 8 && i%nk == 4:
			w = subWord(w)
		}
		le.PutUint32(s.rk[4*i:], w^le.Uint32(s.rk[4*(i-nk):]))
	}
	return true
}

func (s *schedule) wipe() { clear(s.rk[:]) }

const (
	batch  = 8 * aes.BlockSize // what ctrBlocks makes at once
	chunk  = 2 * batch
	blocks = chunk / aes.BlockSize
)

func (s *schedule) xor(dst, src []byte, iv *[aes.BlockSize]byte) {
	var ks [chunk]byte
	for i := 0; len(src) > 0; i += blocks {
		n := min(chunk, len(src))
		ctrBlocks(&s.rk, s.rounds, iv, &ks, i, (n+batch-1)/batch)
		subtle.XORBytes(dst, src[:n], ks[:n])
		dst, src = dst[n:], src[n:]
	}
}

// subWord substitutes the octets of a word by AES's S-box.
//
//go:noescape
func subWord(w uint32) uint32

// ctrBlocks writes n times eight blocks of key stream, counting from first in
// the last two octets of iv.
//
//go:noescape
func ctrBlocks(rk *[240]byte, rounds int, iv *[16]byte, ks *[chunk]byte, first, n int)
