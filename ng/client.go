package ng

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// Why a client got no answer; test with errors.Is.
var (
	// ErrRefused: the host is there and nothing listens on that port.
	ErrRefused = errors.New("nothing listens there")
	// ErrTimeout: no answer after all repetitions.
	ErrTimeout = errors.New("no answer")
)

// Repetitions of a request without an answer, as Kamailio's module does it.
const (
	clientInterval = time.Second
	clientTries    = 5
)

// Client talks to an NG server over UDP. One request is under way at a time.
type Client struct {
	conn     *net.UDPConn
	address  string
	prefix   string
	n        atomic.Uint64
	busy     chan struct{}
	interval time.Duration
}

// Dial makes a client for HOST:PORT; a port alone means 127.0.0.1. Nothing is
// sent yet, so that it doesn't fail when nobody listens.
func Dial(address string) (*Client, error) {
	if _, err := strconv.ParseUint(address, 10, 16); err == nil {
		address = "127.0.0.1:" + address
	}
	to, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, fmt.Errorf("NG server %q: %w", address, err)
	}
	conn, err := net.DialUDP("udp", nil, to)
	if err != nil {
		return nil, fmt.Errorf("NG server %s: %w", address, err)
	}
	var id [6]byte
	rand.Read(id[:])
	return &Client{conn: conn, address: address, prefix: hex.EncodeToString(id[:]),
		busy: make(chan struct{}, 1), interval: clientInterval}, nil
}

// Close ends the client.
func (c *Client) Close() error { return c.conn.Close() }

// Do sends a request and returns the reply's dictionary, whatever its result;
// see [Dict.Err]. The same bytes are sent again each second, at most five
// times. Errors are [ErrRefused], [ErrTimeout], or the context's.
func (c *Client) Do(ctx context.Context, request Dict) (Dict, error) {
	select {
	case c.busy <- struct{}{}:
		defer func() { <-c.busy }()
	case <-ctx.Done():
		return nil, c.fail(ctx.Err())
	}
	cookie := c.prefix + "_" + strconv.FormatUint(c.n.Add(1), 10)
	message := Bencode.Append(append([]byte(cookie), ' '), request)
	if len(message) > MaxMessage {
		return nil, c.fail(fmt.Errorf("request of %d bytes is too large for UDP", len(message)))
	}
	stop := context.AfterFunc(ctx, func() { c.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for range clientTries {
		if _, err := c.conn.Write(message); err != nil && !errors.Is(err, syscall.ECONNREFUSED) {
			return nil, c.fail(err)
		}
		switch document, err := c.receive(ctx, cookie); {
		case err == nil:
			d, _, err := Unmarshal(document)
			if err != nil {
				return nil, c.fail(fmt.Errorf("unreadable reply: %w", err))
			}
			return d, nil
		case ctx.Err() != nil:
			return nil, c.fail(ctx.Err())
		case errors.Is(err, syscall.ECONNREFUSED):
			return nil, c.fail(ErrRefused)
		case !isTimeout(err):
			return nil, c.fail(err)
		}
	}
	return nil, c.fail(fmt.Errorf("%w after %d tries", ErrTimeout, clientTries))
}

// receive waits for the reply with this cookie; late replies to earlier
// requests are passed over.
func (c *Client) receive(ctx context.Context, cookie string) ([]byte, error) {
	c.conn.SetReadDeadline(time.Now().Add(c.interval))
	if err := ctx.Err(); err != nil { // ended before the deadline was set
		return nil, err
	}
	b := make([]byte, MaxMessage)
	for {
		n, err := c.conn.Read(b)
		if err != nil {
			return nil, err
		}
		if got, document, ok := bytes.Cut(b[:n], []byte{' '}); ok && string(got) == cookie {
			return document, nil
		}
	}
}

func (c *Client) fail(err error) error {
	return fmt.Errorf("NG server %s: %w", c.address, err)
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
