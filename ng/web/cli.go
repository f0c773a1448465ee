package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"go.uber.org/zap"
)

// Executor carries out a command line of rtpengine-ctl and writes its output.
// An error is one of writing.
type Executor func(ctx context.Context, line string, w io.Writer) error

// GetPrefix is the path that command lines are appended to.
const GetPrefix = "/cli/"

// maxLine bounds a command line, in bytes.
const maxLine = 4096

// Get carries out the command line in the path behind [GetPrefix], in which
// plus signs stand for blanks.
func Get(execute Executor) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line, err := url.PathUnescape(strings.ReplaceAll(strings.TrimPrefix(r.URL.EscapedPath(), GetPrefix), "+", "%20"))
		if err != nil || len(line) > maxLine {
			http.Error(w, "The path is no command line.", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_ = execute(context.WithoutCancel(r.Context()), line, w) // the client has left
	})
}

// CLI carries out command lines over WebSocket, one in each message, one after
// the other. log is for few lines.
func CLI(execute Executor, log *zap.Logger) http.Handler {
	return accept(ProtocolCLI, log, func(s *socket) speaker { return &cli{socket: s, execute: execute} })
}

type cli struct {
	*socket
	execute Executor
	mu      sync.Mutex // held while a command is in work
	ended   bool
}

func (c *cli) take(message []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended:
		return false
	case len(message) > maxLine:
		return c.send([]byte("The command line is too long.\n")) == nil
	}
	var out bytes.Buffer
	if err := c.execute(context.WithoutCancel(c.request.Context()), string(message), &out); err != nil {
		out.WriteString(err.Error() + "\n")
	}
	return c.send(out.Bytes()) == nil
}

func (c *cli) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}
