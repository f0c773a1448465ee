package media

import (
	"encoding/binary"
	"net/netip"
)

// TelephoneEvents says which packets of a flow carry telephone events (RFC
// 4733), and who wants to know of them. Packets are read in user space, on
// their way through: they go on as they would otherwise, and a kernel engine
// leaves them, and no others, to the engine underneath.
type TelephoneEvents struct {
	// Types are the payload types of events; bit n%64 of word n/64.
	Types [2]uint64
	// Ended is called once for each event, when it has ended (from a goroutine
	// that is not the packet path, and which it must not hold up). The call may
	// come after the flow was replaced or its port closed.
	Ended func(TelephoneEvent)
}

// TelephoneEvent is one event: a key that was pressed and released, for
// example (RFC 4733 section 2.3).
type TelephoneEvent struct {
	// Code is the event: 0 to 9, 10 for *, 11 for #, 12 to 15 for A to D.
	Code uint8
	// Volume is the power level in dBm0 with its sign dropped, 0 to 63.
	Volume uint8
	// PT is the payload type of its packets.
	PT uint8
	// Lost tells that its end never arrived: another event began.
	Lost bool
	// Duration in ticks of the RTP clock.
	Duration uint32
	// Source is where its last packet came from.
	Source netip.AddrPort
}

// eventEnd is the bit E of an event's packet, eventSegment the longest duration
// that one segment of a long event has (RFC 4733 section 2.5.1.3).
const (
	eventEnd     = 0x80
	eventSegment = 0xffff
)

// events is what the receiving worker knows of the event in work.
type events struct {
	known bool // there was an event
	open  bool // it hasn't ended
	code  uint8
	seq   uint16 // of its latest packet
	ssrc  uint32
	// timestamp is when it began, that of its last segment if there were several;
	// before is the duration of the others.
	timestamp, before, duration uint32
	volume, pt                  uint8
}

// telephoneEvent reads a packet of an event.
func (f *Flow) telephoneEvent(pkt []byte, h *rtpHeader, src netip.AddrPort, out *Batch) {
	p := pkt[h.payload:]
	if len(p) < 4 {
		return
	}
	s := &f.Stream.in.events
	code, end := p[0], p[1]&eventEnd != 0
	if !s.current(h, code) {
		return
	}
	if s.open && s.timestamp != h.timestamp {
		if !s.continued(h, code) {
			f.ended(s, src, true, out)
			s.open = false
		} else {
			s.before += eventSegment
			s.timestamp = h.timestamp
		}
	}
	if !s.open {
		*s = events{known: true, open: true, code: code, ssrc: h.ssrc, timestamp: h.timestamp}
	}
	s.seq, s.pt, s.volume = h.seq, h.pt, p[1]&0x3f
	s.duration = max(s.duration, s.before+uint32(binary.BigEndian.Uint16(p[2:])))
	if end {
		f.ended(s, src, false, out)
		s.open = false
	}
}

// current tells whether a packet belongs to the event in work or to a new one:
// not to one that has ended, or that came before. The end of an event is sent
// three times, and packets may come late.
func (s *events) current(h *rtpHeader, code uint8) bool {
	if !s.known {
		return true
	}
	if s.ssrc != h.ssrc {
		s.open = false
		return true
	}
	if s.timestamp == h.timestamp && s.code == code {
		return s.open
	}
	// Timestamps may start anew; sequence numbers tell.
	d := int16(h.seq - s.seq)
	return d > 0 || d < -maxMisorder
}

// continued tells whether a packet is of the next segment of a long event.
func (s *events) continued(h *rtpHeader, code uint8) bool {
	return s.code == code && s.duration-s.before == eventSegment && h.timestamp-s.timestamp == eventSegment
}

// ended reports an event.
func (f *Flow) ended(s *events, src netip.AddrPort, lost bool, out *Batch) {
	out.notify(notice{flow: f, ended: true, event: LearnEvent{New: src}, tone: TelephoneEvent{
		Code: s.code, Volume: s.volume, PT: s.pt, Duration: s.duration, Lost: lost,
	}})
}
