package udp

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// quiet is how the last reader of a socket waits when datagrams are rare: by
// Go's poller, which keeps no processor and wakes nothing meanwhile. Were the
// socket itself in that poller, it would be woken by each datagram also while
// readers wait the fast way; so an epoll descriptor stands between the two,
// which watches for one datagram at a time.
type quiet struct {
	epfd int
	file *os.File // owns epfd
	conn syscall.RawConn
	came func(uintptr) bool
}

func newQuiet(fd int) (*quiet, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create", err)
	}
	if err := unix.SetNonblock(epfd, true); err != nil { // or NewFile wouldn't have it polled
		_ = unix.Close(epfd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	q := &quiet{epfd: epfd, file: os.NewFile(uintptr(epfd), "epoll")}
	q.came = func(uintptr) bool { return pollOnce(q.epfd) }
	if q.conn, err = q.file.SyscallConn(); err == nil {
		err = os.NewSyscallError("epoll_ctl", unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLONESHOT}))
	}
	if err != nil {
		q.close()
		return nil, err
	}
	return q, nil
}

// wait waits until a datagram can be received or the socket is stopped.
func (q *quiet) wait(fd int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLONESHOT}
	_, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(q.epfd), unix.EPOLL_CTL_MOD, uintptr(fd), uintptr(unsafe.Pointer(&event)), 0, 0)
	if e != 0 {
		return os.NewSyscallError("epoll_ctl", e)
	}
	return q.conn.Read(q.came)
}

// pollOnce takes an event, if there is one.
func pollOnce(epfd int) bool {
	var event unix.EpollEvent
	n, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epfd), uintptr(unsafe.Pointer(&event)), 1, 0, 0, 0)
	return e == 0 && n > 0
}

func (q *quiet) close() { _ = q.file.Close() }
