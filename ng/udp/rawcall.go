package udp

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Readers receive and reply behind the Go scheduler's back: told of a blocking
// call it would take the processor away after 20 µs and hand it back through
// futexes, which costs as much as a small request. The price is that who waits
// keeps a processor of the scheduler, and that the garbage collector can stop
// him only at the entry of a function that isn't a small leaf; see reader.run.

// receiveMsg waits for a datagram until the socket's receive timeout or a signal.
func receiveMsg(fd int, m *unix.Msghdr) (int, syscall.Errno) {
	n, _, e := syscall.RawSyscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(m)), 0)
	return int(n), e
}

// sendMsg sends without waiting.
func sendMsg(fd int, m *unix.Msghdr) syscall.Errno {
	_, _, e := syscall.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(m)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	return e
}

// sendMsgQuietly waits for room in the send buffer, with the scheduler's knowledge.
func sendMsgQuietly(fd int, m *unix.Msghdr) syscall.Errno {
	_, _, e := syscall.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(m)), unix.MSG_NOSIGNAL)
	return e
}
