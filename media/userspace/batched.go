package userspace

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// BatchedOptions configure a batched engine.
type BatchedOptions struct {
	// Workers is the number of threads that forward packets; 0 means one per
	// core.
	Workers int
	// Ranges are the ports that will be opened. They are claimed: an engine of
	// another process with an overlapping range refuses to start. Ports of them
	// that other programs hold are not opened. Ports outside work all the same.
	Ranges []PortRange
	// Linger is how long packets to a port that was closed are still noticed,
	// for Strays; meanwhile the host doesn't answer them by ICMP. 0 leaves
	// them to the host at once.
	Linger time.Duration
	// Logger takes warnings: other programs' sockets on media ports, and errors
	// on the packet path, at most one line a second. nil drops them.
	Logger *zap.Logger
}

// PortRange is a range of ports of a local address, both ends included.
type PortRange struct {
	Addr        netip.Addr
	First, Last uint16
}

func (r PortRange) String() string { return fmt.Sprintf("%s %d-%d", r.Addr, r.First, r.Last) }

func (r PortRange) overlaps(o PortRange) bool {
	return r.Addr.Unmap() == o.Addr.Unmap() && r.First <= o.Last && o.First <= r.Last
}

// Batched is the engine that steers the packets of all ports to one socket per
// worker, and receives and sends them in batches. See NewBatched.
//
// A port costs no descriptor, and opening one no system call. So the ports are
// not bound in the eyes of the kernel: keep the range out of what it gives to
// other programs (sysctl net.ipv4.ip_local_reserved_ports), or answers to them
// may be taken for media. While a port is not open its packets are left alone.
type Batched struct {
	log      *zap.Logger
	ipv6     bool
	notifier *media.Notifier
	workers  []*worker
	steering *steering
	direct   [2]int // raw sockets, IPv4 and IPv6, for packets that nothing received caused
	table    addressTable
	foreign  *foreignPorts
	claims   []int

	watching sync.WaitGroup
	quit     chan struct{}

	sending sync.RWMutex // write-locked to mark ports closed before direct is

	mu         sync.Mutex
	closed     bool
	next       uint16 // where to look for a port that is free
	muted      []mutedPort
	lingerTime time.Duration
	lingerers  lingerers
	strays     media.Strays
	flood      uint32 // packets in a window that are one
}

// NewBatched starts an engine in the network namespace of the calling thread.
// The error is an *UnavailableError when the system doesn't permit it, and
// wraps ErrRangeClaimed when another process serves the same ports.
func NewBatched(o BatchedOptions) (_ *Batched, err error) {
	if o.Workers == 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Workers < 0 || o.Workers > maxWorkers {
		return nil, fmt.Errorf("batched engine: %d workers: must be 1 to %d", o.Workers, maxWorkers)
	}
	runtime.LockOSThread() // the namespace is the thread's
	defer runtime.UnlockOSThread()
	e := newBatched(o.Logger)
	e.lingerTime = o.Linger
	defer func() {
		if err != nil {
			e.free()
		}
	}()
	if e.claims, err = claimRanges(o.Ranges); err != nil {
		return nil, fmt.Errorf("batched engine: %w", err)
	}
	if err = e.openSockets(o.Workers); err != nil {
		return nil, err
	}
	e.foreign = newForeignPorts(e.ownPorts(), e.warnTaken)
	e.foreign.look()
	reserveProcs(len(e.workers))
	for _, w := range e.workers {
		go w.run()
	}
	e.watching.Go(e.watch)
	return e, nil
}

func newBatched(log *zap.Logger) *Batched {
	if log == nil {
		log = zap.NewNop()
	}
	e := &Batched{log: log, ipv6: haveIPv6(), notifier: media.NewNotifier(), direct: [2]int{-1, -1}, quit: make(chan struct{}), next: 32768, flood: floodPackets}
	e.table.list.Store(new([]*localAddress))
	return e
}

func (e *Batched) openSockets(workers int) (err error) {
	var sockets []int
	for range workers {
		w, err := newWorker(e)
		if err != nil {
			return unavailable(err)
		}
		e.workers = append(e.workers, w)
		sockets = append(sockets, w.socket)
	}
	if e.direct[0], err = rawSocket(false); err != nil {
		return unavailable(err)
	}
	if e.ipv6 {
		if e.direct[1], err = rawSocket(true); err != nil {
			return unavailable(err)
		}
	}
	if e.steering, err = loadSteering(sockets); err != nil {
		return unavailable(err)
	}
	return nil
}

// haveIPv6 tells whether IPv6 sockets can be made.
func haveIPv6() bool {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		_ = unix.Close(fd)
	}
	return err == nil
}

// Name implements media.Engine.
func (e *Batched) Name() string { return "batched" }

// Workers is the number of workers.
func (e *Batched) Workers() int { return len(e.workers) }

// Open implements media.Engine. Port 0 takes a free one. That another program
// holds a port is noticed some seconds late.
func (e *Batched) Open(local netip.AddrPort) (media.Port, error) {
	p, err := e.open(netip.AddrPortFrom(local.Addr().Unmap(), local.Port()))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", local, err)
	}
	return p, nil
}

func (e *Batched) open(local netip.AddrPort) (*batchedPort, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, net.ErrClosed
	}
	a, err := e.address(local.Addr())
	if err != nil {
		return nil, err
	}
	n := local.Port()
	if n == 0 {
		if n = e.freePort(a); n == 0 {
			return nil, unix.EADDRINUSE
		}
	}
	if a.port(n) != nil || e.foreign.hold(a.addr, n) {
		return nil, unix.EADDRINUSE
	}
	p := &batchedPort{engine: e, address: a, number: n, flood: flood{limit: e.flood}}
	a.set(n, p)
	*a.lingers(n) = 0
	e.strays.Forget(netip.AddrPortFrom(a.addr, n))
	e.steering.unmute(a, n)
	e.steering.open(a, n)
	return p, nil
}

// address returns the entry of a local address, making it on first use.
func (e *Batched) address(addr netip.Addr) (*localAddress, error) {
	bytes := addr.As16()
	if a := e.table.find(&bytes); a != nil {
		return a, nil
	}
	switch {
	case !addr.IsValid(), addr.IsUnspecified(), addr.IsMulticast():
		return nil, unix.EADDRNOTAVAIL
	case addr.Zone() != "" || addr.Is6() && addr.IsLinkLocalUnicast():
		return nil, fmt.Errorf("link-local address: %w", unix.EADDRNOTAVAIL)
	case addr.Is6() && !e.ipv6:
		return nil, unix.EAFNOSUPPORT
	}
	if err := e.checkLocal(addr); err != nil {
		return nil, err
	}
	a := &localAddress{addr: addr, bytes: bytes, is4: addr.Is4(), slot: uint32(len(*e.table.list.Load()))}
	if err := e.steering.addAddress(a); err != nil {
		return nil, err
	}
	e.table.add(a)
	return a, nil
}

// checkLocal tells whether addr is one of this machine, by binding a raw
// socket to it for a moment (which matters to no packet: each names its
// source).
func (e *Batched) checkLocal(addr netip.Addr) error {
	if addr.Is4() {
		err := unix.Bind(e.direct[0], &unix.SockaddrInet4{Addr: addr.As4()})
		return errors.Join(err, unix.Bind(e.direct[0], &unix.SockaddrInet4{}))
	}
	err := unix.Bind(e.direct[1], &unix.SockaddrInet6{Addr: addr.As16()})
	return errors.Join(err, unix.Bind(e.direct[1], &unix.SockaddrInet6{}))
}

// freePort returns a port of a that is free, 0 if there is none.
func (e *Batched) freePort(a *localAddress) uint16 {
	for range 65536 {
		n := e.next
		if e.next++; e.next < 1024 {
			e.next = 32768
		}
		if a.port(n) == nil && !e.foreign.hold(a.addr, n) {
			return n
		}
	}
	return 0
}

// release is called once by a port.
func (e *Batched) release(p *batchedPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p.address.set(p.number, nil)
	if !e.closed {
		e.linger(p)
	}
}

// Close implements media.Engine.
func (e *Batched) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	close(e.quit)
	e.watching.Wait()
	for _, w := range e.workers {
		w.halt()
	}
	e.sending.Lock()
	for _, a := range *e.table.list.Load() {
		a.closePorts()
	}
	e.sending.Unlock()
	releaseProcs(len(e.workers))
	e.free()
	return nil
}

// free gives back what an engine without running workers holds.
func (e *Batched) free() {
	if e.foreign != nil {
		e.foreign.close()
	}
	if e.steering != nil {
		if err := e.steering.Close(); err != nil {
			e.log.Warn("batched engine: detaching the sk_lookup program", zap.Error(err))
		}
	}
	for _, w := range e.workers {
		w.free()
	}
	for _, fd := range append(e.direct[:], e.claims...) {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
	e.notifier.Close()
}
