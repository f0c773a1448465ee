package ice

import (
	"testing"
	"time"
)

func TestRoleConflict(t *testing.T) {
	for _, test := range []struct {
		name         string
		controlling  bool // both
		tieA, tieB   uint64
		aControlling bool // in the end
	}{
		{"both controlling, a wins", true, 2, 1, true},
		{"both controlling, b wins", true, 1, 2, false},
		{"both controlled, a wins", false, 2, 1, true},
		{"both controlled, b wins", false, 1, 2, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, x *Executor, n *network) {
				a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, controlling: test.controlling, tieBreaker: test.tieA})
				b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, components: 2, controlling: test.controlling, tieBreaker: test.tieB})
				exchange(a, b)
				pass(3 * time.Second)
				if a.Controlling() != test.aControlling || b.Controlling() == test.aControlling {
					t.Fatalf("a controls: %v, b controls: %v", a.Controlling(), b.Controlling())
				}
				a.wantPair(t, RTP, aAddr, bAddr, true)
				b.wantPair(t, RTP, bAddr, aAddr, true)
				a.wantPair(t, RTCP, "192.0.2.1:4001", "198.51.100.1:5001", true)
				b.wantPair(t, RTCP, "198.51.100.1:5001", "192.0.2.1:4001", true)
				if a.happened(RoleSwitched)+b.happened(RoleSwitched) != 1 {
					t.Fatal("switched more than once")
				}
			})
		})
	}
}

// A peer that nominates aggressively names every pair: the best one counts,
// whatever the order.
func TestAggressiveNomination(t *testing.T) {
	for _, lite := range []bool{false, true} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			second := "198.51.100.2:5000"
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, lite: lite})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr, second}, controlling: true})
			a.SetRemote(b.describe())
			nominate := func(i int, priority uint32) {
				if err := b.ports[i].Send(craft(b, a, func(r *request) { r.priority = priority }), ap(aAddr)); err != nil {
					t.Fatal(err)
				}
				pass(200 * time.Millisecond)
			}
			nominate(1, 1)
			a.wantPair(t, RTP, aAddr, second, true)
			nominate(0, 2)
			a.wantPair(t, RTP, aAddr, bAddr, true)
			nominate(1, 1)
			nominate(1, 1)
			a.wantPair(t, RTP, aAddr, bAddr, true)
		})
	}
}

func TestLite(t *testing.T) {
	for _, controlling := range []bool{true, false} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, lite: true, controlling: controlling})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, components: 2, controlling: !controlling})
			exchange(a, b)
			pass(3 * time.Second)
			if a.Controlling() || !b.Controlling() {
				t.Fatal("the full side doesn't control")
			}
			a.wantPair(t, RTP, aAddr, bAddr, true)
			b.wantPair(t, RTP, bAddr, aAddr, true)
			a.wantPair(t, RTCP, "192.0.2.1:4001", "198.51.100.1:5001", true)
			pass(5 * time.Minute)
			b.wantPair(t, RTP, bAddr, aAddr, true)
			// The peer falls silent: a lite agent can't ask, keeps the pair and
			// sends keep-alives.
			b.Close()
			n.packets()
			pass(5 * time.Minute)
			a.wantPair(t, RTP, aAddr, bAddr, true)
			if l := n.packets(); len(l) < 38 || len(l) > 42 {
				t.Fatalf("%d keep-alives of two components in five minutes", len(l))
			}
		})
	}
}

func TestBothLite(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, lite: true, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, lite: true})
		exchange(a, b)
		pass(time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
	})
}

// A lite agent that thinks the peer controls tells a full one that doesn't know.
func TestLiteUnknownToPeer(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, lite: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		r := a.describe()
		r.Lite = false
		b.SetRemote(r)
		a.SetRemote(b.describe())
		pass(3 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
	})
}
