package media

import (
	"sync"
	"sync/atomic"
)

// Notifier carries events of the packet path to the callbacks of flows, on one
// goroutine of its own.
type Notifier struct {
	queue chan notice
	done  chan struct{}
	once  sync.Once
	lost  atomic.Uint64
	learned,
	confirmed [LearnDecisions]atomic.Uint64
	strangers atomic.Uint64
	// behind lists streams of which an event was lost, linked by Stream.next:
	// their engine still has to hear that they moved.
	behind atomic.Pointer[Stream]
}

type notice struct {
	flow     *Flow
	event    LearnEvent
	decision LearnDecision
	refused  bool
	ended    bool // a telephone event has: tone, from event.New
	tone     TelephoneEvent
	barrier  chan struct{}
	nudge    bool // only says that there is something in Notifier.behind
}

// notifierDepth bounds the events waiting; what comes on top is counted and
// lost (a peer can provoke events by changing its address).
const notifierDepth = 1024

// NewNotifier starts a notifier.
func NewNotifier() *Notifier {
	n := &Notifier{queue: make(chan notice, notifierDepth), done: make(chan struct{})}
	go func() {
		defer close(n.done)
		for v := range n.queue {
			switch {
			case v.nudge:
			case v.barrier != nil:
				close(v.barrier)
			case v.flow == nil:
				return
			case v.ended:
				v.tone.Source = v.event.New
				v.flow.Events.Ended(v.tone)
			case v.refused:
				n.strangers.Add(1)
				if v.flow.Refused != nil {
					v.flow.Refused(v.event.New)
				}
			default:
				n.count(v)
				v.flow.Stream.moved()
				if v.flow.Learned != nil {
					v.flow.Learned(v.event)
				}
			}
			n.catchUp()
		}
	}()
	return n
}

// catchUp tells the engines of the streams whose event was lost.
func (n *Notifier) catchUp() {
	if n.behind.Load() == nil {
		return
	}
	for s := n.behind.Swap(nil); s != nil; {
		next := s.next
		s.next = nil
		s.behind.Store(false) // from here on it may be put into the list again
		s.moved()
		s = next
	}
}

func (n *Notifier) count(v notice) {
	n.learned[v.decision].Add(1)
	if v.event.Confirmed {
		n.confirmed[v.decision].Add(1)
	}
}

// AddTo adds what the notifier delivered and lost to an engine's figures.
func (n *Notifier) AddTo(s *EngineStats) {
	for i := range n.learned {
		s.Learned[i] += n.learned[i].Load()
		s.Confirmed[i] += n.confirmed[i].Load()
	}
	s.Strangers += n.strangers.Load()
	s.EventsLost += n.lost.Load()
}

// Lost is how many events found the queue full.
func (n *Notifier) Lost() uint64 { return n.lost.Load() }

// Wait returns when all events so far are delivered. It must not be called
// from a callback, nor after Close.
func (n *Notifier) Wait() {
	b := make(chan struct{})
	n.queue <- notice{barrier: b}
	<-b
}

// Close delivers what is queued and ends the goroutine. It must not be called
// from a callback.
func (n *Notifier) Close() {
	n.once.Do(func() { n.queue <- notice{} })
	<-n.done
}

func (n *Notifier) put(v notice) {
	select {
	case n.queue <- v:
		return
	default:
	}
	n.lost.Add(1)
	s := v.flow.Stream
	if v.refused || v.ended || s.behind.Swap(true) {
		return
	}
	for {
		s.next = n.behind.Load()
		if n.behind.CompareAndSwap(s.next, s) {
			break
		}
	}
	select {
	case n.queue <- notice{nudge: true}: // the queue may have been emptied meanwhile
	default:
	}
}
