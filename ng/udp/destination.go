package udp

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"unsafe"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// destination is where a reply goes. Its reader uses it again for the next
// datagram once it has answered.
type destination struct {
	socket   *socket
	name     [unix.SizeofSockaddrInet6]byte // the peer, as the kernel writes it
	nameLen  uint32
	control  []byte // names the source address
	space    [64]byte
	hdr      unix.Msghdr
	iov      unix.Iovec
	reply    func([]byte) // answer
	answered atomic.Bool
}

func newDestination(s *socket) *destination {
	d := &destination{socket: s}
	d.reply = d.answer
	return d
}

// maxDatagram is the largest payload of a UDP datagram over IPv4.
const maxDatagram = 65507

func (d *destination) answer(reply []byte) {
	if len(reply) > maxDatagram {
		reply = tooLarge(reply)
	}
	d.iov.Base = unsafe.SliceData(reply)
	d.iov.SetLen(len(reply))
	d.hdr = unix.Msghdr{Name: &d.name[0], Namelen: d.nameLen, Iov: &d.iov}
	d.hdr.SetIovlen(1)
	if len(d.control) > 0 {
		d.hdr.Control = &d.control[0]
		d.hdr.SetControllen(len(d.control))
	}
	if err := d.socket.send(&d.hdr); err != nil {
		d.socket.listener.log.Warn("NG control: reply not sent",
			zap.Stringer("peer", peerOf(d.name[:d.nameLen])), zap.Int("bytes", len(reply)), zap.Error(err))
	}
	d.iov.Base = nil
	d.answered.Store(true)
}

// send sends m. Where the socket's buffer is full it waits.
func (s *socket) send(m *unix.Msghdr) error {
	s.open.RLock()
	defer s.open.RUnlock()
	e := sendMsg(s.fd, m)
	for e == unix.EAGAIN || e == unix.EINTR {
		e = sendMsgQuietly(s.fd, m)
	}
	if e != 0 {
		return os.NewSyscallError("sendmsg", e)
	}
	return nil
}

// peerOf reads a socket address.
func peerOf(name []byte) netip.AddrPort {
	if len(name) < unix.SizeofSockaddrInet4 {
		return netip.AddrPort{}
	}
	port := binary.BigEndian.Uint16(name[2:])
	if binary.NativeEndian.Uint16(name) != unix.AF_INET6 || len(name) < unix.SizeofSockaddrInet6 {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), port)
	}
	a := netip.AddrFrom16([16]byte(name[8:24]))
	if scope := binary.NativeEndian.Uint32(name[24:]); scope != 0 {
		a = a.WithZone(strconv.FormatUint(uint64(scope), 10))
	}
	return netip.AddrPortFrom(a, port)
}
