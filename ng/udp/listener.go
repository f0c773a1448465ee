package udp

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"sync"

	"go.uber.org/zap"

	"rtpgo/ng"
)

// Config is what a listener needs to know. The zero value of each field but
// Addresses is the default.
type Config struct {
	Addresses []netip.AddrPort
	TOS       int // of replies (--control-tos); 0: the system's
	PMTU      PMTU
	Log       *zap.Logger
}

// PMTU is the path MTU discovery of the IPv4 sockets (--control-pmtu).
type PMTU uint8

const (
	PMTUDefault PMTU = iota
	PMTUWant         // set the DF bit
	PMTUDont         // leave fragmenting to the way
)

// maxWaiters is how many readers may wait on a socket at once.
const maxWaiters = 4

// Listener receives requests on some sockets and sends the replies of a server.
type Listener struct {
	server  *ng.Server
	log     *zap.Logger
	ctx     context.Context
	cancel  context.CancelFunc
	sockets []*socket
	lookout *lookout
	waiters int            // processors of the scheduler set apart for readers that wait
	running sync.WaitGroup // readers and the lookout
	closing sync.WaitGroup
	stop    sync.Once
}

// Listen opens the sockets and starts to serve. With a port alone (both
// wildcard addresses), a host without IPv6 is no error.
func Listen(c Config, server *ng.Server) (*Listener, error) {
	l := &Listener{server: server, log: c.Log, lookout: newLookout()}
	if l.log == nil {
		l.log = zap.NewNop()
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	var err error
	l.sockets, err = ng.Bind("udp", c.Addresses, func(a netip.AddrPort) (*socket, error) { return open(a, c) })
	if err != nil {
		return nil, fmt.Errorf("NG control: %w", err)
	}
	if len(l.sockets) < len(c.Addresses) {
		l.log.Info("no IPv6 on this host: NG listens on IPv4 only")
	}
	processors := int32(runtime.NumCPU())
	l.waiters = min(int(processors), maxWaiters) * len(l.sockets)
	reserveProcs(l.waiters)
	l.lookout.sockets = l.sockets
	l.running.Go(l.lookout.run)
	for _, s := range l.sockets {
		s.listener = l
		l.log.Info("NG control listens", zap.Stringer("address", s.local))
		s.processors, s.waiters = processors, min(processors, maxWaiters)
		s.allowed.Store(processors)
		s.add()
	}
	return l, nil
}

// SetTOS changes the TOS octet (IPv6: traffic class) of replies.
func (l *Listener) SetTOS(tos int) error {
	for _, s := range l.sockets {
		if err := s.setTOS(tos); err != nil {
			return fmt.Errorf("NG control on udp %s: %w", s.local, err)
		}
	}
	return nil
}

// Addresses are the addresses listened on, with the port that the system chose
// where 0 was asked for.
func (l *Listener) Addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, s := range l.sockets {
		list = append(list, s.local)
	}
	return list
}

// Shutdown stops receiving, waits until the requests in work are answered or
// ctx ends, and closes the sockets once they are answered.
func (l *Listener) Shutdown(ctx context.Context) error {
	l.stop.Do(func() {
		for _, s := range l.sockets {
			s.stop()
		}
		close(l.lookout.end)
		releaseProcs(l.waiters)
		l.closing.Go(func() {
			l.running.Wait()
			for _, s := range l.sockets {
				s.Close()
			}
		})
	})
	err := ng.Await(ctx, &l.closing)
	l.cancel()
	return err
}
