package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"rtpgo/ng"
)

// client asks one daemon over UDP, one request at a time.
type client struct {
	conn net.Conn
	seq  int
}

// resendAfter is how long one datagram's reply is waited for.
const resendAfter = 500 * time.Millisecond

func dial(address string) (*client, error) {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn}, nil
}

func (c *client) Close() error { return c.conn.Close() }

// Do sends a request, again every half second, until its reply comes or ctx
// ends.
func (c *client) Do(ctx context.Context, request ng.Dict) (ng.Dict, error) {
	c.seq++
	cookie := fmt.Appendf(nil, "rtpgo_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), c.seq)
	message := ng.Bencode.Append(append(cookie[:len(cookie):len(cookie)], ' '), request)
	buffer := make([]byte, 1<<16)
	for ctx.Err() == nil {
		if _, err := c.conn.Write(message); err != nil {
			return nil, err
		}
		deadline := time.Now().Add(resendAfter)
		if end, ok := ctx.Deadline(); ok && end.Before(deadline) {
			deadline = end
		}
		if err := c.conn.SetReadDeadline(deadline); err != nil {
			return nil, err
		}
		for {
			n, err := c.conn.Read(buffer)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				return nil, err
			}
			if document, ok := bytes.CutPrefix(buffer[:n], append(cookie[:len(cookie):len(cookie)], ' ')); ok {
				reply, _, err := ng.Unmarshal(document)
				return reply, err
			}
		}
	}
	return nil, ctx.Err()
}

func isRefused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
