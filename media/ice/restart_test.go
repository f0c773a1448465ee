package ice

import (
	"testing"
	"time"
)

func TestRestart(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr, "198.51.100.2:5000"}})
		exchange(a, b)
		pass(time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		// b restarts, and moves to its other address at that.
		b.SetLocal(Credentials{"bnewfrag", "bnew5678901234567890123"})
		n.unplug(b.ports[0])
		pass(10 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		b.wantPair(t, RTP, bAddr, aAddr, true)
		a.SetLocal(Credentials{"anewfrag", "anew5678901234567890123"})
		a.SetRemote(b.describe())
		b.SetRemote(a.describe())
		a.wantPair(t, RTP, aAddr, bAddr, true) // until the new one is found
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, "198.51.100.2:5000", true)
		b.wantPair(t, RTP, "198.51.100.2:5000", aAddr, true)
		if !a.Validated(0, ap(bAddr)) {
			t.Fatal("the former pair ended at once")
		}
		pass(lingering)
		if a.Validated(0, ap(bAddr)) {
			t.Fatal("the former pair lives on")
		}
		if a.happened(ConsentLost) > 0 {
			t.Fatal("consent lost")
		}
	})
}

// A restart that the peer never answers leaves the call as it was.
func TestRestartUnanswered(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		exchange(a, b)
		pass(time.Second)
		for i := range 3 {
			a.SetLocal(Credentials{"again" + string(rune('0'+i)), "bnew5678901234567890123"})
			pass(2 * time.Minute)
			a.wantPair(t, RTP, aAddr, bAddr, true)
			b.wantPair(t, RTP, bAddr, aAddr, true)
		}
	})
}

// Two phones answer one offer, one after the other (forking behind us).
func TestSecondAnswerer(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		c := newEnd(t, x, n, "c", endOptions{addrs: []string{"198.51.100.3:6000"}})
		exchange(a, b)
		c.SetRemote(a.describe())
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, bAddr, true)
		a.SetRemote(c.describe())
		pass(2 * time.Second)
		a.wantPair(t, RTP, aAddr, "198.51.100.3:6000", true)
		c.wantPair(t, RTP, "198.51.100.3:6000", aAddr, true)
	})
}
