// Package rtcplog hands RTCP reports to other systems: as JSON for HOMER and as
// lines for a syslog facility, in the reference's forms.
package rtcplog

import "encoding/binary"

// packet is one RTCP packet of a compound one (RFC 3550 section 6).
type packet struct {
	padding, count, typ uint8
	length              uint16 // in words less one, as in the header
	ssrc                uint32 // of a report
	sender              *senderInfo
	blocks              []block
	chunks              []item
}

// senderInfo is that of a sender report (section 6.4.1).
type senderInfo struct{ ntpSec, ntpFraction, timestamp, packets, octets uint32 }

// block is a report block.
type block struct {
	ssrc     uint32
	fraction uint8
	lost     int32
	high     uint32
	jitter   uint32
	lsr      uint32
	dlsr     uint32
}

// item is an item of a source description (section 6.5).
type item struct {
	ssrc uint32
	typ  uint8
	text string
}

const (
	typeSR   = 200
	typeRR   = 201
	typeSDES = 202
)

// parse reads a compound packet as far as it makes sense.
func parse(b []byte) (list []packet) {
	for len(b) >= 4 && b[0]>>6 == 2 {
		p := packet{padding: b[0] >> 5 & 1, count: b[0] & 31, typ: b[1], length: binary.BigEndian.Uint16(b[2:])}
		n := 4 * (int(p.length) + 1)
		if n > len(b) {
			break
		}
		body := b[4:n]
		b = b[n:]
		switch p.typ {
		case typeSR:
			if len(body) < 24 {
				return list
			}
			p.ssrc = binary.BigEndian.Uint32(body)
			p.sender = &senderInfo{
				binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:]), binary.BigEndian.Uint32(body[12:]),
				binary.BigEndian.Uint32(body[16:]), binary.BigEndian.Uint32(body[20:]),
			}
			p.blocks = readBlocks(body[24:], int(p.count))
		case typeRR:
			if len(body) < 4 {
				return list
			}
			p.ssrc = binary.BigEndian.Uint32(body)
			p.blocks = readBlocks(body[4:], int(p.count))
		case typeSDES:
			p.chunks = readChunks(body, int(p.count))
		}
		list = append(list, p)
	}
	return list
}

const blockSize = 24

func readBlocks(b []byte, count int) (list []block) {
	for ; count > 0 && len(b) >= blockSize; count-- {
		list = append(list, block{
			ssrc: binary.BigEndian.Uint32(b), fraction: b[4],
			lost: int32(binary.BigEndian.Uint32(b[4:])<<8) >> 8, // 24 bits with a sign
			high: binary.BigEndian.Uint32(b[8:]), jitter: binary.BigEndian.Uint32(b[12:]),
			lsr: binary.BigEndian.Uint32(b[16:]), dlsr: binary.BigEndian.Uint32(b[20:]),
		})
		b = b[blockSize:]
	}
	return list
}

// readChunks reads the items of all sources; each list of items ends with an
// octet 0 and is padded to 32 bits.
func readChunks(b []byte, count int) (list []item) {
	for ; count > 0 && len(b) >= 4; count-- {
		ssrc, n := binary.BigEndian.Uint32(b), 4
		for n < len(b) && b[n] != 0 {
			if n+2 > len(b) || n+2+int(b[n+1]) > len(b) {
				return list
			}
			list = append(list, item{ssrc, b[n], string(b[n+2 : n+2+int(b[n+1])])})
			n += 2 + int(b[n+1])
		}
		n = min((n+4)&^3, len(b))
		b = b[n:]
	}
	return list
}
