package userspace

import (
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// BatchedStats is what the batched engine did since its start.
type BatchedStats struct {
	// Received counts packets, ReceiveCalls the system calls that brought them.
	Received, ReceiveCalls uint64
	// Sent counts packets handed to the kernel, SendCalls the system calls it
	// took, Fragmented those of them that were longer than the MTU.
	Sent, SendCalls, Fragmented uint64

	// NoPort and NoFlow count packets to ports that were no longer open, or had
	// no flow installed; TooLong those over the greatest length.
	NoPort, NoFlow, TooLong uint64
	// QueueDrops counts packets that the kernel dropped because the workers
	// didn't fetch them in time.
	QueueDrops uint64
	// ReceiveErrors counts failed calls.
	ReceiveErrors uint64

	// Packets that the kernel refused to send, which also count as DropSend of
	// their stream. SendBusy: queues or memory full; SendUnreachable: no route
	// or neighbour; SendDenied: a firewall rule; SendErrors: other reasons.
	SendBusy, SendUnreachable, SendDenied, SendErrors uint64
}

// workerCounters is the part of one worker. Only it writes there.
type workerCounters struct {
	_ cpu.CacheLinePad

	received, receiveCalls, sent, sendCalls, fragmented    atomic.Uint64
	noPort, noFlow, tooLong, receiveErrors                 atomic.Uint64
	sendBusy, sendUnreachable, sendDenied, sendOtherErrors atomic.Uint64

	_ cpu.CacheLinePad
}

// failed counts a packet that was not sent.
func (c *workerCounters) failed(errno syscall.Errno) {
	switch errno {
	case unix.EAGAIN, unix.ENOBUFS, unix.ENOMEM:
		c.sendBusy.Add(1)
	case unix.ENETUNREACH, unix.EHOSTUNREACH, unix.ENETDOWN, unix.ECONNREFUSED, unix.ENODEV, unix.EINVAL:
		c.sendUnreachable.Add(1)
	case unix.EPERM, unix.EACCES:
		c.sendDenied.Add(1)
	default:
		c.sendOtherErrors.Add(1)
	}
}

func (c *workerCounters) addTo(s *BatchedStats) {
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
