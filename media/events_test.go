package media

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// eventPacket is an RTP packet of an event.
func eventPacket(seq uint16, timestamp, ssrc uint32, code, flags uint8, duration uint16) []byte {
	p := make([]byte, 16)
	p[0], p[1] = 0x80, 101
	binary.BigEndian.PutUint16(p[2:], seq)
	binary.BigEndian.PutUint32(p[4:], timestamp)
	binary.BigEndian.PutUint32(p[8:], ssrc)
	p[12], p[13] = code, flags
	binary.BigEndian.PutUint16(p[14:], duration)
	return p
}

// eventFlow is a flow of a confirmed peer that reads events of type 101, and
// what has been read.
func eventFlow() (f *Flow, heard *[]TelephoneEvent) {
	heard = new([]TelephoneEvent)
	f = &Flow{Stream: NewStream(nil)}
	f.Events = &TelephoneEvents{Ended: func(e TelephoneEvent) { *heard = append(*heard, e) }}
	f.Events.Types[1] = 1 << (101 - 64)
	return f, heard
}

var eventSource = netip.MustParseAddrPort("192.0.2.1:4000")

// TestTelephoneEvents feeds packets written as "seq timestamp code[E] duration"
// and expects "code duration", with "lost" where the end was missing.
func TestTelephoneEvents(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"one event":                       {"1 100 7 160,2 100 7 320,3 100 7E 480,4 100 7E 480,5 100 7E 480", "7 480"},
		"the same key twice":              {"1 100 7 160,2 100 7E 320,3 900 7 160,4 900 7E 320", "7 320,7 320"},
		"only its end arrives":            {"3 100 7E 480,5 100 7E 480", "7 480"},
		"its end is lost":                 {"1 100 7 160,2 100 7 320,9 2000 8 160,10 2000 8E 320", "7 320 lost,8 320"},
		"its end comes too late":          {"1 100 7 160,9 2000 8 160,3 100 7E 480,10 2000 8E 320", "7 160 lost,8 320"},
		"out of order":                    {"2 100 7 320,1 100 7 160,4 100 7E 480,3 100 7 400", "7 480"},
		"longer than a packet can say":    {"1 100 7 65535,2 65635 7 160,3 65635 7E 800", "7 66335"},
		"timestamps start anew":           {"1 4000000000 7 160,2 4000000000 7E 320,3 50 8 160,4 50 8E 320", "7 320,8 320"},
		"sequence and times start anew":   {"30000 4000000000 7E 320,3 50 8 160,4 50 8E 320", "7 320,8 320"},
		"across the end of all numbers":   {"65535 4294967200 7 160,0 4294967200 7E 320,1 800 8E 320", "7 320,8 320"},
		"an event that isn't of the keys": {"1 100 36 160,2 100 36E 320", "36 320"},
	} {
		f, heard := eventFlow()
		notifier := NewNotifier()
		out := NewBatch(8, make([]byte, 8192), notifier, func([]Outgoing) {})
		for _, text := range strings.Split(c.in, ",") {
			var seq uint16
			var ts uint32
			var code string
			var duration uint16
			fmt.Sscan(text, &seq, &ts, &code, &duration)
			flags := uint8(10)
			if code, ok := strings.CutSuffix(code, "E"); ok {
				flags |= eventEnd
				text = code
			} else {
				text = code
			}
			var n uint8
			fmt.Sscan(text, &n)
			f.Receive(eventPacket(seq, ts, 1, n, flags, duration), eventSource, 1, out)
		}
		notifier.Close()
		var got []string
		for _, e := range *heard {
			text := fmt.Sprint(e.Code, " ", e.Duration)
			if e.Lost {
				text += " lost"
			}
			got = append(got, text)
			if e.Volume != 10 || e.PT != 101 || e.Source != eventSource {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if strings.Join(got, ",") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestOtherPacketsAreNoEvents: of other types, too short, or of another source.
func TestOtherPacketsAreNoEvents(t *testing.T) {
	f, heard := eventFlow()
	notifier := NewNotifier()
	out := NewBatch(8, make([]byte, 8192), notifier, func([]Outgoing) {})
	audio := eventPacket(1, 100, 1, 7, eventEnd, 160)
	audio[1] = 100
	f.Receive(audio, eventSource, 1, out)
	f.Receive(eventPacket(2, 100, 1, 7, eventEnd, 160)[:15], eventSource, 1, out)
	f.Receive(eventPacket(3, 100, 1, 7, 0, 160), eventSource, 1, out)
	f.Receive(eventPacket(4, 900, 2, 8, eventEnd, 160), eventSource, 1, out) // another source: the first went silent
	notifier.Close()
	if len(*heard) != 1 || (*heard)[0].Code != 8 {
		t.Errorf("heard %+v", *heard)
	}
}

func TestEventsCostNothing(t *testing.T) {
	f, _ := eventFlow()
	f.Stream.SetRemote(eventSource)
	f.Events.Ended = func(TelephoneEvent) {}
	notifier := NewNotifier()
	defer notifier.Close()
	out := NewBatch(8, make([]byte, 8192), notifier, func([]Outgoing) {})
	pkt := eventPacket(1, 100, 1, 7, eventEnd, 160)
	f.Receive(slices.Clone(pkt), eventSource, 1, out)
	ts := uint32(0)
	if n := testing.AllocsPerRun(100, func() {
		ts += 800
		binary.BigEndian.PutUint16(pkt[2:], uint16(ts/800+1))
		binary.BigEndian.PutUint32(pkt[4:], ts)
		f.Receive(pkt, eventSource, 1, out)
	}); n != 0 {
		t.Errorf("%v allocations for each event", n)
	}
}

func FuzzTelephoneEvents(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3})
	f.Add(append(eventPacket(1, 100, 1, 7, 0, 160), eventPacket(2, 100, 1, 7, eventEnd, 320)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		flow, heard := eventFlow()
		notifier := NewNotifier()
		out := NewBatch(8, make([]byte, 8192), notifier, func([]Outgoing) {})
		n := 0
		for len(data) > 0 {
			k := min(16, len(data))
			pkt := slices.Clone(data[:k])
			if k > 1 {
				pkt[0], pkt[1] = pkt[0]&0x3f|0x80, 101
			}
			data = data[k:]
			flow.Receive(pkt, eventSource, 1, out)
			n++
		}
		notifier.Close()
		if len(*heard) > n {
			t.Errorf("%d events of %d packets", len(*heard), n)
		}
	})
}
