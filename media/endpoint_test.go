package media

import (
	"net/netip"
	"testing"
	"time"
)

func TestEndpoint(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
	}{
		{"192.0.2.1:4000", 16},
		{"[::ffff:192.0.2.1]:4000", 16},
		{"[2001:db8::1]:65535", 28},
	} {
		e := NewEndpoint(ap(c.text))
		want := netip.AddrPortFrom(ap(c.text).Addr().Unmap(), ap(c.text).Port())
		if len(e.Sockaddr()) != c.n || e.Is4() != (c.n == 16) || e.AddrPort() != want || DecodeSockaddr(e.Sockaddr()) != want {
			t.Errorf("%s: %x, %s", c.text, e.Sockaddr(), e.AddrPort())
		}
	}
	if e := NewEndpoint(netip.AddrPort{}); len(e.Sockaddr()) != 0 {
		t.Errorf("invalid address: %x", e.Sockaddr())
	}
	if e := NewEndpoint(ap("[fe80::1%3]:1")); e.Sockaddr()[24]|e.Sockaddr()[27] != 3 {
		t.Errorf("zone: %x", e.Sockaddr())
	}
	for _, raw := range [][]byte{nil, {2, 0}, make([]byte, 28), NewEndpoint(ap("[::1]:1")).Sockaddr()[:16]} {
		if DecodeSockaddr(raw).IsValid() {
			t.Errorf("%x is an address", raw)
		}
	}
}

func TestConfirmNowhere(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	s.Confirm(netip.AddrPort{})
	s.Confirm(ap("0.0.0.0:1"))
	if s.Confirmed() || s.Remote() != ap("192.0.2.1:4000") {
		t.Error("confirmed an endpoint that can't be sent to")
	}
}

func TestWallTime(t *testing.T) {
	if !WallTime(0).IsZero() {
		t.Error("never has a time")
	}
	if d := time.Since(WallTime(Now() - int64(time.Hour))); (d - time.Hour).Abs() > time.Minute {
		t.Errorf("an hour ago was %v ago", d)
	}
}
