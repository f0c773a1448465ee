package icmp

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"rtpgo/media"
)

// about4 is an ICMP error about a UDP packet from 192.0.2.1:30000 to
// 198.51.100.1:4000.
func about4(typ, code byte, mtu uint16, options int) []byte {
	b := make([]byte, 8+20+4*options+8)
	b[0], b[1] = typ, code
	binary.BigEndian.PutUint16(b[6:], mtu)
	ip := b[8:]
	ip[0], ip[9] = byte(0x45+options), protocolUDP
	copy(ip[12:], []byte{192, 0, 2, 1, 198, 51, 100, 1})
	udp := ip[20+4*options:]
	binary.BigEndian.PutUint16(udp, 30000)
	binary.BigEndian.PutUint16(udp[2:], 4000)
	return b
}

// about6 is one about a packet from [2001:db8::1]:30000 to [2001:db8::2]:4000.
func about6(typ, code byte, mtu uint32, fragment bool) []byte {
	b := make([]byte, 8+40)
	b[0], b[1] = typ, code
	binary.BigEndian.PutUint32(b[4:], mtu)
	ip := b[8:]
	ip[0], ip[6] = 0x60, protocolUDP
	for i, a := range []string{"2001:db8::1", "2001:db8::2"} {
		v := netip.MustParseAddr(a).As16()
		copy(ip[8+16*i:], v[:])
	}
	if fragment {
		ip[6] = 44
		b = append(b, protocolUDP, 0, 0, 1, 0, 0, 0, 9)
	}
	return append(b, 0x75, 0x30, 0x0f, 0xa0, 0, 8, 0, 0)
}

func TestParse(t *testing.T) {
	local4, remote4 := netip.MustParseAddrPort("192.0.2.1:30000"), netip.MustParseAddrPort("198.51.100.1:4000")
	local6, remote6 := netip.MustParseAddrPort("[2001:db8::1]:30000"), netip.MustParseAddrPort("[2001:db8::2]:4000")
	for _, c := range []struct {
		name    string
		parse   func([]byte) (report, bool)
		message []byte
		want    report
	}{
		{"port", parse4, about4(3, 3, 0, 0), report{media.PathPort, 0, local4, remote4}},
		{"host, options", parse4, about4(3, 1, 0, 3), report{media.PathHost, 0, local4, remote4}},
		{"net", parse4, about4(3, 0, 0, 0), report{media.PathHost, 0, local4, remote4}},
		{"prohibited", parse4, about4(3, 13, 0, 0), report{media.PathProhibited, 0, local4, remote4}},
		{"too long", parse4, about4(3, 4, 1280, 0), report{media.PathTooLong, 1280, local4, remote4}},
		{"echo reply", parse4, about4(0, 0, 0, 0), report{}},
		{"unknown code", parse4, about4(3, 99, 0, 0), report{}},
		{"short", parse4, about4(3, 3, 0, 0)[:30], report{}},
		{"port 6", parse6, about6(1, 4, 0, false), report{media.PathPort, 0, local6, remote6}},
		{"address 6", parse6, about6(1, 3, 0, false), report{media.PathHost, 0, local6, remote6}},
		{"prohibited 6", parse6, about6(1, 1, 0, false), report{media.PathProhibited, 0, local6, remote6}},
		{"too big 6, of a fragment", parse6, about6(2, 0, 1300, true), report{media.PathTooLong, 1300, local6, remote6}},
		{"echo 6", parse6, about6(128, 0, 0, false), report{}},
		{"short 6", parse6, about6(1, 4, 0, true)[:50], report{}},
	} {
		got, ok := c.parse(c.message)
		if ok != (c.want != report{}) || ok && got != c.want {
			t.Errorf("%s: %+v %v, want %+v", c.name, got, ok, c.want)
		}
	}
	tcp := about4(3, 3, 0, 0)
	tcp[8+9] = 6
	if r, ok := parse4(tcp); ok {
		t.Errorf("about TCP: %+v", r)
	}
}

// FuzzParse: no message does harm.
func FuzzParse(f *testing.F) {
	f.Add(about4(3, 4, 1280, 2))
	f.Add(about6(2, 0, 1300, true))
	f.Add([]byte{3, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, parse := range []func([]byte) (report, bool){parse4, parse6} {
			if r, ok := parse(b); ok && (r.problem == media.PathOK || !r.local.IsValid() || !r.remote.IsValid()) {
				t.Errorf("%+v", r)
			}
		}
	})
}
