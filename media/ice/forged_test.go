package ice

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v3"
)

const mallory = "203.0.113.66:6666"

// craft makes a check as the peer e would send it to a.
func craft(e, a *end, change func(*request)) []byte {
	r := request{
		username: a.current.local.Ufrag + ":" + e.current.local.Ufrag, pwd: a.current.local.Pwd,
		priority: 126<<24 | 65535<<8 | 255, role: roleControlling, tieBreaker: 7, useCandidate: true,
	}
	if change != nil {
		change(&r)
	}
	return r.encode(stun.NewTransactionID())
}

// inject delivers a packet to the first local candidate of an end.
func (e *end) inject(pkt []byte, src string) {
	e.ports[0].input(append([]byte(nil), pkt...), ap(src))
	synctest.Wait()
}

// Nothing that a stranger can send has an effect, or an answer.
func TestForgedRequests(t *testing.T) {
	for _, lite := range []bool{false, true} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, lite: lite})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
			exchange(a, b)
			pass(time.Second)
			n.packets()
			unsigned := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername("afrag:bfrag"), stun.Fingerprint)
			noUser := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewShortTermIntegrity(a.cfg.Credentials.Pwd), stun.Fingerprint)
			good := craft(b, a, nil)
			flipped := append([]byte(nil), good...)
			flipped[30] ^= 1
			badPrint := append([]byte(nil), good...)
			badPrint[len(badPrint)-1] ^= 1
			for name, pkt := range map[string][]byte{
				"wrong password":     craft(b, a, func(r *request) { r.pwd = "guess" }),
				"wrong ufrag":        craft(b, a, func(r *request) { r.username = "zfrag:bfrag" }),
				"wrong peer's ufrag": craft(b, a, func(r *request) { r.username = "afrag:zfrag" }),
				"prefix of ufrag":    craft(b, a, func(r *request) { r.username = "afra:bfrag" }),
				"no colon":           craft(b, a, func(r *request) { r.username = "afrag" }),
				"unsigned":           unsigned.Raw,
				"no user name":       noUser.Raw,
				"changed":            flipped,
				"wrong fingerprint":  badPrint,
				"truncated":          good[:40],
				"longer":             append(append([]byte(nil), good...), 0, 0, 0, 0),
				"empty":              {},
			} {
				a.inject(pkt, mallory)
				if l := n.packets(); len(l) > 0 {
					t.Fatalf("%s: answered", name)
				}
			}
			pass(4 * time.Second)
			a.wantPair(t, RTP, aAddr, bAddr, true)
			if a.Validated(0, ap(mallory)) || len(a.current.pairs) != 1 {
				t.Fatal("a forged packet left something")
			}
			if c := x.Counters(); c.Forged+c.Foreign != 12 {
				t.Fatalf("%+v", c)
			}
		})
	}
}

// A check that was overheard is sent again from elsewhere.
func TestReplay(t *testing.T) {
	for _, lite := range []bool{false, true} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, lite: lite})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
			exchange(a, b)
			pass(time.Second)
			var overheard [][]byte
			for _, p := range n.packets() {
				if p.from == ap(bAddr) && p.pkt[1] == 1 && p.pkt[0] == 0 {
					overheard = append(overheard, p.pkt)
				}
			}
			for _, pkt := range overheard {
				a.inject(pkt, mallory)
			}
			pass(time.Minute)
			if len(overheard) == 0 || len(a.current.pairs) != 1 || a.Validated(0, ap(mallory)) {
				t.Fatal("a replayed check had an effect")
			}
			a.wantPair(t, RTP, aAddr, bAddr, true)
			for _, p := range n.packets() {
				if p.to == ap(mallory) {
					t.Fatal("answered")
				}
			}
			// From the peer's own address it is answered, and changes nothing.
			b.Close()
			pass(10 * time.Second)
			heard := a.current.pairs[0].heard
			n.packets()
			a.inject(overheard[len(overheard)-1], bAddr)
			if l := n.packets(); len(l) != 1 || a.current.pairs[0].heard != heard {
				t.Fatalf("%d answers", len(l))
			}
		})
	}
}

// A replay that is older than what the agent remembers makes a full agent ask;
// the answer can't be had.
func TestOldReplay(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
		exchange(a, b)
		pass(time.Second)
		a.inject(craft(b, a, func(r *request) { r.priority = 1<<32 - 1 }), mallory)
		pass(time.Minute)
		if a.Validated(0, ap(mallory)) {
			t.Fatal("valid")
		}
		a.wantPair(t, RTP, aAddr, bAddr, true)
	})
}

// An answer that comes from elsewhere than where the check went is no proof of
// the way (a forwarder in between).
func TestAnswerFromElsewhere(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		// b has two addresses, and answers from the wrong one.
		b.ports[0].mapped = ap("198.51.100.2:5000") // before anything is sent
		a.SetRemote(b.describe())
		b.SetRemote(a.describe())
		pass(300 * time.Millisecond)
		if a.Validated(0, ap(bAddr)) {
			t.Fatal("valid")
		}
	})
}

func TestForgedResponses(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, controlling: true})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}})
		n.lose = func(_, _ netip.AddrPort, _ []byte) bool { return true }
		a.SetRemote(b.describe())
		pass(100 * time.Millisecond)
		id := transactionID(n.packets()[0].pkt[8:20])
		for _, pkt := range [][]byte{
			encodeSuccess(id, ap(aAddr), "guess"),
			encodeSuccess(id, ap(aAddr), ""),
			encodeSuccess(id, ap(aAddr), a.cfg.Credentials.Pwd),
			encodeError(id, stun.CodeRoleConflict, nil, "guess"),
			encodeError(id, stun.CodeRoleConflict, nil, ""),
			encodeSuccess(stun.NewTransactionID(), ap(aAddr), b.cfg.Credentials.Pwd),
		} {
			a.inject(pkt, bAddr)
		}
		if a.Pair(RTP).Valid() || !a.Controlling() {
			t.Fatal("a forged answer counted")
		}
		a.inject(encodeSuccess(id, ap(aAddr), b.cfg.Credentials.Pwd), bAddr)
		if !a.Pair(RTP).Valid() {
			t.Fatal("the true answer doesn't")
		}
	})
}

// A flood to one port doesn't grow anything, nor hold up others.
func TestFlood(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
		exchange(a, b)
		pass(time.Second)
		bad := craft(b, a, func(r *request) { r.pwd = "guess" })
		for range 10000 {
			a.ports[0].input(bad, ap(mallory))
		}
		synctest.Wait()
		if c := x.Counters(); c.Overflow == 0 || a.inbox.queued.Load() != 0 || len(x.free) != queueDepth {
			t.Fatalf("%+v, %d queued", c, a.inbox.queued.Load())
		}
		a.wantPair(t, RTP, aAddr, bAddr, true)
		if len(a.current.pairs) != 1 || len(a.history.events) > historyFull {
			t.Fatal("grown")
		}
	})
}

// A peer that knows the password can't make the agent grow either, or push
// out the pair that works.
func TestGreedyPeer(t *testing.T) {
	for _, lite := range []bool{false, true} {
		bubble(t, func(t *testing.T, x *Executor, n *network) {
			a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}, lite: lite})
			b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
			r := b.describe()
			for i := range 1000 {
				c := r.Candidates[0]
				c.Address = netip.AddrPortFrom(ap("192.0.2.200:0").Addr(), uint16(1000+i))
				c.Priority = uint32(i)
				r.Candidates = append(r.Candidates, c)
			}
			a.SetRemote(r)
			b.SetRemote(a.describe())
			pass(20 * time.Second)
			for i := range 1000 {
				a.inject(craft(b, a, func(r *request) { r.useCandidate = i%2 == 0 }), netip.AddrPortFrom(ap(mallory).Addr(), uint16(1+i)).String())
			}
			g := a.current
			if len(g.pairs) > maxPairs || len(g.candidates) > maxCandidates+maxReflexive || len(g.triggered) > maxPairs ||
				len(a.transactions) > len(a.pending) || len(a.events) > maxEvents || len(a.history.events) > historyLite {
				t.Fatalf("pairs %d candidates %d triggered %d transactions %d", len(g.pairs), len(g.candidates), len(g.triggered), len(a.transactions))
			}
			if !lite {
				a.wantPair(t, RTP, aAddr, bAddr, true)
			}
			a.Close()
			b.Close()
		})
	}
}

func TestRefusals(t *testing.T) {
	bubble(t, func(t *testing.T, x *Executor, n *network) {
		a := newEnd(t, x, n, "a", endOptions{addrs: []string{aAddr}})
		b := newEnd(t, x, n, "b", endOptions{addrs: []string{bAddr}, controlling: true})
		a.SetRemote(b.describe())
		pass(time.Second)
		// An attribute that has to be understood, and isn't.
		m := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername("afrag:bfrag"),
			stun.RawAttribute{Type: 0x7abc, Value: []byte{1}}, stun.NewShortTermIntegrity(a.cfg.Credentials.Pwd), stun.Fingerprint)
		n.packets()
		a.inject(m.Raw, bAddr)
		var answer message
		l := n.packets()
		if len(l) != 1 || answer.decode(l[0].pkt) != nil || answer.errorCode != 420 || !answer.verify(a.cfg.Credentials.Pwd) {
			t.Fatalf("%d answers, %+v", len(l), answer)
		}
		// What stands behind the integrity doesn't count.
		m = stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername("afrag:bfrag"),
			stun.NewShortTermIntegrity(a.cfg.Credentials.Pwd), stun.RawAttribute{Type: stun.AttrUseCandidate}, stun.Fingerprint)
		a.inject(m.Raw, bAddr)
		if p := a.current.find(0, ap(bAddr)); p == nil || p.asked || p.nominated {
			t.Fatal("nominated by an unprotected attribute")
		}
	})
}
