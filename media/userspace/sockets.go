package userspace

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// Sockets is the engine with one UDP socket per port, served by epoll workers
// on threads of their own. It needs no privileges.
type Sockets struct {
	workers  []*socketWorker
	ports    portTable
	notifier *media.Notifier
	log      *zap.Logger
	receive  int

	stop    atomic.Bool
	running sync.WaitGroup
	done    chan struct{}

	mu     sync.Mutex
	closed bool
}

// SocketsOptions configures NewSockets.
type SocketsOptions struct {
	// Workers is the number of threads that forward (--num-threads); 0 means
	// one per processor.
	Workers int
	// ReceiveBuffer is SO_RCVBUF of each socket in octets; 0 means the
	// system's default.
	ReceiveBuffer int
	// Logger takes a summary of errors on the packet path, at most one line a
	// second; nil drops it.
	Logger *zap.Logger
}

// NewSockets starts the engine. GOMAXPROCS is raised to two more than there
// are workers.
func NewSockets(o SocketsOptions) (*Sockets, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	e := &Sockets{log: o.Logger, receive: o.ReceiveBuffer, notifier: media.NewNotifier(), done: make(chan struct{})}
	for range o.Workers {
		w, err := newSocketWorker(e)
		if err != nil {
			for _, w := range e.workers {
				w.release()
			}
			e.notifier.Close()
			return nil, fmt.Errorf("start the sockets engine: %w", err)
		}
		e.workers = append(e.workers, w)
	}
	reserveProcs(o.Workers)
	for _, w := range e.workers {
		e.running.Go(w.run)
	}
	go e.summarize()
	return e, nil
}

// Name is the spelling of --engine.
func (e *Sockets) Name() string { return "sockets" }

// Open binds a socket; port 0 takes one that is free. Ports of a pair (2n and
// 2n+1) share a worker.
func (e *Sockets) Open(local netip.AddrPort) (media.Port, error) {
	fd, bound, err := openSocket(local, e.receive)
	if err != nil {
		return nil, fmt.Errorf("open UDP port %s: %w", local, err)
	}
	p := &socketPort{engine: e, fd: fd, local: bound, v6: bound.Addr().Is6()}
	p.worker = e.workers[int(bound.Port()>>1)%len(e.workers)]
	if err := e.add(p); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("open UDP port %s: %w", local, err)
	}
	return p, nil
}

func (e *Sockets) add(p *socketPort) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return errors.New("the engine is closed")
	}
	if err := e.ports.set(p.fd, p); err != nil {
		return err
	}
	err := unix.EpollCtl(p.worker.epfd, unix.EPOLL_CTL_ADD, p.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(p.fd)})
	if err != nil {
		_ = e.ports.set(p.fd, nil)
		return fmt.Errorf("watch the socket: %w", err)
	}
	return nil
}

// Close ends the workers and closes all ports.
func (e *Sockets) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	e.stop.Store(true)
	for _, w := range e.workers {
		w.interrupt()
	}
	e.running.Wait()
	releaseProcs(len(e.workers))
	close(e.done)
	e.ports.each(func(p *socketPort) { _ = p.Close() })
	for _, w := range e.workers {
		w.release()
	}
	e.notifier.Close()
	return nil
}

// Stats adds up the workers' counters.
func (e *Sockets) Stats() media.EngineStats {
	var s media.EngineStats
	e.notifier.AddTo(&s)
	for _, w := range e.workers {
		w.counters.addTo(&s)
	}
	return s
}

// quiesce returns when no worker uses what it found before the call.
func (e *Sockets) quiesce() {
	for _, w := range e.workers {
		at := w.epoch.Load()
		for n := 0; at&1 == 1 && w.epoch.Load() == at; n++ {
			if n < 20 {
				runtime.Gosched()
			} else {
				time.Sleep(20 * time.Microsecond)
			}
		}
	}
}

// summarize logs errors of the packet path, at most once a second.
func (e *Sockets) summarize() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var before media.EngineStats
	for {
		select {
		case <-e.done:
			return
		case <-tick.C:
		}
		now := e.Stats()
		logErrors(e.log, &before, &now)
		before = now
	}
}
