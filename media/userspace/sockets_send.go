package userspace

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// batchRoom is how many packets are collected before they are sent.
const batchRoom = 128

// send sends packets, those of one port together.
func (w *socketWorker) send(out []media.Outgoing) {
	for i := range out {
		to := out[i].To
		if to == nil {
			continue // went with an earlier one
		}
		p, ok := to.Port().(*socketPort)
		if !ok || p.engine != w.engine {
			w.sendElsewhere(&out[i])
			continue
		}
		if p.closed.Load() {
			w.sendFailed(to, unix.EBADF)
			continue
		}
		if tos := int32(to.TOS()); tos != p.tos.Load() {
			p.setTOS(tos)
		}
		if i == len(out)-1 {
			w.sendOne(p, &out[i])
			continue
		}
		w.sendSame(p, out[i:])
	}
}

// sendSame sends all packets of out that leave by p, to which the first
// belongs.
func (w *socketWorker) sendSame(p *socketPort, out []media.Outgoing) {
	to, n := out[0].To, 0
	for i := range out {
		o := &out[i]
		if o.To != to {
			continue
		}
		m := &w.out[n]
		addr := o.Dest.Sockaddr()
		m.name, m.nameLen = addressOf(unsafe.SliceData(addr)), uint32(len(addr))
		w.outVec[n] = kernelVec{addressOf(unsafe.SliceData(o.Payload)), uintptr(len(o.Payload))}
		if i > 0 {
			o.To = nil // o.Dest and o.Payload keep alive what the kernel reads
		}
		n++
	}
	if n == 1 {
		w.sendOne(p, &out[0])
		return
	}
	for done := 0; done < n; {
		k, e := sendMmsg(p.fd, w.out[done:n])
		switch e {
		case 0:
			w.counters.sent.Add(uint64(k))
			done += k
		case unix.EINTR:
		default:
			w.sendFailed(to, e)
			done++
		}
	}
}

func (w *socketWorker) sendOne(p *socketPort, o *media.Outgoing) {
	e := sendTo(p.fd, o.Payload, o.Dest.Sockaddr())
	for e == unix.EINTR {
		e = sendTo(p.fd, o.Payload, o.Dest.Sockaddr())
	}
	if e != 0 {
		w.sendFailed(o.To, e)
		return
	}
	w.counters.sent.Add(1)
}

// sendElsewhere sends by a port of another engine.
func (w *socketWorker) sendElsewhere(o *media.Outgoing) {
	if err := o.To.Port().Send(o.Payload, o.Dest.AddrPort()); err != nil {
		w.sendFailed(o.To, 0)
		return
	}
	w.counters.sent.Add(1)
}

func (w *socketWorker) sendFailed(to *media.Stream, e syscall.Errno) {
	to.SendFailed(1, media.SendFailureOf(e))
	w.counters.failed(e)
}
