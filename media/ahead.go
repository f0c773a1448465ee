package media

import (
	"unsafe"

	"rtpgo/media/prefetch"
)

// Ahead is where the memory lies that Flow.Receive needs for an ordinary
// packet, as it was when the flow was looked at. Unlike Warm, Ask needs nothing
// of it to say what it is: a worker that fetches each packet by a system call
// of its own asks first, and the memory comes while the kernel is at work.
type Ahead struct {
	flow           *Flow
	sink           *Sink
	from, to       *Stream
	remote, toward *remote
}

// Ahead looks at the flow; nil has nothing.
func (f *Flow) Ahead() (a Ahead) {
	if f == nil {
		return a
	}
	a.flow, a.from, a.remote = f, f.Stream, f.Stream.remote.Load()
	if len(f.RTP) != 0 {
		a.sink, a.to = &f.RTP[0], f.RTP[0].To
		a.toward = a.to.remote.Load()
	}
	return a
}

// Of tells whether the look was at f.
func (a *Ahead) Of(f *Flow) bool { return a.flow == f }

// What a packet touches in a stream, behind its first line: up to the part of a
// source that only losses change.
const (
	ofIn   = unsafe.Offsetof(Stream{}.in)
	ofOut  = unsafe.Offsetof(Stream{}.out)
	inLen  = unsafe.Offsetof(ingress{}.sources) + sourceLen
	outLen = unsafe.Offsetof(egress{}.sources) + sourceLen

	sourceLen = unsafe.Offsetof(ssrcTable{}.first) + unsafe.Offsetof(ssrcSlot{}.lost)
)

// Ask asks the processor for the memory.
func (a *Ahead) Ask() {
	prefetch.Whole(a.flow)
	prefetch.Whole(a.remote)
	prefetch.Part(a.from, 0, 1)
	prefetch.Part(a.from, ofIn, inLen)
	if a.to == nil {
		return
	}
	prefetch.Whole(a.sink)
	prefetch.Whole(a.toward)
	prefetch.Part(a.to, 0, 1)
	prefetch.Part(a.to, ofOut, outLen)
}
