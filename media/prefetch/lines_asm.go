//go:build amd64 || arm64

package prefetch

import "unsafe"

// lines asks for the n octets from p on.
//
//go:noescape
func lines(p unsafe.Pointer, n uintptr)
