package call

import (
	"net/netip"
	"testing"
	"time"

	"rtpgo/media"
)

// plainCall is an answered call with one section for each port of its ends,
// which stand at 198.51.100.1 and 198.51.100.2.
func plainCall(l *lab, ports ...string) *talk {
	k := l.call()
	var lines []string
	for _, p := range ports {
		lines = append(lines, "m=audio "+p+" RTP/AVP 0")
	}
	k.offer(description("198.51.100.1", lines...))
	k.answer(description("198.51.100.2", lines...))
	return k
}

// says delivers n RTP packets that a party sends in a section.
func (k *talk) says(tag string, section, n int) {
	k.Helper()
	var port, from netip.AddrPort
	k.model(func(c *Call) {
		m := c.party(tag).medias[section]
		port, _ = m.set.primary().addr(rtp)
		from = m.streams[rtp].endpoint
	})
	for i := range n {
		k.send(from, port, rtpOf(0, uint16(i)))
	}
}

func TestFiguresOfTraffic(t *testing.T) {
	l := newLab(t, nil)
	k := plainCall(l, "4000")
	k.says("a", 0, 3)
	k.says("b", 0, 2)
	k.send(addrPort("203.0.113.9:9"), k.facing("a"), rtpOf(0, 7))
	k.send(addrPort("203.0.113.9:9"), k.facing("a"), []byte("nonsense"))
	if f := l.r.Figures(); f.Total() != (AddressFigures{}) {
		t.Errorf("before the clock looked: %+v", f.Total())
	}
	for range 2 * closely { // what was counted once isn't counted again
		l.pass(time.Second)
	}
	f := l.r.Figures()
	check := func(when string, f *Figures) {
		t.Helper()
		for i, a := range f.Addresses {
			want := AddressFigures{Address: a.Address}
			if i == 0 { // public, where both sides are
				want.User = media.Counters{Packets: 5, Octets: 5 * 172, Errors: 2}
				want.Out = media.Counters{Packets: 5, Octets: 5 * 172}
				want.Drops[media.DropSource], want.Drops[media.DropNotRTP] = 1, 1
			}
			if a != want {
				t.Errorf("%s: %+v\nwant %+v", when, a, want)
			}
		}
	}
	check("during the call", f)
	if f.Answered != 1 || f.Offered != 0 || f.Live != 1 || f.IPv4 != 1 {
		t.Errorf("figures of the call: %+v", f)
	}
	k.says("a", 0, 0)
	k.delete()
	check("after the call", l.r.Figures())
}

// TestRefusedPacketsShowAtOnce: what goes wrong is in the next survey, whichever
// call's turn it is.
func TestRefusedPacketsShowAtOnce(t *testing.T) {
	l := newLab(t, nil)
	k := plainCall(l, "4000")
	k.says("a", 0, 1)
	for n := range uint64(2 * closely) {
		k.send(addrPort("203.0.113.9:9"), k.facing("a"), rtpOf(0, 7))
		l.pass(time.Second)
		if got := l.r.Figures().Total().Drops[media.DropSource]; got != n+1 {
			t.Fatalf("%d packets of strangers counted, want %d", got, n+1)
		}
	}
}

// TestLastPacketsCount: what comes between the clock's last look and the end of
// a call isn't lost.
func TestLastPacketsCount(t *testing.T) {
	l := newLab(t, nil)
	k := plainCall(l, "4000")
	l.pass(time.Second)
	k.says("a", 0, 4)
	k.delete()
	if sum := l.r.Figures().Total(); sum.User.Packets != 4 {
		t.Errorf("%d packets counted, want 4", sum.User.Packets)
	}
}

func TestLossAndDuplicatesAreSummed(t *testing.T) {
	l := newLab(t, nil)
	k := plainCall(l, "4000")
	at := k.facing("a")
	for _, seq := range []uint16{1, 2, 5, 5} {
		k.send(addrPort("198.51.100.1:4000"), at, rtpOf(0, seq))
	}
	for range 2 * closely {
		l.pass(time.Second)
	}
	if sum := l.r.Figures().Total(); sum.Lost != 2 || sum.Duplicates != 1 {
		t.Errorf("%d lost, %d duplicates; want 2 and 1", sum.Lost, sum.Duplicates)
	}
}

func TestRates(t *testing.T) {
	l := newLab(t, nil)
	k := plainCall(l, "4000")
	l.pass(time.Second)
	k.says("a", 0, 20)
	l.pass(2 * time.Second)
	if r := l.r.Figures().Rates; r.User.Packets != 10 || r.User.Octets != 1720 || r.Kernel.Packets != 0 {
		t.Errorf("rates %+v", r)
	}
	l.pass(time.Second)
	if r := l.r.Figures().Rates; r.User.Packets != 0 {
		t.Errorf("rate of silence: %+v", r)
	}
}

// TestEndedOneWay: as the reference counts them, which was asked: a call is
// one-way when RTP came from one party only, in whichever section, and RTCP
// doesn't matter.
func TestEndedOneWay(t *testing.T) {
	for name, c := range map[string]struct {
		sections, a, b  []int // packets per section
		rtcp            bool
		zeroWay, oneWay uint64
	}{
		"both ways":                  {a: []int{1}, b: []int{1}},
		"nothing":                    {zeroWay: 1},
		"one way":                    {a: []int{3}, oneWay: 1},
		"one way in both sections":   {a: []int{3, 3}, oneWay: 1},
		"one way in the second":      {a: []int{3, 3}, b: []int{3}},
		"nothing in the second":      {a: []int{3}, b: []int{3}},
		"one way, RTCP in the other": {a: []int{3}, rtcp: true, oneWay: 1},
		"only RTCP":                  {rtcp: true, zeroWay: 1},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, nil)
			k := plainCall(l, "4000", "5000")
			for i, n := range c.a {
				k.says("a", i, n)
			}
			for i, n := range c.b {
				k.says("b", i, n)
			}
			if c.rtcp {
				k.send(addrPort("198.51.100.2:4001"), next(k.facing("b")), rtcpReport(false))
			}
			k.delete()
			if f := l.r.Figures(); f.ZeroWay != c.zeroWay || f.OneWayEnded != c.oneWay {
				t.Errorf("%d calls without RTP, %d one-way", f.ZeroWay, f.OneWayEnded)
			}
		})
	}
}

func TestLiveOneWay(t *testing.T) {
	l := newLab(t, nil)
	k := plainCall(l, "4000")
	look := func() int { l.pass(4 * time.Second); return l.r.Figures().OneWay }
	k.says("a", 0, 1)
	if n := look(); n != 0 {
		t.Errorf("%d medias go one way although the call has just begun", n)
	}
	for range 3 {
		k.says("a", 0, 1)
		look()
	}
	k.says("a", 0, 1)
	if n := look(); n != 1 {
		t.Errorf("%d medias go one way, want 1", n)
	}
	k.says("b", 0, 1)
	if n := look(); n != 0 {
		t.Errorf("%d medias go one way although both talk", n)
	}
	k.do("block media", kv("call-id", k.id), kv("from-tag", "b"))
	for range 4 {
		k.says("a", 0, 1)
		look()
	}
	if n := look(); n != 0 {
		t.Errorf("%d medias go one way although one side is blocked", n)
	}
}

func TestRefusalsByReason(t *testing.T) {
	l := newLab(t, func(c *Config) { c.MaxSessions = 1 })
	plainCall(l, "4000")
	offer := func(id string) {
		l.do("offer", kv("call-id", id), kv("from-tag", "a"), kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 0")))
	}
	offer("x")
	l.r.Drain()
	offer("y")
	offer("z")
	got := map[string]uint64{}
	for _, c := range l.r.Figures().Refused {
		got[c.Name] = c.Count
	}
	if got["sessions"] != 1 || got["draining"] != 2 {
		t.Errorf("refused %v", got)
	}
}
