package homer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Config says where packets go.
type Config struct {
	Network string // "udp" or "tcp"
	Address string // HOST:PORT
	// Capture is the id of this capture agent.
	Capture uint32
	Log     *zap.Logger
}

// Bounds of what waits for being sent; what comes on top is lost.
const (
	maxWaiting = 4096
	maxOctets  = 8 << 20
)

const (
	dialTimeout  = 5 * time.Second
	writeTimeout = 5 * time.Second
	firstPause   = time.Second // between attempts to connect; it doubles
	lastPause    = 30 * time.Second
	closeTimeout = time.Second
	reportEvery  = time.Minute
)

// Sender sends packets from a goroutine of its own. It never holds up who
// gives it one.
type Sender struct {
	Config
	queue   chan []byte
	octets  atomic.Int64 // in the queue
	lost    atomic.Uint64
	ctx     context.Context // ends with Close, a moment later
	cancel  context.CancelFunc
	closing chan struct{}
	done    chan struct{}

	conn     net.Conn
	broken   chan struct{} // closed when the other end closes the connection
	pause    time.Duration
	down     bool // the last attempt failed, and was logged
	failedAt time.Time
	reported time.Time
	told     uint64 // of lost ones
}

// NewSender starts a sender.
func NewSender(c Config) *Sender {
	s := &Sender{Config: c, queue: make(chan []byte, maxWaiting), closing: make(chan struct{}), done: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.run()
	return s
}

// Send takes a packet, of which it keeps nothing.
func (s *Sender) Send(p *Packet) {
	b := appendHEP(make([]byte, 0, 160+len(p.Correlation)+len(p.Payload)), p, s.Capture)
	if b == nil || s.octets.Add(int64(len(b))) > maxOctets {
		s.octets.Add(-int64(len(b)))
		s.lost.Add(1)
		return
	}
	select {
	case s.queue <- b:
	default:
		s.octets.Add(-int64(len(b)))
		s.lost.Add(1)
	}
}

// Lost is how many packets could not be sent.
func (s *Sender) Lost() uint64 { return s.lost.Load() }

// Close sends what is waiting, if that takes but a moment, and ends.
func (s *Sender) Close() {
	close(s.closing)
	timer := time.AfterFunc(closeTimeout, s.cancel)
	<-s.done
	timer.Stop()
	s.cancel()
}

func (s *Sender) run() {
	defer close(s.done)
	defer s.hangUp()
	for {
		select {
		case b := <-s.queue:
			s.octets.Add(-int64(len(b)))
			s.deliver(b)
		case <-s.broken:
			s.hangUp()
		case <-s.closing:
			for {
				select {
				case b := <-s.queue:
					s.deliver(b)
				default:
					return
				}
			}
		}
	}
}

// deliver sends one packet; a connection that fails is made anew once.
func (s *Sender) deliver(b []byte) {
	s.report()
	for range 2 {
		if !s.connect() {
			break
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := s.conn.Write(b)
		if err == nil {
			return
		}
		s.failed(err)
		s.hangUp()
	}
	s.lost.Add(1)
}

// connect makes a connection if there is none. It waits between attempts while
// packets pile up, and gives up when the sender closes.
func (s *Sender) connect() bool {
	for s.conn == nil {
		d := net.Dialer{Timeout: dialTimeout}
		conn, err := d.DialContext(s.ctx, s.Network, s.Address)
		if err == nil {
			s.connected(conn)
			return true
		}
		s.failed(err)
		s.pause = min(max(2*s.pause, firstPause), lastPause)
		select {
		case <-time.After(s.pause):
		case <-s.closing:
			return false
		case <-s.ctx.Done():
			return false
		}
	}
	return true
}

func (s *Sender) connected(conn net.Conn) {
	s.conn, s.pause = conn, 0
	if s.Network != "tcp" {
		return // nobody knows who is there
	}
	s.Log.Info("HOMER is reached", zap.String("address", s.Address))
	s.down = false
	broken := make(chan struct{})
	s.broken = broken
	go func() { // it says nothing, but may hang up
		_, _ = io.Copy(io.Discard, conn)
		close(broken)
	}()
}

func (s *Sender) hangUp() {
	if s.conn != nil {
		s.conn.Close()
	}
	s.conn, s.broken = nil, nil
}

// failed logs the first of several failures; over UDP, where a packet that was
// sent tells nothing, one in a while.
func (s *Sender) failed(err error) {
	if errors.Is(err, context.Canceled) || s.down && (s.Network == "tcp" || time.Since(s.failedAt) < reportEvery) {
		return
	}
	s.down, s.failedAt = true, time.Now()
	s.Log.Warn("HOMER is not reached", zap.String("address", s.Address), zap.String("transport", s.Network), zap.Error(err))
}

// report tells once in a while that packets were lost.
func (s *Sender) report() {
	if lost := s.lost.Load(); lost != s.told && time.Since(s.reported) > reportEvery {
		s.Log.Warn("packets for HOMER lost", zap.Uint64("packets", lost-s.told))
		s.told, s.reported = lost, time.Now()
	}
}

// Check tells what is wrong with an address.
func Check(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if host == "" {
		return fmt.Errorf("%q names no host", address)
	}
	if n, err := net.LookupPort("tcp", port); err != nil || n == 0 {
		return fmt.Errorf("%q is no port", port)
	}
	return nil
}
