package media

import (
	"testing"
	"unsafe"
)

// What a packet touches of each object fits into whole cache lines, and the
// sizes are among those at which Go's allocator begins an object on a line.
func TestLayout(t *testing.T) {
	const line = 64
	within := func(what string, first, end uintptr) {
		if first/line != (end-1)/line {
			t.Errorf("%s: octets %d to %d lie in more than one cache line", what, first, end)
		}
	}
	var s Stream
	within("what rarely changes", unsafe.Offsetof(s.port), unsafe.Offsetof(s.kernelized)+unsafe.Sizeof(s.kernelized))
	in := unsafe.Offsetof(s.in)
	within("counters of the receiving half", in, in+unsafe.Offsetof(s.in.longest)+unsafe.Sizeof(s.in.longest))
	first := unsafe.Offsetof(s.in.sources) + unsafe.Offsetof(s.in.sources.first)
	if last := first + unsafe.Offsetof(s.in.sources.first.seq) + unsafe.Sizeof(sequence{}); in+last > 4*line {
		t.Errorf("the receiving half: %d octets for every packet", in+last)
	}
	if before := unsafe.Offsetof(s.failed) + unsafe.Sizeof(s.failed); (before-1)/line == unsafe.Offsetof(s.out)/line {
		t.Error("both halves of a stream share a cache line")
	}
	var f Flow
	if end := unsafe.Offsetof(f.Unprotect) + unsafe.Sizeof(f.Unprotect); end > 2*line {
		t.Errorf("a flow: %d octets for every packet", end)
	}
	for what, size := range map[string][2]uintptr{
		"Stream": {unsafe.Sizeof(s), 768},
		"Flow":   {unsafe.Sizeof(f), 192},
		"remote": {unsafe.Sizeof(remote{}), 128},
	} {
		if got, class := size[0], size[1]; got > class || got <= class-line {
			t.Errorf("%s: %d octets, not the %d of whole lines", what, got, class)
		}
	}
}
