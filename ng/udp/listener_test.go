package udp

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

// start serves h on the given addresses until the test ends.
func start(t *testing.T, h ng.Handler, addresses ...string) *Listener {
	t.Helper()
	var list []netip.AddrPort
	for _, a := range addresses {
		list = append(list, netip.MustParseAddrPort(a))
	}
	l, err := Listen(Config{Addresses: list}, ng.NewServer(h, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := l.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
	})
	return l
}

func dial(t *testing.T, to netip.AddrPort) *net.UDPConn {
	t.Helper()
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func ask(t *testing.T, c *net.UDPConn, message string) string {
	t.Helper()
	if _, err := c.Write([]byte(message)); err != nil {
		t.Fatal(err)
	}
	return receive(t, c)
}

func receive(t *testing.T, c *net.UDPConn) string {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	b := make([]byte, 1<<16)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

var pong = ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict { return ng.Dict{{Key: "result", Value: "pong"}} })

func TestReplyComesFromTheAddressAsked(t *testing.T) {
	l := start(t, pong, "0.0.0.0:0")
	port := l.Addresses()[0].Port()
	for _, a := range []string{"127.0.0.1", "127.0.0.5", "127.1.2.3"} {
		// A connected socket takes datagrams from this very address only.
		c := dial(t, netip.AddrPortFrom(netip.MustParseAddr(a), port))
		if got := ask(t, c, "x"+a+" d7:command4:pinge"); got != "x"+a+" d6:result4:ponge" {
			t.Errorf("%s: got %q", a, got)
		}
	}
}

func TestIPv6Wildcard(t *testing.T) {
	if c, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Skip("no IPv6:", err)
	} else {
		c.Close()
	}
	l := start(t, pong, "[::]:0")
	c := dial(t, netip.AddrPortFrom(netip.IPv6Loopback(), l.Addresses()[0].Port()))
	if got := ask(t, c, "1 {\"command\":\"ping\"}"); got != `1 {"result":"pong"}` {
		t.Errorf("got %q", got)
	}
}

func TestRetransmissionOnTheWire(t *testing.T) {
	var runs atomic.Int32
	l := start(t, ng.HandlerFunc(func(_ context.Context, r *ng.Request) ng.Dict {
		return ng.Dict{{Key: "result", Value: "ok"}, {Key: "run", Value: int64(runs.Add(1))}}
	}), "127.0.0.1:0")
	c := dial(t, l.Addresses()[0])
	first := ask(t, c, "c1 d7:command5:offere")
	if again := ask(t, c, "c1 d7:command4:pinge"); again != first {
		t.Errorf("the same cookie got %q, then %q", first, again)
	}
	if other := ask(t, c, "c2 d7:command5:offere"); other == first {
		t.Error("another cookie got the same reply")
	}
	if runs.Load() != 2 {
		t.Errorf("handled %d times, want 2", runs.Load())
	}
}

// A request that never ends must neither delay other requests nor lose the
// repetitions of its own.
func TestSlowRequestsDelayNobody(t *testing.T) {
	release := make(chan struct{})
	l := start(t, ng.HandlerFunc(func(_ context.Context, r *ng.Request) ng.Dict {
		if r.Command.Value == "offer" {
			<-release
		}
		return ng.Dict{{Key: "result", Value: r.Command.Value}}
	}), "127.0.0.1:0")
	slow, quick := dial(t, l.Addresses()[0]), dial(t, l.Addresses()[0])
	const stuck = 100
	for i := range stuck {
		slow.Write([]byte(strings.Repeat("s", i+1) + " d7:command5:offere"))
	}
	slow.Write([]byte("s d7:command5:offere"))
	if got := ask(t, quick, "q d7:command6:deletee"); got != "q d6:result6:deletee" {
		t.Errorf("got %q", got)
	}
	close(release)
	seen := map[string]int{}
	for range stuck + 1 {
		seen[receive(t, slow)]++
	}
	for deadline := time.Now().Add(5 * time.Second); l.sockets[0].total.Load() > l.sockets[0].waiters; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d readers left, want %d", l.sockets[0].total.Load(), l.sockets[0].waiters)
		}
	}
	if seen["s d6:result5:offere"] != 2 || len(seen) != stuck {
		t.Errorf("%d different replies, the repeated one %d times", len(seen), seen["s d6:result5:offere"])
	}
}

func TestLargeDatagrams(t *testing.T) {
	l := start(t, ng.HandlerFunc(func(_ context.Context, r *ng.Request) ng.Dict {
		return ng.Dict{{Key: "sdp", Value: r.SDP.Value + strings.Repeat("x", r.Limit)}}
	}), "127.0.0.1:0")
	c := dial(t, l.Addresses()[0])
	body := strings.Repeat("y", 65000)
	message := func(cookie string, limit int) string {
		return cookie + " " + string(ng.Bencode.Append(nil, ng.Dict{{Key: "command", Value: "x"}, {Key: "sdp", Value: body}, {Key: "limit", Value: limit}}))
	}
	if got := ask(t, c, message("a", 0)); len(got) < len(body) {
		t.Errorf("reply of %d bytes", len(got))
	}
	if got := ask(t, c, message("b", 1000)); !strings.HasPrefix(got, "b d6:result5:error") || !strings.Contains(got, "too large") {
		t.Errorf("got %.100q", got)
	}
}

func TestHostileDatagrams(t *testing.T) {
	l := start(t, pong, "127.0.0.1:0")
	c := dial(t, l.Addresses()[0])
	for _, m := range []string{"", " ", "nocookie", " d7:command4:pinge", "\x00\xff\xfe"} {
		c.Write([]byte(m))
	}
	if got := ask(t, c, "1 "+strings.Repeat("\xff", 60000)); got != "1 " {
		t.Errorf("noise: %.40q", got)
	}
	if got := ask(t, c, "2 d07:command4:pinge"); got != "2 " {
		t.Errorf("leading zero: %q", got)
	}
	if got := ask(t, c, "3 de"); !strings.Contains(got, "Dictionary contains no key") {
		t.Errorf("no command: %q", got)
	}
}

func TestParseListen(t *testing.T) {
	for in, want := range map[string]string{
		"2223":              "[0.0.0.0:2223 [::]:2223]",
		"127.0.0.1:2223":    "[127.0.0.1:2223]",
		"[::1]:2223":        "[[::1]:2223]",
		"[2001:db8::1]:1":   "[[2001:db8::1]:1]",
		"::1:2223":          "",
		"[127.0.0.1]:2223":  "",
		"localhost:2223":    "",
		":2223":             "",
		"127.0.0.1":         "",
		"127.0.0.1:":        "",
		"127.0.0.1:70000":   "",
		"":                  "",
		"[fe80::1%lo]:2223": "[[fe80::1%lo]:2223]",
	} {
		list, err := ParseListen(in)
		if want == "" {
			if err == nil {
				t.Errorf("%q: got %v, want an error", in, list)
			}
			continue
		}
		var got []string
		for _, a := range list {
			got = append(got, a.String())
		}
		if s := "[" + strings.Join(got, " ") + "]"; err != nil || s != want {
			t.Errorf("%q: got %s, %v, want %s", in, s, err, want)
		}
	}
}

func TestSetTOS(t *testing.T) {
	l, err := Listen(Config{Addresses: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("[::1]:0")}}, ng.NewServer(nil, nil))
	if err != nil {
		t.Skipf("no IPv6 loopback: %v", err)
	}
	defer l.Shutdown(context.Background())
	if err := l.SetTOS(184); err != nil {
		t.Fatal(err)
	}
	for _, s := range l.sockets {
		level, option := unix.IPPROTO_IP, unix.IP_TOS
		if s.local.Addr().Is6() {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		if got, err := unix.GetsockoptInt(s.fd, level, option); got != 184 || err != nil {
			t.Errorf("%s: TOS %d, %v", s.local, got, err)
		}
	}
}
