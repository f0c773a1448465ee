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
	Readers   int // goroutines that wait on each socket; default 2 per processor, at least 4
	Log       *zap.Logger
}

// PMTU is the path MTU discovery of the IPv4 sockets (--control-pmtu).
type PMTU uint8

const (
	PMTUDefault PMTU = iota
	PMTUWant         // set the DF bit
	PMTUDont         // leave fragmenting to the way
)

// maxReaders bounds the requests in work per socket; more wait in the socket's
// buffer.
const maxReaders = 512

// Listener receives requests on some sockets and sends the replies of a server.
type Listener struct {
	server  *ng.Server
	log     *zap.Logger
	ctx     context.Context
	cancel  context.CancelFunc
	sockets []*socket
	running sync.WaitGroup
}

// Listen opens the sockets and starts to serve. With a port alone (both
// wildcard addresses), a host without IPv6 is no error.
func Listen(c Config, server *ng.Server) (*Listener, error) {
	l := &Listener{server: server, log: c.Log}
	if l.log == nil {
		l.log = zap.NewNop()
	}
	if c.Readers <= 0 {
		c.Readers = max(4, 2*runtime.GOMAXPROCS(0))
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
	for _, s := range l.sockets {
		l.log.Info("NG control listens", zap.Stringer("address", s.address()))
		s.listener = l
		s.base = int32(c.Readers)
		s.waiting.Store(s.base)
		s.total.Store(s.base)
		for range c.Readers {
			l.running.Go(s.read)
		}
	}
	return l, nil
}

// SetTOS changes the TOS octet (IPv6: traffic class) of replies.
func (l *Listener) SetTOS(tos int) error {
	for _, s := range l.sockets {
		if err := s.setTOS(tos); err != nil {
			return fmt.Errorf("NG control on udp %s: %w", s.address(), err)
		}
	}
	return nil
}

// Addresses are the addresses listened on, with the port that the system chose
// where 0 was asked for.
func (l *Listener) Addresses() []netip.AddrPort {
	var list []netip.AddrPort
	for _, s := range l.sockets {
		list = append(list, s.address())
	}
	return list
}

// Shutdown stops receiving, waits until the requests in work are answered or
// ctx ends, and closes the sockets.
func (l *Listener) Shutdown(ctx context.Context) error {
	for _, s := range l.sockets {
		s.stop()
	}
	err := ng.Await(ctx, &l.running)
	l.cancel()
	for _, s := range l.sockets {
		s.Close()
	}
	return err
}
