// Package graphite sends figures to a Graphite server, in the plain text
// protocol over TCP and under the names that the reference has for them.
package graphite

import (
	"context"
	"io"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/ng"
)

// Config of a reporter.
type Config struct {
	// Address is HOST:PORT of the server. It is looked up for each connection.
	Address string
	// Prefix goes before every name, as it is.
	Prefix string
	// Interval between reports.
	Interval time.Duration
	// Timeout is how long the server may take to accept a connection, or a
	// report; 0 means DefaultTimeout.
	Timeout time.Duration
	Figures Figures
	Log     *zap.Logger
}

// DefaultTimeout is that of a server which is filtered out.
const DefaultTimeout = 5 * time.Second

// sampleEvery is how often rates are taken, as in the reference.
const sampleEvery = time.Second

// Figures are where reports come from.
type Figures interface {
	// Calls are the figures of all calls.
	Calls() *call.Figures
	// Commands tells how long NG commands took; Extremes the shortest and the
	// longest time of each since the last call, in the same order.
	Commands() []ng.Latency
	Extremes() []ng.Extremes
}

// Reporter sends a report each interval. Nobody waits for it. A server that is
// away costs reports: what they would have told is in the next one that
// arrives.
type Reporter struct {
	cfg    Config
	cancel context.CancelFunc
	done   chan struct{}
	conn   net.Conn // nil while there is none
	forget func() bool
	failed bool // and the log knows

	mu   sync.Mutex
	last *interval // as reported last, for the statistics command
}

// New starts a reporter.
func New(cfg Config) *Reporter {
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &Reporter{cfg: cfg, cancel: cancel, done: make(chan struct{})}
	go r.run(ctx)
	return r
}

// Close ends the reporter at once.
func (r *Reporter) Close() {
	r.cancel()
	<-r.done
}

func (r *Reporter) run(ctx context.Context) {
	defer close(r.done)
	defer r.disconnect()
	samples, reports := time.NewTicker(sampleEvery), time.NewTicker(r.cfg.Interval)
	defer samples.Stop()
	defer reports.Stop()
	v := newInterval(r.cfg.Figures, time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-samples.C:
			v.sample(r.cfg.Figures, time.Now())
		case <-reports.C:
			now := time.Now()
			v.finish(r.cfg.Figures, now)
			r.mu.Lock()
			r.last = v
			r.mu.Unlock()
			if r.told(ctx, r.deliver(ctx, v.text(r.cfg.Prefix, now))) {
				v = v.next()
			} else {
				v = v.longer()
			}
		}
	}
}

// deliver sends a report, on a new connection if the old one is gone.
func (r *Reporter) deliver(ctx context.Context, text []byte) error {
	if r.conn != nil {
		if r.write(text) == nil {
			return nil
		}
		r.disconnect()
	}
	d := net.Dialer{Timeout: r.cfg.Timeout}
	conn, err := d.DialContext(ctx, "tcp", r.cfg.Address)
	if err != nil {
		return err
	}
	r.conn = conn
	r.forget = context.AfterFunc(ctx, func() { conn.Close() })
	// The server says nothing but goodbye.
	go func() { io.Copy(io.Discard, conn); conn.Close() }()
	if err = r.write(text); err != nil {
		r.disconnect()
	}
	return err
}

func (r *Reporter) write(text []byte) error {
	r.conn.SetWriteDeadline(time.Now().Add(r.cfg.Timeout))
	_, err := r.conn.Write(text)
	return err
}

func (r *Reporter) disconnect() {
	if r.conn != nil {
		r.forget()
		r.conn.Close()
		r.conn = nil
	}
}

// told logs a failure once, until it is over.
func (r *Reporter) told(ctx context.Context, err error) bool {
	switch {
	case ctx.Err() != nil:
	case err != nil && !r.failed:
		r.cfg.Log.Warn("Graphite gets no statistics", zap.String("server", r.cfg.Address), zap.Error(err))
	case err == nil && r.failed:
		r.cfg.Log.Info("Graphite gets statistics again", zap.String("server", r.cfg.Address))
	}
	r.failed = err != nil
	return err == nil
}

// Statistics is the dictionary "intervalstatistics" of the statistics command:
// what was reported last. It is nil before the first report.
func (r *Reporter) Statistics() ng.Dict {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return nil
	}
	return r.last.dict()
}
