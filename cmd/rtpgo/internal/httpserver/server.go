// Package httpserver is the daemon's HTTP and HTTPS server: sockets, limits,
// certificates and who may come in. What it serves is mounted by others.
package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"

	"rtpgo/ng/stream"
)

// Limits of a connection.
const (
	maxConnections = 512
	maxPerAddress  = 128      // by default
	maxHeader      = 16 << 10 // bytes of a request's line and headers
	maxBody        = 1 << 20  // bytes of a request's body
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second // for a whole request
	idleTimeout    = 120 * time.Second
	stallTimeout   = 30 * time.Second // for the client to take some of an answer
)

// Config is what a server needs to know.
type Config struct {
	HTTP, HTTPS []netip.AddrPort
	// CertFile and KeyFile are PEM files, needed for HTTPS.
	CertFile, KeyFile string
	// TokenFile holds the token that is demanded of everybody, ClientCA the
	// certificates of those who sign client certificates (PEM). Either opens
	// the door where both are set; where none is, only what is mounted with
	// [Server.Protected] stays closed.
	TokenFile, ClientCA string
	// PerAddress is how many connections one client address may have; 0 is the
	// default.
	PerAddress int
	// TOS of what is sent; 0 is the system's.
	TOS int
	Log *zap.Logger
}

// Server is an HTTP server on any number of addresses. Mount handlers, then
// start it.
type Server struct {
	log       *zap.Logger
	config    Config
	mux       *http.ServeMux
	protocols map[string]http.Handler
	access    access
	identity  *identity
	bounds    stream.Bounds
	http      http.Server
	listeners []net.Listener
	cancel    context.CancelFunc
	serving   sync.WaitGroup // goroutines that accept
	running   sync.WaitGroup // handlers
}

// New reads the files that c names. Nothing is opened yet.
func New(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.PerAddress == 0 {
		c.PerAddress = maxPerAddress
	}
	seldom := stream.Seldom(c.Log)
	s := &Server{
		log: c.Log, config: c, mux: http.NewServeMux(), protocols: make(map[string]http.Handler),
		bounds: stream.Bounds{Total: maxConnections, PerAddress: c.PerAddress, Stall: stallTimeout, Log: seldom},
	}
	var err error
	if s.access, err = newAccess(c, seldom); err != nil {
		return nil, err
	}
	if len(c.HTTPS) > 0 {
		if s.identity, err = newIdentity(c); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Handle mounts h under a pattern of [http.ServeMux]. It must be called before
// Start. The context of a request ends when the server closes, which handlers
// that take long have to look at. Bodies are bounded in size and time;
// a client that takes nothing of an answer for half a minute is cut off.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// HandleProtocol mounts h for WebSocket requests that offer a subprotocol,
// whatever their path is. It must be called before Start.
func (s *Server) HandleProtocol(name string, h http.Handler) { s.protocols[name] = h }

// Start opens the sockets and serves.
func (s *Server) Start() error {
	plain, err := s.listen(s.config.HTTP, "listen-http")
	if err != nil {
		return err
	}
	secure, err := s.listen(s.config.HTTPS, "listen-https")
	if err != nil {
		closeAll(plain)
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.http = http.Server{
		Handler:           s.gate(),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(debugLines{stream.Seldom(s.log)}, "", 0),
		Protocols:         new(http.Protocols),
	}
	// A connection carries one request at a time: so the limit of connections
	// is that of requests. WebSocket needs HTTP/1.1 anyway.
	s.http.Protocols.SetHTTP1(true)
	s.listeners = append(plain, secure...)
	s.warnOfOpenness()
	for _, l := range plain {
		s.serve(l, "http")
	}
	for _, l := range secure {
		s.serve(tls.NewListener(l, s.identity.config()), "https")
	}
	return nil
}

func (s *Server) listen(addresses []netip.AddrPort, option string) ([]net.Listener, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	list, err := stream.Listen(addresses, s.config.TOS)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", option, err)
	}
	for i, l := range list {
		list[i] = s.bounds.Listener(l)
	}
	return list, nil
}

// warnOfOpenness tells when other hosts may command the daemon unasked.
func (s *Server) warnOfOpenness() {
	for _, a := range s.Addresses() {
		if !s.access.demanded() && !a.Addr().IsLoopback() {
			s.log.Warn("whoever reaches this address over HTTP controls the daemon", zap.Stringer("address", a),
				zap.String("mend", "set http-token-file, or listen on 127.0.0.1"))
		}
	}
}

// SetTOS changes the TOS octet (IPv6: traffic class) of connections that are
// accepted from now on.
func (s *Server) SetTOS(tos int) error { return stream.SetTOS(s.listeners, tos) }

func (s *Server) serve(l net.Listener, scheme string) {
	s.log.Info("HTTP listens", zap.Stringer("address", l.Addr()), zap.String("scheme", scheme),
		zap.Stringer("access", &s.access))
	s.serving.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("HTTP no longer listens", zap.Stringer("address", l.Addr()), zap.Error(err))
		}
	})
}

// Addresses are the addresses listened on, those of HTTP first, with the port
// that the system chose where 0 was asked for.
func (s *Server) Addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, l := range s.listeners {
		list = append(list, stream.AddrPort(l.Addr()))
	}
	return list
}

// Reload reads certificate, client authorities and token again. What can't be
// read leaves the old one in force, and is logged.
func (s *Server) Reload() {
	s.access.token.reload()
	if s.identity != nil {
		s.identity.certificate.reload()
		s.identity.authorities.reload()
	}
}

// lastWrite is how long answers of ended handlers may take to leave.
const lastWrite = 250 * time.Millisecond

// Shutdown stops listening, waits until the requests in work are answered or
// ctx ends, and closes the connections.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.cancel == nil {
		return nil
	}
	s.cancel()
	closed := make(chan struct{})
	go func() {
		s.http.Shutdown(ctx) // waits also for connections on which nothing was asked
		close(closed)
	}()
	s.serving.Wait()
	ended := make(chan struct{})
	go func() {
		s.running.Wait() // also those that took their connection over
		close(ended)
	}()
	var err error
	select {
	case <-ended:
		select {
		case <-closed:
		case <-time.After(lastWrite):
		}
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.http.Close()
	s.bounds.CloseAll()
	return err
}

func closeAll(list []net.Listener) {
	for _, l := range list {
		l.Close()
	}
}

// debugLines takes what net/http has to say of its clients: failed TLS
// handshakes, mostly.
type debugLines struct{ log *zap.Logger }

func (d debugLines) Write(line []byte) (int, error) {
	d.log.Debug("HTTP", zap.ByteString("message", line))
	return len(line), nil
}
