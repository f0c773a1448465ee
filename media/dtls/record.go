package dtls

import "encoding/binary"

// Parts of a record that stand in the clear (RFC 6347 section 4.1).
const (
	recordHeader = 13

	typeAlert     = 21
	typeHandshake = 22

	helloClient = 1
	helloServer = 2
)

// record is what the header of a datagram's first record says.
type record struct {
	contentType byte
	epoch       uint16
	message     byte // type of the handshake message; 0 if it isn't in the clear
}

// parseRecord reads the first record of a datagram; false if it isn't a whole
// one.
func parseRecord(pkt []byte) (r record, ok bool) {
	if len(pkt) < recordHeader || pkt[0] < 20 || pkt[0] > 63 || pkt[1] != 0xfe {
		return r, false
	}
	n := int(binary.BigEndian.Uint16(pkt[11:]))
	if n == 0 || n > len(pkt)-recordHeader {
		return r, false
	}
	r = record{contentType: pkt[0], epoch: binary.BigEndian.Uint16(pkt[3:])}
	if r.contentType == typeHandshake && r.epoch == 0 {
		r.message = pkt[recordHeader]
	}
	return r, true
}

// clientHello tells whether a datagram begins a handshake.
func (r record) clientHello() bool { return r.epoch == 0 && r.message == helloClient }

// forged tells whether a record that arrives after the handshake can't be the
// peer's: it would encrypt it. Handshake messages are the exception, for the
// last flight may be sent again.
func (r record) forged() bool {
	return r.epoch == 0 && r.contentType != typeHandshake && r.contentType != 20
}

// saysFinished tells whether a datagram of ours holds the handshake's last
// message: the only one that is encrypted.
func saysFinished(pkt []byte) bool {
	for len(pkt) >= recordHeader {
		n := recordHeader + int(binary.BigEndian.Uint16(pkt[11:]))
		if pkt[0] == typeHandshake && binary.BigEndian.Uint16(pkt[3:]) > 0 {
			return true
		}
		pkt = pkt[min(n, len(pkt)):]
	}
	return false
}
