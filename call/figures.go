package call

import (
	"time"

	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/media/ice"
)

// Figures are what all calls together do and have done, for metrics and for
// Graphite. Reading them looks at no call: what concerns live calls is what the
// clock found last, at most a second ago.
type Figures struct {
	Uptime time.Duration
	// Live are the calls that are up; Offered, Answered and Deleted (with a
	// delete whose delay runs) divide them as the clock found them.
	Live, Offered, Answered, Deleted int
	// IPv4, IPv6 and Mixed are answered calls by the families of their sides.
	IPv4, IPv6, Mixed int
	// UserStreams, KernelStreams and MixedStreams are the streams on which
	// packets came within the last second, by where they were forwarded.
	UserStreams, KernelStreams, MixedStreams int
	// OneWay are the medias where one side was heard in the last 5 seconds and
	// the other not for 10, though neither is on hold.
	OneWay int
	Rates  Rates

	Managed uint64 // calls ever
	// Ended calls by reason: Terminated by delete, ForceTerminated by an
	// operator, the others by the time-out of that name.
	Terminated, ForceTerminated                        uint64
	Timeout, SilentTimeout, FinalTimeout, OfferTimeout uint64
	ZeroWay, OneWayEnded                               uint64 // ended calls in which no party, or only one, sent RTP
	Ended                                              uint64
	Duration                                           time.Duration // of ended calls
	DurationSquared                                    float64       // sum of squares, in s²
	Refused                                            []NamedCount  // new calls, by the limit
	ICESelected                                        []NamedCount  // pairs, by type of the peer's candidate
	ICEFailed, ICEConsentLost, ICERoleSwitched         uint64
	DTLSEstablished, DTLSClosed                        uint64
	DTLSFailed                                         []NamedCount // by reason

	Quality   QualityFigures   // of all addresses
	Addresses []AddressFigures // in the order of the configuration
}

// Rejected is how many new calls were refused.
func (f *Figures) Rejected() (n uint64) {
	for _, c := range f.Refused {
		n += c.Count
	}
	return n
}

// NamedCount is a count and what it is of.
type NamedCount struct {
	Name  string
	Count uint64
}

// AddressFigures is what one local address of a logical interface relayed.
type AddressFigures struct {
	*interfaces.Address
	// User and Kernel arrived and were let in; User.Errors is what was refused
	// or broken. Out was sent.
	User, Kernel, Out media.Counters
	Drops             [media.DropCauses]uint64
	Lost, Duplicates  uint64 // RTP
	Quality           QualityFigures
}

// Total adds up the addresses.
func (f *Figures) Total() (sum AddressFigures) {
	for i := range f.Addresses {
		a := &f.Addresses[i]
		sum.User = plus(sum.User, a.User)
		sum.Kernel = plus(sum.Kernel, a.Kernel)
		sum.Out = plus(sum.Out, a.Out)
		for c, n := range a.Drops {
			sum.Drops[c] += n
		}
		sum.Lost += a.Lost
		sum.Duplicates += a.Duplicates
	}
	return sum
}

func plus(a, b media.Counters) media.Counters {
	return media.Counters{Packets: a.Packets + b.Packets, Octets: a.Octets + b.Octets, Errors: a.Errors + b.Errors}
}

// Figures reads them.
func (r *Registry) Figures() *Figures {
	t := &r.stats
	f := &Figures{
		Uptime: r.now().Sub(r.started), Live: r.Count(),
		Managed:    uint64(t.managed.Load()),
		Terminated: uint64(t.regular.Load()), ForceTerminated: uint64(t.forced.Load()),
		Timeout: uint64(t.timeout.Load()), SilentTimeout: uint64(t.silent.Load()),
		FinalTimeout: uint64(t.final.Load()), OfferTimeout: uint64(t.offer.Load()),
		ZeroWay: uint64(t.zeroWay.Load()), OneWayEnded: uint64(t.oneWay.Load()),
		ICEFailed: t.iceFailed.Load(), ICEConsentLost: t.iceLost.Load(), ICERoleSwitched: t.iceSwitch.Load(),
		DTLSEstablished: t.dtlsEstablished.Load(), DTLSClosed: t.dtlsClosed.Load(),
	}
	t.mu.Lock()
	f.Ended, f.Duration, f.DurationSquared = uint64(t.endedCalls), time.Duration(t.duration*float64(time.Second)), t.durationSq
	t.mu.Unlock()
	for i := range t.refused {
		f.Refused = append(f.Refused, NamedCount{refusalNames[i], t.refused[i].Load()})
	}
	for i := range t.iceSelected {
		f.ICESelected = append(f.ICESelected, NamedCount{ice.Type(i).String(), t.iceSelected[i].Load()})
	}
	for i := range t.dtlsFailed {
		f.DTLSFailed = append(f.DTLSFailed, NamedCount{dtlsFailureNames[i], t.dtlsFailed[i].Load()})
	}
	if v := r.surveyed.Load(); v != nil {
		f.Offered, f.Answered, f.Deleted = v.offered, v.answered, v.deleted
		f.IPv4, f.IPv6, f.Mixed = v.ipv4, v.ipv6, v.mixed
		f.UserStreams, f.KernelStreams, f.MixedStreams = v.user, v.kernel, v.both
		f.OneWay, f.Rates = v.oneWay, v.rate
	}
	for _, a := range r.addresses() {
		v := r.sums[a].figures(a)
		v.Quality = r.quality[a].read()
		f.Quality.add(&v.Quality)
		f.Addresses = append(f.Addresses, v)
	}
	return f
}

func (s *sums) figures(a *interfaces.Address) AddressFigures {
	v := AddressFigures{
		Address: a,
		User:    media.Counters{Packets: s[userPackets].Load(), Octets: s[userOctets].Load(), Errors: s[inErrors].Load()},
		Kernel:  media.Counters{Packets: s[kernelPackets].Load(), Octets: s[kernelOctets].Load()},
		Out:     media.Counters{Packets: s[outPackets].Load(), Octets: s[outOctets].Load(), Errors: s[outErrors].Load()},
		Lost:    s[lostPackets].Load(), Duplicates: s[duplicatePackets].Load(),
	}
	for i := range v.Drops {
		v.Drops[i] = s[firstDrop+measure(i)].Load()
	}
	return v
}
