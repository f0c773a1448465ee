package userspace

import (
	"encoding/binary"
	"math/bits"

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
	h[0], h[1] = 0x45, tos
	binary.BigEndian.PutUint16(h[2:], uint16(ipv4Header+len(payload)))
	binary.BigEndian.PutUint16(h[4:], 1)
	binary.BigEndian.PutUint16(h[6:], dontFragment)
	h[8], h[9] = hopLimit, unix.IPPROTO_UDP
	h[10], h[11] = 0, 0
	*(*[4]byte)(h[12:]) = src
	*(*[4]byte)(h[16:]) = dst
	sum := uint64(binary.LittleEndian.Uint32(src[:])) + uint64(binary.LittleEndian.Uint32(dst[:]))
	putUDP(h[20:], sum, srcPort, dstPort, payload)
}

// putIPv6 writes the IPv6 and UDP headers of a packet.
func putIPv6(h []byte, class byte, src, dst *[16]byte, srcPort, dstPort uint16, payload []byte) {
	h = h[:ipv6Header:ipv6Header]
	h[0], h[1], h[2], h[3] = 0x60|class>>4, class<<4, 0, 0
	binary.BigEndian.PutUint16(h[4:], uint16(udpHeader+len(payload)))
	h[6], h[7] = unix.IPPROTO_UDP, hopLimit
	*(*[16]byte)(h[8:]) = *src
	*(*[16]byte)(h[24:]) = *dst
	putUDP(h[40:], addSum(addSum(0, src[:]), dst[:]), srcPort, dstPort, payload)
}

// putUDP writes a UDP header; sum is that of the addresses. The rest of the
// pseudo header (RFC 768, RFC 8200 section 8.1) is added from registers:
// reading back what was just written would stall.
func putUDP(u []byte, sum uint64, srcPort, dstPort uint16, payload []byte) {
	u = u[:udpHeader:udpHeader]
	n := uint16(udpHeader + len(payload))
	binary.BigEndian.PutUint16(u[0:], srcPort)
	binary.BigEndian.PutUint16(u[2:], dstPort)
	binary.BigEndian.PutUint16(u[4:], n)
	rest := littleEndian(srcPort) + littleEndian(dstPort) + 2*littleEndian(n) + littleEndian(unix.IPPROTO_UDP)
	sum, carry := bits.Add64(addSum(sum, payload), rest, 0)
	binary.LittleEndian.PutUint16(u[6:], foldSum(sum+carry))
}

// littleEndian is a word of the header as addSum reads it.
func littleEndian(v uint16) uint64 { return uint64(bits.ReverseBytes16(v)) }
