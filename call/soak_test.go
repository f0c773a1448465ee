package call

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"rtpgo/ng"
)

// soakCalls is how many calls TestSoak sets up and ends.
const soakCalls = 20000

// TestSoak: thousands of calls, re-offered, held, forked and ended in several
// ways, leave no port, no goroutine and no memory behind.
func TestSoak(t *testing.T) {
	n := soakCalls
	if testing.Short() {
		n = 1000
	}
	l := newLab(t, func(cfg *Config) { cfg.OfferTimeout = time.Minute })
	round := func(from, to int) {
		for i := from; i < to; i++ {
			l.oneCall(i)
			l.engine.Sent()
			if i%200 == 0 {
				l.pass(2 * time.Minute)
			}
		}
		l.pass(2 * time.Minute)
	}
	round(0, n/20) // what stays for good is made now
	before, goroutines := heapInUse(), runtime.NumGoroutine()
	round(n/20, n)
	if c := l.r.Count(); c != 0 {
		t.Errorf("%d calls left", c)
	}
	l.empty()
	if g := runtime.NumGoroutine(); g > goroutines {
		t.Errorf("%d goroutines, before it were %d", g, goroutines)
	}
	// A call holds some 8 KB: a leak of a hundredth of that would show.
	if after := heapInUse(); after > before+uint64(n)*80 {
		t.Errorf("%d KiB of heap, before it were %d", after>>10, before>>10)
	}
}

func heapInUse() uint64 {
	var m runtime.MemStats
	for range 2 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// oneCall plays a call, in one of several ways by its number.
func (l *lab) oneCall(i int) {
	a := description("198.51.100.1", "m=audio 4000 RTP/AVP 0 8", "m=video 4002 RTP/AVP 96")
	b := description("198.51.100.2", "m=audio 5000 RTP/AVP 0 8", "m=video 5002 RTP/AVP 96")
	k := l.call()
	keys := []ng.Pair{kv("direction", strs("public", "private"))}
	switch i % 5 {
	case 1:
		keys = append(keys, kv("transport-protocol", "RTP/SAVPF"))
	case 2:
		keys = append(keys, kv("via-branch", "1"))
		k.offer(a, kv("via-branch", "2"))
	case 3:
		keys = append(keys, kv("ICE", "force"))
	}
	k.offer(a, keys...)
	if i%5 == 4 {
		return // never answered: the time-out ends it
	}
	k.answer(b)
	if i%2 == 0 {
		k.reoffer(description("198.51.100.1", "m=audio 4400 RTP/AVP 0", "m=video 0 RTP/AVP 96"))
		k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0", "m=video 0 RTP/AVP 96"))
		l.send(endB, k.facing("b"), rtpOf(0, 1))
	}
	k.delete()
}

// TestParallel: commands of many calls, and of the same call, at once. It is
// for the race detector.
func TestParallel(t *testing.T) {
	l := newLab(t, func(cfg *Config) { cfg.Timeout, cfg.MaxSessions, cfg.DeleteDelay = time.Minute, 60, time.Second })
	commands := []string{"offer", "answer", "query", "delete", "list", "statistics", "block media", "unblock media", "silence media", "offer", "answer", StatusCommand}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range 300 {
				id := fmt.Sprint("p-", random.IntN(20))
				d := ng.Dict{
					kv("command", commands[random.IntN(len(commands))]), kv("call-id", id), kv("from-tag", "a"), kv("to-tag", "b"),
					kv("sdp", description("198.51.100.1", fmt.Sprintf("m=audio %d RTP/AVP 0 8", 4000+2*random.IntN(3)))),
					kv("delete-delay", random.IntN(2)),
				}
				req, _, err := ng.Decode(ng.Bencode.Append(nil, d))
				if err != nil {
					t.Error(err)
					return
				}
				if reply := l.r.HandleNG(context.Background(), req); reply.Text("error-reason") == "Internal error" {
					t.Errorf("%v", d)
				}
				switch i % 10 {
				case 0:
					l.pass(time.Second)
				case 5:
					for _, p := range l.engine.Ports() {
						l.engine.Inject(p, endA, rtpOf(0, uint16(i)))
						break
					}
				}
			}
		})
	}
	wg.Wait()
	if n := l.logs.FilterMessage("command failed").Len(); n != 0 {
		t.Errorf("%d commands failed: %v", n, l.logs.FilterMessage("command failed").All()[0].ContextMap())
	}
}
