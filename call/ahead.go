package call

import (
	"time"
	"unsafe"

	"rtpgo/media"
	"rtpgo/media/prefetch"
)

// With thousands of calls nothing of a call is in the processor's caches when
// the clock comes to it a second later, and one object tells where the next
// lies: it would wait seventy times for memory. So it asks for the objects of
// the calls to come, as they were when it last looked at them.

// aheadBy is how many calls lie between the steps of asking: for the call, for
// the list of its objects, and for these.
const aheadBy = 8

// ahead names objects of a call for the clock. They may no longer be the
// call's: nothing is read there. It is immutable.
type ahead struct {
	at      time.Time // Call.lastSignal then
	parties int
	ports   []aheadPort
	room    [2]aheadPort // for the ports of most calls
}

type aheadPort struct {
	party  *Party
	medias **Media // the elements of their slices
	media  *Media
	sets   **portSet
	set    *portSet
	locals **localPorts
	local  *localPorts
	rtp    *media.Stream
	rtcp   *media.Stream
}

// prepare asks for what check is going to need, of the calls behind calls[i].
func prepare(calls []*Call, i int) {
	if i += aheadBy; i < len(calls) {
		if a := calls[i].ahead.Load(); a != nil {
			a.ask()
		}
	}
	if i += aheadBy; i < len(calls) {
		if a := calls[i].ahead.Load(); a != nil {
			prefetch.Whole(a)
		}
	}
	if i += aheadBy; i < len(calls) {
		prefetch.Whole(calls[i])
	}
}

func (a *ahead) ask() {
	for i := range a.ports {
		p := &a.ports[i]
		prefetch.Part(p.party, unsafe.Offsetof(p.party.medias), 1)
		prefetch.Part(p.medias, 0, 1)
		prefetch.Part(p.media, 0, 1)
		prefetch.Part(p.media, unsafe.Offsetof(p.media.disabled), 1)
		prefetch.Part(p.media, unsafe.Offsetof(p.media.heard), 1)
		prefetch.Part(p.media, unsafe.Offsetof(p.media.blocks), 1)
		prefetch.Part(p.sets, 0, 1)
		prefetch.Part(p.set, unsafe.Offsetof(p.set.locals), 1)
		prefetch.Part(p.locals, 0, 1)
		prefetch.Whole(p.local)
		prefetch.Whole(p.rtp)
		prefetch.Whole(p.rtcp)
	}
}

// noteAhead notes the objects of a locked call, if signalling may have changed
// them.
func (c *Call) noteAhead() {
	if a := c.ahead.Load(); a != nil && a.at.Equal(c.lastSignal) && a.parties == len(c.parties) {
		return
	}
	a := &ahead{at: c.lastSignal, parties: len(c.parties)}
	a.ports = a.room[:0]
	for _, p := range c.parties {
		for _, m := range p.medias {
			for _, set := range m.sets {
				for _, l := range set.locals {
					a.ports = append(a.ports, aheadPort{p, unsafe.SliceData(p.medias), m, unsafe.SliceData(m.sets), set,
						unsafe.SliceData(set.locals), l, l.streams[rtp], l.streams[rtcp]})
				}
			}
		}
	}
	c.ahead.Store(a)
}
