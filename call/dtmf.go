package call

import (
	"net/netip"
	"time"

	"rtpgo/media"
)

// DTMFEvent is a telephone event (RFC 4733) that a party has sent.
type DTMFEvent struct {
	CallID, Tag, Label string
	Tags               []string   // of all parties
	Source             netip.Addr // of its packets
	// Event is 0 to 9 for digits, 10 for *, 11 for #, 12 to 15 for A to D, and
	// other numbers for what isn't a key.
	Event    int
	Volume   int // dBm0 without its sign
	Duration time.Duration
	Time     time.Time // of its end
	// To is where the call wants its events sent (DTMF-log-dest); invalid where
	// it names no place.
	To netip.AddrPort
}

// DTMFConfig is who hears of telephone events.
type DTMFConfig struct {
	// Event is called once for each, when it has ended; nil has none read. It
	// must not block.
	Event func(DTMFEvent)
	// All has the events of all calls read, else only those of calls that name
	// a place for them.
	All bool
}

// readEvents has the telephone events of m's party read, if anybody wants to
// know of them.
func (m *Media) readEvents(f *media.Flow) {
	c := m.party.call
	to := c.registry.DTMF
	if f.Kind != media.KindRTP || to.Event == nil || !to.All && !c.dtmfTo.IsValid() {
		return
	}
	types := m.sentEventTypes()
	if types == ([2]uint64{}) {
		return
	}
	about := DTMFEvent{CallID: c.ID, Tag: m.party.tag, Label: m.party.label, To: c.dtmfTo}
	for _, p := range c.parties {
		if p.tag != "" {
			about.Tags = append(about.Tags, p.tag)
		}
	}
	clocks, now := m.clocks, c.registry.now
	f.Events = &media.TelephoneEvents{Types: types, Ended: func(e media.TelephoneEvent) {
		d := about
		d.Source, d.Time = e.Source.Addr(), now()
		d.Event, d.Volume = int(e.Code), int(e.Volume)
		d.Duration = time.Duration(e.Duration) * time.Second / time.Duration(eventClock(clocks, e.PT))
		to.Event(d)
	}}
}

// eventClock is the clock rate of a payload type of events, 8000 where it isn't
// known.
func eventClock(clocks *media.ClockRates, pt uint8) uint32 {
	if clocks != nil && clocks[pt&0x7f] != 0 {
		return clocks[pt&0x7f]
	}
	return 8000
}

// sentEventTypes are the payload types under which m's party sends telephone
// events: those that it was shown, and those of its own description unless it
// was shown something else under that number.
func (m *Media) sentEventTypes() (bits [2]uint64) {
	add := func(pt int) { bits[pt>>6&1] |= 1 << (pt & 63) }
	for _, pt := range m.toldEventTypes() {
		add(pt)
	}
	for _, pt := range m.eventTypes() {
		taken := false
		for i := range m.told {
			taken = taken || m.told[i].PT == pt
		}
		if !taken {
			add(pt)
		}
	}
	return bits
}
