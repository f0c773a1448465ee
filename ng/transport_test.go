package ng

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
)

type fakeSocket struct{ closed bool }

func (s *fakeSocket) Close() error {
	s.closed = true
	return nil
}

// TestBind: a host without IPv6 is no error where IPv4 was asked for as well; any
// other failure closes what was opened.
func TestBind(t *testing.T) {
	four, six := netip.MustParseAddrPort("0.0.0.0:1"), netip.MustParseAddrPort("[::]:1")
	one := netip.MustParseAddrPort("[2001:db8::1]:1")
	for _, c := range []struct {
		addresses []netip.AddrPort
		failing   netip.AddrPort
		err       error
		open      int    // sockets
		want      string // in the error; "" for none
	}{
		{[]netip.AddrPort{four, six}, netip.AddrPort{}, nil, 2, ""},
		{[]netip.AddrPort{four, six}, six, syscall.EAFNOSUPPORT, 1, ""},
		{[]netip.AddrPort{four, six}, six, syscall.EADDRINUSE, 0, "udp [::]:1: address already in use"},
		{[]netip.AddrPort{four, one}, one, syscall.EAFNOSUPPORT, 0, "udp [2001:db8::1]:1: "},
		{[]netip.AddrPort{six}, six, syscall.EAFNOSUPPORT, 0, "udp [::]:1: "},
		{nil, netip.AddrPort{}, nil, 0, "no listen address"},
	} {
		var opened []*fakeSocket
		list, err := Bind("udp", c.addresses, func(a netip.AddrPort) (*fakeSocket, error) {
			if a == c.failing {
				return nil, c.err
			}
			opened = append(opened, new(fakeSocket))
			return opened[len(opened)-1], nil
		})
		if len(list) != c.open || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %s: %v: %d sockets, %v", c.addresses, c.failing, c.err, len(list), err)
		}
		for _, s := range opened {
			if s.closed != (err != nil) {
				t.Errorf("%v, %s: %v: closed: %v", c.addresses, c.failing, c.err, s.closed)
			}
		}
	}
}

func TestAwait(t *testing.T) {
	var work sync.WaitGroup
	end := make(chan struct{})
	work.Go(func() { <-end })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Await(ctx, &work); !errors.Is(err, context.Canceled) {
		t.Errorf("with work left: %v", err)
	}
	close(end)
	if err := Await(context.Background(), &work); err != nil {
		t.Errorf("without: %v", err)
	}
}
