package call

import "time"

// Limits are the bounds of calls that an operator may change while calls are
// up.
type Limits struct {
	// MaxSessions is the limit of parallel calls; 0 means none, a negative one
	// refuses every call.
	MaxSessions int
	// New calls are refused while the load average, the use of CPU in percent or
	// the octets of media received per second are this or more; 0 means never.
	MaxLoad, MaxCPU float64
	MaxBandwidth    int64
	// DeleteDelay is how long a deleted call lives on.
	DeleteDelay time.Duration
	// Timeout ends calls without packets, SilentTimeout those where every
	// media is held or silent, FinalTimeout all calls of that age,
	// OfferTimeout those never answered. 0 means never.
	Timeout, SilentTimeout, FinalTimeout, OfferTimeout time.Duration
}

// CurrentLimits are the limits that hold now.
func (r *Registry) CurrentLimits() Limits { return *r.limits.Load() }

// ChangeLimits changes some limits at once. They hold for the next request and
// the next second; calls that are over a lower limit of their number go on.
func (r *Registry) ChangeLimits(change func(*Limits)) {
	for {
		old := r.limits.Load()
		l := *old
		change(&l)
		if r.limits.CompareAndSwap(old, &l) {
			return
		}
	}
}

// full tells whether the limit of parallel calls is reached.
func (r *Registry) full() bool {
	n := r.CurrentLimits().MaxSessions
	return n != 0 && r.Count() >= n
}
