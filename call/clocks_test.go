package call

import (
	"testing"

	"rtpgo/media"
	"rtpgo/sdpedit"
)

// TestClockRates: jitter is measured in the clock of the codec that a number
// means in this call.
func TestClockRates(t *testing.T) {
	k := newLab(t, nil).call()
	k.offer(description("198.51.100.1", audio("4000", "0 96=opus/48000/2 97=te/48000")...))
	k.answer(description("198.51.100.2", audio("5000", "96=opus/48000/2 97=te/48000")...))
	for _, tag := range []string{"a", "b"} {
		f := k.engine.Flow(k.facing(tag))
		if f.Clock == nil || f.Clock[96] != 48000 || f.Clock[97] != 48000 || f.Clock[0] != 8000 || f.Clock[8] != 8000 {
			t.Errorf("%s: %v", tag, f.Clock)
		}
	}
	if f := newLab(t, nil).established(); f.engine.Flow(f.facing("a")).Clock[101] != 8000 {
		t.Error("telephone-event")
	}
	static := []sdpedit.Codec{{PT: 0, Encoding: "PCMU", ClockRate: 8000}, {PT: 18, Encoding: "G729", ClockRate: 8000}}
	if c := clockRates(static, nil); c != nil {
		t.Error("a table for what is static")
	}
	dynamic := []sdpedit.Codec{{PT: 96, ClockRate: 16000}, {PT: 96, ClockRate: 8000}, {PT: 0, ClockRate: 16000}}
	if c := clockRates(dynamic, static); c[96] != 16000 || c[0] != 16000 || c != clockRates(dynamic) {
		t.Errorf("%v", c)
	}
	for i := range 3 * maxClockTables {
		if c := clockRates([]sdpedit.Codec{{PT: 99, ClockRate: 1000 + i}}); c[99] != uint32(1000+i) || c[0] != media.StaticClockRates[0] {
			t.Fatal(c[99])
		}
	}
	if n := len(clockTables.m); n > maxClockTables {
		t.Errorf("%d tables are kept", n)
	}
}
