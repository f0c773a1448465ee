package stream

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

func TestListen(t *testing.T) {
	v4, v6 := netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("[::1]:0")
	list, err := Listen([]netip.AddrPort{v4}, 184)
	if err != nil {
		t.Fatal(err)
	}
	taken := AddrPort(list[0].Addr())
	defer list[0].Close()
	if taken.Addr() != v4.Addr() || taken.Port() == 0 {
		t.Errorf("listens on %v", taken)
	}
	// What was opened is closed again when another address fails.
	free, err := Listen([]netip.AddrPort{v4}, 0)
	if err != nil {
		t.Fatal(err)
	}
	again := AddrPort(free[0].Addr())
	free[0].Close()
	if _, err := Listen([]netip.AddrPort{again, taken}, 0); err == nil || !strings.Contains(err.Error(), "tcp "+taken.String()) {
		t.Errorf("a port taken: %v", err)
	}
	if list, err := Listen([]netip.AddrPort{again}, 0); err != nil {
		t.Errorf("the first stayed open: %v", err)
	} else {
		list[0].Close()
	}
	if _, err := Listen(nil, 0); err == nil {
		t.Error("no address is no error")
	}
	if list, err := Listen([]netip.AddrPort{v6}, 184); err != nil {
		t.Logf("no IPv6 here: %v", err)
	} else {
		list[0].Close()
	}
}

// Connections accepted after SetTOS have the new value.
func TestSetTOS(t *testing.T) {
	list, err := Listen([]netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, 0)
	if err != nil {
		t.Fatal(err)
	}
	l := (&Bounds{Total: 1, PerAddress: 1, Stall: patience, Log: zap.NewNop()}).Listener(list[0])
	defer l.Close()
	if err := SetTOS([]net.Listener{l}, 184); err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	raw, err := accepted.(*conn).Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		if got, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS); got != 184 || err != nil {
			t.Errorf("TOS %d, %v", got, err)
		}
	})
}

// Both wildcard addresses on one port, as a port alone means.
func TestBothWildcards(t *testing.T) {
	first, err := Listen([]netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:0")}, 0)
	if err != nil {
		t.Fatal(err)
	}
	port := AddrPort(first[0].Addr()).Port()
	first[0].Close()
	list, err := Listen([]netip.AddrPort{
		netip.AddrPortFrom(netip.IPv4Unspecified(), port), netip.AddrPortFrom(netip.IPv6Unspecified(), port)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		l.Close()
	}
}

func TestSeldom(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	log := Seldom(zap.New(core))
	for range 10 * seldomLines {
		log.Warn("one")
		log.Named("part").Warn("two")
	}
	if n := logs.Len(); n > 4*seldomLines { // a minute may have passed
		t.Errorf("%d lines", n)
	}
}

// pipe is a conversation whose writes wait until they are let through.
type pipe struct {
	*Conversation
	mu      sync.Mutex
	written []string
	let     chan struct{}
	failed  chan string
}

func newPipe(server *ng.Server, strict bool) *pipe {
	p := &pipe{let: make(chan struct{}), failed: make(chan string, 1)}
	p.Conversation = Converse(context.Background(), Link{Server: server, Strict: strict, Write: p.write, Fail: func(reason string) { p.failed <- reason }})
	return p
}

func (p *pipe) write(message []byte) error {
	if _, open := <-p.let; !open {
		return net.ErrClosed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written = append(p.written, string(message))
	return nil
}

// What a client that doesn't read makes us keep, and that it gets all of it
// when it reads again.
func TestUnreadReplies(t *testing.T) {
	reply := strings.Repeat("y", maxQueue/2)
	p := newPipe(ng.NewServer(ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict { return ng.Dict{{Key: "x", Value: reply}} }), nil), true)
	taken := make(chan int, 1)
	go func() {
		n := 0
		for ; n < 3*maxRequests && p.Take([]byte("c"+strings.Repeat("x", n)+" d7:command1:xe")); n++ {
		}
		taken <- n
	}()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		p.Conversation.mu.Lock()
		requests, queued := p.requests, p.queued
		p.Conversation.mu.Unlock()
		if queued > maxQueue {
			t.Fatalf("%d bytes wait", queued)
		}
		if requests == maxRequests && queued > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d requests", requests)
		}
	}
	if p.Send([]byte(reply)) {
		t.Error("a message found room beside the replies")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3 * maxRequests {
			p.let <- struct{}{}
		}
	}()
	if n := <-taken; n != 3*maxRequests {
		t.Errorf("%d requests were taken", n)
	}
	<-done
	p.Close()
	if len(p.written) != 3*maxRequests {
		t.Errorf("%d replies", len(p.written))
	}
	if p.Take([]byte("z d7:command1:xe")) {
		t.Error("a request was taken after the end")
	}
}

// An error of the connection ends everything, also who waits for room.
func TestBrokenConnection(t *testing.T) {
	p := newPipe(ng.NewServer(ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict {
		return ng.Dict{{Key: "x", Value: strings.Repeat("y", maxQueue)}}
	}), nil), true)
	close(p.let)
	for i := 0; p.Take([]byte("c" + strings.Repeat("x", i%1000) + " d7:command1:xe")); i++ {
	}
	if reason := <-p.failed; reason != net.ErrClosed.Error() {
		t.Errorf("failed with %q", reason)
	}
	p.Close()
}

// A repeated request joins the one in work on another connection, and a
// malformed one ends a strict conversation only.
func TestRepeatedAndMalformed(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	server := ng.NewServer(ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict {
		close(began)
		<-release
		return ng.Dict{{Key: "result", Value: "ok"}}
	}), nil)
	a, b := newPipe(server, true), newPipe(server, false)
	a.Take([]byte("c d7:command4:pinge"))
	<-began
	b.Take([]byte("c d7:command4:pinge"))
	for deadline := time.Now().Add(patience); server.Stats().Joined == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the repetition didn't join")
		}
	}
	close(release)
	b.let <- struct{}{}
	b.Take([]byte("d garbage"))
	b.let <- struct{}{}
	b.Close()
	if got := strings.Join(b.written, "|"); got != "c d6:result2:oke|d d6:result5:error12:error-reason22:Invalid NG data formate" {
		t.Errorf("written %q", got)
	}
	a.let <- struct{}{}
	a.Take([]byte("e garbage"))
	if reason := <-a.failed; reason != "malformed request" {
		t.Errorf("failed with %q", reason)
	}
	a.Close()
}
