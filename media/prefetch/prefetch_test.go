package prefetch_test

import (
	"testing"

	"rtpgo/media/prefetch"
)

// Whatever the address, nothing happens that the program could notice.
func TestAnyAddress(t *testing.T) {
	prefetch.Part[int](nil, 8, 1)
	prefetch.Whole[[1 << 20]byte](nil)
	var v [300]byte
	prefetch.Whole(&v)
	prefetch.Part(&v, 299, 1)
	if n := testing.AllocsPerRun(10, func() { prefetch.Whole(&v) }); n != 0 || v != [300]byte{} {
		t.Errorf("%v allocations, %v", n, v)
	}
}

func BenchmarkPart(b *testing.B) {
	var v [64]byte
	for b.Loop() {
		prefetch.Part(&v, 0, 1)
	}
}
