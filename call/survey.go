package call

import (
	"time"

	"rtpgo/media"
)

// survey is what the clock finds when it looks at every call, once a second:
// readers of figures need not look at calls themselves.
type survey struct {
	at                         time.Time
	turn                       int64 // which calls are looked at closely; allTurns for every one
	packetTime                 int64 // the same by media.Now
	offered, answered, deleted int
	ipv4, ipv6, mixed          int // answered calls, by the families of their sides
	// Streams by who forwarded their packets in the last moments.
	user, kernel, both int
	// oneWay counts medias of which only one side is heard though both should be.
	oneWay int
	total  [measures]uint64 // of all addresses
	rate   Rates
}

// Rates are what arrived per second, in user space and in the kernel.
type Rates struct {
	User, Kernel media.Counters
}

// closely is how many surveys pass until every call was looked at closely, for
// its drops and losses too, but for those with packets refused or not sent: they
// are looked at each time. What a call has counted at its end is never missed.
const (
	closely  = 5
	allTurns = -1
)

func (v *survey) close(c *Call) bool {
	return v.turn == allTurns || (c.created.UnixNano()>>10+v.turn)%closely == 0
}

func (r *Registry) newSurvey(turn int64) *survey {
	at := r.now()
	return &survey{at: at, turn: turn, packetTime: media.Now() + int64(time.Until(at))}
}

// lookAround is a survey that nobody else sees: for an answer that must hold
// what has just happened.
func (r *Registry) lookAround() *survey {
	v := r.newSurvey(allTurns)
	for _, c := range r.all() {
		c.mu.Lock()
		if !c.dead {
			v.look(c)
		}
		c.mu.Unlock()
	}
	return v
}

// look takes a locked call into the survey.
func (v *survey) look(c *Call) {
	switch {
	case !c.deleteAt.IsZero():
		v.deleted++
	case c.answered:
		v.answered++
	default:
		v.offered++
	}
	near := v.close(c)
	for _, p := range c.parties {
		for _, m := range p.medias {
			v.measure(m, near)
		}
	}
	if c.answered && c.deleteAt.IsZero() {
		v.families(c)
		v.directions(c)
	}
}

// measure brings the sums up to date with a media and notes when it was heard.
func (v *survey) measure(m *Media, near bool) {
	for i := range m.streams {
		var t, all media.Tally
		m.eachStream(i, v.turn == allTurns, func(l *localPorts, st *media.Stream) {
			if st.Traffic(&t); near || l.failing(i, &t) {
				l.account(i, &t)
			} else {
				l.accountTraffic(i, &t)
			}
			all.LastUser, all.LastKernel = max(all.LastUser, t.LastUser), max(all.LastKernel, t.LastKernel)
		})
		m.heard[i] = max(m.heard[i], all.LastUser, all.LastKernel)
		user, kernel := v.active(all.LastUser), v.active(all.LastKernel)
		switch {
		case user && kernel:
			v.both++
		case kernel:
			v.kernel++
		case user:
			v.user++
		}
	}
}

// active tells whether a time of media.Now's clock is one of the last moments.
func (v *survey) active(at int64) bool {
	return at != 0 && v.packetTime-at < int64(activeFor)
}

// activeFor is how long a stream counts as active after a packet.
const activeFor = 2 * time.Second

func (v *survey) families(c *Call) {
	var four, six bool
	for _, p := range c.parties {
		for _, m := range p.medias {
			if m.set != nil {
				is4 := m.set.primary().address.Local.Is4()
				four, six = four || is4, six || !is4
			}
		}
	}
	switch {
	case four && six:
		v.mixed++
	case four:
		v.ipv4++
	case six:
		v.ipv6++
	}
}

// A media goes one way when a side was heard within the first of these times,
// and the other not within the second.
const (
	heardLately = 5 * time.Second
	longSilence = 10 * time.Second
)

func (v *survey) directions(c *Call) {
	if v.at.Sub(c.created) < longSilence {
		return
	}
	for _, p := range c.parties {
		for _, m := range p.medias {
			q := m.peer()
			if q == nil || !m.twoWay() || !q.twoWay() {
				continue
			}
			if v.packetTime-m.heard[rtp] < int64(heardLately) && v.packetTime-q.heard[rtp] > int64(longSilence) {
				v.oneWay++
			}
		}
	}
}

// twoWay tells whether media is due in both directions.
func (m *Media) twoWay() bool {
	return m.isRTP() && m.set != nil && !m.disabled && m.weSend && m.weReceive &&
		!m.blocks.media && !m.party.blocks.media && !m.party.call.blocks.media && !m.party.call.dropTraffic
}

// finish derives the rates from the survey before, and publishes this one.
func (r *Registry) finish(v *survey) {
	v.total = r.totalSums()
	if old := r.surveyed.Load(); old != nil {
		if d := v.at.Sub(old.at).Seconds(); d > 0 {
			per := func(packets, octets measure) media.Counters {
				return media.Counters{
					Packets: uint64(float64(v.total[packets]-old.total[packets]) / d),
					Octets:  uint64(float64(v.total[octets]-old.total[octets]) / d),
				}
			}
			v.rate = Rates{User: per(userPackets, userOctets), Kernel: per(kernelPackets, kernelOctets)}
			v.rate.User.Errors = uint64(float64(v.total[inErrors]-old.total[inErrors]) / d)
		}
	}
	r.surveyed.Store(v)
}

// totalSums adds up the sums of all addresses.
func (r *Registry) totalSums() (total [measures]uint64) {
	for _, s := range r.sums {
		for m := range s {
			total[m] += s[m].Load()
		}
	}
	return total
}
