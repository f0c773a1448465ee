package rtcplog

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// Config says who gets reports; either may be nil. Both are called from one
// goroutine.
type Config struct {
	JSON func(callID string, from, to netip.AddrPort, at time.Time, json []byte)
	Line func(string) error
}

// Bounds of the packets waiting: what comes on top, or is longer, is lost.
const (
	depth   = 1024
	longest = 1500
)

// Tap takes RTCP packets from the packet path, which it neither holds up nor
// makes allocate.
type Tap struct {
	Config
	free, queue chan *taken
	stop, done  chan struct{}
	lost        atomic.Uint64
}

// taken is a packet on its way to the goroutine.
type taken struct {
	callID   string
	from, to netip.AddrPort
	at       time.Time
	n        int
	packet   [longest]byte
}

// New starts a tap.
func New(c Config) *Tap {
	t := &Tap{Config: c, free: make(chan *taken, depth), queue: make(chan *taken, depth), stop: make(chan struct{}), done: make(chan struct{})}
	for range depth {
		t.free <- new(taken)
	}
	go t.run()
	return t
}

// Take copies a packet that came from from to our port to.
func (t *Tap) Take(callID string, from, to netip.AddrPort, pkt []byte) {
	if len(pkt) > longest {
		t.lost.Add(1)
		return
	}
	select {
	case p := <-t.free:
		p.callID, p.from, p.to, p.at = callID, from, to, time.Now()
		p.n = copy(p.packet[:], pkt)
		t.queue <- p // there is room for all
	default:
		t.lost.Add(1)
	}
}

// Lost is how many packets were not taken.
func (t *Tap) Lost() uint64 { return t.lost.Load() }

// Close hands out what is waiting and ends. Take must not be called any more.
func (t *Tap) Close() {
	close(t.stop)
	<-t.done
}

func (t *Tap) run() {
	defer close(t.done)
	for {
		select {
		case p := <-t.queue:
			t.hand(p)
		case <-t.stop:
			for {
				select {
				case p := <-t.queue:
					t.hand(p)
				default:
					return
				}
			}
		}
	}
}

func (t *Tap) hand(p *taken) {
	list := parse(p.packet[:p.n])
	if len(list) > 0 {
		if t.Line != nil {
			_ = t.Line(lineOf(p.callID, list)) // a syslog that is gone comes back
		}
		if t.JSON != nil {
			for _, text := range jsonOf(list) {
				t.JSON(p.callID, p.from, p.to, p.at, text)
			}
		}
	}
	p.callID = ""
	t.free <- p
}
