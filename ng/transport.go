package ng

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"syscall"
)

// Bind opens a socket for each address, for a transport of that name. Where both
// wildcard addresses are asked for, a host without IPv6 is no error: the list
// then lacks that socket. On an error no socket stays open.
func Bind[S io.Closer](transport string, addresses []netip.AddrPort, open func(netip.AddrPort) (S, error)) ([]S, error) {
	var list []S
	for _, a := range addresses {
		s, err := open(a)
		switch {
		case err == nil:
			list = append(list, s)
		case a.Addr() == netip.IPv6Unspecified() && len(list) > 0 && noFamily(err):
		default:
			for _, s := range list {
				s.Close()
			}
			return nil, fmt.Errorf("%s %s: %w", transport, a, err)
		}
	}
	if len(list) == 0 {
		return nil, errors.New("no listen address")
	}
	return list, nil
}

func noFamily(err error) bool {
	return errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL) ||
		errors.Is(err, syscall.EPROTONOSUPPORT)
}

// Await waits until work has ended, or until ctx ends, whose error it then returns.
func Await(ctx context.Context, work *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
