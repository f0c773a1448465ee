package ice

import (
	"net/netip"
	"testing"
	"time"
)

func TestConsent(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		exchange(a, b)
		pass(time.Second)
		n.packets()
		pass(time.Minute)
		requests := 0
		for _, p := range n.packets() {
			if p.from == ap(aAddr) && p.pkt[0] == 0 && p.pkt[1] == 1 {
				requests++
			}
		}
		if requests < 10 || requests > 15 {
			t.Fatalf("%d consent checks in a minute", requests)
		}
		// The peer falls silent: 30 seconds after its last answer nothing is
		// sent to it any more.
		lost := time.Now()
		n.setLoss(func(from, _ netip.AddrPort, _ []byte) bool { return from == ap(bAddr) })
		pass(ConsentTimeout - 6*time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		pass(time.Until(lost.Add(ConsentTimeout + time.Second)))
		a.wantPair(t, RTP, "", "", false)
		if a.Validated(0, ap(bAddr)) {
			t.Fatal("still accepted")
		}
		if a.happened(ConsentLost) != 1 {
			t.Fatal("not reported")
		}
		n.packets()
		pass(time.Minute)
		for _, p := range n.packets() {
			if p.from == ap(aAddr) && p.pkt[0] == 0 && p.pkt[1] == 1 {
				t.Fatal("still asking a peer that withdrew")
			}
		}
	})
}

// A network that comes back within the time does no harm; one that comes back
// later is found again by the peer's checks, here of a restart.
func TestInterruption(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		exchange(a, b)
		pass(time.Second)
		everything := func(_, _ netip.AddrPort, _ []byte) bool { return true }
		n.setLoss(everything)
		pass(20 * time.Second)
		n.setLoss(nil)
		pass(20 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
		n.setLoss(everything)
		pass(40 * time.Second)
		a.wantPair(t, RTP, "", "", false)
		b.wantPair(t, RTP, "", "", false)
		n.setLoss(nil)
		b.SetLocal(Credentials{"bnewfrag", "bnew5678901234567890123"})
		a.SetLocal(Credentials{"anewfrag", "anew5678901234567890123"})
		exchange(a, b)
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
	})
}

// Another pair takes over when the one in use dies.
func TestFallback(t *testing.T) {
	for _, controlling := range []bool{true, false} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: controlling})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr, "198.51.100.2:5000"}, controlling: !controlling})
			exchange(a, b)
			pass(time.Second)
			a.wantPair(t, RTP, aAddr, bAddr, true)
			dead := ap(bAddr)
			n.setLoss(func(from, to netip.AddrPort, _ []byte) bool { return from == dead || to == dead })
			pass(40 * time.Second)
			a.wantPair(t, RTP, aAddr, "198.51.100.2:5000", true)
			b.wantPair(t, RTP, "198.51.100.2:5000", aAddr, true)
		})
	}
}

// The peer's NAT gives it another address in mid-call: its next consent check
// leads us there.
func TestRebinding(t *testing.T) {
	for _, test := range []struct {
		name              string
		controlling, lite bool
		within            time.Duration
	}{
		{"we control", true, false, 15 * time.Second},
		{"peer controls", false, false, 10 * time.Second},
		{"we are lite", false, true, 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, x *Executor, n *network) {
				a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: test.controlling, lite: test.lite})
				b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: !test.controlling})
				exchange(a, b)
				pass(2 * time.Second)
				b.ports[0].remap("203.0.113.9:777")
				pass(7 * time.Second)
				if !a.Validated(0, ap("203.0.113.9:777")) {
					t.Fatal("not accepted from the new address")
				}
				pass(test.within)
				a.wantPair(t, RTP, aAddr, "203.0.113.9:777", true)
				b.wantPair(t, RTP, bAddr, aAddr, true)
			})
		})
	}
}
