package media

import "encoding/binary"

// Types of RTCP packets that only a profile with feedback has (RFC 4585
// section 6.1).
const (
	rtcpRTPFB = 205
	rtcpPSFB  = 206
)

// nextRTCP returns the first packet of a compound one (RFC 3550 section 6.1)
// and the rest. What isn't a packet comes as one piece with type 0.
func nextRTCP(pkt []byte) (first, rest []byte, typ uint8) {
	if len(pkt) < 4 {
		return pkt, nil, 0
	}
	n := 4 * (1 + int(binary.BigEndian.Uint16(pkt[2:])))
	if n > len(pkt) {
		return pkt, nil, 0
	}
	return pkt[:n], pkt[n:], pkt[1]
}

// hasFeedback tells whether a compound packet holds feedback.
func hasFeedback(pkt []byte) bool {
	for len(pkt) > 0 {
		var typ uint8
		if _, pkt, typ = nextRTCP(pkt); typ == rtcpRTPFB || typ == rtcpPSFB {
			return true
		}
	}
	return false
}

// withoutFeedback copies a compound packet to dst but for its feedback, and
// returns the length of what is left.
func withoutFeedback(dst, src []byte) int {
	n := 0
	for len(src) > 0 {
		var first []byte
		var typ uint8
		if first, src, typ = nextRTCP(src); typ != rtcpRTPFB && typ != rtcpPSFB {
			n += copy(dst[n:], first)
		}
	}
	return n
}
