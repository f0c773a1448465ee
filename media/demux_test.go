package media

import (
	"net/netip"
	"testing"
)

func TestDemux(t *testing.T) {
	stunPacket := []byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}
	dtlsPacket := []byte{22, 0xfe, 0xfd}
	var got string
	stun := func([]byte, netip.AddrPort) { got += "S" }
	dtls := func([]byte, netip.AddrPort) { got += "D" }
	for _, c := range []struct {
		name       string
		stun, dtls func([]byte, netip.AddrPort)
		want       string
	}{
		{"both", stun, dtls, "SD"}, {"STUN alone", stun, nil, "S"}, {"DTLS alone", nil, dtls, "D"},
		{"one within another", stun, Demux(nil, dtls), "SD"}, {"within", Demux(stun, nil), dtls, "SD"},
	} {
		got = ""
		f := Demux(c.stun, c.dtls)
		f(stunPacket, netip.AddrPort{})
		f(dtlsPacket, netip.AddrPort{})
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if Demux(nil, nil) != nil {
		t.Error("no handlers should leave the flow without one")
	}
}
