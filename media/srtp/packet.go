package srtp

import "encoding/binary"

const (
	rtcpHeaderLen = 8 // what stays in the clear of an RTCP packet
	rtcpIndexLen  = 4 // E flag and SRTCP index
	rtcpE         = 1 << 31
	maxRTCPIndex  = 1<<31 - 1
	maxRTPIndex   = 1<<48 - 1
)

// rtpPayload returns where the payload of an RTP packet begins: behind the
// fixed header, the CSRCs and the header extension (RFC 3550, section 5.1),
// all of which stay in the clear. It is false if there is no such place.
func rtpPayload(b []byte) (int, bool) {
	if len(b) < 12 || b[0]>>6 != 2 {
		return 0, false
	}
	n := 12 + 4*int(b[0]&15)
	if b[0]&0x10 != 0 {
		if len(b) < n+4 {
			return 0, false
		}
		n += 4 + 4*int(binary.BigEndian.Uint16(b[n+2:]))
	}
	return n, n <= len(b)
}

func rtpSeq(b []byte) uint16  { return binary.BigEndian.Uint16(b[2:]) }
func rtpSSRC(b []byte) uint32 { return binary.BigEndian.Uint32(b[8:]) }

// isRTCP checks as much of a packet as is always in the clear.
func isRTCP(b []byte) bool { return len(b) >= rtcpHeaderLen && b[0]>>6 == 2 }

func rtcpSSRC(b []byte) uint32 { return binary.BigEndian.Uint32(b[4:]) }

// room returns dst with n octets, false if it has no room for them.
func room(dst []byte, n int) ([]byte, bool) {
	if cap(dst) < n {
		return nil, false
	}
	return dst[:n], true
}
