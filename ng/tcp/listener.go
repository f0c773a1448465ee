// Package tcp carries NG messages over TCP: many requests on one connection,
// several at a time.
package tcp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"

	"rtpgo/ng"
	"rtpgo/ng/stream"
)

// Bounds of connections.
const (
	maxConnections = 256
	maxPerAddress  = 64
	readTimeout    = 30 * time.Second // from the first byte of a message to its last
	stallTimeout   = 30 * time.Second // for the client to take some of a reply
	idleTimeout    = time.Hour
)

// Config is what a listener needs to know. The zero value of each field but
// Addresses is the default.
type Config struct {
	Addresses []netip.AddrPort
	TOS       int // of replies; 0: the system's
	// Silent keeps connections that ask nothing: for those that only listen to
	// what is broadcast.
	Silent bool
	Log    *zap.Logger

	read, stall, idle time.Duration // of tests
}

// Listener receives requests on some sockets and sends the replies of a server.
type Listener struct {
	config  Config
	server  *ng.Server
	log     *zap.Logger // seldom
	bounds  stream.Bounds
	sockets []net.Listener
	ctx     context.Context // of the requests
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	conns   map[*conn]struct{}
	stopped bool
}

// Listen opens the sockets and starts to serve.
func Listen(c Config, server *ng.Server) (*Listener, error) {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&c.read, readTimeout}, {&c.stall, stallTimeout}, {&c.idle, idleTimeout}} {
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	seldom := stream.Seldom(c.Log)
	l := &Listener{config: c, server: server, log: seldom, conns: make(map[*conn]struct{}),
		bounds: stream.Bounds{Total: maxConnections, PerAddress: maxPerAddress, Stall: c.stall, Log: seldom}}
	var err error
	if l.sockets, err = stream.Listen(c.Addresses, c.TOS); err != nil {
		return nil, fmt.Errorf("NG control: %w", err)
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	for _, s := range l.sockets {
		c.Log.Info("NG control listens", zap.Stringer("address", s.Addr()), zap.String("transport", "tcp"))
		l.running.Go(func() { l.accept(l.bounds.Listener(s)) })
	}
	return l, nil
}

// SetTOS changes the TOS octet (IPv6: traffic class) of connections that are
// accepted from now on.
func (l *Listener) SetTOS(tos int) error { return stream.SetTOS(l.sockets, tos) }

// Addresses are the addresses listened on, with the port that the system chose
// where 0 was asked for.
func (l *Listener) Addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, s := range l.sockets {
		list = append(list, stream.AddrPort(s.Addr()))
	}
	return list
}

func (l *Listener) accept(s net.Listener) {
	for {
		c, err := s.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // no descriptor left, mostly; one that stays must not spin
			l.log.Warn("NG control: accept failed", zap.Stringer("address", s.Addr()), zap.Error(err))
			time.Sleep(10 * time.Millisecond)
		default:
			l.start(c)
		}
	}
}

func (l *Listener) start(inner net.Conn) {
	c := &conn{Conn: inner, listener: l, peer: stream.AddrPort(inner.RemoteAddr())}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		inner.Close()
		return
	}
	ctx := ng.WithLocal(l.ctx, stream.AddrPort(inner.LocalAddr()), true)
	c.talk = stream.Converse(ctx, stream.Link{Server: l.server, Peer: c.peer, Write: c.write, Fail: c.fail, Strict: true})
	l.conns[c] = struct{}{}
	l.running.Go(func() {
		c.read()
		l.mu.Lock()
		delete(l.conns, c)
		l.mu.Unlock()
	})
}

// Broadcast sends a message to all clients but those that are slow.
func (l *Listener) Broadcast(message []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		if !c.talk.Send(message) {
			l.log.Warn("NG control: message not sent, the client doesn't read", zap.Stringer("peer", c.peer))
		}
	}
}

// Shutdown stops receiving, waits until the requests in work are answered or
// ctx ends, and closes the sockets.
func (l *Listener) Shutdown(ctx context.Context) error {
	for _, s := range l.sockets {
		s.Close()
	}
	l.mu.Lock()
	l.stopped = true
	for c := range l.conns {
		c.SetReadDeadline(time.Unix(1, 0))
	}
	l.mu.Unlock()
	err := ng.Await(ctx, &l.running)
	l.cancel()
	l.bounds.CloseAll()
	return err
}

func (l *Listener) isStopped() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stopped
}
