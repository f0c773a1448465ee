package userspace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Workers make their system calls behind the Go scheduler's back: told of a
// blocking call it would take the processor away after 20 µs and hand it back
// through futexes, which doubles the cost of a packet. The price is that the
// garbage collector can stop a worker only at a preemption point; see
// yieldPoint.

// waitMillis bounds a wait for packets, and with it how long a worker goes
// without a yieldPoint.
const waitMillis = 100

// epollWait fills events and returns how many there are, 0 after waitMillis or
// a signal.
func epollWait(epfd int, events []unix.EpollEvent) int {
	n, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), waitMillis, 0, 0)
	if e != 0 {
		return 0
	}
	return int(n)
}

// epollWaitQuietly waits with the scheduler's knowledge until there is an
// event, which stays to be fetched.
func epollWaitQuietly(epfd int, events []unix.EpollEvent) {
	_, _, _ = syscall.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), ^uintptr(0), 0, 0)
}

// recvMmsg receives into msgs without waiting.
func recvMmsg(fd int, msgs []kernelMsg) (int, syscall.Errno) {
	n, _, e := syscall.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), addressOf(&msgs[0]), uintptr(len(msgs)), unix.MSG_DONTWAIT, 0, 0)
	return int(n), e
}

// recvFrom receives one packet without waiting. The result is its full length,
// which may exceed len(buf).
func recvFrom(fd int, buf []byte, from *sockaddr) (int, syscall.Errno) {
	n := uint32(len(from))
	r, _, e := syscall.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)),
		unix.MSG_DONTWAIT|unix.MSG_TRUNC, uintptr(unsafe.Pointer(from)), uintptr(unsafe.Pointer(&n)))
	return int(r), e
}

// sendMmsg sends msgs and returns how many went before the first that failed.
func sendMmsg(fd int, msgs []kernelMsg) (int, syscall.Errno) {
	n, _, e := syscall.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), addressOf(&msgs[0]), uintptr(len(msgs)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	return int(n), e
}

func sendTo(fd int, payload, to []byte) syscall.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(payload))), uintptr(len(payload)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(unsafe.SliceData(to))), uintptr(len(to)))
	return e
}

func setInt(fd, level, option int, value int32) syscall.Errno {
	_, _, e := syscall.RawSyscall6(unix.SYS_SETSOCKOPT, uintptr(fd), uintptr(level), uintptr(option), uintptr(unsafe.Pointer(&value)), 4, 0)
	return e
}

// sockaddr has room for either family.
type sockaddr = [unix.SizeofSockaddrInet6]byte
