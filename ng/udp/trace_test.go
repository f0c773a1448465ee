package udp

import (
	"bytes"
	"context"
	"net/netip"
	"testing"
	"time"

	"rtpgo/ng"
)

// TestTrace: requests and replies are shown with the address that they came to,
// also where one socket has them all; a ping and a repetition are not.
func TestTrace(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		traced := make(chan ng.Traced, 8)
		server := ng.NewServer(ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict { return ng.Dict{{Key: "result", Value: "ok"}} }), nil)
		server.Trace = func(m ng.Traced) {
			m.Message = bytes.Clone(m.Message)
			traced <- m
		}
		l, err := Listen(Config{Addresses: []netip.AddrPort{netip.MustParseAddrPort(listen)}}, server)
		if err != nil {
			t.Fatal(err)
		}
		to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), l.Addresses()[0].Port())
		c := dial(t, to)
		ask(t, c, "c0 d7:command4:pinge")
		const request, reply = "c1 d7:call-id3:abc7:command5:querye", "c1 d6:result2:oke"
		ask(t, c, request)
		ask(t, c, request)
		peer := c.LocalAddr().(interface{ AddrPort() netip.AddrPort }).AddrPort()
		for _, want := range []ng.Traced{
			{Peer: peer, Local: to, CallID: "abc", Message: []byte(request)},
			{Peer: peer, Local: to, CallID: "abc", Message: []byte(reply), Reply: true},
		} {
			got := <-traced
			if got.Peer != want.Peer || got.Local != want.Local || got.CallID != want.CallID || got.Reply != want.Reply || got.TCP || string(got.Message) != string(want.Message) {
				t.Errorf("listening on %s: %+v %q, want %+v %q", listen, got, got.Message, want, want.Message)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if err := l.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		if len(traced) != 0 {
			t.Errorf("%d more are traced", len(traced))
		}
	}
}
