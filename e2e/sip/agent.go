package sip

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Limit is how long anything is waited for.
var Limit = 10 * time.Second

// Agent owns one address; its calls are told apart by Call-ID.
type Agent struct {
	// Addr is the agent's own address.
	Addr netip.AddrPort
	// Proxy takes all requests that begin a dialog.
	Proxy netip.AddrPort
	// Repeated counts the messages that came more than once.
	Repeated atomic.Int32

	conn    *net.UDPConn
	mu      sync.Mutex
	calls   map[string]*Call
	invites chan *Call
}

// NewAgent takes over an open socket.
func NewAgent(conn *net.UDPConn, proxy netip.AddrPort) *Agent {
	a := &Agent{
		Addr:    conn.LocalAddr().(*net.UDPAddr).AddrPort(),
		Proxy:   proxy,
		conn:    conn,
		calls:   map[string]*Call{},
		invites: make(chan *Call, 256),
	}
	go a.read()
	return a
}

// Close closes the socket.
func (a *Agent) Close() error { return a.conn.Close() }

func (a *Agent) read() {
	buf := make([]byte, 1<<16)
	for {
		n, _, err := a.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		m, err := Parse(buf[:n])
		if err != nil {
			continue
		}
		a.dispatch(m)
	}
}

func (a *Agent) dispatch(m *Message) {
	id := m.Get("Call-ID")
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.calls[id]
	if c == nil {
		if m.Method != "INVITE" {
			return
		}
		c = newCall(a, id)
		c.accept(m)
		a.calls[id] = c
		a.invites <- c
	}
	if !c.remember(m) {
		a.Repeated.Add(1)
		return
	}
	c.inbox <- m
}

// Accept waits for a new call. Its INVITE is taken with Call.Request.
func (a *Agent) Accept() (*Call, error) {
	select {
	case c := <-a.invites:
		return c, nil
	case <-time.After(Limit):
		return nil, fmt.Errorf("%s: no call came", a.Addr)
	}
}

// Quiet reports whether no new call is waiting.
func (a *Agent) Quiet() bool { return len(a.invites) == 0 }

func (a *Agent) send(m *Message, to netip.AddrPort) error {
	if _, err := a.conn.WriteToUDPAddrPort(m.Bytes(), to); err != nil {
		return fmt.Errorf("send %s: %w", m, err)
	}
	return nil
}

// Token is a random word for tags, branches and call-ids.
func Token() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}
