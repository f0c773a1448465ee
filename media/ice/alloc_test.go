package ice

import (
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/pion/stun/v3"
)

// dropped are packets that the packet path throws away, by name.
func dropped(a *Agent) map[string][]byte {
	alien := request{username: "zzzz:h6vY", pwd: "x"}
	return map[string][]byte{
		"other user":    alien.encode(stun.NewTransactionID()),
		"no user":       stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw,
		"stray answer":  encodeSuccess(stun.NewTransactionID(), ap(aAddr), "peerpassword0123456789"),
		"indication":    encodeIndication(),
		"other method":  stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest)).Raw,
		"not STUN":      make([]byte, 100),
		"short":         {0},
		"user too long": append([]byte{0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 12: 0, 19: 0}, 0, 6, 0xff, 0xff, 1, 2, 3, 4),
	}
}

func TestDropsDontAllocate(t *testing.T) {
	x := NewExecutor()
	defer x.Close()
	a := fuzzAgent(x, &mute{})
	defer a.Close()
	in, src := a.Input(0), ap(mallory)
	for name, pkt := range dropped(a) {
		if n := testing.AllocsPerRun(100, func() { in(pkt, src) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if c := x.Counters(); c.Requests+c.Forged != 0 {
		t.Errorf("%+v", c)
	}
	// More than the agent's share of the queue.
	good := request{username: "evtj:h6vY", pwd: "guess"}
	pkt := good.encode(stun.NewTransactionID())
	a.inbox.queued.Store(quota)
	if n := testing.AllocsPerRun(100, func() { in(pkt, src) }); n != 0 {
		t.Errorf("overflow: %v allocations", n)
	}
	a.inbox.queued.Store(0)
}

func TestPassageDropsDontAllocate(t *testing.T) {
	x := NewExecutor()
	defer x.Close()
	p := x.NewPassage(func(netip.AddrPort) {})
	p.Update(Hop{From: Credentials{"h6vY", "x"}, To: Credentials{"evtj", "y"}})
	defer p.Close()
	a := fuzzAgent(x, &mute{})
	defer a.Close()
	packets := dropped(a)
	delete(packets, "stray answer") // queued: only its password tells
	packets["DTLS of a stranger"] = append([]byte{22, 254, 253}, make([]byte, 100)...)
	src := ap(mallory)
	for name, pkt := range packets {
		if n := testing.AllocsPerRun(100, func() { p.Input(pkt, src) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkDrop(b *testing.B) {
	x := NewExecutor()
	defer x.Close()
	a := fuzzAgent(x, &mute{})
	defer a.Close()
	in, src := a.Input(0), ap(mallory)
	for name, pkt := range dropped(a) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				in(pkt, src)
			}
		})
	}
}

// BenchmarkRequest is the work of the executor on a check of a peer.
func BenchmarkRequest(b *testing.B) {
	x := NewExecutor()
	defer x.Close()
	a := fuzzAgent(x, &mute{})
	defer a.Close()
	var m message
	good := request{username: "evtj:h6vY", pwd: "VOkJxbRl1RmTxUk/WvJxBt", priority: 1, role: roleControlling, tieBreaker: 1}
	pkt := good.encode(stun.NewTransactionID())
	b.ReportAllocs()
	for b.Loop() {
		a.receive(0, ap(bAddr), pkt, &m)
	}
}

// BenchmarkConsent is the work of the executor on a consent check and its
// answer.
func BenchmarkConsent(b *testing.B) {
	x := NewExecutor()
	defer x.Close()
	out := &recorder{}
	a := x.NewAgent(Config{
		Locals:      []Local{{Component: RTP, Port: out, Address: ap(aAddr), Priority: 126<<24 | 65535<<8 | 255}},
		Credentials: Credentials{"evtj", "VOkJxbRl1RmTxUk/WvJxBt"}, Components: 1,
	})
	defer a.Close()
	const pwd = "peerpassword0123456789"
	a.mu.Lock()
	a.meet(a.current, &Remote{
		Credentials: Credentials{"h6vY", pwd}, Candidates: []Candidate{{Component: RTP, Address: ap(bAddr), Priority: 1}},
	}, time.Now())
	a.mu.Unlock()
	var m message
	b.ReportAllocs()
	for b.Loop() {
		a.mu.Lock()
		a.probe(a.current, a.current.pairs[0], time.Now())
		a.mu.Unlock()
		answer := encodeSuccess(transactionID(out.last[8:headerLength]), ap(aAddr), pwd)
		a.receive(0, ap(bAddr), answer, &m)
	}
}

// recorder keeps the last packet.
type recorder struct{ last []byte }

func (r *recorder) Send(pkt []byte, _ netip.AddrPort) error { r.last = pkt; return nil }

// BenchmarkAgent reports the memory of an agent that has its pairs.
func BenchmarkAgent(b *testing.B) {
	x := NewExecutor()
	defer x.Close()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	agents := make([]*Agent, min(b.N, 10000))
	for i := range agents {
		agents[i] = fuzzAgent(x, &mute{})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(agents)), "B/agent")
	for _, a := range agents {
		a.Close()
	}
}
