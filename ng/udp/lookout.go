package udp

import (
	"sync/atomic"
	"time"
)

// lookout starts readers for sockets whose readers are all busy with slow
// requests. To start one whenever none waits would have two threads compete for
// the processor that both need.
type lookout struct {
	sockets []*socket
	wake    chan struct{}
	awake   atomic.Bool
	end     chan struct{}
}

// glance is how long all readers of a socket may be at work, where they are as
// many as processors, before another one starts.
const glance = 5 * time.Millisecond

func newLookout() *lookout {
	return &lookout{wake: make(chan struct{}, 1), end: make(chan struct{})}
}

// call has the sockets watched that nobody waits on.
func (l *lookout) call() {
	if !l.awake.Load() && l.awake.CompareAndSwap(false, true) {
		l.wake <- struct{}{}
	}
}

// run works until end is closed. It sleeps while readers wait.
func (l *lookout) run() {
	seen := make([]uint32, len(l.sockets))
	for {
		select {
		case <-l.wake:
		case <-l.end:
			return
		}
		for busy := true; busy; {
			time.Sleep(glance)
			if busy = l.look(seen); !busy {
				l.awake.Store(false)
				// Who called before this was not heard.
				busy = l.unread() && l.awake.CompareAndSwap(false, true)
			}
			select {
			case <-l.end:
				return
			default:
			}
		}
	}
}

// look starts readers where no datagram was received since the last look and
// nobody waits for one. The result tells whether there are sockets that nobody
// waits on.
func (l *lookout) look(seen []uint32) (busy bool) {
	for i, s := range l.sockets {
		received, unread := s.received.Load(), s.waiting.Load() == 0
		if unread && received == seen[i] {
			// As many again may start by themselves, so that many slow
			// requests don't need a look each.
			s.allowed.Store(min(2*s.total.Load(), maxReaders))
			s.add()
		} else {
			s.allowed.Store(s.processors)
		}
		seen[i] = received
		busy = busy || unread
	}
	return busy
}

func (l *lookout) unread() bool {
	for _, s := range l.sockets {
		if s.waiting.Load() == 0 {
			return true
		}
	}
	return false
}
