package media

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// Look sums up what some packets of a stream looked like: enough to tell
// plain RTP from SRTP, and taken of the first packets of a source only.
type Look struct {
	// RTP and RTCP packets that were looked at.
	RTP, RTCP uint32
	// PT is the payload type of the last one.
	PT uint8
	// Even counts payloads of whole multiples of 80 octets, 10 ms of G.711 or
	// G.722; Tagged those that are longer than that by an authentication tag
	// of SRTP: 4, 10 or 16 octets.
	Even, Tagged uint32
	// Random counts payloads whose octets are spread as evenly as those of
	// ciphertext; short ones can't be told.
	Random uint32
	// Firsts is how many different octets the payloads began with.
	Firsts uint32
	// Whole counts RTCP packets whose parts add up to their length, as those
	// of SRTCP don't: its index and tag follow (RFC 3711 section 3.4).
	Whole uint32
}

// lookAtMost is how many packets of a source are looked at.
const lookAtMost = 16

// looker gathers a Look. It is reached for the first packets only, so that its
// lock costs nothing.
type looker struct {
	mu     sync.Mutex
	seen   uint64 // packets offered since the source was new
	firsts [4]uint64
	look   Look
}

// read is safe on nil.
func (l *looker) read() Look {
	if l == nil {
		return Look{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.look
	for _, w := range l.firsts {
		v.Firsts += uint32(bits.OnesCount64(w))
	}
	return v
}

func (l *looker) resetLocked() { l.look, l.firsts = Look{}, [4]uint64{} }

// rtp looks at a payload; fresh begins anew.
func (l *looker) rtp(pkt []byte, h *rtpHeader, fresh bool) {
	payload := pkt[h.payload:]
	if len(payload) == 0 || pkt[0]&0x20 != 0 { // padding hides the length
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if fresh {
		l.resetLocked()
	}
	if l.look.RTP >= lookAtMost {
		return
	}
	v := &l.look
	v.RTP++
	v.PT = h.pt
	switch len(payload) % 80 {
	case 0:
		v.Even++
	case 4, 10, 16:
		v.Tagged++
	}
	l.firsts[payload[0]>>6] |= 1 << (payload[0] & 63)
	if random(payload) {
		v.Random++
	}
}

func (l *looker) rtcp(pkt []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.look.RTCP >= lookAtMost {
		return
	}
	l.look.RTCP++
	if wholeRTCP(pkt) {
		l.look.Whole++
	}
}

// random tells whether the octets of a payload are spread like those of
// ciphertext: n random octets take 256*(1-(255/256)^n) values on average.
func random(payload []byte) bool {
	const n, expected = 128, 101
	if len(payload) < n {
		return false
	}
	var seen [4]uint64
	for _, b := range payload[:n] {
		seen[b>>6] |= 1 << (b & 63)
	}
	different := 0
	for _, w := range seen {
		different += bits.OnesCount64(w)
	}
	return different >= expected*85/100
}

// wholeRTCP tells whether a packet consists of RTCP packets and nothing else
// (RFC 3550 section 6.1).
func wholeRTCP(pkt []byte) bool {
	for len(pkt) > 0 {
		if len(pkt) < 4 || pkt[0]&0xc0 != 0x80 || pkt[1] < 192 || pkt[1] > 223 {
			return false
		}
		n := 4 * (1 + int(binary.BigEndian.Uint16(pkt[2:])))
		if n > len(pkt) {
			return false
		}
		pkt = pkt[n:]
	}
	return true
}

// garbled looks at a packet that could not be decrypted: at the first ones of
// each 64.
func (s *Stream) garbled(pkt []byte, class Class) {
	l := s.in.garbled.Load()
	if l == nil {
		s.in.garbled.CompareAndSwap(nil, new(looker))
		l = s.in.garbled.Load()
	}
	l.mu.Lock()
	l.seen++
	turn := l.seen % 64
	if turn == 1 && l.seen > 1 {
		l.resetLocked()
	}
	l.mu.Unlock()
	if turn > lookAtMost {
		return
	}
	var h rtpHeader
	switch {
	case class == ClassRTCP:
		l.rtcp(pkt)
	case h.parse(pkt):
		l.rtp(pkt, &h, false)
	}
}

// met looks at one of the first packets of a source that are taken as plain.
func (s *Stream) met(pkt []byte, h *rtpHeader, fresh bool) {
	l := s.in.plain.Load()
	if l == nil {
		s.in.plain.CompareAndSwap(nil, new(looker))
		l = s.in.plain.Load()
	}
	l.rtp(pkt, h, fresh)
}
