package tcp

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"go.uber.org/zap"

	"rtpgo/ng/stream"
)

// conn is one client's connection.
type conn struct {
	net.Conn
	listener *Listener
	peer     netip.AddrPort
	talk     *stream.Conversation
}

// readSize is the least room for one read, in bytes.
const readSize = 4096

// read is the life of a connection.
func (c *conn) read() {
	c.listener.log.Debug("NG connection", zap.Stringer("peer", c.peer))
	reason := c.receive()
	if reason != nil && !c.listener.isStopped() {
		c.listener.log.Warn("NG connection closed", zap.Stringer("peer", c.peer), zap.Error(reason))
	}
	c.talk.Close()
	c.Close()
}

// receive takes messages until the connection ends, and says what was wrong.
func (c *conn) receive() error {
	var buf []byte
	var s scanner
	var began time.Time // of the message that isn't complete
	for {
		if err := c.SetReadDeadline(c.deadline(began)); err != nil {
			return nil // closed
		}
		if c.listener.isStopped() {
			return nil // that deadline came too late
		}
		buf = grow(buf)
		n, err := c.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		rest := buf
		for {
			end, wrong := s.end(rest)
			if wrong != nil {
				return wrong
			}
			if end == 0 {
				break
			}
			if !c.talk.Take(rest[:end]) {
				return nil // it has said why
			}
			rest, s, began = rest[end:], scanner{}, time.Time{}
		}
		buf = append(buf[:0], rest...)
		switch {
		case len(bytes.TrimSpace(buf)) == 0:
			began = time.Time{} // line ends between messages
		case began.IsZero():
			began = time.Now()
		}
		if err != nil {
			return ending(err, began)
		}
	}
}

func (c *conn) deadline(began time.Time) time.Time {
	switch {
	case !began.IsZero():
		return began.Add(c.listener.config.read)
	case c.listener.config.Silent:
		return time.Time{}
	}
	return time.Now().Add(c.listener.config.idle)
}

// ending is what is worth a warning when reading ended with err.
func ending(err error, began time.Time) error {
	switch {
	case errors.Is(err, io.EOF) && began.IsZero(), errors.Is(err, net.ErrClosed):
		return nil
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, os.ErrDeadlineExceeded) && began.IsZero():
		return errors.New("nothing asked for a long time")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("a message wasn't complete in time")
	}
	return err
}

// grow makes room for a read. What a large message has used is given back with
// the next small one.
func grow(buf []byte) []byte {
	if len(buf) == 0 && cap(buf) > 4*readSize {
		return make([]byte, 0, readSize)
	}
	if cap(buf)-len(buf) >= readSize/2 {
		return buf
	}
	bigger := make([]byte, len(buf), max(readSize, 2*cap(buf)))
	copy(bigger, buf)
	return bigger
}

func (c *conn) write(message []byte) error {
	_, err := c.Write(message)
	return err
}

func (c *conn) fail(reason string) {
	if !c.listener.isStopped() {
		c.listener.log.Warn("NG connection closed", zap.Stringer("peer", c.peer), zap.String("reason", reason))
	}
	c.Close()
}
