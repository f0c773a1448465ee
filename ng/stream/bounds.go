package stream

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Bounds limits the connections of some listeners together. A connection
// beyond a limit is closed at once, so that the others are still served.
type Bounds struct {
	Total      int           // connections in all
	PerAddress int           // connections of one client address
	Stall      time.Duration // a client that takes nothing for so long is cut off
	Log        *zap.Logger   // for few lines: use [Seldom]

	mu    sync.Mutex
	conns map[*conn]struct{}
	by    map[netip.Addr]int
}

// Listener makes l hand out connections within the bounds.
func (b *Bounds) Listener(l net.Listener) net.Listener { return &listener{l, b} }

// Count is the number of open connections.
func (b *Bounds) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.conns)
}

// CloseAll closes the connections that are still open, whoever holds them.
func (b *Bounds) CloseAll() {
	b.mu.Lock()
	list := make([]*conn, 0, len(b.conns))
	for c := range b.conns {
		list = append(list, c)
	}
	b.mu.Unlock()
	for _, c := range list {
		c.Close()
	}
}

type listener struct {
	net.Listener
	bounds *Bounds
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		inner, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: inner, bounds: l.bounds, peer: AddrPort(inner.RemoteAddr()).Addr()}
		if refused := l.bounds.take(c); refused != "" {
			l.bounds.Log.Warn("connection refused: "+refused,
				zap.Stringer("address", l.Addr()), zap.Stringer("peer", inner.RemoteAddr()))
			inner.Close()
			continue
		}
		return c, nil
	}
}

// take counts a connection, or says why there is no room for it.
func (b *Bounds) take(c *conn) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case len(b.conns) >= b.Total:
		return "too many connections"
	case b.by[c.peer] >= b.PerAddress:
		return "too many connections from this address"
	}
	if b.conns == nil {
		b.conns, b.by = make(map[*conn]struct{}), make(map[netip.Addr]int)
	}
	b.conns[c] = struct{}{}
	b.by[c.peer]++
	return ""
}

func (b *Bounds) release(c *conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, c)
	if b.by[c.peer]--; b.by[c.peer] == 0 {
		delete(b.by, c.peer)
	}
}

// conn is a counted connection.
type conn struct {
	net.Conn
	bounds *Bounds
	peer   netip.Addr
	once   sync.Once
}

func (c *conn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.bounds.Stall)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *conn) Close() error {
	c.once.Do(func() { c.bounds.release(c) })
	return c.Conn.Close()
}

// CloseWrite ends what we send; what the client still sends can be read. It
// keeps an early answer from being lost to a reset.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
