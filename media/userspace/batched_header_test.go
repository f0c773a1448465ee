package userspace

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// naiveSum is RFC 1071 as it is written.
func naiveSum(parts ...[]byte) uint16 {
	var sum uint32
	for _, b := range parts {
		for i := 0; i < len(b); i += 2 {
			v := uint32(b[i]) << 8
			if i+1 < len(b) {
				v |= uint32(b[i+1])
			}
			if sum += v; sum > 0xffff {
				sum -= 0xffff
			}
		}
	}
	return ^uint16(sum)
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

func TestChecksum(t *testing.T) {
	for n := range 2000 {
		b := random(n % 300)
		if n%3 == 0 {
			b = bytes.Repeat([]byte{0xff}, n)
		}
		var got [2]byte
		binary.LittleEndian.PutUint16(got[:], foldSum(addSum(0, b)))
		want := naiveSum(b)
		if want == 0 {
			want = 0xffff
		}
		if g := binary.BigEndian.Uint16(got[:]); g != want {
			t.Fatalf("%d octets: %#x, want %#x", len(b), g, want)
		}
	}
}

func testPort(addr string, number uint16) *batchedPort {
	a := netip.MustParseAddr(addr)
	return &batchedPort{address: &localAddress{addr: a, bytes: a.As16(), is4: a.Is4()}, number: number}
}

func TestHeaders(t *testing.T) {
	for n := range 400 {
		payload := random(n)
		for _, c := range []struct {
			local, remote string
			size          int
		}{
			{"192.0.2.1", "198.51.100.7:4000", ipv4Header},
			{"2001:db8::1", "[2001:db8:ffff::2]:65535", ipv6Header},
		} {
			p := testPort(c.local, 30000)
			to := netip.MustParseAddrPort(c.remote)
			var h [headerSize]byte
			var name [nameSize]byte
			for i := range h {
				h[i] = 0xa5 // of the packet before
			}
			putHeader(h[:], name[:], p, media.NewEndpoint(to).Sockaddr(), 0xb8, payload)
			var src, dst, udp []byte
			if p.address.is4 {
				if h[0] != 0x45 || h[1] != 0xb8 || int(binary.BigEndian.Uint16(h[2:])) != 28+n || h[6] != 0x40 || h[8] != 64 || h[9] != 17 {
					t.Fatalf("IPv4 header % x", h[:20])
				}
				src, dst, udp = h[12:16], h[16:20], h[20:28]
			} else {
				if h[0] != 0x6b || h[1] != 0x80 || int(binary.BigEndian.Uint16(h[4:])) != 8+n || h[6] != 17 || h[7] != 64 {
					t.Fatalf("IPv6 header % x", h[:40])
				}
				src, dst, udp = h[8:24], h[24:40], h[40:48]
			}
			if !bytes.Equal(src, p.address.addr.AsSlice()) || !bytes.Equal(dst, to.Addr().AsSlice()) {
				t.Fatalf("addresses % x % x", src, dst)
			}
			if binary.BigEndian.Uint16(udp) != 30000 || binary.BigEndian.Uint16(udp[2:]) != to.Port() || int(binary.BigEndian.Uint16(udp[4:])) != 8+n {
				t.Fatalf("UDP header % x", udp)
			}
			if sum := naiveSum(src, dst, []byte{0, unix.IPPROTO_UDP}, udp[4:6], udp, payload); sum != 0 {
				t.Fatalf("%d octets: the checksum is off by %#x", n, sum)
			}
			if got := media.DecodeSockaddr(name[:]).Addr(); got != to.Addr() {
				t.Fatalf("address %s", got)
			}
		}
	}
}

func TestFragments(t *testing.T) {
	for _, c := range []struct {
		header, mtu int
		local       string
		remote      string
	}{
		{20, 1280, "192.0.2.1", "198.51.100.7:4000"},
		{20, 576, "192.0.2.1", "198.51.100.7:4000"},
		{40, 1280, "2001:db8::1", "[2001:db8:ffff::2]:4000"},
	} {
		for _, n := range []int{1, 500, 1251, 1252, 1253, 1472, 3000, 9216} {
			p, payload := testPort(c.local, 30000), random(n)
			var h [headerSize]byte
			var name [nameSize]byte
			putHeader(h[:], name[:], p, media.NewEndpoint(netip.MustParseAddrPort(c.remote)).Sockaddr(), 0, payload)
			whole := append(append([]byte(nil), h[:c.header+udpHeader]...), payload...)
			got := make([]byte, 0, n+8)
			var ids []uint32
			list := fragments(whole, c.mtu)
			for i, f := range list {
				if len(f) > c.mtu {
					t.Fatalf("%d octets in an MTU of %d", len(f), c.mtu)
				}
				last := i == len(list)-1
				if c.header == 20 {
					flags := binary.BigEndian.Uint16(f[6:])
					if int(flags&0x1fff)*8 != len(got) || flags>>13 != map[bool]uint16{true: 0, false: 1}[last] || int(binary.BigEndian.Uint16(f[2:])) != len(f) {
						t.Fatalf("fragment %d: % x", i, f[:20])
					}
					ids = append(ids, uint32(binary.BigEndian.Uint16(f[4:])))
					got = append(got, f[20:]...)
					continue
				}
				offset := binary.BigEndian.Uint16(f[42:])
				if int(offset&^7) != len(got) || offset&1 != map[bool]uint16{true: 0, false: 1}[last] || f[6] != 44 || f[40] != 17 ||
					int(binary.BigEndian.Uint16(f[4:])) != len(f)-40 {
					t.Fatalf("fragment %d: % x", i, f[:48])
				}
				ids = append(ids, binary.BigEndian.Uint32(f[44:]))
				got = append(got, f[48:]...)
			}
			for _, id := range ids {
				if id == 0 && c.header == 20 || id != ids[0] {
					t.Fatalf("identifications %v", ids)
				}
			}
			if !bytes.Equal(got, whole[c.header:]) {
				t.Fatalf("%d octets don't come together again", n)
			}
		}
	}
}

func BenchmarkPutHeader(b *testing.B) {
	for _, c := range []struct {
		name, local, remote string
		n                   int
	}{
		{"IPv4/172", "192.0.2.1", "198.51.100.7:4000", 172},
		{"IPv4/1200", "192.0.2.1", "198.51.100.7:4000", 1200},
		{"IPv6/172", "2001:db8::1", "[2001:db8:ffff::2]:4000", 172},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, payload := testPort(c.local, 30000), random(c.n)
			dest := media.NewEndpoint(netip.MustParseAddrPort(c.remote)).Sockaddr()
			var h [headerSize]byte
			var name [nameSize]byte
			b.ReportAllocs()
			for b.Loop() {
				putHeader(h[:], name[:], p, dest, 0, payload)
			}
		})
	}
}
