package userspace

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

const (
	// batchSize is how many packets one system call takes at most.
	batchSize = 64
	// maxPacket is the greatest UDP payload that is forwarded: jumbo frames
	// have room for it. What is longer is dropped.
	maxPacket = 9216
	// packetStride keeps the beginnings of buffers apart in the cache, which a
	// power of two would not.
	packetStride = maxPacket + cacheLine

	nameSize        = 32 // of struct sockaddr_in6, rounded up
	receiveControls = 64 // of one original destination, rounded up
	controlData     = unix.SizeofCmsghdr
)

// receiver takes packets from a worker's socket in batches.
type receiver struct {
	fd       int
	region   *region
	messages []kernelMsg
	names    []byte
	controls []byte
	packets  []byte
	used     int // messages the kernel has filled in
}

func newReceiver(fd int) (*receiver, error) {
	size := carved[kernelMsg](batchSize) + carved[kernelVec](batchSize) +
		carved[byte](batchSize*nameSize) + carved[byte](batchSize*receiveControls) + carved[byte](batchSize*packetStride)
	reg, err := mapRegion(size)
	if err != nil {
		return nil, err
	}
	r := &receiver{
		fd:       fd,
		region:   reg,
		messages: carve[kernelMsg](reg, batchSize),
		names:    carve[byte](reg, batchSize*nameSize),
		controls: carve[byte](reg, batchSize*receiveControls),
	}
	vecs := carve[kernelVec](reg, batchSize)
	r.packets = carve[byte](reg, batchSize*packetStride)
	for i := range r.messages {
		vecs[i] = kernelVec{addressOf(&r.packets[i*packetStride]), maxPacket}
		m := &r.messages[i]
		m.name = addressOf(&r.names[i*nameSize])
		m.iov, m.iovLen = addressOf(&vecs[i]), 1
		m.control = addressOf(&r.controls[i*receiveControls])
	}
	r.used = batchSize
	return r, nil
}

// receive waits for packets and returns how many there are. The wait is not
// known to Go's scheduler: it costs half of what an ordinary system call does,
// but the caller has to pass a preemption point after it (see yieldPoint).
func (r *receiver) receive() (int, syscall.Errno) {
	for i := range r.messages[:r.used] {
		m := &r.messages[i]
		m.nameLen = unix.SizeofSockaddrInet6
		m.controlLen = receiveControls
		m.flags = 0
	}
	r.used = 0
	n, _, errno := syscall.RawSyscall6(unix.SYS_RECVMMSG, uintptr(r.fd),
		uintptr(unsafe.Pointer(&r.messages[0])), batchSize, unix.MSG_WAITFORONE, 0, 0)
	if errno != 0 {
		r.used = 1 // a failing call may have touched the first
		return 0, errno
	}
	r.used = int(n)
	return int(n), 0
}

// packet returns packet i, nil if it was longer than its buffer.
func (r *receiver) packet(i int) []byte {
	m := &r.messages[i]
	if m.flags&unix.MSG_TRUNC != 0 {
		return nil
	}
	at := i * packetStride
	return r.packets[at : at+int(m.n) : at+maxPacket]
}

// source returns where packet i comes from.
func (r *receiver) source(i int) netip.AddrPort {
	return media.DecodeSockaddr(r.names[i*nameSize : i*nameSize+int(r.messages[i].nameLen)])
}

// destination returns the local address (IPv4 as ::ffff:a.b.c.d) and port that
// packet i was sent to.
func (r *receiver) destination(i int, addr *[16]byte) (port uint16, ok bool) {
	c := r.controls[i*receiveControls : (i+1)*receiveControls : (i+1)*receiveControls]
	if r.messages[i].controlLen < controlData {
		return 0, false
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
	name := c[controlData:]
	switch {
	case h.Level == unix.SOL_IP && h.Type == unix.IP_ORIGDSTADDR:
		*addr = [16]byte{10: 0xff, 11: 0xff, 12: name[4], 13: name[5], 14: name[6], 15: name[7]}
	case h.Level == unix.SOL_IPV6 && h.Type == unix.IPV6_ORIGDSTADDR:
		*addr = [16]byte(name[8:24])
	default:
		return 0, false
	}
	return binary.BigEndian.Uint16(name[2:]), true
}
