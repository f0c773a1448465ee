package ng

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a time that tests set.
type clock struct{ atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.Load()) }

func (c *clock) pass(d time.Duration) { c.Add(int64(d)) }

// counting is a server whose reply tells how many requests were carried out.
func counting(t *testing.T) (*Server, *clock, func(peer, message string) string) {
	var runs int
	s := NewServer(HandlerFunc(func(context.Context, *Request) Dict {
		runs++
		return Dict{{"result", "ok"}, {"run", runs}}
	}), nil)
	c := new(clock)
	c.pass(time.Hour)
	s.cookies.now = c.now
	return s, c, func(peer, message string) string {
		t.Helper()
		reply := "nothing"
		s.Serve(context.Background(), netip.MustParseAddrPort(peer), []byte(message), func(b []byte) { reply = string(b) })
		return reply
	}
}

func TestRetransmissions(t *testing.T) {
	const (
		ping  = "d7:command4:pinge"
		offer = "d7:command5:offere"
		run1  = "d6:result2:ok3:runi1ee"
		run2  = "d6:result2:ok3:runi2ee"
	)
	for _, c := range []struct {
		name                string
		wait                time.Duration
		peer, message, want string
	}{
		{"the same again", time.Second, "192.0.2.1:1000", "c " + offer, "c " + run1},
		{"another body", time.Second, "192.0.2.1:1000", "c " + ping, "c " + run1},
		{"another body in JSON", time.Second, "192.0.2.1:1000", `c {"command":"ping"}`, "c " + run1},
		{"noise", time.Second, "192.0.2.1:1000", "c noise", "c " + run1},
		{"IPv4 in IPv6", time.Second, "[::ffff:192.0.2.1]:1000", "c " + offer, "c " + run1},
		{"after 29 s", 29 * time.Second, "192.0.2.1:1000", "c " + offer, "c " + run1},
		{"after a minute", time.Minute, "192.0.2.1:1000", "c " + offer, "c " + run2},
		{"after an hour", time.Hour, "192.0.2.1:1000", "c " + offer, "c " + run2},
		{"another cookie", 0, "192.0.2.1:1000", "C " + offer, "C " + run2},
		{"another client", 0, "192.0.2.2:1000", "c " + offer, "c " + run2},
		{"another port, the same body", 0, "192.0.2.1:1001", "c " + offer, "c " + run1},
		{"another port, another body", 0, "192.0.2.1:1001", "c " + ping, "c " + run2},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, clock, ask := counting(t)
			if got := ask("192.0.2.1:1000", "c "+offer); got != "c "+run1 {
				t.Fatalf("first: %q", got)
			}
			clock.pass(c.wait)
			if got := ask(c.peer, c.message); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// An answer given late in a generation's life still lives its 30 seconds.
func TestRetransmissionAcrossGenerations(t *testing.T) {
	_, clock, ask := counting(t)
	ask("192.0.2.1:1", "a d1:a1:be")
	clock.pass(29 * time.Second)
	first := ask("192.0.2.1:1", "b d7:command1:xe")
	for range 2 {
		clock.pass(15 * time.Second)
		ask("192.0.2.1:1", fmt.Sprint(clock.Load(), " de"))
		if got := ask("192.0.2.1:1", "b d7:command1:xe"); got != first {
			t.Errorf("got %q, want %q", got, first)
		}
	}
}

func TestRetransmissionMemoryIsBounded(t *testing.T) {
	c := newCookies(new(clock).now)
	peer := netip.MustParseAddrPort("192.0.2.1:1")
	n := 0
	add := func(reply []byte) []byte {
		n++
		cookie := fmt.Append(nil, n)
		key, _, what := c.begin(peer, cookie, nil, nil)
		if what != isNew {
			t.Fatalf("cookie %d isn't new", n)
		}
		c.finish(key, reply)
		return cookie
	}
	check := func(what string) {
		answers, bytes := 0, 0
		for i := range c.shards {
			answers += len(c.shards[i].young.index) + len(c.shards[i].old.index)
			bytes += c.shards[i].young.bytes + c.shards[i].old.bytes
		}
		if answers > 2*cookieShards*cookieShardMax || bytes > 2*cookieShards*(cookieShardBytes+MaxMessage) {
			t.Errorf("%s: %d answers, %d bytes kept", what, answers, bytes)
		}
	}
	for range 3 * cookieShards * cookieShardMax {
		add([]byte("x"))
	}
	check("many small answers")
	large := make([]byte, MaxMessage)
	for range 3 * cookieShards * cookieShardBytes / MaxMessage {
		add(large)
	}
	check("many large answers")
	last := add([]byte("last"))
	if _, reply, what := c.begin(peer, last, nil, nil); what != isDone || string(reply) != "last" {
		t.Errorf("the last answer is forgotten: %d, %q", what, reply)
	}
}

// Repetitions of a request in work wait for its answer; it runs once.
func TestRetransmissionJoins(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	var runs atomic.Int32
	s := NewServer(HandlerFunc(func(context.Context, *Request) Dict {
		runs.Add(1)
		close(entered)
		<-release
		return Dict{{"result", "ok"}}
	}), nil)
	peer := netip.MustParseAddrPort("192.0.2.1:1")
	var mu sync.Mutex
	replies := map[string]int{}
	serve := func() {
		s.Serve(context.Background(), peer, []byte("c d7:command5:offere"), func(b []byte) {
			mu.Lock()
			replies[string(b)]++
			mu.Unlock()
		})
	}
	var first sync.WaitGroup
	first.Go(serve)
	<-entered
	for range maxWaiting + 3 {
		serve() // returns at once
	}
	if len(replies) != 0 {
		t.Error("answered while in work")
	}
	close(release)
	first.Wait()
	if runs.Load() != 1 || len(replies) != 1 || replies["c d6:result2:oke"] != 1+maxWaiting {
		t.Errorf("%d runs, replies %v", runs.Load(), replies)
	}
	if st := s.Stats(); st.Joined != maxWaiting || st.Overloaded != 3 {
		t.Errorf("stats %+v", st)
	}
}

func TestRetransmissionsInParallel(t *testing.T) {
	var runs atomic.Int64
	s := NewServer(HandlerFunc(func(context.Context, *Request) Dict {
		return Dict{{"run", runs.Add(1)}}
	}), nil)
	peer := netip.MustParseAddrPort("192.0.2.1:1")
	const cookies, senders = 500, 4
	var mu sync.Mutex
	replies := map[string]int{}
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for i := range cookies {
				s.Serve(context.Background(), peer, fmt.Appendf(nil, "%d d7:command1:xe", i), func(b []byte) {
					mu.Lock()
					replies[string(b)]++
					mu.Unlock()
				})
			}
		})
	}
	wg.Wait()
	if runs.Load() != cookies || len(replies) != cookies {
		t.Errorf("%d runs, %d different replies", runs.Load(), len(replies))
	}
	for reply, n := range replies {
		if n != senders {
			t.Errorf("%q came %d times", reply, n)
		}
	}
}
