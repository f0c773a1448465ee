package kernel

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
	"rtpgo/media/memory"
)

// What a flow asks for decides where it is forwarded.
func TestPlain(t *testing.T) {
	e := memory.New()
	t.Cleanup(func() { e.Close() })
	p, err := e.Open(netip.MustParseAddrPort("198.18.0.1:30000"))
	if err != nil {
		t.Fatal(err)
	}
	s := media.NewStream(p)
	sink := []media.Sink{{To: s}}
	for _, k := range []struct {
		name string
		flow *media.Flow
		why  string // empty: the kernel may forward it
	}{
		{"none", nil, "no flow"},
		{"without a stream", &media.Flow{RTP: sink}, "no flow"},
		{"audio", &media.Flow{Stream: s, RTP: sink}, ""},
		{"audio with multiplexed RTCP", &media.Flow{Stream: s, RTP: sink, RTCP: sink}, ""},
		{"fax", &media.Flow{Stream: s, Kind: media.KindRaw, RTP: sink}, ""},
		{"RTCP", &media.Flow{Stream: s, Kind: media.KindRTCP, RTP: sink, RTCP: sink}, "RTCP is read in user space"},
		{"without sink", &media.Flow{Stream: s}, "no sink"},
		{"two sinks", &media.Flow{Stream: s, RTP: []media.Sink{{To: s}, {To: s}}}, "several sinks"},
		{"hold", &media.Flow{Stream: s, RTP: sink, Block: media.DropDirection}, "blocked: direction"},
		{"block DTMF", &media.Flow{Stream: s, RTP: sink, BlockPT: [2]uint64{0, 1 << 37}}, ""},
		{"telephone events", &media.Flow{Stream: s, RTP: sink, Events: &media.TelephoneEvents{}}, ""},
		{"silence", &media.Flow{Stream: s, RTP: sink, Silence: &media.SilenceFill{}}, "payload is silenced"},
		{"payload types", &media.Flow{Stream: s, RTP: sink, PayloadTypes: media.SamePayloadTypes()}, "payload types are translated"},
		{"feedback left out", &media.Flow{Stream: s, RTP: sink, RTCP: []media.Sink{{To: s, NoFeedback: true}}}, ""},
		{"SRTP in", &media.Flow{Stream: s, RTP: sink, Unprotect: asIs{}}, "SRTP ends here"},
		{"SRTP out", &media.Flow{Stream: s, RTP: []media.Sink{{To: s, Protect: asIs{}}}}, "SRTP begins here"},
		{"RTCP read and ended", &media.Flow{Stream: s, RTP: sink, ReadRTCP: true, EndRTCP: true, TapRTCP: func([]byte, netip.AddrPort) {}}, ""},
		{"STUN expected", &media.Flow{Stream: s, RTP: sink, Other: func([]byte, netip.AddrPort) {}}, ""},
	} {
		got := ""
		if err := plain(k.flow); err != nil {
			got = err.Error()
		}
		if got != k.why {
			t.Errorf("%s: %q, want %q", k.name, got, k.why)
		}
	}
}

// Somebody who adds a field to a flow has to decide what the kernel makes of
// it: here, in plain and in compile.
func TestFieldsOfFlow(t *testing.T) {
	known := map[reflect.Type]string{
		reflect.TypeFor[media.Flow]():         "Stream Kind Block ReadRTCP EndRTCP RTP RTCP Clock Silence PayloadTypes BlockPT Events Unprotect Source TapRTCP Other Learned Refused",
		reflect.TypeFor[media.Sink]():         "To Protect NoFeedback NATWait",
		reflect.TypeFor[media.SourcePolicy](): "Learning Strict Handover Only Asymmetric",
	}
	for typ, want := range known {
		var fields []string
		for i := range typ.NumField() {
			fields = append(fields, typ.Field(i).Name)
		}
		if got := strings.Join(fields, " "); got != want {
			t.Errorf("%s has the fields %s; this package knows %s", typ, got, want)
		}
	}
}

// The differences that the program adds to a checksum make it what it would be
// if computed afresh.
func TestDifference(t *testing.T) {
	random := func(six bool) netip.Addr {
		var b [16]byte
		binary.NativeEndian.PutUint64(b[:], rand.Uint64())
		binary.NativeEndian.PutUint64(b[8:], rand.Uint64())
		if six {
			return netip.AddrFrom16(b)
		}
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	ports := func(a, b uint16) []byte {
		return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, a), b)
	}
	for range 1000 {
		inSix, outSix := rand.IntN(2) == 0, rand.IntN(2) == 0
		peer, local, from, to := random(inSix), random(inSix), random(outSix), random(outSix)
		p, q, r, s := uint16(rand.Uint32()), uint16(rand.Uint32()), uint16(rand.Uint32()), uint16(rand.Uint32())
		payload := binary.BigEndian.AppendUint64(nil, rand.Uint64())
		before := sum(0, append(append(append(peer.AsSlice(), local.AsSlice()...), ports(p, q)...), payload...))
		after := sum(0, append(append(append(from.AsSlice(), to.AsSlice()...), ports(r, s)...), payload...))
		d := difference(wordsOf(from), wordsOf(to), wordsOf(peer), wordsOf(local))
		d2 := difference([]uint32{uint32(network16(r))}, []uint32{uint32(network16(s))}, []uint32{uint32(network16(p))}, []uint32{uint32(network16(q))})
		got := uint64(swap(before)) + uint64(d) + uint64(d2)
		for got > 0xffff {
			got = got>>16 + got&0xffff
		}
		if uint16(got)%0xffff != swap(after)%0xffff {
			t.Fatalf("%04x, want %04x", got, swap(after))
		}
	}
}

// swap turns a number as it lies in the packet into one as the program reads
// it.
func swap(v uint16) uint16 { return network16(v) }

func TestCompile(t *testing.T) {
	e := memory.New()
	t.Cleanup(func() { e.Close() })
	type ends struct{ local, peer, from, to string }
	for _, k := range []struct {
		name  string
		ends  ends
		tos   int
		route route
		err   error  // of the route
		why   string // of the failure
		flags uint8
	}{
		{"IPv4", ends{"198.18.0.1:30000", "198.18.0.2:5000", "198.18.1.1:40000", "198.18.1.2:6000"}, 184, route{device: 3, mtu: 1500}, nil, "", flowRTP},
		{"to IPv6", ends{"198.18.0.1:30000", "198.18.0.2:5000", "[fd00::1]:40000", "[fd00::2]:6000"}, 0, route{device: 3, mtu: 1280}, nil, "", flowRTP | flowToIPv6},
		{"to this host", ends{"198.18.0.1:30000", "198.18.0.2:5000", "198.18.1.1:40000", "198.18.1.1:6000"}, 8, route{device: 1, local: true, mtu: 65535}, nil, "", flowRTP | flowLocal},
		{"no route", ends{"198.18.0.1:30000", "198.18.0.2:5000", "198.18.1.1:40000", "198.18.1.2:6000"}, 0, route{}, errors.New("no route"), "no route", 0},
		{"link-local", ends{"198.18.0.1:30000", "198.18.0.2:5000", "[fe80::1]:40000", "[fe80::2]:6000"}, 0, route{}, nil, "address fe80::1", 0},
		{"families", ends{"198.18.0.1:30000", "198.18.0.2:5000", "198.18.1.1:40000", "[fd00::2]:6000"}, 0, route{}, nil, "198.18.1.1 can't send to fd00::2", 0},
	} {
		t.Run(k.name, func(t *testing.T) {
			stream := func(local, peer string) *media.Stream {
				p, err := e.Open(netip.MustParseAddrPort(local))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { p.Close() })
				s := media.NewStream(p)
				s.SetRemote(netip.MustParseAddrPort(peer))
				return s
			}
			in, out := stream(k.ends.local, k.ends.peer), stream(k.ends.from, k.ends.to)
			out.SetTOS(k.tos)
			f := &media.Flow{Stream: in, RTP: []media.Sink{{To: out}}}
			if err := settled(f); !errors.Is(err, errWait) {
				t.Errorf("an endpoint that isn't confirmed: %v", err)
			}
			in.Confirm(netip.MustParseAddrPort(k.ends.peer))
			v, err := compile(f, in.Port().Local(), func(from, to netip.Addr, tos uint8) (route, error) {
				if from.String() != netip.MustParseAddrPort(k.ends.from).Addr().String() || to != out.Remote().Addr() || int(tos) != k.tos {
					t.Errorf("route from %s to %s, TOS %d", from, to, tos)
				}
				return k.route, k.err
			})
			if err != nil || k.why != "" {
				if err == nil || err.Error() != k.why {
					t.Errorf("%v, want %s", err, k.why)
				}
				return
			}
			if v.Flags != k.flags || v.Tos != uint8(k.tos) || int(v.Ifindex) != k.route.device || int(v.Mtu) != k.route.mtu {
				t.Errorf("%+v", v)
			}
			if v.To != words4(out.Remote().Addr()) || v.From != words4(out.Port().Local().Addr()) || v.Peer != words4(in.Remote().Addr()) {
				t.Errorf("%+v", v)
			}
			if v.ToPort != swap(6000) || v.FromPort != swap(40000) || v.PeerPort != swap(5000) {
				t.Errorf("%+v", v)
			}
		})
	}
}

func words4(a netip.Addr) (w [4]uint32) {
	w, _ = words(a)
	return w
}

// The names of forward.h's causes, its sizes, and Go's.
func TestSharedDefinitions(t *testing.T) {
	header, err := os.ReadFile("forward.h")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(header), "enum up_cause {")
	list, _, _ = strings.Cut(list, "UP_CAUSES")
	if n := strings.Count(list, "\tUP_"); n != len(upCauses) {
		t.Errorf("%d causes in forward.h, %d names", n, len(upCauses))
	}
	// What the documentation says of memory.
	if n := unsafe.Sizeof(bpfSlot{}); n != 320 {
		t.Errorf("a slot has %d octets", n)
	}
	if n := unsafe.Sizeof(bpfFlow{}) + unsafe.Sizeof(bpfFlowKey{}); n != 132 {
		t.Errorf("an entry has %d octets", n)
	}
}

// Messages of netlink are split without regard to what they say of themselves.
func FuzzNetlink(f *testing.F) {
	f.Add(attribute(attribute32(nil, unix.RTA_OIF, 7), unix.RTA_DST, []byte{1, 2, 3, 4}))
	f.Add(append([]byte{20, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 2, 3, 4))
	f.Add([]byte{3, 0, 0, 0, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		total := 0
		eachMessage(b, func(_ uint16, _ uint32, body []byte) {
			total += len(body)
			if len(body) >= unix.SizeofIfInfomsg {
				parseLink(body)
			}
		})
		eachAttribute(b, func(_ uint16, v []byte) { total += len(text(v)) })
		if total > 2*len(b) {
			t.Errorf("%d octets out of %d", total, len(b))
		}
	})
}
