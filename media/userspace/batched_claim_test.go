package userspace

import (
	"errors"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseClaims(t *testing.T) {
	got := parseClaims(`Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00000000 0002 01 4711 @rtpgo/media/192.0.2.1/30000-40000
0000000000000000: 00000002 00000000 00000000 0002 01 4712 @rtpgo/media/2001:db8::1/1-65535
0000000000000000: 00000002 00000000 00000000 0002 01 4713 @rtpgo/media/elsewhere/1-2
0000000000000000: 00000002 00000000 00000000 0002 01 4714 @rtpgo/media/192.0.2.1/5
0000000000000000: 00000002 00000000 00010000 0001 01 4715 /run/dbus/system_bus_socket
0000000000000000: 00000003 00000000 00000000 0001 03 4716
`)
	want := []claim{
		{PortRange{netip.MustParseAddr("192.0.2.1"), 30000, 40000}, 4711},
		{PortRange{netip.MustParseAddr("2001:db8::1"), 1, 65535}, 4712},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v", got)
	}
}

func TestClaims(t *testing.T) {
	r := func(addr string, first, last uint16) PortRange {
		return PortRange{netip.MustParseAddr(addr), first, last}
	}
	first, err := claimRanges([]PortRange{r("192.0.2.77", 30000, 39999), r("192.0.2.77", 50000, 50999)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r     PortRange
		taken bool
	}{
		{r("192.0.2.77", 30000, 39999), true},
		{r("192.0.2.77", 39999, 41000), true},
		{r("192.0.2.77", 20000, 30000), true},
		{r("::ffff:192.0.2.77", 50500, 50600), true},
		{r("192.0.2.77", 40000, 49999), false},
		{r("192.0.2.78", 30000, 39999), false},
		{r("2001:db8::77", 30000, 39999), false},
	} {
		second, err := claimRanges([]PortRange{c.r})
		if errors.Is(err, ErrRangeClaimed) != c.taken || (err == nil) == c.taken {
			t.Errorf("%s: %v", c.r, err)
		}
		closeAll(second)
	}
	closeAll(first)
	again, err := claimRanges([]PortRange{r("192.0.2.77", 30000, 39999)})
	if err != nil {
		t.Errorf("after the first is gone: %v", err)
	}
	closeAll(again)
}

func closeAll(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}

func TestParseBound(t *testing.T) {
	var got []netip.AddrPort
	report := func(ap netip.AddrPort) { got = append(got, ap) }
	parseBound([]byte(`   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  130: 0100007F:7530 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2671 2 0000000000000000 0
  131: 00000000:7531 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2672 2 0000000000000000 0
  132: 0100007F:7532 0200007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 2673 2 0000000000000000 0
  133: nonsense
`), report)
	parseBound([]byte(`  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  130: 00000000000000000000000001000000:7533 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 2674 2 0000000000000000 0
`), report)
	want := []string{"127.0.0.1:30000", "0.0.0.0:30001", "[::1]:30003"}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, w := range want {
		if got[i] != netip.MustParseAddrPort(w) {
			t.Errorf("%s, want %s", got[i], w)
		}
	}
}

func FuzzParseBound(f *testing.F) {
	f.Add([]byte("  130: 0100007F:7530 00000000:0000 07 00000000:00000000\n"))
	f.Add([]byte("  130: 00000000000000000000000001000000:7533 00000000000000000000000000000000:0000 07\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		parseBound(b, func(netip.AddrPort) {})
		parseClaims(string(b))
	})
}
