package udp

import (
	"runtime"
	"sync"
)

// A reader waits with a processor of Go's scheduler in its hands: there have to
// be more of them, for everything else to run on.
var procs struct {
	sync.Mutex
	held, added int
}

// reserveProcs raises GOMAXPROCS for n readers that wait.
func reserveProcs(n int) {
	procs.Lock()
	defer procs.Unlock()
	procs.held += n
	if more := procs.held - procs.added; more > 0 {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + more)
		procs.added = procs.held
	}
}

// releaseProcs takes a reservation back. GOMAXPROCS stays.
func releaseProcs(n int) {
	procs.Lock()
	defer procs.Unlock()
	procs.held -= n
}
