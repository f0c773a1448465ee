package ng

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Handler carries requests out. It is called from many goroutines at once; a
// panic in it fails that request alone. What it returns is the reply. The
// request must not be kept, but what is in it may.
type Handler interface {
	HandleNG(ctx context.Context, r *Request) Dict
}

// HandlerFunc is a function as a [Handler].
type HandlerFunc func(ctx context.Context, r *Request) Dict

func (f HandlerFunc) HandleNG(ctx context.Context, r *Request) Dict { return f(ctx, r) }

// Server answers messages, by whichever transport they come: it knows cookies,
// documents, retransmissions and counters. Transports are in packages of their
// own (ng/udp).
type Server struct {
	handler  Handler
	log      *zap.Logger
	cookies  *cookies
	counters counters
	unknown  logLimit

	// Trace is shown requests and replies, if it isn't nil: each once, from the
	// goroutine that handles it, which it must not hold up.
	Trace func(Traced)

	// Templates are the signalling templates. They must not be changed once
	// the server is in use.
	Templates Templates
}

// NewServer makes a server. log may be nil.
func NewServer(h Handler, log *zap.Logger) *Server {
	if log == nil {
		log = zap.NewNop()
	}
	return &Server{handler: h, log: log, cookies: newCookies(time.Now)}
}

// Stats is the state of the counters.
func (s *Server) Stats() Stats { return s.counters.snapshot() }

// Overloaded counts a message that a transport had to drop.
func (s *Server) Overloaded() { s.counters.overloaded.Add(1) }

// Serve handles one message "COOKIE DOCUMENT" from peer and calls answer with
// the reply, from this goroutine or, for the repetition of a request that is
// still in work, later from another one. A message without a cookie isn't
// answered. message may be reused when Serve returns; answer must neither
// change nor keep the reply.
func (s *Server) Serve(ctx context.Context, peer netip.AddrPort, message []byte, answer func(reply []byte)) {
	peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	cookie, document := SplitCookie(message)
	if cookie == nil {
		s.counters.noCookie.Add(1)
		s.log.Debug("NG message without cookie dropped", zap.Stringer("peer", peer), zap.Int("bytes", len(message)))
		return
	}
	key, reply, what := s.cookies.begin(peer, cookie, document, answer)
	switch what {
	case isDone:
		s.counters.repeated.Add(1)
		answer(reply)
	case isWaiting:
		s.counters.joined.Add(1)
	case isTooMany:
		s.counters.overloaded.Add(1)
	case isNew:
		scratch := buffers.Get().(*[]byte)
		*scratch = s.reply(ctx, peer, (*scratch)[:0], cookie, document)
		answer(*scratch)
		s.cookies.finish(key, *scratch)
		buffers.Put(scratch)
	}
}

// SplitCookie divides a message. Without a cookie both parts are nil.
func SplitCookie(message []byte) (cookie, document []byte) {
	space := bytes.IndexByte(message, ' ')
	if space <= 0 {
		return nil, nil
	}
	return message[:space], message[space+1:]
}

// Malformed reports whether a reply is the one to a document that is no
// dictionary: nothing, behind the cookie if there is one.
func Malformed(reply []byte) bool { return len(reply) == 0 || reply[len(reply)-1] == ' ' }

// Explain is the reply itself, or instead of one that says nothing (see
// [Malformed]) one that says why, in the form of the document. Over UDP the
// former is what rtpengine answers; elsewhere the latter.
func Explain(reply, document []byte) []byte {
	if !Malformed(reply) {
		return reply
	}
	return EncodingOf(document).Append(bytes.Clone(reply), Error("Invalid NG data format"))
}

// Do carries out one document without a cookie, for transports that pair
// requests and replies themselves.
func (s *Server) Do(ctx context.Context, peer netip.AddrPort, document []byte) []byte {
	return s.reply(ctx, peer, nil, nil, document)
}

// buffers are for building replies.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// reply appends the answer to a document, behind the cookie if there is one.
// What goes wrong in here ends here: one request must not end the process.
func (s *Server) reply(ctx context.Context, peer netip.AddrPort, out, cookie, document []byte) (reply []byte) {
	if cookie != nil {
		out = append(append(out, cookie...), ' ')
	}
	r := requests.Get().(*Request)
	defer func() {
		*r = Request{}
		requests.Put(r)
	}()
	enc, err := s.decodeSafely(document, r)
	if err != nil {
		s.counters.malformed.Add(1)
		s.logMalformed(peer, cookie, err)
		return out
	}
	r.Peer = peer
	if s.Trace != nil {
		s.trace(ctx, r, false, append(slices.Clip(out), document...))
	}
	start := time.Now()
	d := s.handle(ctx, r)
	took := time.Since(start)
	result := d.Text("result")
	s.counters.count(peer.Addr(), r.Command.Value, result == "error", took)
	s.logRequest(r, peer, cookie, document, result, d, took)
	out = enc.Append(out, d)
	s.trace(ctx, r, true, out)
	return out
}

// requests are those that no handler has in its hands.
var requests = sync.Pool{New: func() any { return new(Request) }}

func (s *Server) decodeSafely(document []byte, r *Request) (enc Encoding, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.Templates.decode(document, r)
}

func (s *Server) handle(ctx context.Context, r *Request) (d Dict) {
	if !r.Command.Set {
		return Error(`Dictionary contains no key "command"`)
	}
	defer func() {
		if p := recover(); p != nil {
			s.panicked(r, p)
			d = Error("Internal error")
		}
	}()
	return s.handler.HandleNG(ctx, r)
}

func (s *Server) panicked(r *Request, p any) {
	s.counters.panics.Add(1)
	if r == nil {
		r = new(Request)
	}
	s.log.Error("panic while handling an NG request",
		zap.String("command", r.Command.Value), zap.String("call", r.CallID.Value),
		zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
}
