package call

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"rtpgo/media"
)

// eventOf is the only packet of a key that arrives: its end.
func eventOf(pt uint8, seq uint16, key byte) []byte {
	p := rtpOf(pt, seq)[:16]
	p[12], p[13] = key, 0x80|10
	binary.BigEndian.PutUint16(p[14:], 800)
	return p
}

// TestWhichPacketsAreEvents: those under a number that the party was shown for
// telephone-event, or that it named itself unless the number means something
// else on its way here.
func TestWhichPacketsAreEvents(t *testing.T) {
	var heard []DTMFEvent
	l := newLab(t, func(c *Config) { c.DTMF = DTMFConfig{Event: func(e DTMFEvent) { heard = append(heard, e) }, All: true} })
	for _, c := range []struct {
		name          string
		offer, answer []string
		fromA, fromB  uint8 // numbers that are events, 0: none
		silentA       uint8 // and one that isn't
		clock, events int
	}{
		{"the same number", []string{"m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"},
			[]string{"m=audio 5000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"}, 101, 101, 102, 8000, 2},
		{"another clock", []string{"m=audio 4000 RTP/AVP 96 97", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 telephone-event/48000"},
			[]string{"m=audio 5000 RTP/AVP 96 97", "a=rtpmap:96 opus/48000/2", "a=rtpmap:97 telephone-event/48000"}, 97, 97, 96, 48000, 2},
		{"none", []string{"m=audio 4000 RTP/AVP 8"}, []string{"m=audio 5000 RTP/AVP 8"}, 0, 0, 101, 8000, 0},
	} {
		heard = nil
		k := l.call()
		k.offer(description("198.51.100.1", c.offer...), kv("label", "alice"))
		k.answer(description("198.51.100.2", c.answer...))
		a, b := addrPort("198.51.100.1:4000"), addrPort("198.51.100.2:5000")
		toA, toB := k.facing("a"), k.facing("b")
		l.send(a, toA, rtpOf(8, 1))
		l.send(b, toB, rtpOf(8, 1))
		l.send(a, toA, eventOf(c.silentA, 2, 1))
		if c.fromA != 0 {
			l.send(a, toA, eventOf(c.fromA, 3, 7))
			l.send(b, toB, eventOf(c.fromB, 3, 11))
		}
		if len(heard) != c.events {
			t.Errorf("%s: heard %+v", c.name, heard)
			continue
		}
		for i, e := range heard {
			tag, label, event, source := "a", "alice", 7, a.Addr()
			if i == 1 {
				tag, label, event, source = "b", "", 11, b.Addr()
			}
			if e.CallID != k.id || e.Tag != tag || e.Label != label || e.Event != event || e.Volume != 10 || e.Source != source ||
				e.Duration != 800*time.Second/time.Duration(c.clock) ||
				!slices.Equal(e.Tags, []string{"a", "b"}) || e.Time.IsZero() || e.To.IsValid() {
				t.Errorf("%s: %+v", c.name, e)
			}
		}
		k.delete()
	}
}

// TestEventsOfCallsThatAsk: without an option only calls that name a place have
// their events read, and no others cost anything.
func TestEventsOfCallsThatAsk(t *testing.T) {
	var heard []DTMFEvent
	l := newLab(t, func(c *Config) { c.DTMF.Event = func(e DTMFEvent) { heard = append(heard, e) } })
	lines := []string{"m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000"}
	quiet, asks := l.call(), l.call()
	quiet.offer(description("198.51.100.1", lines...))
	asks.offer(description("198.51.100.1", lines...), kv("DTMF-log-dest", "192.0.2.9:2223"))
	flow := func(k *talk) *media.Flow { return l.engine.Flow(k.facing("a")) }
	if flow(quiet).Events != nil || flow(asks).Events == nil {
		t.Fatal("events of the wrong call are read")
	}
	asks.answer(description("198.51.100.2", lines...))
	l.send(addrPort("198.51.100.1:4000"), asks.facing("a"), eventOf(101, 1, 5))
	if len(heard) != 1 || heard[0].To != netip.MustParseAddrPort("192.0.2.9:2223") {
		t.Errorf("heard %+v", heard)
	}
}

// TestSentEventTypes: numbers that the two sides give to different things.
func TestSentEventTypes(t *testing.T) {
	l := newLab(t, nil)
	k := l.call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 96 101", "a=rtpmap:96 opus/48000/2", "a=rtpmap:101 telephone-event/8000"))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 96 101", "a=rtpmap:96 opus/48000/2", "a=rtpmap:101 telephone-event/8000"))
	k.model(func(c *Call) {
		m := c.party("a").medias[0]
		m.told = slices.Clone(m.told)
		for i := range m.told {
			m.told[i].PT = map[int]int{96: 101, 101: 110}[m.told[i].PT]
		}
		if got, want := m.sentEventTypes(), [2]uint64{1: 1 << (110 - 64)}; got != want {
			t.Errorf("types %x, want %x: a party sends opus under 101", got, want)
		}
	})
}
