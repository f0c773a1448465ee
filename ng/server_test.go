package ng

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestServe(t *testing.T) {
	s := NewServer(HandlerFunc(func(_ context.Context, r *Request) Dict {
		switch r.Command.Value {
		case "panic":
			panic("on request")
		case "unencodable":
			return Dict{{"x", struct{ A int }{1}}}
		case "ping":
			return Dict{{"result", "pong"}}
		}
		return Error("Unrecognized command")
	}), nil)
	for _, c := range []struct{ message, want string }{
		{"1 d7:command4:pinge", "1 d6:result4:ponge"},
		{`2 {"command":"ping"}`, `2 {"result":"pong"}`},
		{"3 d7:command4:pingegarbage", "3 d6:result4:ponge"},
		{"4 de", `4 d6:result5:error12:error-reason36:Dictionary contains no key "command"e`},
		{"5 {}", `5 {"result":"error","error-reason":"Dictionary contains no key \"command\""}`},
		{`6 {"command":null}`, `6 {"result":"error","error-reason":"Dictionary contains no key \"command\""}`},
		{"7 d7:commandi5ee", `7 d6:result5:error12:error-reason36:Dictionary contains no key "command"e`},
		{"8 d7:command5:OFFERe", "8 d6:result5:error12:error-reason20:Unrecognized commande"},
		{"9 d7:command5:panice", "9 d6:result5:error12:error-reason14:Internal errore"},
		{"9 d7:command4:pinge", "9 d6:result5:error12:error-reason14:Internal errore"}, // not stuck
		{"10 d7:command11:unencodablee", "10 d1:x3:{1}e"},
		{"11 4:ping", "11 "},
		{`12 {"command":`, "12 "},
		{"13 l4:pinge", "13 "},
		{"14 i5e", "14 "},
		{`15 ["ping"]`, "15 "},
		{"16 d07:command4:pinge", "16 "},
		{"17 ", "17 "},
		{"18", "nothing"},
		{"", "nothing"},
		{" ", "nothing"},
		{" d7:command4:pinge", "nothing"},
		{"d7:command4:pinge", "nothing"},
		{"c\x00\xff d7:command4:pinge", "c\x00\xff d6:result4:ponge"},
		{strings.Repeat("c", 5000) + " d7:command4:pinge", strings.Repeat("c", 5000) + " d6:result4:ponge"},
	} {
		got := "nothing"
		s.Serve(context.Background(), netip.MustParseAddrPort("192.0.2.1:1"), []byte(c.message), func(b []byte) { got = string(b) })
		if got != c.want {
			t.Errorf("%.60q: got %q, want %q", c.message, got, c.want)
		}
	}
	if got := string(s.Do(context.Background(), netip.AddrPort{}, []byte(`{"command":"ping"}`))); got != `{"result":"pong"}` {
		t.Errorf("without cookie: %q", got)
	}
}

func TestStats(t *testing.T) {
	s := NewServer(HandlerFunc(func(_ context.Context, r *Request) Dict {
		if r.Command.Value == "query" {
			return Error("Unknown call-id")
		}
		return Dict{{"result", "ok"}}
	}), nil)
	send := func(peer, message string) {
		s.Serve(context.Background(), netip.MustParseAddrPort(peer), []byte(message), func([]byte) {})
	}
	send("192.0.2.2:1", "1 d7:command5:offere")
	send("192.0.2.2:1", "1 d7:command5:offere") // repeated: not counted again
	send("192.0.2.2:2", "2 d7:command5:offere")
	send("192.0.2.2:2", "3 d7:command5:querye")
	send("192.0.2.1:1", "1 d7:command4:pinge")
	send("192.0.2.1:1", "2 d7:command3:xyze")
	send("192.0.2.1:1", "3 noise")
	send("192.0.2.1:1", "noise")

	st := s.Stats()
	if len(st.Peers) != 2 || st.Peers[0].Peer.String() != "192.0.2.1" || st.NoCookie != 1 || st.Malformed != 1 || st.Repeated != 1 {
		t.Fatalf("%+v", st)
	}
	p := st.Peers[1]
	if p.Commands["offer"].Count != 2 || p.Commands["query"].Errors != 1 || p.Errors != 1 {
		t.Errorf("%+v", p)
	}
	control := st.Control()
	if n := control.Int("totaloffercount"); n != 2 {
		t.Errorf("totaloffercount %d", n)
	}
	proxy := control.List("proxies")[1].(Dict)
	if proxy.Text("proxy") != "192.0.2.2" || proxy.Int("querycount") != 1 || proxy.Int("errorcount") != 1 || !strings.HasPrefix(proxy.Text("offerduration"), "0.0") {
		t.Errorf("%v", proxy)
	}
}

// The table of clients can't be filled by whoever sends from many addresses.
func TestStatsAreBounded(t *testing.T) {
	s := NewServer(HandlerFunc(func(context.Context, *Request) Dict { return Dict{{"result", "ok"}} }), nil)
	a := netip.MustParseAddr("10.0.0.1")
	for range 3 * maxPeers {
		s.Serve(context.Background(), netip.AddrPortFrom(a, 1), []byte("1 d7:command4:pinge"), func([]byte) {})
		a = a.Next()
	}
	st := s.Stats()
	if len(st.Peers) != maxPeers+1 || st.Peers[0].Peer.IsValid() || st.Peers[0].Commands["ping"].Count != 2*maxPeers {
		t.Errorf("%d peers, first %+v", len(st.Peers), st.Peers[0])
	}
}

func TestUnknownFlagsAreNamedOnce(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	s := NewServer(HandlerFunc(func(context.Context, *Request) Dict { return Dict{{"result", "ok"}} }), zap.New(core))
	for _, message := range []string{
		"1 d7:command5:offer5:flagsl12:trust-adressee",
		"2 d7:command5:offer5:flagsl12:trust-adressee",
	} {
		s.Serve(context.Background(), netip.MustParseAddrPort("192.0.2.1:1"), []byte(message), func([]byte) {})
	}
	warned := logs.FilterLevelExact(zapcore.WarnLevel).All()
	if len(warned) != 1 || !strings.Contains(warned[0].ContextMap()["flags"].([]any)[0].(string), `"trust-adress" (is "trust-address" meant?)`) {
		t.Errorf("warnings: %v", warned)
	}
	if n := logs.FilterMessage("NG request").Len(); n != 2 {
		t.Errorf("%d lines about requests, want one each", n)
	}
}
