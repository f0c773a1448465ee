package userspace

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// sender sends packets of one address family in batches, from any local
// address and port: through a raw socket, with our own IP and UDP headers. The
// kernel still routes, resolves neighbours and runs netfilter.
type sender struct {
	fd       int
	ipv6     bool
	region   *region
	messages []kernelMsg
	vecs     []kernelVec
	headers  []byte
	names    []byte
	controls []byte
	packets  []pending
	n        int
	counters *workerCounters
}

// pending is a packet to be sent.
type pending struct {
	stream  *media.Stream
	payload []byte
}

const (
	headerSize   = 64 // of an IPv6 and UDP header, rounded up
	sendControls = 64 // of one source address, rounded up
)

func newSender(fd int, ipv6 bool, counters *workerCounters) (*sender, error) {
	size := carved[kernelMsg](batchSize) + carved[kernelVec](2*batchSize) +
		carved[byte](batchSize*headerSize) + carved[byte](batchSize*nameSize) + carved[byte](batchSize*sendControls)
	reg, err := mapRegion(size)
	if err != nil {
		return nil, err
	}
	s := &sender{
		fd:       fd,
		ipv6:     ipv6,
		region:   reg,
		messages: carve[kernelMsg](reg, batchSize),
		vecs:     carve[kernelVec](reg, 2*batchSize),
		headers:  carve[byte](reg, batchSize*headerSize),
		names:    carve[byte](reg, batchSize*nameSize),
		controls: carve[byte](reg, batchSize*sendControls),
		packets:  make([]pending, batchSize),
		counters: counters,
	}
	for i := range s.messages {
		h, nameLen := uintptr(ipv4Header), uint32(unix.SizeofSockaddrInet4)
		if ipv6 {
			h, nameLen = ipv6Header, unix.SizeofSockaddrInet6
		}
		s.vecs[2*i] = kernelVec{addressOf(&s.headers[i*headerSize]), h}
		m := &s.messages[i]
		m.name, m.nameLen = addressOf(&s.names[i*nameSize]), nameLen
		m.iov, m.iovLen = addressOf(&s.vecs[2*i]), 2
		m.control = addressOf(&s.controls[i*sendControls])
		m.controlLen = uintptr(putSourceControl(s.controls[i*sendControls:], ipv6))
	}
	return s, nil
}

// putSourceControl writes the control message that tells the kernel the source
// address, so that routing rules by source hold for these packets too; the
// address itself is put in by setSource. It returns the message's length.
func putSourceControl(c []byte, ipv6 bool) int {
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
	if ipv6 {
		h.Level, h.Type = unix.SOL_IPV6, unix.IPV6_PKTINFO
		h.SetLen(unix.CmsgLen(unix.SizeofInet6Pktinfo))
		return unix.CmsgSpace(unix.SizeofInet6Pktinfo)
	}
	h.Level, h.Type = unix.SOL_IP, unix.IP_PKTINFO
	h.SetLen(unix.CmsgLen(unix.SizeofInet4Pktinfo))
	return unix.CmsgSpace(unix.SizeofInet4Pktinfo)
}

func setSource(c []byte, a *localAddress) {
	if a.is4 {
		*(*[4]byte)(c[controlData+4:]) = [4]byte(a.bytes[12:]) // ipi_spec_dst
		return
	}
	*(*[16]byte)(c[controlData:]) = a.bytes
}

// add takes a packet. Its payload must stay as it is until flush.
func (s *sender) add(p *batchedPort, dest *media.Endpoint, payload []byte, stream *media.Stream) {
	i := s.n
	header := s.headers[i*headerSize : (i+1)*headerSize]
	name := s.names[i*nameSize : (i+1)*nameSize]
	putHeader(header, name, p, dest.Sockaddr(), byte(stream.TOS()), payload)
	setSource(s.controls[i*sendControls:(i+1)*sendControls], p.address)
	s.vecs[2*i+1] = kernelVec{addressOf(unsafe.SliceData(payload)), uintptr(len(payload))}
	s.packets[i] = pending{stream, payload}
	if s.n++; s.n == batchSize {
		s.flush()
	}
}

// putHeader writes the headers of a packet from p to the encoded address dest,
// and the address as a raw socket wants it.
func putHeader(header, name []byte, p *batchedPort, dest []byte, tos byte, payload []byte) {
	port := binary.BigEndian.Uint16(dest[2:])
	if len(dest) == unix.SizeofSockaddrInet4 {
		copy(name, dest[:unix.SizeofSockaddrInet4])
		name[2], name[3] = 0, 0
		putIPv4(header, tos, [4]byte(p.address.bytes[12:]), [4]byte(dest[4:8]), p.number, port, payload)
		return
	}
	copy(name, dest[:unix.SizeofSockaddrInet6])
	// raw(7) of IPv6: the port is the protocol, for the look-up of IPsec
	// policies.
	name[2], name[3] = 0, unix.IPPROTO_UDP
	putIPv6(header, tos, &p.address.bytes, (*[16]byte)(dest[8:24]), p.number, port, payload)
}

// flush sends what was added.
func (s *sender) flush() {
	for at := 0; at < s.n; {
		n, _, errno := syscall.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd),
			uintptr(unsafe.Pointer(&s.messages[at])), uintptr(s.n-at), unix.MSG_DONTWAIT, 0, 0)
		s.counters.sendCalls.Add(1)
		if errno == 0 {
			s.counters.sent.Add(uint64(n))
			at += int(n)
			continue
		}
		if errno == unix.EINTR {
			continue
		}
		// The first packet of the rest failed.
		if errno != unix.EMSGSIZE || !s.fragment(at) {
			s.counters.failed(errno)
			s.packets[at].stream.SendFailed(1, media.SendFailureOf(errno))
		}
		at++
	}
	s.n = 0
}
