package tcp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/ng"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// start serves h on loopback until the test ends.
func start(t *testing.T, h ng.HandlerFunc) (*Listener, *observer.ObservedLogs) {
	t.Helper()
	return startWith(t, Config{}, h)
}

func startWith(t *testing.T, c Config, h ng.HandlerFunc) (*Listener, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	c.Addresses, c.Log = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, zap.New(core)
	l, err := Listen(c, ng.NewServer(h, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := l.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
	})
	return l, logs
}

func dial(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", l.Addresses()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

// receive reads as many bytes as want has.
func receive(t *testing.T, c net.Conn, want string) {
	t.Helper()
	b := make([]byte, len(want))
	n, err := io.ReadFull(c, b)
	if err != nil || string(b) != want {
		t.Fatalf("got %q, %v, want %q", b[:n], err, want)
	}
}

// closed waits for the other side to close.
func closed(t *testing.T, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || errors.Is(err, net.ErrClosed) {
		t.Fatalf("%d bytes, %v", n, err)
	} else if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Fatal("the connection stays open")
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

func pong(context.Context, *ng.Request) ng.Dict { return ng.Dict{{Key: "result", Value: "pong"}} }

func TestRequestsOneBehindTheOther(t *testing.T) {
	l, _ := start(t, pong)
	c := dial(t, l)
	send(t, c, "a d7:command4:pinge")
	receive(t, c, "a d6:result4:ponge")
	send(t, c, "b d7:comm")
	send(t, c, "and4:pinge")
	receive(t, c, "b d6:result4:ponge")
	send(t, c, `c {"command":"ping"}`+"\n")
	receive(t, c, `c {"result":"pong"}`)
	send(t, c, "d d7:command4:pinge")
	receive(t, c, "\nd d6:result4:ponge")
}

// The order of requests about one call is kept, other calls don't wait.
func TestOrderOfOneCall(t *testing.T) {
	release := make(chan struct{})
	var mu sync.Mutex
	var order []string
	l, _ := start(t, func(_ context.Context, r *ng.Request) ng.Dict {
		if r.Command.Value == "offer" {
			<-release
		}
		mu.Lock()
		defer mu.Unlock()
		order = append(order, r.CallID.Value+" "+r.Command.Value)
		return ng.Dict{{Key: "result", Value: "ok"}}
	})
	c := dial(t, l)
	var all string
	for i, command := range []string{"offer", "answer", "delete", "query", "block media", "unblock media"} {
		all += fmt.Sprintf("%d d7:call-id1:x7:command%d:%se", i, len(command), command)
	}
	send(t, c, all+"y d7:call-id1:y7:command6:deletee"+"z d7:command4:pinge")
	got := make([]byte, 0, 100)
	for range 2 { // y and z are answered while x waits
		b := make([]byte, len("y d6:result2:oke"))
		if _, err := io.ReadFull(c, b); err != nil {
			t.Fatal(err)
		}
		got = append(got, b[0])
	}
	if slices.Sort(got); string(got) != "yz" {
		t.Fatalf("answered first: %q", got)
	}
	close(release)
	for i := range 6 {
		receive(t, c, fmt.Sprintf("%d d6:result2:oke", i))
	}
	mu.Lock()
	defer mu.Unlock()
	if got := strings.Join(order[2:], ","); got != "x offer,x answer,x delete,x query,x block media,x unblock media" {
		t.Errorf("order %s", got)
	}
}

// A repetition gets the same answer, also by another connection.
func TestRetransmission(t *testing.T) {
	var runs atomic.Int32
	l, _ := start(t, func(context.Context, *ng.Request) ng.Dict {
		return ng.Dict{{Key: "run", Value: int64(runs.Add(1))}}
	})
	for range 2 {
		c := dial(t, l)
		send(t, c, "a d7:command5:offere")
		receive(t, c, "a d3:runi1ee")
		send(t, c, "a d7:command5:offere")
		receive(t, c, "a d3:runi1ee")
	}
}

func TestBadInputEndsTheConnection(t *testing.T) {
	l, logs := start(t, pong)
	for name, in := range map[string]string{
		"HTTP":            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"garbage":         "a garbage",
		"too large":       "a d999999999:",
		"endless cookie":  strings.Repeat("x", 100000),
		"leading zero":    "a d07:command4:pinge",
		"JSON that isn't": `a {"command" "ping"}`,
	} {
		before := logs.FilterMessage("NG connection closed").Len()
		c := dial(t, l)
		_, _ = io.WriteString(c, in)
		closed(t, c)
		eventually(t, name+" is logged", func() bool { return logs.FilterMessage("NG connection closed").Len() > before })
	}
	c := dial(t, l)
	send(t, c, "a de") // understood, only wrong
	receive(t, c, "a d6:result5:error12:error-reason36:Dictionary contains no key \"command\"e")
}

// Who ends his side after the last request still gets all replies.
func TestHalfClose(t *testing.T) {
	l, _ := start(t, pong)
	c := dial(t, l)
	send(t, c, "a d7:command4:pingeb d7:command4:pinge")
	c.(*net.TCPConn).CloseWrite()
	all, err := io.ReadAll(c)
	if err != nil || len(all) != 2*len("a d6:result4:ponge") {
		t.Errorf("got %q, %v", all, err)
	}
}

// Who doesn't read gets no more requests taken, others are served, and what is
// kept for him is bounded.
func TestSlowReader(t *testing.T) {
	reply := strings.Repeat("y", 64<<10)
	var handled atomic.Int32
	l, _ := start(t, func(_ context.Context, r *ng.Request) ng.Dict {
		if r.Command.Value == "list" {
			handled.Add(1)
			return ng.Dict{{Key: "x", Value: reply}}
		}
		return pong(context.Background(), r)
	})
	const requests = 300
	slow := dial(t, l)
	go func() {
		for i := range requests {
			if _, err := fmt.Fprintf(slow, "%d d7:command4:liste", i); err != nil {
				return
			}
		}
	}()
	// It settles: the sockets take some megabytes at most.
	last, since := int32(-1), time.Now()
	eventually(t, "requests are no longer taken", func() bool {
		if n := handled.Load(); n != last {
			last, since = n, time.Now()
		}
		return last > 0 && time.Since(since) > 300*time.Millisecond
	})
	if last == requests {
		t.Fatal("all requests were handled though nobody reads")
	}
	quick := dial(t, l)
	send(t, quick, "a d7:command4:pinge")
	receive(t, quick, "a d6:result4:ponge")
	// Reading again, all come.
	r := bufio.NewReader(slow)
	for i := range requests {
		if _, err := r.ReadSlice('d'); err != nil { // behind the cookie
			t.Fatalf("reply %d: %v", i, err)
		}
		if _, err := r.Discard(len("1:x65536:") + len(reply) + len("e")); err != nil {
			t.Fatalf("reply %d: %v", i, err)
		}
	}
}

// Half a message, nothing at all, and replies that nobody takes.
func TestTimeouts(t *testing.T) {
	const short = 50 * time.Millisecond
	reason := func(logs *observer.ObservedLogs, text string) {
		t.Helper()
		eventually(t, text, func() bool {
			for _, e := range logs.FilterMessage("NG connection closed").All() {
				if strings.Contains(fmt.Sprint(e.ContextMap()), text) {
					return true
				}
			}
			return false
		})
	}
	t.Run("half a message", func(t *testing.T) {
		l, logs := startWith(t, Config{read: short}, pong)
		between := dial(t, l)
		send(t, between, "\n") // is none
		half := dial(t, l)
		send(t, half, "a d7:comm")
		closed(t, half)
		reason(logs, "wasn't complete in time")
		send(t, between, "a d7:command4:pinge")
		receive(t, between, "\na d6:result4:ponge")
	})
	t.Run("silence", func(t *testing.T) {
		l, logs := startWith(t, Config{idle: short}, pong)
		closed(t, dial(t, l))
		reason(logs, "nothing asked")
		l, _ = startWith(t, Config{idle: short, read: short, Silent: true}, pong)
		c := dial(t, l)
		send(t, c, "a d7:command4:pinge")
		receive(t, c, "a d6:result4:ponge")
		time.Sleep(4 * short) // long enough for what must not happen
		send(t, c, "b d7:command4:pinge")
		receive(t, c, "b d6:result4:ponge")
	})
	t.Run("no reader", func(t *testing.T) {
		reply := strings.Repeat("y", 1<<20)
		l, logs := startWith(t, Config{stall: short}, func(context.Context, *ng.Request) ng.Dict { return ng.Dict{{Key: "x", Value: reply}} })
		c := dial(t, l)
		for i := range 32 {
			if _, err := fmt.Fprintf(c, "%d d7:command1:xe", i); err != nil {
				break
			}
		}
		reason(logs, "timeout")
	})
}

func TestLimitPerAddress(t *testing.T) {
	l, logs := start(t, pong)
	var conns []net.Conn
	for range maxPerAddress {
		c := dial(t, l)
		send(t, c, "a d7:command4:pinge")
		receive(t, c, "a d6:result4:ponge")
		conns = append(conns, c)
	}
	closed(t, dial(t, l))
	if logs.FilterMessageSnippet("too many connections from this address").Len() == 0 {
		t.Error("not logged")
	}
	conns[0].Close()
	eventually(t, "the place gets free", func() bool { return l.bounds.Count() < maxPerAddress })
	c := dial(t, l)
	send(t, c, "a d7:command4:pinge")
	receive(t, c, "a d6:result4:ponge")
}

func TestBroadcast(t *testing.T) {
	l, _ := start(t, pong)
	a, b := dial(t, l), dial(t, l)
	for _, c := range []net.Conn{a, b} { // both are known by now
		send(t, c, "a d7:command4:pinge")
		receive(t, c, "a d6:result4:ponge")
	}
	l.Broadcast([]byte("d5:event1:5e"))
	receive(t, a, "d5:event1:5e")
	receive(t, b, "d5:event1:5e")
}

// The end waits for what is in work, and its reply is sent.
func TestShutdown(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	l, _ := start(t, func(_ context.Context, r *ng.Request) ng.Dict {
		close(began)
		<-release
		return pong(context.Background(), r)
	})
	c, idle := dial(t, l), dial(t, l)
	send(t, c, "a d7:command5:offere")
	<-began
	ended := make(chan error)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		ended <- l.Shutdown(ctx)
	}()
	closed(t, idle)
	close(release)
	receive(t, c, "a d6:result4:ponge")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	closed(t, c)
}
