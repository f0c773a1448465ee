package call

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"rtpgo/ng"
)

// handle decodes and answers one request, as a datagram would.
func handle(tb testing.TB, r *Registry, d ng.Dict) ng.Dict {
	tb.Helper()
	req, _, err := ng.Decode(ng.Bencode.Append(nil, d))
	if err != nil {
		tb.Fatal(err)
	}
	return r.HandleNG(context.Background(), req)
}

// BenchmarkLiveCall reports the heap that a live call of two parties holds.
func BenchmarkLiveCall(b *testing.B) {
	r := testRegistry(b, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := min(b.N, 4000)
	for i := range n {
		id := fmt.Sprint("live-", i)
		handle(b, r, ng.Dict{{Key: "sdp", Value: benchOffer}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "command", Value: "offer"}})
		handle(b, r, ng.Dict{{Key: "sdp", Value: benchAnswer}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "to-tag", Value: "b"}, {Key: "command", Value: "answer"}})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/call")
}
