package userspace

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

const (
	udpHeader  = 8
	ipv4Header = 20 + udpHeader
	ipv6Header = 40 + udpHeader

	hopLimit     = 64
	dontFragment = 0x4000
)

// putIPv4 writes the IPv4 and UDP headers of a packet. The kernel fills in the
// IP checksum. DF is set as on an ordinary socket, which makes the
// identification meaningless (RFC 6864), but 0 would have the kernel choose
// one.
func putIPv4(h []byte, tos byte, src, dst [4]byte, srcPort, dstPort uint16, payload []byte) {
	h = h[:ipv4Header:ipv4Header]
	n := len(payload)
	h[0], h[1] = 0x45, tos
	binary.BigEndian.PutUint16(h[2:], uint16(ipv4Header+n))
	binary.BigEndian.PutUint16(h[4:], 1)
	binary.BigEndian.PutUint16(h[6:], dontFragment)
	h[8], h[9] = hopLimit, unix.IPPROTO_UDP
	h[10], h[11] = 0, 0
	*(*[4]byte)(h[12:]) = src
	*(*[4]byte)(h[16:]) = dst
	putUDP(h[20:], addSum(0, h[12:20]), srcPort, dstPort, payload)
}

// putIPv6 writes the IPv6 and UDP headers of a packet.
func putIPv6(h []byte, class byte, src, dst *[16]byte, srcPort, dstPort uint16, payload []byte) {
	h = h[:ipv6Header:ipv6Header]
	h[0], h[1], h[2], h[3] = 0x60|class>>4, class<<4, 0, 0
	binary.BigEndian.PutUint16(h[4:], uint16(udpHeader+len(payload)))
	h[6], h[7] = unix.IPPROTO_UDP, hopLimit
	*(*[16]byte)(h[8:]) = *src
	*(*[16]byte)(h[24:]) = *dst
	putUDP(h[40:], addSum(0, h[8:40]), srcPort, dstPort, payload)
}

// putUDP writes a UDP header; sum is that of the addresses.
func putUDP(u []byte, sum uint64, srcPort, dstPort uint16, payload []byte) {
	u = u[:udpHeader:udpHeader]
	n := uint16(udpHeader + len(payload))
	binary.BigEndian.PutUint16(u[0:], srcPort)
	binary.BigEndian.PutUint16(u[2:], dstPort)
	binary.BigEndian.PutUint16(u[4:], n)
	u[6], u[7] = 0, 0
	var pseudo [8]byte // length and protocol (RFC 768, RFC 8200 section 8.1)
	binary.BigEndian.PutUint16(pseudo[0:], n)
	pseudo[3] = unix.IPPROTO_UDP
	*(*[4]byte)(pseudo[4:]) = *(*[4]byte)(u)
	sum = addSum(addSum(sum, pseudo[:]), u[4:6])
	binary.LittleEndian.PutUint16(u[6:], foldSum(addSum(sum, payload)))
}
