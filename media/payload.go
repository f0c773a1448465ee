package media

// ClockRates maps a payload type to the clock rate of its RTP timestamps in
// Hz; 0 where it isn't known.
type ClockRates [128]uint32

// StaticClockRates are those of the payload types that RFC 3551 section 6
// assigns for good.
var StaticClockRates = ClockRates{
	0: 8000, 3: 8000, 4: 8000, 5: 8000, 6: 16000, 7: 8000, 8: 8000, 9: 8000,
	10: 44100, 11: 44100, 12: 8000, 13: 8000, 14: 90000, 15: 8000, 16: 11025,
	17: 22050, 18: 8000, 25: 90000, 26: 90000, 28: 90000, 31: 90000,
	32: 90000, 33: 90000, 34: 90000,
}

// PayloadTypes maps the payload type of a packet that arrives to the one that
// it leaves with.
type PayloadTypes [128]uint8

// SamePayloadTypes is a table that changes nothing, to be filled in.
func SamePayloadTypes() *PayloadTypes {
	t := new(PayloadTypes)
	for i := range t {
		t[i] = uint8(i)
	}
	return t
}

// apply changes the payload type of an RTP packet.
func (t *PayloadTypes) apply(pkt []byte, h *rtpHeader) {
	h.pt = t[h.pt] & 0x7f
	pkt[1] = pkt[1]&0x80 | h.pt
}

// SilenceFill maps a payload type to the octet that fills the payload of its
// packets: 0xff for PCMU, 0xd5 for PCMA, 0 for what has no such octet.
type SilenceFill [128]byte

// apply overwrites the payload of an RTP packet, leaving its padding alone
// (RFC 3550 section 5.1).
func (f *SilenceFill) apply(pkt []byte, h *rtpHeader) {
	payload := pkt[h.payload:]
	if pkt[0]&0x20 != 0 && len(payload) > 0 {
		if n := int(payload[len(payload)-1]); n <= len(payload) {
			payload = payload[:len(payload)-n]
		}
	}
	fill := f[h.pt]
	for i := range payload {
		payload[i] = fill
	}
}
