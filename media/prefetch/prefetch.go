// Package prefetch asks the processor for memory that is about to be read.
// Who walks through many objects, each read once in a long while, otherwise
// waits for each of them in turn: 100 ns at a time.
package prefetch

import "unsafe"

// Whole asks for all of *p. It reads nothing: p may be nil, or point to what
// another thread is changing.
func Whole[T any](p *T) { lines(unsafe.Pointer(p), unsafe.Sizeof(*p)) }

// Field asks for the start of the field of *p at that offset, 0 for its first
// one. (To write &p.field would have the processor read *p, to see whether p
// is nil.)
func Field[T any](p *T, offset uintptr) { lines(unsafe.Add(unsafe.Pointer(p), offset), 1) }
