package udp

import (
	"net/netip"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

// receiveTimeout is how long a reader waits the fast way. It also keeps the
// kernel from hiding Go's signal to stop: a call without a time limit would just
// be started again.
const receiveTimeout = 10 * time.Millisecond

// reader receives datagrams and has them carried out, one at a time. The kernel
// writes to it: it is on the heap, for stacks move.
type reader struct {
	to  *destination // with the peer's address
	hdr unix.Msghdr
	iov unix.Iovec
	oob [128]byte
	buf [ng.MaxMessage + 1]byte

	rare bool      // datagrams are: a fast wait isn't worth its while
	woke time.Time // from the last quiet wait
}

var readers = sync.Pool{New: func() any { return new(reader) }}

// read is the life of one reader, which counts as waiting when it begins.
//
// After each wait it enters a function that has calls of its own: there the
// scheduler can stop it. Without that the process would hang at the next
// garbage collection.
func (s *socket) read() {
	r := readers.Get().(*reader)
	r.prepare()
	for !s.stopped.Load() {
		if n, errno := r.receive(s); errno != 0 || r.hdr.Namelen == 0 {
			if !r.goOn(s, errno) {
				break
			}
		} else if !s.serve(r, n) || r.rare && !r.goOn(s, unix.EAGAIN) {
			break
		}
	}
	r.reset()
	readers.Put(r)
}

func (r *reader) prepare() {
	r.iov.Base = &r.buf[0]
	r.iov.SetLen(len(r.buf))
	r.hdr.Iov = &r.iov
	r.hdr.SetIovlen(1)
}

// reset leaves nothing behind for the next user.
func (r *reader) reset() {
	r.to, r.hdr, r.rare, r.woke = nil, unix.Msghdr{}, false, time.Time{}
}

// receive waits for a datagram. None, with no error, has no sender: a socket
// that is stopped.
func (r *reader) receive(s *socket) (int, syscall.Errno) {
	if r.to == nil {
		r.to = newDestination(s)
	}
	r.hdr.Name, r.hdr.Namelen = &r.to.name[0], uint32(len(r.to.name))
	if s.wildcard {
		r.hdr.Control = &r.oob[0]
		r.hdr.SetControllen(len(r.oob))
	}
	return receiveMsg(s.fd, &r.hdr)
}

// address fills in where the reply to what was received goes, and from where.
func (r *reader) address(s *socket) netip.AddrPort {
	r.to.nameLen = r.hdr.Namelen
	if s.wildcard {
		r.to.control = sourceOf(r.oob[:r.hdr.Controllen], r.to.space[:0])
	}
	return peerOf(r.to.name[:r.to.nameLen])
}

// goOn tells a reader that had no datagram whether to wait again. The last one
// of a socket waits here until there is one.
//
//go:noinline
func (r *reader) goOn(s *socket, errno syscall.Errno) bool {
	switch errno {
	case 0, unix.EINTR:
	case unix.EAGAIN:
		if s.spare() {
			return false
		}
		if err := s.quiet.wait(s.fd); err != nil {
			s.failed(err)
		}
		now := time.Now()
		r.rare = now.Sub(r.woke) > receiveTimeout
		r.woke = now
	default:
		s.failed(errno)
	}
	return true
}

func (s *socket) failed(err error) {
	s.listener.log.Warn("NG control: receive failed", zap.Stringer("address", s.local), zap.Error(err))
	time.Sleep(10 * time.Millisecond) // an error that stays must not spin
}

// serve has a datagram of n bytes carried out. The result tells whether to wait
// for another.
//
//go:noinline
func (s *socket) serve(r *reader, n int) bool {
	s.take()
	peer, to, ctx := r.address(s), r.to, s.listener.ctx
	if s.listener.server.Traces() {
		ctx = ng.WithLocal(ctx, s.addressed(to.control), false)
	}
	s.listener.server.Serve(ctx, peer, r.buf[:n], to.reply)
	if !to.answered.Swap(false) {
		r.to = nil // the answer is to come
	}
	return s.giveBack()
}
