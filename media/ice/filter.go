package ice

import (
	"encoding/binary"

	"github.com/pion/stun/v3"
)

const (
	headerLength = 20
	// maxPacket is more than ICE ever needs: two user names of 256 characters
	// and the other attributes.
	maxPacket = 1024
	// slotLength is room for a DTLS record that fits into an Ethernet frame.
	slotLength = 1536
	// maxAttributes bounds the walk through a message on the packet path.
	maxAttributes = 32

	magicCookie = 0x2112a442
)

// Types of Binding messages (RFC 8489 section 5).
const (
	typeRequest = 0x0001
	typeSuccess = 0x0101
	typeError   = 0x0111
)

// filter is what the packet path looks at before it copies a packet. It is
// immutable.
type filter struct {
	ufrags [2]string // ours: the current one and that before a restart
}

// verdict on a packet, by its look.
type verdict uint8

const (
	foreign  verdict = iota // not for an ICE agent: drop
	check                   // a request with our user name
	response                // looks like an answer
)

// look decides on a packet without allocating and without proof of anything.
func (f *filter) look(pkt []byte) verdict {
	if len(pkt) < headerLength || len(pkt) > maxPacket ||
		binary.BigEndian.Uint32(pkt[4:]) != magicCookie ||
		int(binary.BigEndian.Uint16(pkt[2:])) != len(pkt)-headerLength {
		return foreign
	}
	switch binary.BigEndian.Uint16(pkt) {
	case typeRequest:
		if f.addressed(pkt) {
			return check
		}
	case typeSuccess, typeError:
		return response
	}
	return foreign
}

// addressed tells whether a request has a USERNAME that begins with one of our
// fragments and a colon (RFC 8445 section 7.3).
func (f *filter) addressed(pkt []byte) bool {
	for n, b := 0, pkt[headerLength:]; n < maxAttributes && len(b) >= 4; n++ {
		length := int(binary.BigEndian.Uint16(b[2:]))
		if len(b) < 4+length {
			return false
		}
		if stun.AttrType(binary.BigEndian.Uint16(b)) == stun.AttrUsername {
			return f.ours(b[4 : 4+length])
		}
		b = b[min(len(b), 4+(length+3)&^3):]
	}
	return false
}

func (f *filter) ours(username []byte) bool {
	for _, u := range f.ufrags {
		if u != "" && len(username) > len(u) && username[len(u)] == ':' && string(username[:len(u)]) == u {
			return true
		}
	}
	return false
}
