package enginetest

import "encoding/binary"

// RTP makes an RTP packet with a payload of n octets.
func RTP(pt uint8, seq uint16, timestamp, ssrc uint32, n int) []byte {
	p := make([]byte, 12+n)
	p[0], p[1] = 0x80, pt
	binary.BigEndian.PutUint16(p[2:], seq)
	binary.BigEndian.PutUint32(p[4:], timestamp)
	binary.BigEndian.PutUint32(p[8:], ssrc)
	for i := range n {
		p[12+i] = byte(i*7 + int(seq))
	}
	return p
}

// RTCP makes a receiver report without report blocks.
func RTCP(ssrc uint32) []byte {
	p := []byte{0x80, 201, 0, 1, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(p[4:], ssrc)
	return p
}

// audio is packet number n of a PCMU stream.
func audio(n int) []byte { return RTP(0, uint16(n), uint32(n*160), 0x1234, 160) }
