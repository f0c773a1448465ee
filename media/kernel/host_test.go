package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"

	"rtpgo/media"
)

// Routes change while packets run: they leave by the new device, and none is
// lost but those on their way when the route changed.
func TestRouteChange(t *testing.T) {
	l := newLab(t)
	l.link("prv1", l.b, "b1", 2)
	l.b.ip("addr add 198.18.77.7/32 dev lo")
	l.ip("route add 198.18.77.7/32 via 198.18.1.2 dev prv0")
	e := l.engine(Options{})
	a := l.side(e, "198.18.0.1", l.phone(l.a, "198.18.0.2"), 30000)
	b := l.side(e, "198.18.1.1", l.phone(l.b, "198.18.77.7"), 40000)
	l.call(a, b)
	l.inKernel(a, b)
	// Known neighbours: their resolution isn't the subject.
	c := l.side(e, "198.18.2.1", l.phone(l.b, "198.18.2.2"), 40002)
	c.port.Send([]byte("hello"), c.phone.addr)
	if got, _ := c.phone.receive(5 * time.Second); got == nil {
		t.Fatal("prv1 doesn't work")
	}
	device := func() string {
		en := a.port.(*port).entry.Load()
		if en == nil {
			return "none"
		}
		en.mu.Lock()
		defer en.mu.Unlock()
		top, _ := e.at.topology()
		return top.name(int(en.flow.Ifindex))
	}
	v := startTraffic(t, a, 500*time.Microsecond, b.phone)
	for n := range 6 {
		v.more(50)
		way := [][2]string{{"prv1", "198.18.2.2"}, {"prv0", "198.18.1.2"}}[n%2]
		l.ip(fmt.Sprintf("route replace 198.18.77.7/32 via %s dev %s", way[1], way[0]))
		wait(t, func() bool { return device() == way[0] }, func() string { return "packets leave by " + device() })
		before := a.kernelPackets()
		v.more(50)
		if a.kernelPackets() == before {
			t.Error("nothing by the kernel after a route change")
		}
	}
	sent, twice, lost := v.end(b.phone)
	t.Logf("%d of %d packets lost at 6 route changes", lost, sent)
	if twice != 0 || lost > sent/10 {
		t.Errorf("of %d packets %d arrived twice, %d not at all", sent, twice, lost)
	}
	// Without a route user space is to find out, and count.
	l.ip("route del 198.18.77.7/32\nroute add unreachable 198.18.77.7/32")
	wait(t, func() bool { return !a.stream.Kernelized() }, func() string { return "still in the kernel" })
	l.ip("route replace 198.18.77.7/32 via 198.18.1.2 dev prv0")
	l.inKernel(a)
	a.byKernel(1, func() { a.passes(b) })
}

// The peer's host gets another hardware address.
func TestNeighbourChange(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "44")
	for n := range 3 {
		l.b.ip(fmt.Sprintf("link set b0 address 02:00:00:00:00:0%d", n))
		l.ip("neigh flush dev prv0")
		a.byKernel(5, func() {
			for range 5 {
				a.passes(b)
			}
		})
	}
}

// A device is removed and comes again, another one appears.
func TestDevicesComeAndGo(t *testing.T) {
	for _, mode := range []Mode{TCX, Clsact} {
		t.Run(string(mode), func(t *testing.T) {
			l := newLab(t)
			e := l.engine(Options{Mode: mode})
			a, b := l.established(e, "44")
			l.ip("link del prv0")
			wait(t, func() bool { return !a.stream.Kernelized() && !b.stream.Kernelized() }, func() string { return "still in the kernel" })
			if why := Why(b.port); why == "" {
				t.Error("no reason")
			}
			l.link("prv0", l.b, "b0", 1)
			l.inKernel(a, b)
			// A socket that was bound when its address went stays usable, but
			// IP's first packet may wait for a neighbour.
			a.byKernel(5, func() {
				b.byKernel(5, func() {
					for range 5 {
						a.passes(b)
						b.passes(a)
					}
				})
			})
			// An address moves to another device.
			l.link("prv1", l.b, "b1", 3)
			l.ip("addr del 198.18.1.1/24 dev prv0\naddr add 198.18.1.1/24 dev prv1\nlink set prv0 down")
			l.b.ip("addr del 198.18.1.2/24 dev b0\naddr add 198.18.1.2/24 dev b1\nroute replace default via 198.18.1.1")
			// Until the engine has heard of it packets still go the old way.
			prv1 := uint32(deviceIndex(t, "prv1"))
			wait(t, func() bool { return wayOut(a.port) == prv1 }, func() string { return Why(a.port) })
			l.inKernel(a, b)
			wait(t, func() bool {
				n := a.kernelPackets()
				a.passes(b)
				return a.kernelPackets() > n
			}, func() string { return Why(a.port) })
			var devices []string
			for _, r := range e.Devices() {
				if r.Available {
					devices = append(devices, r.Device)
				}
			}
			if want := []string{"lo", "prv0", "prv1", "pub0"}; !slices.Equal(devices, want) {
				t.Errorf("attached to %v, want %v", devices, want)
			}
		})
	}
}

// wayOut is the device by which the kernel sends what arrives at a port, 0 where
// it sends nothing.
func wayOut(p media.Port) uint32 {
	en := p.(*port).entry.Load()
	if en == nil {
		return 0
	}
	en.mu.Lock()
	defer en.mu.Unlock()
	return en.flow.Ifindex
}

// programs is how many programs are attached to a device's ingress by links.
func programs(t *testing.T, device string) int {
	t.Helper()
	r, err := link.QueryPrograms(link.QueryOptions{Target: deviceIndex(t, device), Attach: ebpf.AttachTCXIngress})
	if err != nil {
		t.Fatal(err)
	}
	return len(r.Programs)
}

func deviceIndex(t *testing.T, name string) int {
	t.Helper()
	nl, err := openNetlink()
	if err != nil {
		t.Fatal(err)
	}
	defer nl.close()
	top, err := readTopology(nl)
	if err != nil {
		t.Fatal(err)
	}
	for index, d := range top.devices {
		if d.name == name {
			return index
		}
	}
	t.Fatalf("no device %s", name)
	return 0
}

func filterNames(t *testing.T, device string) (names []string) {
	t.Helper()
	nl, err := openNetlink()
	if err != nil {
		t.Fatal(err)
	}
	defer nl.close()
	list, err := filters(nl, deviceIndex(t, device))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		names = append(names, f.name)
	}
	return names
}

// Two daemons on one host don't notice each other.
func TestTwoEngines(t *testing.T) {
	for _, mode := range []Mode{TCX, Clsact} {
		t.Run(string(mode), func(t *testing.T) {
			l := newLab(t)
			var sides [2][2]*side
			var engines [2]*Engine
			for i := range engines {
				engines[i] = newTestEngine(t, Options{Mode: mode})
				a := l.side(engines[i], "198.18.0.1", l.phone(l.a, "198.18.0.2"), uint16(30000+2*i))
				b := l.side(engines[i], "198.18.1.1", l.phone(l.b, "198.18.1.2"), uint16(40000+2*i))
				l.call(a, b)
				l.inKernel(a, b)
				sides[i] = [2]*side{a, b}
			}
			both := func(which ...int) {
				t.Helper()
				for _, i := range which {
					a, b := sides[i][0], sides[i][1]
					a.byKernel(5, func() {
						b.byKernel(5, func() {
							for range 5 {
								a.passes(b)
								b.passes(a)
							}
						})
					})
				}
			}
			both(0, 1)
			if mode == TCX && programs(t, "pub0") != 2 || mode == Clsact && len(filterNames(t, "pub0")) != 2 {
				t.Errorf("%d programs, filters %v", programs(t, "pub0"), filterNames(t, "pub0"))
			}
			if err := engines[0].Close(); err != nil {
				t.Error(err)
			}
			both(1)
			if err := engines[1].Close(); err != nil {
				t.Error(err)
			}
			if n, f := programs(t, "pub0"), filterNames(t, "pub0"); n != 0 || len(f) != 0 {
				t.Errorf("%d programs and filters %v are left", n, f)
			}
			// Streams outlive the engine.
			if v := sides[0][0].stream.Snapshot(); v.In.Packets != 6 || v.Kernelized {
				t.Errorf("%+v", v)
			}
			sides[0][0].stream.SetRemote(netip.MustParseAddrPort("192.0.2.1:9"))
		})
	}
}

// Further devices, devices to keep away from, and the reasons.
func TestDeviceOptions(t *testing.T) {
	l := newLab(t)
	l.ip("addr add 198.18.99.1/32 dev lo")
	l.Cleanup(func() { l.ip("addr del 198.18.99.1/32 dev lo") })
	l.a.ip("route add 198.18.99.1/32 via 198.18.0.1")
	e := l.engine(Options{Exclude: []string{"prv0"}, Devices: []string{"pub0"}})
	a := l.side(e, "198.18.99.1", l.phone(l.a, "198.18.0.2"), 30000)
	b := l.side(e, "198.18.1.1", l.phone(l.b, "198.18.1.2"), 40000)
	l.call(a, b)
	// b, always in user space, may still shut its gate when a has got to the
	// kernel: the next packet opens it.
	wait(t, func() bool {
		before := a.kernelPackets()
		a.passes(b)
		return a.kernelPackets() == before+1
	}, func() string { return "user space forwards: " + Why(a.port) })
	b.passes(a)
	if why := Why(b.port); why != "prv0 is left to user space" {
		t.Errorf("why: %q", why)
	}
}

func TestProbe(t *testing.T) {
	l := newLab(t)
	got := Probe([]netip.Addr{netip.MustParseAddr("198.18.0.1"), netip.MustParseAddr("fd00:b::1"), netip.MustParseAddr("203.0.113.9")})
	want := []string{"lo: kernel, tcx", "prv0: kernel, tcx", "pub0: kernel, tcx", ": user space (no device carries 203.0.113.9)"}
	var lines []string
	for _, r := range got {
		lines = append(lines, r.String())
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
	if n := programs(t, "pub0"); n != 0 {
		l.Errorf("%d programs are left", n)
	}
}

// When the places are taken the rest goes on in user space.
func TestFull(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{MaxFlows: 3})
	for i := range 3 {
		a := l.side(e, "198.18.0.1", l.phone(l.a, "198.18.0.2"), uint16(30000+2*i))
		b := l.side(e, "198.18.1.1", l.phone(l.b, "198.18.1.2"), uint16(40000+2*i))
		l.call(a, b)
		if i == 0 {
			l.inKernel(a, b)
			continue
		}
		a.passes(b)
		b.passes(a)
	}
	if s := e.KernelStats(); s.Flows != 3 || s.MaxFlows != 3 {
		t.Errorf("%+v", s)
	}
}
