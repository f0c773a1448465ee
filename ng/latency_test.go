package ng

import (
	"net/netip"
	"testing"
	"time"
)

var testPeerAddr = netip.MustParseAddr("192.0.2.7")

func TestLatencyClasses(t *testing.T) {
	s := NewServer(nil, nil)
	count := func(command string, took time.Duration, failed bool) {
		s.counters.count(testPeerAddr, command, failed, took)
	}
	count("offer", 0, false)
	count("offer", LatencyBounds[0], false)   // a bound belongs to its class
	count("offer", LatencyBounds[0]+1, false) // and what is above to the next
	count("offer", time.Hour, true)
	count("rtpgo status", time.Millisecond, false)
	count("no such thing", time.Millisecond, true)

	found := map[string]Latency{}
	for _, l := range s.Latencies() {
		found[l.Command] = l
	}
	offer := found["offer"]
	if last := len(LatencyBounds); offer.Classes[0] != 2 || offer.Classes[1] != 1 || offer.Classes[last] != 1 || offer.Count() != 4 {
		t.Errorf("classes of offer: %v", offer.Classes)
	}
	if want := time.Hour + 2*LatencyBounds[0] + 1; offer.Sum != want || offer.Errors != 1 {
		t.Errorf("sum %v, %d errors", offer.Sum, offer.Errors)
	}
	if other := found[OtherCommands]; other.Count() != 2 || other.Errors != 1 {
		t.Errorf("others: %+v", other)
	}
	if _, ok := found[""]; ok {
		t.Error("commands without a name are listed")
	}
}

func TestTakeExtremes(t *testing.T) {
	s := NewServer(nil, nil)
	at := 0
	for i, l := range s.Latencies() {
		if l.Command == "answer" {
			at = i
		}
	}
	for _, took := range []time.Duration{5, 0, 7} {
		s.counters.count(testPeerAddr, "answer", false, took)
	}
	if e := s.TakeExtremes()[at]; e != (Extremes{0, 7}) {
		t.Errorf("extremes %+v", e)
	}
	if e := s.TakeExtremes()[at]; e != (Extremes{}) {
		t.Errorf("extremes without a request: %+v", e)
	}
	s.counters.count(testPeerAddr, "answer", false, 3)
	if e := s.TakeExtremes()[at]; e != (Extremes{3, 3}) {
		t.Errorf("extremes of one request: %+v", e)
	}
}
