package userspace

import (
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/cpu"

	"rtpgo/media"
)

// workerCounters is what one worker did since its start. Only it writes there.
type workerCounters struct {
	_ cpu.CacheLinePad

	wakeups, received, receiveCalls                        atomic.Uint64
	sent, sendCalls, fragmented                            atomic.Uint64
	noPort, noFlow, tooLong, receiveErrors                 atomic.Uint64
	sendBusy, sendUnreachable, sendDenied, sendOtherErrors atomic.Uint64

	queueDrops uint64 // as last read, under the engine's lock

	_ cpu.CacheLinePad
}

// failed counts a packet that was not sent.
func (c *workerCounters) failed(errno syscall.Errno) {
	switch media.SendFailureOf(errno) {
	case media.FailedBusy:
		c.sendBusy.Add(1)
	case media.FailedRoute:
		c.sendUnreachable.Add(1)
	case media.FailedDenied:
		c.sendDenied.Add(1)
	default:
		c.sendOtherErrors.Add(1)
	}
}

func (c *workerCounters) addTo(s *media.EngineStats) {
	s.Wakeups += c.wakeups.Load()
	s.Received += c.received.Load()
	s.ReceiveCalls += c.receiveCalls.Load()
	s.Sent += c.sent.Load()
	s.SendCalls += c.sendCalls.Load()
	s.Fragmented += c.fragmented.Load()
	s.NoPort += c.noPort.Load()
	s.NoFlow += c.noFlow.Load()
	s.TooLong += c.tooLong.Load()
	s.ReceiveErrors += c.receiveErrors.Load()
	s.SendBusy += c.sendBusy.Load()
	s.SendUnreachable += c.sendUnreachable.Load()
	s.SendDenied += c.sendDenied.Load()
	s.SendErrors += c.sendOtherErrors.Load()
}
