package userspace

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

const (
	// burst is how many packets of one socket are received at a time.
	burst = 32
	// packetRoom is the longest packet: a jumbo frame's.
	packetRoom = 9216
	// eventRoom is how many sockets are served per wait.
	eventRoom = 256
	// transformRoom is the memory for encrypted and decrypted packets.
	transformRoom = 1 << 20
	// burstGap is the pause after which a socket is expected to hold a single
	// packet again. Receiving one costs less than asking for several.
	burstGap = 1e6
	// lookEvery is after how many packets a port's flow is looked at again: its
	// parts change.
	lookEvery = 128
)

// socketWorker is one thread and the sockets pinned to it.
type socketWorker struct {
	engine *Sockets
	epfd   int
	wake   int // an eventfd that ends the wait
	memory *region
	batch  *media.Batch
	msgs   []kernelMsg // to receive
	vecs   []kernelVec
	names  []sockaddr
	bufs   []byte
	out    []kernelMsg // to send
	outVec []kernelVec

	epoch    atomic.Uint64 // odd while packets are in work; see Sockets.quiesce
	counters workerCounters
}

func newSocketWorker(e *Sockets) (*socketWorker, error) {
	size := carved[kernelMsg](burst) + carved[kernelVec](burst) + carved[sockaddr](burst) + carved[byte](burst*packetRoom) +
		carved[kernelMsg](batchRoom) + carved[kernelVec](batchRoom) + carved[byte](transformRoom)
	memory, err := mapRegion(size)
	if err != nil {
		return nil, err
	}
	w := &socketWorker{engine: e, memory: memory}
	if w.epfd, w.wake, err = newEpoll(); err != nil {
		memory.unmap()
		return nil, err
	}
	w.msgs, w.vecs, w.names = carve[kernelMsg](memory, burst), carve[kernelVec](memory, burst), carve[sockaddr](memory, burst)
	w.bufs = carve[byte](memory, burst*packetRoom)
	w.out, w.outVec = carve[kernelMsg](memory, batchRoom), carve[kernelVec](memory, batchRoom)
	w.batch = media.NewBatch(batchRoom, carve[byte](memory, transformRoom), e.notifier, w.send)
	for i := range w.msgs {
		w.vecs[i] = kernelVec{addressOf(&w.bufs[i*packetRoom]), packetRoom}
		w.msgs[i].name = addressOf(&w.names[i])
		w.msgs[i].iov, w.msgs[i].iovLen = addressOf(&w.vecs[i]), 1
	}
	for i := range w.out {
		w.out[i].iov, w.out[i].iovLen = addressOf(&w.outVec[i]), 1
	}
	return w, nil
}

// newEpoll makes an epoll descriptor, and an eventfd that it watches.
func newEpoll() (epfd, wake int, err error) {
	if epfd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return -1, -1, fmt.Errorf("make an epoll descriptor: %w", err)
	}
	if wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		_ = unix.Close(epfd)
		return -1, -1, fmt.Errorf("make an eventfd: %w", err)
	}
	if err = unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(wake)}); err != nil {
		_ = unix.Close(epfd)
		_ = unix.Close(wake)
		return -1, -1, fmt.Errorf("watch an eventfd: %w", err)
	}
	return epfd, wake, nil
}

// interrupt ends the worker's wait, for good.
func (w *socketWorker) interrupt() {
	_, _ = unix.Write(w.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

// release frees what newSocketWorker took, after run has ended.
func (w *socketWorker) release() {
	_ = unix.Close(w.epfd)
	_ = unix.Close(w.wake)
	w.memory.unmap()
}

// run serves the worker's sockets until the engine stops.
func (w *socketWorker) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var events [eventRoom]unix.EpollEvent
	last := media.Now()
	for !w.engine.stop.Load() {
		n := epollWait(w.epfd, events[:])
		yieldPoint()
		w.counters.wakeups.Add(1)
		if n == 0 {
			if media.Now()-last > int64(quietAfter) {
				epollWaitQuietly(w.epfd, events[:1])
				last = media.Now()
			}
			continue
		}
		w.epoch.Add(1)
		now := media.Now()
		last = now
		for i := range events[:n] {
			if p := w.engine.ports.get(int(events[i].Fd)); p != nil && p.worker == w {
				p.ask()
			}
		}
		for i := range events[:n] {
			if i%16 == 15 {
				now = media.Now() // a round of all sockets takes milliseconds
			}
			// An event may be older than the socket that has its number now.
			if p := w.engine.ports.get(int(events[i].Fd)); p != nil && p.worker == w {
				w.serve(p, now)
			}
		}
		w.epoch.Add(1)
	}
}

// serve takes the packets that wait at a port and sends what becomes of them.
func (w *socketWorker) serve(p *socketPort, now int64) {
	idle := now - p.last
	p.last = now
	if idle < burstGap {
		w.serveBurst(p, now)
		return
	}
	n, e := recvFrom(p.fd, w.bufs[:packetRoom], &w.names[0])
	if e != 0 {
		w.receiveFailed(e)
		return
	}
	w.counters.received.Add(1)
	w.handle(p, 0, n, n > packetRoom, now)
	w.batch.Flush()
}

func (w *socketWorker) serveBurst(p *socketPort, now int64) {
	for i := range w.msgs {
		w.msgs[i].nameLen = uint32(len(w.names[i]))
	}
	n, e := recvMmsg(p.fd, w.msgs)
	if e != 0 {
		w.receiveFailed(e)
		return
	}
	w.counters.received.Add(uint64(n))
	for i := range n {
		w.handle(p, i, int(w.msgs[i].n), w.msgs[i].flags&unix.MSG_TRUNC != 0, now)
	}
	w.batch.Flush()
}

// handle gives the packet in buffer i to the port's flow.
func (w *socketWorker) handle(p *socketPort, i, n int, truncated bool, now int64) {
	if truncated {
		w.counters.tooLong.Add(1)
		return
	}
	f := p.flow.Load()
	if f == nil {
		w.counters.noFlow.Add(1)
		return
	}
	pkt := w.bufs[i*packetRoom : i*packetRoom+n : (i+1)*packetRoom]
	f.Receive(pkt, media.DecodeSockaddr(w.names[i][:]), now, w.batch)
	if p.looked++; p.looked%lookEvery == 1 || !p.ahead.Of(f) {
		p.lookAhead(f)
	}
}

func (w *socketWorker) receiveFailed(e syscall.Errno) {
	if e == unix.EAGAIN || e == unix.EINTR {
		return // another event said so already
	}
	w.counters.receiveErrors.Add(1)
}
