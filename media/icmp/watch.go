// Package icmp listens to what the network says about packets that the engines
// sent: host or port unreachable, prohibited, too big. Nothing of it changes
// what is sent; it is for whoever asks why a call is one-way.
package icmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// perSecond bounds the messages looked at: what the host gets more of is left
// unread.
const perSecond = 500

// Watcher reads ICMP errors until Close.
type Watcher struct {
	flows   media.FlowFinder
	conns   []*net.IPConn
	running sync.WaitGroup
	done    chan struct{}
}

// Watch starts to read. An error says that this process may not (raw sockets
// need CAP_NET_RAW); a host without IPv6 is none.
func Watch(flows media.FlowFinder) (*Watcher, error) {
	w := &Watcher{flows: flows, done: make(chan struct{})}
	c4, err := open("ip4:icmp", "0.0.0.0", filter4)
	if err != nil {
		return nil, fmt.Errorf("read ICMP errors: %w", err)
	}
	w.conns = append(w.conns, c4)
	w.running.Go(func() { w.read(c4, parse4) })
	if c6, err := open("ip6:ipv6-icmp", "::", filter6); err == nil {
		w.conns = append(w.conns, c6)
		w.running.Go(func() { w.read(c6, parse6) })
	}
	return w, nil
}

// Close ends the reading. It is safe on nil.
func (w *Watcher) Close() {
	if w == nil {
		return
	}
	close(w.done)
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.running.Wait()
}

func open(network, address string, filter func(fd int) error) (*net.IPConn, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		if e := c.Control(func(fd uintptr) { err = filter(int(fd)) }); e != nil {
			return e
		}
		return err
	}}
	conn, err := config.ListenPacket(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	return conn.(*net.IPConn), nil
}

// filter4 lets through destination unreachable alone (raw(7), ICMP_FILTER).
func filter4(fd int) error {
	const unreachable, icmpFilter = 3, 1
	blocked := ^uint32(1 << unreachable)
	return unix.SetsockoptString(fd, unix.SOL_RAW, icmpFilter, string((*[4]byte)(unsafe.Pointer(&blocked))[:]))
}

// filter6 lets through destination unreachable and packet too big (RFC 3542
// section 3.2).
func filter6(fd int) error {
	f := unix.ICMPv6Filter{}
	for i := range f.Data {
		f.Data[i] = ^uint32(0)
	}
	f.Data[0] &^= 1<<1 | 1<<2
	return unix.SetsockoptICMPv6Filter(fd, unix.IPPROTO_ICMPV6, unix.ICMPV6_FILTER, &f)
}

func (w *Watcher) read(c *net.IPConn, parse func([]byte) (report, bool)) {
	var buf [1280]byte // an error needs no more (RFC 4443 section 3)
	second, count := time.Now(), 0
	for {
		n, from, err := c.ReadFrom(buf[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if count++; err != nil || count > perSecond {
			select {
			case <-w.done:
				return
			case <-time.After(time.Second - min(time.Since(second), 900*time.Millisecond)):
			}
		}
		if time.Since(second) >= time.Second {
			second, count = time.Now(), 0
		}
		if err != nil {
			continue
		}
		ip, ok := from.(*net.IPAddr)
		if r, valid := parse(buf[:n]); ok && valid {
			if a, ok := netip.AddrFromSlice(ip.IP); ok {
				w.tell(&r, a.Unmap())
			}
		}
	}
}

// tell notes a report with the stream that it is about. One about a packet that
// we wouldn't send is forged, or late.
func (w *Watcher) tell(r *report, from netip.Addr) {
	f := w.flows.FlowAt(r.local)
	if f == nil || f.Stream == nil || f.Stream.Remote() != r.remote {
		return
	}
	f.Stream.PathFailed(media.PathError{Problem: r.problem, From: from, MTU: r.mtu, Last: time.Now()})
}
