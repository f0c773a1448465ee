package udp

import "sync/atomic"

// crew are the readers of one socket.
//
// Several goroutines may read one socket, each carrying out what it has read, so
// that a slow request delays no other. This keeps no order between datagrams,
// and needs none: a client sends the next request about a call when it has the
// answer to the last one, and requests of different clients have no order. What
// meets at one call is put in order by that call's lock. (Sockets sharing the
// port by SO_REUSEPORT would tie each client to one goroutine, where one slow
// request delays all of that client's calls.)
//
// When all readers are at work another one starts: at once while there are
// fewer than processors, else as soon as the lookout finds that they are slow.
// Readers end when they are too many.
type crew struct {
	processors int32 // readers that are of use for requests that compute
	waiters    int32 // readers that may wait at once: each keeps a processor of Go's scheduler

	waiting  atomic.Int32
	total    atomic.Int32
	allowed  atomic.Int32  // that start without the lookout
	received atomic.Uint32 // datagrams
}

// maxReaders bounds the requests in work per socket; more wait in the socket's
// buffer.
const maxReaders = 512

// add starts a reader if none waits.
func (s *socket) add() {
	if s.total.Add(1) > maxReaders || !s.waiting.CompareAndSwap(0, 1) {
		s.total.Add(-1)
		return
	}
	s.listener.running.Go(s.read)
}

// take is told of each datagram by the reader that has it.
func (s *socket) take() {
	s.received.Add(1)
	switch {
	case s.waiting.Add(-1) > 0:
	case s.total.Load() < s.allowed.Load():
		s.add()
	default:
		s.listener.lookout.call()
	}
}

// giveBack tells a reader that has done its work whether to wait again.
func (s *socket) giveBack() bool {
	for {
		n := s.waiting.Load()
		if n >= s.waiters {
			s.total.Add(-1)
			return false
		}
		if s.waiting.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// spare tells a reader that waits whether others do, and if so counts it out.
func (s *socket) spare() bool {
	for {
		n := s.waiting.Load()
		if n <= 1 {
			return false
		}
		if s.waiting.CompareAndSwap(n, n-1) {
			s.total.Add(-1)
			return true
		}
	}
}
