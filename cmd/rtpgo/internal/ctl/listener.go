package ctl

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"

	"rtpgo/ng/stream"
)

// Bounds of what clients can make grow.
const (
	// MaxLine is the longest line in octets.
	MaxLine = 64 << 10
	// maxConnections is how many clients are served at a time.
	maxConnections = 64
	// lineTimeout is how long a client may take to send its line, stallTimeout
	// how long to take a piece of the answer.
	lineTimeout  = 10 * time.Second
	stallTimeout = 10 * time.Second
)

// Listener serves rtpengine-ctl on TCP: each connection carries one line and
// its answer, and is then closed.
type Listener struct {
	interpreter *Interpreter
	log         *zap.Logger
	bounds      *stream.Bounds
	listeners   []net.Listener
	ctx         context.Context // ends with Shutdown
	cancel      context.CancelFunc
	running     sync.WaitGroup
}

// Listen opens the addresses and starts to serve; tos is the TOS octet of
// answers, 0 the system's.
func Listen(addresses []netip.AddrPort, tos int, i *Interpreter) (*Listener, error) {
	list, err := stream.Listen(addresses, tos)
	if err != nil {
		return nil, fmt.Errorf("command line: %w", err)
	}
	l := &Listener{interpreter: i, log: i.log, listeners: list, bounds: &stream.Bounds{
		Total: maxConnections, PerAddress: maxConnections, Stall: stallTimeout, Log: stream.Seldom(i.log),
	}}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	for _, tcp := range list {
		l.log.Info("command line listens", zap.Stringer("address", tcp.Addr()))
		l.running.Go(func() { l.accept(l.bounds.Listener(tcp)) })
	}
	return l, nil
}

// SetTOS changes the TOS octet (IPv6: traffic class) of connections that are
// accepted from now on.
func (l *Listener) SetTOS(tos int) error { return stream.SetTOS(l.listeners, tos) }

// Addresses are the addresses listened on, with the port that the system chose
// where 0 was asked for.
func (l *Listener) Addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, tcp := range l.listeners {
		list = append(list, stream.AddrPort(tcp.Addr()))
	}
	return list
}

// Shutdown stops to listen, waits for commands in work until ctx ends, and
// closes the connections.
func (l *Listener) Shutdown(ctx context.Context) error {
	l.cancel()
	for _, tcp := range l.listeners {
		tcp.Close()
	}
	done := make(chan struct{})
	go func() {
		l.running.Wait()
		close(done)
	}()
	defer l.bounds.CloseAll()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Listener) accept(tcp net.Listener) {
	for {
		conn, err := tcp.Accept()
		switch {
		case err == nil:
			l.running.Go(func() { l.serve(conn) })
		case errors.Is(err, net.ErrClosed):
			return
		default:
			l.bounds.Log.Warn("command line: accept failed", zap.Error(err))
			time.Sleep(10 * time.Millisecond) // an error that stays must not spin
		}
	}
}

func (l *Listener) serve(conn net.Conn) {
	defer conn.Close()
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("operator's command failed", zap.Any("panic", p), zap.Stack("stack"))
		}
	}()
	conn.SetReadDeadline(time.Now().Add(lineTimeout))
	// Who hasn't sent a line when the daemon ends isn't waited for.
	defer context.AfterFunc(l.ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	line, err := readLine(conn)
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		io.WriteString(conn, "The line is too long.\n")
		return
	case err != nil || line == "":
		return // gone, too slow, or nothing asked
	}
	if err := l.interpreter.Execute(l.ctx, line, conn); err != nil {
		l.log.Debug("answer to the operator not taken", zap.Stringer("peer", conn.RemoteAddr()), zap.Error(err))
	}
}

// readLine reads up to the end of the line or of what is sent. Empty lines say
// nothing.
func readLine(r io.Reader) (string, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 512), MaxLine)
	for s.Scan() {
		if line := s.Text(); line != "" {
			return line, nil
		}
	}
	return "", s.Err()
}
