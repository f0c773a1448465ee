//go:build !amd64 || purego

package srtp

import "crypto/aes"

// schedule stands for the assembly that isn't there.
type schedule struct{}

func (*schedule) expand([]byte) bool                      { return false }
func (*schedule) xor(_, _ []byte, _ *[aes.BlockSize]byte) { panic("no assembly") }
func (*schedule) wipe()                                   {}
