package kernel

import (
	"encoding/binary"
	"net/netip"
	"os"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// datagram makes an IPv4 packet with a UDP datagram.
func datagram(from, to netip.AddrPort, payload []byte) []byte {
	p := make([]byte, 28+len(payload))
	p[0], p[8], p[9] = 0x45, 64, unix.IPPROTO_UDP
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	copy(p[12:], from.Addr().AsSlice())
	copy(p[16:], to.Addr().AsSlice())
	binary.BigEndian.PutUint16(p[10:], ^sum(0, p[:20]))
	binary.BigEndian.PutUint16(p[20:], from.Port())
	binary.BigEndian.PutUint16(p[22:], to.Port())
	binary.BigEndian.PutUint16(p[24:], uint16(8+len(payload)))
	copy(p[28:], payload)
	check := ^sum(uint32(unix.IPPROTO_UDP+8+len(payload)), p[12:])
	if check == 0 {
		check = 0xffff
	}
	binary.BigEndian.PutUint16(p[26:], check)
	return p
}

// sum is the Internet checksum's (RFC 1071).
func sum(s uint32, b []byte) uint16 {
	for i := 0; i+1 < len(b); i += 2 {
		s += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	if len(b)%2 != 0 {
		s += uint32(b[len(b)-1]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// packetSocket opens a raw socket on a device of a host.
func (h *host) packetSocket(device string) (fd int, mac []byte) {
	h.t.Helper()
	var err error
	h.run(func() {
		var index int
		if index, mac, err = hardware(device); err != nil {
			return
		}
		if fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}))); err != nil {
			return
		}
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}), Ifindex: index})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { unix.Close(fd) })
	return fd, mac
}

// hardware returns number and address of a device of the calling thread's
// namespace.
func hardware(device string) (index int, mac []byte, err error) {
	nl, err := openNetlink()
	if err != nil {
		return 0, nil, err
	}
	defer nl.close()
	err = nl.request(unix.RTM_GETLINK, unix.NLM_F_DUMP, make([]byte, unix.SizeofIfInfomsg), func(_ uint16, b []byte) {
		if d := parseLink(b); d.name == device {
			index = d.index
			eachAttribute(b[unix.SizeofIfInfomsg:], func(kind uint16, v []byte) {
				if kind == unix.IFLA_ADDRESS {
					mac = append([]byte(nil), v...)
				}
			})
		}
	})
	return index, mac, err
}

// Frames as they come from the wire: with a priority tag, padded, of another
// VLAN, for another host.
func TestFrames(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	fd, own := l.a.packetSocket("a0")
	tap, _ := l.b.packetSocket("b0")
	_, proxy, err := hardware("pub0")
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptInt(tap, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
		t.Fatal(err)
	}
	send := func(to []byte, tag []byte, packet []byte) {
		t.Helper()
		frame := append(append(append([]byte(nil), to...), own...), tag...)
		frame = append(append(frame, 8, 0), packet...)
		if len(frame) < 60 {
			frame = append(frame, make([]byte, 60-len(frame))...)
		}
		if _, err := unix.Write(fd, frame); err != nil {
			t.Fatal(err)
		}
	}
	// seen reads frames at b until the packet comes, and returns its IP packet
	// and whether it had a tag.
	seen := func(payload []byte) (packet []byte, tagged bool) {
		t.Helper()
		buf, oob := make([]byte, 4096), make([]byte, 256)
		_ = unix.SetsockoptTimeval(tap, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 5})
		for {
			n, m, _, _, err := unix.Recvmsg(tap, buf, oob, 0)
			if err != nil {
				t.Fatal(err)
			}
			if n < 42+len(payload) || string(buf[42:42+len(payload)]) != string(payload) {
				continue
			}
			msgs, err := unix.ParseSocketControlMessage(oob[:m])
			if err != nil || len(msgs) != 1 {
				t.Fatal(msgs, err)
			}
			aux := (*unix.TpacketAuxdata)(unsafe.Pointer(&msgs[0].Data[0]))
			return append([]byte(nil), buf[14:n]...), aux.Status&unix.TP_STATUS_VLAN_VALID != 0
		}
	}
	at, from := a.port.Local(), a.phone.addr
	for _, k := range []struct {
		name    string
		to, tag []byte
		payload int
		kernel  uint64
		arrives bool
	}{
		{"plain", proxy, nil, 160, 1, true},
		{"priority tag", proxy, []byte{0x81, 0, 0xa0, 0}, 160, 1, true},
		{"another VLAN", proxy, []byte{0x81, 0, 0, 7}, 160, 0, false},
		{"two tags", proxy, []byte{0x81, 0, 0, 0, 0x81, 0, 0, 0}, 160, 0, true},
		{"another host", []byte{2, 0, 0, 0, 0, 99}, nil, 160, 0, false},
		{"padded", proxy, nil, 1, 1, true},
	} {
		t.Run(k.name, func(t *testing.T) {
			l.TB = t
			l.ip("link set pub0 promisc on")
			defer l.ip("link set pub0 promisc off")
			pkt := a.rtp(k.payload)
			n := k.kernel
			if !k.arrives {
				n = 1
			}
			a.byKernel(n, func() {
				send(k.to, k.tag, datagram(from, at, pkt))
				if !k.arrives {
					// What would have come comes before this.
					a.seq--
					end := a.rtp(161)
					send(proxy, nil, datagram(from, at, end))
					b.phone.expect(b.port.Local(), end)
					seen(end)
					return
				}
				if k.kernel == 0 {
					// Whether the host's stack takes it is its affair.
					for got := pkt; got != nil; got, _ = b.phone.receive(200 * time.Millisecond) {
					}
					return
				}
				b.phone.expect(b.port.Local(), pkt)
				packet, tagged := seen(pkt)
				if tagged {
					t.Error("the tag was sent on")
				}
				if want := datagram(b.port.Local(), b.phone.addr, pkt); len(packet) < len(want) || len(packet) > max(len(want), 46) {
					t.Errorf("%d octets, want %d", len(packet), len(want))
				} else if sum(0, packet[:20]) != 0xffff || sum(uint32(unix.IPPROTO_UDP+8+len(pkt)), packet[12:len(want)]) != 0xffff {
					t.Errorf("checksums of %x", packet)
				}
			})
		})
	}
}

// tun is a device without link layer whose other end is a file.
func openTun(t *testing.T, name string) *os.File {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Skipf("no tun device: %v", err)
	}
	req, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		t.Skipf("no tun device: %v", err)
	}
	f := os.NewFile(uintptr(fd), "tun")
	t.Cleanup(func() { f.Close() })
	return f
}

// Devices without link layer header, both ways, to both families.
func TestTun(t *testing.T) {
	for _, family := range []string{"4", "6"} {
		t.Run("IPv"+family, func(t *testing.T) {
			l := newLab(t)
			tun := openTun(t, "tun0")
			l.ip("addr add 198.18.5.1/24 dev tun0\nlink set tun0 up")
			e := l.engine(Options{})
			far := &phone{t: t, addr: netip.MustParseAddrPort("198.18.5.2:5000")}
			at := addresses[family][1]
			a := l.side(e, "198.18.5.1", far, 30000)
			b := l.side(e, at[0], l.phone(l.b, at[1]), 40000)
			a.flow.RTP, b.flow.RTP = []media.Sink{{To: b.stream}}, []media.Sink{{To: a.stream}}
			a.install()
			b.install()
			in := func() {
				t.Helper()
				pkt := a.rtp(160)
				if _, err := tun.Write(datagram(far.addr, a.port.Local(), pkt)); err != nil {
					t.Fatal(err)
				}
				b.phone.expect(b.port.Local(), pkt)
			}
			out := func() {
				t.Helper()
				pkt := b.rtp(160)
				b.phone.send(b.port.Local(), pkt)
				buf := make([]byte, 2048)
				for {
					_ = tun.SetReadDeadline(time.Now().Add(5 * time.Second))
					n, err := tun.Read(buf)
					if err != nil {
						t.Fatal(err)
					}
					if buf[0] != 0x45 {
						continue // neighbour discovery and the like
					}
					if n != 28+len(pkt) || string(buf[28:n]) != string(pkt) {
						t.Fatalf("%x", buf[:n])
					}
					if sum(0, buf[:20]) != 0xffff || sum(uint32(unix.IPPROTO_UDP+n-20), buf[12:n]) != 0xffff {
						t.Errorf("checksums of %x", buf[:n])
					}
					return
				}
			}
			in()
			out()
			l.inKernel(a, b)
			a.byKernel(10, func() {
				b.byKernel(10, func() {
					for range 10 {
						in()
						out()
					}
				})
			})
		})
	}
}
