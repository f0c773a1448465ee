package userspace

import (
	"errors"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

const (
	// receiveTimeout ends a wait for packets. Go stops a thread by a signal,
	// which the kernel would hide by starting the call again if it had no time
	// limit.
	receiveTimeout = 100 * time.Millisecond
	// quietAfter is when a worker without packets starts to wait the way that
	// Go's scheduler knows: dearer for each packet, but free while there are
	// none (the scheduler interrupts the other way of waiting every 10 ms).
	quietAfter = 500 * time.Millisecond
	// transformMemory holds the packets of a batch that are encrypted or
	// decrypted.
	transformMemory = 512 << 10
)

// worker is a thread that receives, decides on and sends the packets of its
// share of the ports.
type worker struct {
	engine   *Batched
	socket   int
	rx       *receiver
	tx4, tx6 *sender // tx6 is nil without IPv6
	batch    *media.Batch
	memory   *region
	flows    [batchSize]*media.Flow // of the packets received
	warmth   uint64
	counters workerCounters
	stop     atomic.Bool
	quiet    atomic.Bool // waits the way that Go's scheduler knows
	done     chan struct{}
}

func newWorker(e *Batched) (*worker, error) {
	w := &worker{engine: e, socket: -1, done: make(chan struct{})}
	if err := w.acquire(); err != nil {
		w.free()
		return nil, err
	}
	w.batch = media.NewBatch(batchSize, w.memory.mem, e.notifier, w.send)
	return w, nil
}

// acquire takes what free gives back.
func (w *worker) acquire() (err error) {
	if w.socket, err = receiveSocket(w.engine.ipv6); err != nil {
		return err
	}
	if w.rx, err = newReceiver(w.socket); err != nil {
		return err
	}
	if w.tx4, err = openSender(false, &w.counters); err != nil {
		return err
	}
	if w.engine.ipv6 {
		if w.tx6, err = openSender(true, &w.counters); err != nil {
			return err
		}
	}
	w.memory, err = mapRegion(transformMemory)
	return err
}

func openSender(ipv6 bool, c *workerCounters) (*sender, error) {
	fd, err := rawSocket(ipv6)
	if err != nil {
		return nil, err
	}
	s, err := newSender(fd, ipv6, c)
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return s, nil
}

// free gives back what a worker that doesn't run holds.
func (w *worker) free() {
	if w.socket >= 0 {
		_ = unix.Close(w.socket)
	}
	if w.rx != nil {
		w.rx.region.unmap()
	}
	for _, s := range []*sender{w.tx4, w.tx6} {
		if s != nil {
			_ = unix.Close(s.fd)
			s.region.unmap()
		}
	}
	if w.memory != nil {
		w.memory.unmap()
	}
	w.socket, w.rx, w.tx4, w.tx6, w.memory = -1, nil, nil, nil, nil
}

// run works until halt. The thread is not given back: it ends with the worker.
func (w *worker) run() {
	defer close(w.done)
	runtime.LockOSThread()
	last := media.Now()
	for {
		n, errno := w.rx.receive()
		yieldPoint()
		if w.stop.Load() {
			return
		}
		if n > 0 {
			last = w.work(n)
			continue
		}
		switch errno {
		case unix.EINTR, unix.EAGAIN:
		default:
			w.counters.receiveErrors.Add(1)
			time.Sleep(time.Millisecond)
		}
		if media.Now()-last > int64(quietAfter) {
			w.waitQuietly()
			last = media.Now()
		}
	}
}

// work handles the packets that were received, and returns the time.
func (w *worker) work(n int) int64 {
	now := media.Now()
	w.find(n, now)
	for i, f := range w.flows[:n] {
		if f == nil {
			continue
		}
		pkt := w.rx.packet(i)
		if pkt == nil {
			w.counters.tooLong.Add(1)
			continue
		}
		f.Receive(pkt, w.rx.source(i), now, w.batch)
	}
	w.batch.Flush()
	clear(w.flows[:n])
	w.counters.received.Add(uint64(n))
	w.counters.receiveCalls.Add(1)
	return now
}

// find looks up the flows of the packets that were received. Each step is made
// for all packets before the next: they wait for memory together.
func (w *worker) find(n int, now int64) {
	var ports [batchSize]*batchedPort
	var addr [16]byte
	var local *localAddress
	for i := range n {
		number, ok := w.rx.destination(i, &addr)
		if ok && (local == nil || local.bytes != addr) {
			local = w.engine.table.find(&addr)
		}
		if ok && local != nil {
			if ports[i] = local.port(number); ports[i] == nil {
				w.engine.stray(local, number, w.rx.source(i), now)
			}
		}
	}
	for i, p := range ports[:n] {
		if p == nil {
			w.counters.noPort.Add(1)
		} else if w.flows[i] = p.flow.Load(); w.flows[i] == nil {
			w.counters.noFlow.Add(1)
		}
		if p != nil && p.flood.count(now) {
			w.engine.mute(p)
		}
	}
	var sum uint64
	for i, f := range w.flows[:n] {
		if f != nil {
			sum += ports[i].warm() + f.Warm()
		}
	}
	w.warmth = sum
}

// send is called by the batch.
func (w *worker) send(out []media.Outgoing) {
	for i := range out {
		o := &out[i]
		p, ok := o.To.Port().(*batchedPort)
		switch {
		case !ok || p.engine != w.engine:
			if o.To.Port().Send(o.Payload, o.Dest.AddrPort()) != nil {
				o.To.SendFailed(1, media.FailedOther)
			}
		case p.closed.Load() || o.Dest.Is4() != p.address.is4:
			o.To.SendFailed(1, media.FailedOther)
		case p.address.is4:
			w.tx4.add(p, o.Dest, o.Payload, o.To)
		default:
			w.tx6.add(p, o.Dest, o.Payload, o.To)
		}
	}
	w.tx4.flush()
	if w.tx6 != nil {
		w.tx6.flush()
	}
}

// waitQuietly waits for a packet with the scheduler's knowledge.
func (w *worker) waitQuietly() {
	w.quiet.Store(true)
	defer w.quiet.Store(false)
	fds := [1]unix.PollFd{{Fd: int32(w.socket), Events: unix.POLLIN}}
	_, _, _ = syscall.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds[0])), 1, 0, 0, 0, 0)
}

// halt ends the worker.
func (w *worker) halt() {
	w.stop.Store(true)
	// Says that the socket is not connected, and wakes who waits on it.
	_ = unix.Shutdown(w.socket, unix.SHUT_RD)
	<-w.done
}
