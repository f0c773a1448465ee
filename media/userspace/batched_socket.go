package userspace

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receiveBuffer is the queue of a worker's socket, which all of its calls
// share; sendBuffer that of a raw socket.
const (
	receiveBuffer = 16 << 20
	sendBuffer    = 4 << 20
)

// receiveSocket opens the socket that packets are steered to. With IPv6 it
// takes both families. The program can steer packets only to a bound socket:
// this one is bound to a port of the kernel's choice on the loopback address,
// where nobody sends anything (and what comes there is dropped).
func receiveSocket(ipv6 bool) (fd int, err error) {
	family := unix.AF_INET
	var sa unix.Sockaddr = &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if ipv6 {
		family = unix.AF_INET6
		sa = &unix.SockaddrInet6{Addr: [16]byte{10: 0xff, 11: 0xff, 12: 127, 15: 1}}
	}
	if fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, fmt.Errorf("open a worker's socket: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("set up a worker's socket: %w", err), unix.Close(fd))
			fd = -1
		}
	}()
	if ipv6 {
		if err = unix.SetsockoptInt(fd, unix.SOL_IPV6, unix.IPV6_V6ONLY, 0); err != nil {
			return fd, err
		}
		if err = unix.SetsockoptInt(fd, unix.SOL_IPV6, unix.IPV6_RECVORIGDSTADDR, 1); err != nil {
			return fd, err
		}
	}
	if err = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_RECVORIGDSTADDR, 1); err != nil {
		return fd, err
	}
	// The loopback device may be down in a network namespace.
	if err = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_FREEBIND, 1); err != nil {
		return fd, err
	}
	timeout := unix.NsecToTimeval(receiveTimeout.Nanoseconds())
	if err = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		return fd, err
	}
	setBuffer(fd, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, receiveBuffer)
	return fd, unix.Bind(fd, sa)
}

// rawSocket opens a socket that sends packets with their IP header. It receives
// nothing but packets of protocol 255.
func rawSocket(ipv6 bool) (fd int, err error) {
	family := unix.AF_INET
	if ipv6 {
		family = unix.AF_INET6
	}
	if fd, err = unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW); err != nil {
		return -1, fmt.Errorf("open a raw socket: %w", err)
	}
	if ipv6 {
		// The kernel need not look up the source address for each packet.
		_ = unix.SetsockoptInt(fd, unix.SOL_IPV6, unix.IPV6_FREEBIND, 1)
	}
	setBuffer(fd, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, sendBuffer)
	return fd, nil
}

// setBuffer sets a buffer beyond the system's limit if that is allowed.
func setBuffer(fd, force, plain, size int) {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, plain, size)
	}
}

// queueDrops is how many packets found the queue of a socket full.
func queueDrops(fd int) uint64 {
	var info [unix.SK_MEMINFO_VARS]uint32
	n := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info[0])), uintptr(unsafe.Pointer(&n)), 0)
	if errno != 0 {
		return 0
	}
	return uint64(info[unix.SK_MEMINFO_DROPS])
}
