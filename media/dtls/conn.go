package dtls

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"rtpgo/media"
)

// queueDepth is how many datagrams of one peer may wait for its handshake: a
// flight with certificates takes about five.
const queueDepth = 32

// packetConn is the net.PacketConn of one handshake: read from a bounded queue,
// written through the port that the last packet came by.
type packetConn struct {
	queue  chan []byte
	closed chan struct{}
	once   sync.Once
	sent   func(pkt []byte)             // sees what is written
	target func() (Via, netip.AddrPort) // where to write to
	peer   net.Addr                     // as the library sees it
	read   deadline
}

// Via is where packets of an association come in and leave.
type Via interface {
	// Send is that of media.Port.
	Send(pkt []byte, to netip.AddrPort) error
}

var _ Via = media.Port(nil)

// push takes a copy of a packet; what the queue has no room for is lost, as on
// the network.
func (c *packetConn) push(pkt []byte) {
	select {
	case c.queue <- append([]byte(nil), pkt...):
	default:
	}
}

func (c *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	late := c.read.wait()
	select {
	case <-c.closed:
		return 0, nil, net.ErrClosed
	case <-late:
		return 0, nil, os.ErrDeadlineExceeded
	default:
	}
	select {
	case p := <-c.queue:
		return copy(b, p), c.peer, nil
	case <-c.closed:
		return 0, nil, net.ErrClosed
	case <-late:
		return 0, nil, os.ErrDeadlineExceeded
	}
}

// WriteTo sends to the target. A failure to send is a lost packet: the
// handshake repeats it, and a port that was closed ends it by other means.
func (c *packetConn) WriteTo(b []byte, _ net.Addr) (int, error) {
	c.sent(b)
	if via, to := c.target(); via != nil && to.IsValid() {
		_ = via.Send(b, to)
	}
	return len(b), nil
}

func (c *packetConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

func (c *packetConn) LocalAddr() net.Addr                { return &net.UDPAddr{} }
func (c *packetConn) SetDeadline(t time.Time) error      { return c.SetReadDeadline(t) }
func (c *packetConn) SetReadDeadline(t time.Time) error  { c.read.set(t); return nil }
func (c *packetConn) SetWriteDeadline(_ time.Time) error { return nil }

// deadline ends waiting readers. The library sets deadlines to interrupt them,
// in the past, or takes them away, so nothing else is kept.
type deadline struct {
	mu   sync.Mutex
	late chan struct{} // closed when the deadline is over
	over bool
}

func (d *deadline) wait() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.late == nil {
		d.late = make(chan struct{})
	}
	return d.late
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	over := !t.IsZero() && !t.After(time.Now())
	if d.late == nil || d.over && !over {
		d.late = make(chan struct{})
	}
	if over && !d.over {
		close(d.late)
	}
	d.over = over
}
