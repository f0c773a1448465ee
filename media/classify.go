package media

import "encoding/binary"

// Class is the protocol of a packet on a media port.
type Class uint8

const (
	ClassOther Class = iota
	ClassRTP
	ClassRTCP
	ClassSTUN
	ClassDTLS
)

func (c Class) String() string {
	switch c {
	case ClassRTP:
		return "RTP"
	case ClassRTCP:
		return "RTCP"
	case ClassSTUN:
		return "STUN"
	case ClassDTLS:
		return "DTLS"
	}
	return "other"
}

// Classify tells protocols sharing a port apart by the first two octets
// (RFC 7983 section 7, RFC 5761 section 4). It does not check the rest.
func Classify(pkt []byte) Class {
	if len(pkt) < 2 {
		return ClassOther
	}
	switch b := pkt[0]; {
	case b&0xc0 == 0x80:
		if pkt[1] >= 192 && pkt[1] <= 223 {
			return ClassRTCP
		}
		return ClassRTP
	case b <= 3:
		return ClassSTUN
	case b >= 20 && b <= 63:
		return ClassDTLS
	}
	return ClassOther
}

// rtpHeader is the part of an RTP header that the data path looks at.
type rtpHeader struct {
	payload   int // offset of the payload
	pt        uint8
	seq       uint16
	timestamp uint32
	ssrc      uint32
}

// RTPPayload returns the offset of an RTP packet's payload; ok is false unless
// the fixed header, the CSRC list and the extension fit into the packet
// (RFC 3550 section 5.1). Padding isn't looked at: in SRTP it is encrypted.
func RTPPayload(pkt []byte) (offset int, ok bool) {
	var h rtpHeader
	ok = h.parse(pkt)
	return h.payload, ok
}

// parse fills in the header; false if it does not fit into the packet.
func (h *rtpHeader) parse(pkt []byte) bool {
	if len(pkt) < 12 || pkt[0]&0xc0 != 0x80 {
		return false
	}
	n := 12 + 4*int(pkt[0]&15)
	if pkt[0]&0x10 != 0 {
		if len(pkt) < n+4 {
			return false
		}
		n += 4 + 4*int(binary.BigEndian.Uint16(pkt[n+2:]))
	}
	if len(pkt) < n {
		return false
	}
	h.payload = n
	h.pt = pkt[1] & 0x7f
	h.seq = binary.BigEndian.Uint16(pkt[2:])
	h.timestamp = binary.BigEndian.Uint32(pkt[4:])
	h.ssrc = binary.BigEndian.Uint32(pkt[8:])
	return true
}

// ValidRTCP tells whether a packet starts with a whole RTCP packet (RFC 3550
// section 6.4). What follows isn't looked at: in SRTCP it is encrypted.
func ValidRTCP(pkt []byte) bool {
	return len(pkt) >= 8 && Classify(pkt) == ClassRTCP &&
		4*(1+int(binary.BigEndian.Uint16(pkt[2:]))) <= len(pkt)
}
