package engine

import (
	"net/netip"
	"testing"

	"rtpgo/media/memory"
)

func TestPlacements(t *testing.T) {
	e := memory.New()
	addresses := []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.77"), netip.MustParseAddr("192.0.2.99")}
	list := Placements(e, addresses)
	for i, device := range []string{"lo", "lo", ""} {
		want := Placement{Address: addresses[i], Device: device, Engine: e.Name()}
		if list[i] != want {
			t.Errorf("%+v, want %+v", list[i], want)
		}
	}
}
