//go:build amd64 || arm64

package prefetch

import "unsafe"

// lines asks for the n octets from p+offset on. It adds up itself: a nil p makes
// no valid pointer.
//
//go:noescape
func lines(p unsafe.Pointer, offset, n uintptr)
