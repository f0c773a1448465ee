// Package prefetch asks the processor for memory that is about to be read.
// Who walks through many objects, each read once in a long while, otherwise
// waits for each of them in turn: 100 ns at a time.
package prefetch

import "unsafe"

// Whole asks for all of *p. It reads nothing: p may be nil, or point to what
// another thread is changing.
func Whole[T any](p *T) { lines(unsafe.Pointer(p), 0, unsafe.Sizeof(*p)) }

// Part asks for n octets of *p, from that offset on. (To write &p.field would
// have the processor read *p, to see whether p is nil.)
func Part[T any](p *T, offset, n uintptr) { lines(unsafe.Pointer(p), offset, n) }
