package call

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

const (
	benchOffer = "v=0\r\no=user1 7667527632 923390 IN IP4 198.51.100.14\r\ns=-\r\nc=IN IP4 198.51.100.14\r\nt=0 0\r\n" +
		"m=audio 15224 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n" +
		"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
	benchAnswer = "v=0\r\no=user2 7402991411 77413 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\n" +
		"m=audio 16392 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)

// testRegistry is a registry on an engine without sockets, with the interfaces
// public (192.0.2.1, 2001:db8::1) and private (10.0.0.1).
func testRegistry(tb testing.TB, change func(*Config)) *Registry {
	tb.Helper()
	set, err := interfaces.Parse([]string{"public/192.0.2.1", "private/10.0.0.1", "public/2001:db8::1"},
		interfaces.PoolConfig{Min: 20000, Max: 40000})
	if err != nil {
		tb.Fatal(err)
	}
	cfg := Config{Interfaces: set, Engine: memory.New(), TOS: -1, Limits: Limits{Timeout: time.Minute}}
	if change != nil {
		change(&cfg)
	}
	r := New(cfg)
	tb.Cleanup(r.Close)
	return r
}

// BenchmarkCall sets a call up and ends it: offer, answer and delete as
// Kamailio sends them, from datagram to datagram, with as many calls
// remembered as a busy daemon has.
func BenchmarkCall(b *testing.B) {
	r := testRegistry(b, func(c *Config) { c.KeepEnded = time.Minute })
	server := ng.NewServer(r, nil)
	peer := netip.MustParseAddrPort("192.0.2.9:5000")
	var message []byte
	failed := func(reply []byte) bool { return !bytes.Contains(reply, []byte("6:result2:ok")) }
	do := func(n int, name string, d ng.Dict) {
		message = fmt.Appendf(message[:0], "%d_%s ", n, name)
		message = ng.Bencode.Append(message, d)
		server.Serve(context.Background(), peer, message, func(reply []byte) {
			if failed(reply) {
				b.Fatalf("%s", reply)
			}
		})
	}
	flags := ng.List{"trust-address"}
	replace := ng.List{"origin", "session-connection"}
	direction := ng.List{"public", "private"}
	n := 0
	transaction := func() {
		n++
		id := "bench-" + strconv.Itoa(n)
		do(n, "offer", ng.Dict{{Key: "sdp", Value: benchOffer}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "flags", Value: flags},
			{Key: "replace", Value: replace}, {Key: "direction", Value: direction}, {Key: "command", Value: "offer"}})
		do(n, "answer", ng.Dict{{Key: "sdp", Value: benchAnswer}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "to-tag", Value: "b"},
			{Key: "flags", Value: flags}, {Key: "replace", Value: replace}, {Key: "command", Value: "answer"}})
		do(n, "delete", ng.Dict{{Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}, {Key: "command", Value: "delete"}})
	}
	for range maxEnded {
		transaction()
	}
	b.ReportAllocs()
	for b.Loop() {
		transaction()
	}
}

// BenchmarkTick is what the clock does each second with 10,000 calls that talk.
func BenchmarkTick(b *testing.B) {
	l := newLabOn(b, []string{"public/192.0.2.1", "private/10.0.0.1", "third/192.0.2.3", "fourth/192.0.2.4", "fifth/192.0.2.5"}, nil)
	for range 10000 {
		k := l.call()
		words := ng.List{fmt.Sprint([...]string{"public", "third", "fourth", "fifth"}[l.ids.Load()%4])}
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), kv("direction", append(words, words[0])))
		k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0"))
		l.engine.Inject(k.facing("a"), addrPort("198.51.100.1:4000"), rtpOf(0, 1))
		l.engine.Inject(k.facing("b"), addrPort("198.51.100.2:4000"), rtpOf(0, 1))
	}
	b.ReportAllocs()
	for b.Loop() {
		l.r.tick()
	}
}
