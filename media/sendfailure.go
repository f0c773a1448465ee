package media

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// SendFailure says why a packet was not sent.
type SendFailure uint8

const (
	FailedOther   SendFailure = iota
	FailedBusy                // queues or memory were full
	FailedRoute               // no route, or no neighbour
	FailedDenied              // a rule of the host's firewall
	FailedTooLong             // longer than the MTU of the way, or than any packet may be
	SendFailures              // number of reasons
)

var sendFailureNames = [SendFailures]string{"other error", "queue full", "no route or neighbour", "denied by the firewall", "too long"}

// String is the reason wherever an operator reads it.
func (f SendFailure) String() string {
	if f < SendFailures {
		return sendFailureNames[f]
	}
	return "unknown"
}

// SendFailureOf sorts the errors of the kernel's system calls.
func SendFailureOf(errno syscall.Errno) SendFailure {
	switch errno {
	case unix.EAGAIN, unix.ENOBUFS, unix.ENOMEM:
		return FailedBusy
	case unix.ENETUNREACH, unix.EHOSTUNREACH, unix.ENETDOWN, unix.ECONNREFUSED, unix.ENODEV, unix.EINVAL:
		return FailedRoute
	case unix.EPERM, unix.EACCES:
		return FailedDenied
	case unix.EMSGSIZE:
		return FailedTooLong
	}
	return FailedOther
}

// SendFailed counts n packets to the stream's peer as failed: the kernel refused
// them, or they could not be protected.
func (s *Stream) SendFailed(n int, why SendFailure) {
	s.out.errors.Add(uint64(n))
	s.drops[DropSend].Add(uint64(n))
	s.failed[why].Add(uint64(n))
}
