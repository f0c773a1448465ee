package ng_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rtpgo/ng"
	"rtpgo/ng/udp"
)

func TestClient(t *testing.T) {
	l, err := udp.Listen(udp.Config{Addresses: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}},
		ng.NewServer(ng.HandlerFunc(func(_ context.Context, r *ng.Request) ng.Dict {
			if r.Command.Value != "ping" {
				return ng.Error("Unrecognized command")
			}
			return ng.Dict{{Key: "result", Value: "pong"}}
		}), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Shutdown(context.Background())
	c, err := ng.Dial(l.Addresses()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d, err := c.Do(context.Background(), ng.Dict{{Key: "command", Value: "ping"}})
	if err != nil || d.Text("result") != "pong" || d.Err() != nil {
		t.Errorf("%v, %v", d, err)
	}
	d, err = c.Do(context.Background(), ng.Dict{{Key: "command", Value: "pong"}})
	if err != nil || d.Err() == nil || d.Err().Error() != "Unrecognized command" {
		t.Errorf("%v, %v", d, err)
	}
}

func TestClientWithoutServer(t *testing.T) {
	p, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := p.LocalAddr().String()
	ping := ng.Dict{{Key: "command", Value: "ping"}}
	c, err := ng.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Do(ctx, ping); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("silent server: %v", err)
	}
	p.Close()
	if _, err := c.Do(context.Background(), ping); !errors.Is(err, ng.ErrRefused) {
		t.Errorf("no server: %v", err)
	}
}

// A lost reply is asked for again with the same bytes; replies to other
// cookies are passed over.
func TestClientRepeats(t *testing.T) {
	p, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var first atomic.Value
	go func() {
		b := make([]byte, 1500)
		for i := 0; ; i++ {
			n, from, err := p.ReadFrom(b)
			if err != nil {
				return
			}
			if i == 0 {
				first.Store(string(b[:n]))
				continue
			}
			p.WriteTo([]byte("other d6:result5:wronge"), from)
			result := "d6:result4:samee"
			if first.Load() != string(b[:n]) {
				result = "d6:result9:differente"
			}
			cookie := b[:n-len("d7:command4:pinge")]
			p.WriteTo(append(append([]byte{}, cookie...), result...), from)
		}
	}()
	c, err := ng.Dial(p.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d, err := c.Do(context.Background(), ng.Dict{{Key: "command", Value: "ping"}})
	if err != nil || d.Text("result") != "same" {
		t.Errorf("%v, %v", d, err)
	}
}

// TestDecodeLong refuses requests of so many values that no proxy sends them.
func TestDecodeLong(t *testing.T) {
	for _, doc := range []string{"d1:al" + strings.Repeat("0:", 20000) + "ee", `{"a":[` + strings.Repeat("1,", 20000) + `1]}`} {
		if _, _, err := ng.Decode([]byte(doc)); err == nil {
			t.Errorf("%.20q was accepted", doc)
		}
	}
}

// TestUnmarshalLong reads a reply with more values than a request may have: a
// page of calls for the operator's tool.
func TestUnmarshalLong(t *testing.T) {
	const n = 20000
	doc := "d5:callsl" + strings.Repeat("i7e", n) + "ee"
	d, _, err := ng.Unmarshal([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if calls, _ := d[0].Value.(ng.List); len(calls) != n {
		t.Errorf("%d values, not %d", len(calls), n)
	}
}
