package enginetest

import (
	"bytes"
	"encoding/binary"
	"slices"

	"rtpgo/media"
)

// eventType is the payload type of events in the tests.
const eventType = 101

// event is packet seq of a telephone event (RFC 4733) that began at timestamp.
func event(seq uint16, timestamp uint32, code, flags uint8, duration uint16) []byte {
	p := RTP(eventType, seq, timestamp, 0x1234, 4)
	p[12], p[13] = code, flags
	binary.BigEndian.PutUint16(p[14:], duration)
	return p
}

// testEvents: keys pressed during audio are heard of once, with all their
// packets passed on; those of other types take whatever way they took before.
func testEvents(f *fixture) {
	a, b := f.call()
	heard := make(chan media.TelephoneEvent, 16)
	a.flow.Events = &media.TelephoneEvents{
		Types: [2]uint64{1: 1 << (eventType - 64)},
		Ended: func(e media.TelephoneEvent) { heard <- e },
	}
	a.install()
	f.settle(a)
	accelerated := a.stream.Kernelized()
	seq := uint16(0)
	for key := range uint8(3) {
		ts := uint32(seq+1) * 160
		for n := range uint16(4) {
			seq += 2
			// One by one: an engine may take audio a shorter way.
			a.passes(b, event(seq-1, ts, key, 10, 160*(n+1)))
			a.passes(b, audio(int(seq)))
		}
		for range 3 {
			seq++
			a.passes(b, event(seq, ts, key, 0x80|10, 800))
		}
	}
	for key := range uint8(3) {
		e := <-heard
		if e.Code != key || e.Duration != 800 || e.Volume != 10 || e.PT != eventType || e.Lost || e.Source != a.peer.addr {
			f.Errorf("event %d: %+v", key, e)
		}
	}
	// In a burst each kind keeps its order, and none is lost.
	var audios, events [][]byte
	ts := uint32(seq+1) * 160
	for n := range uint16(20) {
		seq += 2
		events = append(events, event(seq-1, ts, 5, 10, 160*(n+1)))
		audios = append(audios, audio(int(seq)))
		a.peer.send(a.port.Local(), events[n], audios[n])
	}
	for range 40 {
		got, _ := b.peer.receive()
		of := &audios
		if got[1]&0x7f == eventType {
			of = &events
		}
		if i := slices.IndexFunc(*of, func(p []byte) bool { return bytes.Equal(p, got) }); i != 0 {
			f.Fatalf("packet %x comes at the wrong time (%d ahead of it)", got, i)
		}
		*of = (*of)[1:]
	}
	b.peer.empty()
	if accelerated != a.stream.Kernelized() {
		f.Error("events have moved the flow to another tier")
	}
	a.flow.Events = nil
	a.install()
	f.settle(a)
	seq++
	a.passes(b, event(seq, ts, 5, 0x80|10, 3300))
	select {
	case e := <-heard:
		f.Errorf("heard of %+v though nobody wants to know", e)
	default:
	}
	if n := a.stream.Snapshot(); n.In.Errors != 0 || n.IngressSSRC[0].Lost > 0 {
		f.Errorf("errors %d, lost %d", n.In.Errors, n.IngressSSRC[0].Lost)
	}
}
