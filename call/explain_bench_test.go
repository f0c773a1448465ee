package call

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"rtpgo/ng"
)

// BenchmarkEventLog reports what the event log of a call takes that is up and
// has media, and what is kept of it when it has ended.
func BenchmarkEventLog(b *testing.B) {
	l := newLab(b, func(c *Config) { c.KeepEnded = time.Hour })
	n := min(b.N, 2000)
	calls := make([]*talk, n)
	for i := range calls {
		k := l.call()
		calls[i] = k
		handle(b, l.r, ng.Dict{{Key: "sdp", Value: benchOffer}, {Key: "call-id", Value: k.id}, {Key: "from-tag", Value: "a"}, {Key: "command", Value: "offer"}})
		handle(b, l.r, ng.Dict{{Key: "sdp", Value: benchAnswer}, {Key: "call-id", Value: k.id}, {Key: "from-tag", Value: "a"}, {Key: "to-tag", Value: "b"}, {Key: "command", Value: "answer"}})
		for _, tag := range []string{"a", "b"} {
			var src = k.facing(tag)
			k.model(func(c *Call) { src = c.party(tag).medias[0].streams[rtp].endpoint })
			for s := range 3 {
				l.send(src, k.facing(tag), rtpOf(0, uint16(s)))
			}
		}
	}
	l.r.tick()
	live := 0
	for _, k := range calls {
		k.model(func(c *Call) { live += c.log.size() })
	}
	b.ReportMetric(float64(live)/float64(n), "B/live-call")
	for _, k := range calls {
		k.delete()
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l.r.ended.expire(l.r.now().Add(2*time.Hour), time.Hour)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(before.HeapAlloc-after.HeapAlloc)/float64(n), "B/ended-call")
}

// BenchmarkObserve measures what the clock spends on the event log of a call,
// once a second.
func BenchmarkObserve(b *testing.B) {
	l := newLab(b, nil)
	k := l.established()
	for _, tag := range []string{"a", "b"} {
		l.send(addrPort(map[string]string{"a": "198.51.100.1:4000", "b": "198.51.100.2:5000"}[tag]), k.facing(tag), rtpOf(0, 1))
	}
	k.model(func(c *Call) {
		now := l.r.now()
		c.observe(now)
		b.ReportAllocs()
		b.ResetTimer()
		for range b.N {
			c.observe(now)
		}
	})
}

// BenchmarkExplain measures an answer to the NG command.
func BenchmarkExplain(b *testing.B) {
	l := newLab(b, nil)
	k := l.established()
	b.ReportAllocs()
	for range b.N {
		if d := k.do(ExplainCommand, kv("call-id", k.id)); d.Text("result") != "ok" {
			b.Fatal(fmt.Sprint(d))
		}
	}
}
