package srtp

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"math/rand/v2"
	"testing"
)

// TestCTR compares both ways of making a key stream with the standard
// library's, for random keys and every length up to several batches.
func TestCTR(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	for _, n := range []int{16, 24, 32} {
		for size := range 600 {
			key, src := random(n), random(size)
			var iv [16]byte
			copy(iv[:14], random(14))
			block, _ := aes.NewCipher(key)
			want := make([]byte, size)
			cipher.NewCTR(block, iv[:]).XORKeyStream(want, src)
			for _, make := range []func([]byte) (*ctr, error){newCTR, newPortableCTR} {
				c, err := make(key)
				if err != nil {
					t.Fatal(err)
				}
				got := append([]byte{}, src...)
				c.xor(got, got, &iv)
				if !bytes.Equal(got, want) {
					t.Fatalf("AES-%d, %d octets (assembly: %t)\n got %x\nwant %x", n*8, size, c.block == nil, got, want)
				}
			}
		}
	}
	if _, err := newCTR(make([]byte, 17)); err == nil {
		t.Error("a key of 17 octets was taken")
	}
}
