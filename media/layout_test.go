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
	within("Stream, what rarely changes", unsafe.Offsetof(s.port), unsafe.Offsetof(s.tos)+unsafe.Sizeof(s.tos))
	in := unsafe.Offsetof(s.in)
	within("Stream, receiving", in, in+unsafe.Offsetof(s.in.longest)+unsafe.Sizeof(s.in.longest))
	within("Stream, sending", unsafe.Offsetof(s.out), unsafe.Offsetof(s.out)+unsafe.Sizeof(s.out))
	if before := unsafe.Offsetof(s.next) + unsafe.Sizeof(s.next); before/line == unsafe.Offsetof(s.out)/line {
		t.Error("Stream: both halves share a cache line")
	}
	var f Flow
	if end := unsafe.Offsetof(f.Unprotect) + unsafe.Sizeof(f.Unprotect); end > 2*line {
		t.Errorf("Flow: %d octets for every packet", end)
	}
	var table ssrcTable
	slot := unsafe.Offsetof(table.slots)
	within("ssrcTable, sending", 0, slot+unsafe.Offsetof(table.slots[0].clockPT)+8)
	if end := slot + unsafe.Offsetof(table.slots[0].seq) + unsafe.Sizeof(sequence{}); end > 2*line {
		t.Errorf("ssrcTable: %d octets for every packet", end)
	}
	for what, size := range map[string][2]uintptr{
		"Stream":    {unsafe.Sizeof(s), 512},
		"Flow":      {unsafe.Sizeof(f), 192},
		"remote":    {unsafe.Sizeof(remote{}), 128},
		"ssrcTable": {unsafe.Sizeof(table), 448},
	} {
		if got, class := (size[0]+15)&^15, size[1]; got > class || got <= class-line/2 {
			t.Errorf("%s: %d octets, not the %d of whole lines", what, size[0], class)
		}
	}
}
