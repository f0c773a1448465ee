package userspace

import (
	"runtime"
	"sync"
)

// A worker waits for packets with a processor of Go's scheduler in its hands:
// there have to be more of them than workers, for everything else to run on.
var procs struct {
	sync.Mutex
	held int
}

const spareProcs = 2

// reserveProcs raises GOMAXPROCS for n threads that keep a processor each.
func reserveProcs(n int) {
	procs.Lock()
	defer procs.Unlock()
	procs.held += n
	if want := procs.held + spareProcs; runtime.GOMAXPROCS(0) < want {
		runtime.GOMAXPROCS(want)
	}
}

// releaseProcs takes a reservation back. GOMAXPROCS stays.
func releaseProcs(n int) {
	procs.Lock()
	defer procs.Unlock()
	procs.held -= n
}
