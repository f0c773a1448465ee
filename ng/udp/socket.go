package udp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

// socket is one listening socket and the goroutines that read it.
//
// Several goroutines read one socket, each carrying out what it has read, so
// that a slow request delays no other. This keeps no order between datagrams,
// and needs none: a client sends the next request about a call when it has the
// answer to the last one, and requests of different clients have no order. What
// meets at one call is put in order by that call's lock. (Sockets sharing the
// port by SO_REUSEPORT would tie each client to one goroutine, where one slow
// request delays all of that client's calls.)
//
// When all readers are at work another one starts, up to maxReaders; they end
// again when they are too many.
type socket struct {
	listener *Listener
	conn     *net.UDPConn
	wildcard bool // replies have to name their source address

	base    int32 // readers when idle
	waiting atomic.Int32
	total   atomic.Int32
	stopped atomic.Bool
}

const receiveBuffer = 4 << 20 // bytes; bursts wait here while all readers are busy

func open(a netip.AddrPort, c Config) (*socket, error) {
	s := &socket{wildcard: a.Addr().IsUnspecified()}
	network := "udp4"
	if a.Addr().Is6() {
		network = "udp6"
	}
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var err error
		e := raw.Control(func(fd uintptr) { err = s.configure(int(fd), a.Addr().Is6(), c) })
		return errors.Join(e, err)
	}}
	p, err := lc.ListenPacket(context.Background(), network, a.String())
	if err != nil {
		return nil, err
	}
	s.conn = p.(*net.UDPConn)
	return s, nil
}

func (s *socket) configure(fd int, is6 bool, c Config) error {
	// The privileged form passes by net.core.rmem_max; what either gives is enough.
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
	}
	level, pktinfo := unix.IPPROTO_IP, unix.IP_PKTINFO
	if is6 {
		level, pktinfo = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
	}
	if s.wildcard {
		if err := unix.SetsockoptInt(fd, level, pktinfo, 1); err != nil {
			return os.NewSyscallError("setsockopt PKTINFO", err)
		}
	}
	if c.TOS != 0 {
		if err := setTOS(fd, is6, c.TOS); err != nil {
			return err
		}
	}
	if !is6 && c.PMTU != PMTUDefault {
		mode := unix.IP_PMTUDISC_DONT
		if c.PMTU == PMTUWant {
			mode = unix.IP_PMTUDISC_WANT
		}
		if err := unix.SetsockoptInt(fd, level, unix.IP_MTU_DISCOVER, mode); err != nil {
			return os.NewSyscallError("setsockopt MTU_DISCOVER", err)
		}
	}
	return nil
}

func setTOS(fd int, is6 bool, tos int) error {
	level, option := unix.IPPROTO_IP, unix.IP_TOS
	if is6 {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
	}
	return os.NewSyscallError("setsockopt TOS", unix.SetsockoptInt(fd, level, option, tos))
}

func (s *socket) setTOS(tos int) error {
	raw, err := s.conn.SyscallConn()
	if err != nil {
		return err
	}
	is6 := s.address().Addr().Is6()
	e := raw.Control(func(fd uintptr) { err = setTOS(int(fd), is6, tos) })
	return errors.Join(e, err)
}

func (s *socket) address() netip.AddrPort {
	a := s.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// addressed is the address that a datagram came to, going by the control message
// of its reply.
func (s *socket) addressed(control []byte) netip.AddrPort {
	a := s.address()
	if len(control) == 0 {
		return a
	}
	if h, data, _, err := unix.ParseOneSocketControlMessage(control); err == nil {
		switch {
		case h.Level == unix.IPPROTO_IP && len(data) >= unix.SizeofInet4Pktinfo:
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte(data[4:8])), a.Port())
		case h.Level == unix.IPPROTO_IPV6 && len(data) >= unix.SizeofInet6Pktinfo:
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte(data[:16])), a.Port())
		}
	}
	return a
}

// Close implements [io.Closer].
func (s *socket) Close() error { return s.conn.Close() }

// stop makes the readers end; the socket can still send.
func (s *socket) stop() {
	s.stopped.Store(true)
	s.conn.SetReadDeadline(time.Unix(1, 0))
}

var datagrams = sync.Pool{New: func() any { return new([ng.MaxMessage + 1]byte) }}

// read is the life of one reader.
func (s *socket) read() {
	buf := datagrams.Get().(*[ng.MaxMessage + 1]byte)
	defer datagrams.Put(buf)
	var oob [128]byte
	for {
		n, oobn, _, peer, err := s.conn.ReadMsgUDPAddrPort(buf[:], oob[:])
		if err != nil {
			if s.stopped.Load() || errors.Is(err, net.ErrClosed) {
				return
			}
			s.listener.log.Warn("NG control: receive failed", zap.Stringer("address", s.address()), zap.Error(err))
			time.Sleep(10 * time.Millisecond) // an error that stays must not spin
			continue
		}
		if s.waiting.Add(-1) == 0 && s.total.Load() < maxReaders {
			s.waiting.Add(1)
			s.total.Add(1)
			s.listener.running.Go(s.read)
		}
		to := &destination{socket: s, peer: peer}
		ctx := s.listener.ctx
		if s.wildcard {
			to.control = sourceOf(oob[:oobn], to.space[:0])
		}
		if s.listener.server.Traces() {
			ctx = ng.WithLocal(ctx, s.addressed(to.control), false)
		}
		s.listener.server.Serve(ctx, peer, buf[:n], to.answer)
		if s.waiting.Add(1) > s.base {
			s.waiting.Add(-1)
			s.total.Add(-1)
			return
		}
	}
}

// destination is where a reply goes.
type destination struct {
	socket  *socket
	peer    netip.AddrPort
	control []byte // names the source address
	space   [64]byte
}

// maxDatagram is the largest payload of a UDP datagram over IPv4.
const maxDatagram = 65507

func (d *destination) answer(reply []byte) {
	if len(reply) > maxDatagram {
		reply = tooLarge(reply)
	}
	_, _, err := d.socket.conn.WriteMsgUDPAddrPort(reply, d.control, d.peer)
	if err != nil {
		d.socket.listener.log.Warn("NG control: reply not sent", zap.Stringer("peer", d.peer), zap.Int("bytes", len(reply)), zap.Error(err))
	}
}
