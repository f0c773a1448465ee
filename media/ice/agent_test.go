package ice

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

const (
	aAddr = "192.0.2.1:4000"
	bAddr = "198.51.100.1:5000"
)

func TestTwoFullAgents(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, components: 2})
		exchange(a, b)
		pass(time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
		a.wantPair(t, RTCP, "192.0.2.1:4001", "198.51.100.1:5001", true)
		b.wantPair(t, RTCP, "198.51.100.1:5001", "192.0.2.1:4001", true)
		if a.Validated(0, ap("192.0.2.7:1")) || b.Validated(1, ap(aAddr)) {
			t.Fatal("a stranger is valid")
		}
		if c := x.Counters(); c.Forged != 0 || c.Foreign != 0 || c.Overflow != 0 {
			t.Fatalf("%+v", c)
		}
	})
}

// The pairs of both families work, the one of the highest priority is chosen.
func TestFamilies(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		six, six2 := "[2001:db8::1]:4000", "[2001:db8::2]:5000"
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr, six}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr, six2}})
		blocked := ap(bAddr).Addr()
		n.lose = func(_, to netip.AddrPort, _ []byte) bool { return to.Addr() == blocked }
		exchange(a, b)
		pass(2 * time.Second)
		a.wantPair(t, RTP, six, six2, true)
		b.wantPair(t, RTP, six2, six, true)
	})
}

func TestHighestPriorityWins(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr, "192.0.2.2:4000"}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr, "198.51.100.2:5000"}})
		exchange(a, b)
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
	})
}

// On a long way the checks of both sides cross: they must not go on triggering
// each other.
func TestLongWay(t *testing.T) {
	for _, delay := range []time.Duration{time.Millisecond, 30 * time.Millisecond, 300 * time.Millisecond, time.Second} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			n.delay = delay
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, controlling: true})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, components: 2})
			exchange(a, b)
			pass(10*time.Second + 10*delay)
			a.wantPair(t, RTP, aAddr, bAddr, true)
			b.wantPair(t, RTCP, "198.51.100.1:5001", "192.0.2.1:4001", true)
			if l := n.packets(); len(l) > 80 {
				t.Fatalf("%d packets at a delay of %v", len(l), delay)
			}
		})
	}
}

func TestRetransmission(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		lost := 0
		n.lose = func(_, _ netip.AddrPort, _ []byte) bool { lost++; return lost <= 6 }
		exchange(a, b)
		pass(10 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
	})
}

// Every third packet is lost until there is a pair, then one in ten.
func TestLoss(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, components: 2})
		random := rand.New(rand.NewPCG(1, 2))
		n.lose = func(_, _ netip.AddrPort, _ []byte) bool { return random.IntN(3) == 0 }
		exchange(a, b)
		pass(30 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
		n.setLoss(func(_, _ netip.AddrPort, _ []byte) bool { return random.IntN(10) == 0 })
		pass(10 * time.Minute)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTCP, "198.51.100.1:5001", "192.0.2.1:4001", true)
		if a.happened(ConsentLost)+b.happened(ConsentLost) > 0 {
			t.Fatal("consent lost to lost packets")
		}
	})
}

// The peer's checks come before its description.
func TestEarlyChecks(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
		b.SetRemote(a.describe())
		pass(3 * time.Second)
		a.wantPair(t, RTP, "", "", false)
		if a.Started() {
			t.Fatal("started without the peer's credentials")
		}
		a.SetRemote(b.describe())
		pass(100 * time.Millisecond)
		a.wantPair(t, RTP, aAddr, bAddr, true)
	})
}

// A peer behind a NAT names only its private address: its check tells the other.
func TestPeerReflexive(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{"10.0.0.1:5000"}, controlling: true})
		b.ports[0].remap("203.0.113.9:777")
		exchange(a, b)
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, "203.0.113.9:777", true)
		if p := a.Pair(RTP); p.Type != PeerReflexive {
			t.Fatalf("%v", p.Type)
		}
		// Signalled later, it is no longer peer-reflexive.
		r := b.describe()
		r.Candidates[0].Address, r.Candidates[0].Type = ap("203.0.113.9:777"), ServerReflexive
		a.SetRemote(r)
		pass(time.Second)
		a.wantPair(t, RTP, aAddr, "203.0.113.9:777", true)
		if p := a.Pair(RTP); p.Type != ServerReflexive {
			t.Fatalf("%v", p.Type)
		}
	})
}

func TestTrickle(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		none := func(e *end, more bool) Remote {
			r := e.describe()
			r.Candidates, r.More = nil, more
			return r
		}
		a.SetRemote(none(b, true))
		b.SetRemote(none(a, true))
		pass(time.Minute)
		a.wantPair(t, RTP, "", "", false)
		if a.happened(Failed) > 0 {
			t.Fatal("failed while candidates may follow")
		}
		a.SetRemote(b.describe())
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
	})
}

func TestFailure(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		n.lose = func(_, _ netip.AddrPort, _ []byte) bool { return true }
		exchange(a, b)
		pass(Patience - time.Second)
		if a.happened(Failed) > 0 {
			t.Fatal("failed too early")
		}
		pass(10 * time.Second)
		if a.happened(Failed) != 1 || b.happened(Failed) != 1 {
			t.Fatalf("failed %d and %d times", a.happened(Failed), b.happened(Failed))
		}
		sends := len(n.packets())
		if sends != 2*maxSends {
			t.Fatalf("%d packets sent", sends)
		}
		if pass(time.Hour); len(n.packets()) != 0 {
			t.Fatal("goes on after it failed")
		}
		// The network comes back, and one side starts anew.
		n.setLoss(nil)
		b.SetLocal(Credentials{"newbfrag", "new45678901234567890123"})
		b.SetRemote(a.describe())
		a.SetRemote(b.describe())
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
	})
}

// RTCP turns out to be multiplexed.
func TestFewerComponents(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, components: 1})
		a.SetComponents(1)
		exchange(a, b)
		pass(time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		a.wantPair(t, RTCP, "", "", false)
	})
}

// The peer offers two components and answers on one.
func TestPeerWithoutSecondComponent(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, components: 2, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		exchange(a, b)
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		a.wantPair(t, RTCP, "", "", false)
		n.packets()
		if pass(time.Minute); len(n.packets()) > 60 {
			t.Fatal("keeps checking")
		}
	})
}

func TestClose(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		exchange(a, b)
		pass(time.Second)
		a.Close()
		b.Close()
		n.packets()
		pass(time.Minute)
		if l := n.packets(); len(l) > 0 {
			t.Fatalf("%d packets after Close", len(l))
		}
		if a.Pair(RTP).Valid() || a.Validated(0, ap(bAddr)) {
			t.Fatal("valid after Close")
		}
		if len(x.timers) != 0 {
			t.Fatal("timer left")
		}
	})
}
