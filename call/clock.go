package call

import (
	"time"

	"go.uber.org/zap"

	"rtpgo/media"
)

// clock ends calls whose time has come: one goroutine for all of them.
func (r *Registry) clock() {
	defer r.wg.Done()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-r.done:
			return
		case <-t.C:
			r.tick()
		}
	}
}

// someCalls is how many calls the clock looks at, in some 50 µs, before it lets
// others have the processor.
const someCalls = 16

// tick does what the time has come for, once a second.
func (r *Registry) tick() {
	r.turn++
	v := r.newSurvey(r.turn)
	calls := r.all()
	for i, c := range calls {
		prepare(calls, i)
		r.check(c, v.at, v)
		if i%someCalls == someCalls-1 {
			media.GiveWay()
		}
	}
	r.finish(v)
	r.measureLoad()
	r.Debugged.tidy(v.at)
	r.ended.expire(v.at, r.KeepEnded)
}

// check takes one call into the survey and ends it if a time-out or a pending
// delete says so.
func (r *Registry) check(c *Call, now time.Time, v *survey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return
	}
	c.noteAhead()
	c.fetchReports()
	v.look(c)
	if !c.deleteAt.IsZero() {
		if now.After(c.deleteAt) || r.draining.Load() {
			r.stats.regular.Add(1)
			c.endReason = "deleted"
			r.destroy(c)
		}
		return
	}
	why := r.expired(c, now)
	if why == "" {
		c.pierceNAT()
		c.observe(now)
		return
	}
	c.endReason = why
	r.Log.Info("call ended by time-out", zap.String("call", c.ID), zap.String("timeout", why))
	r.stats.timedOut(why)
	r.destroy(c)
}

// expired names the time-out that a call has reached, "" for none.
func (r *Registry) expired(c *Call, now time.Time) string {
	limits := r.CurrentLimits()
	if over(limits.FinalTimeout, c.created, now) {
		return "final-timeout"
	}
	if !c.answered && over(limits.OfferTimeout, c.created, now) {
		return "offer-timeout"
	}
	why := c.silent(limits, now)
	if why != "" {
		// The kernel's last report may be a second old.
		c.listen()
		why = c.silent(limits, now)
	}
	return why
}

// silent names the time-out for a lack of packets that a call has reached, ""
// for none.
func (c *Call) silent(limits Limits, now time.Time) string {
	last, held := c.activity()
	limit, name := limits.Timeout, "timeout"
	if held {
		limit, name = limits.SilentTimeout, "silent-timeout"
	}
	if !over(limit, last, now) {
		return ""
	}
	return name
}

// over tells whether a limit, 0 for none, is reached.
func over(limit time.Duration, since, now time.Time) bool {
	return limit > 0 && now.Sub(since) >= limit
}

// listen looks for packets, in the kernel too.
func (c *Call) listen() {
	for _, p := range c.parties {
		for _, m := range p.medias {
			for i := range m.streams {
				m.heard[i] = max(m.heard[i], m.lastPacket(i))
			}
		}
	}
}

// activity is the time of the last packet, as the clock has just seen it, or of
// the last signal, and whether every media is on hold (silence is then
// expected).
func (c *Call) activity() (last time.Time, held bool) {
	last, held = c.created, len(c.parties) > 0
	if c.lastSignal.After(last) {
		last = c.lastSignal
	}
	var packet int64
	for _, p := range c.parties {
		for _, m := range p.medias {
			for i := range m.streams {
				packet = max(packet, m.heard[i])
			}
			if m.set != nil && !m.disabled && m.weReceive && m.weSend {
				held = false
			}
		}
	}
	later(&last, media.WallTime(packet))
	return last, held
}

// lastPacket is when the last packet arrived, by media.Now's clock. It takes no
// snapshot.
func (m *Media) lastPacket(i int) (last int64) {
	m.eachStream(i, true, func(_ *localPorts, st *media.Stream) { last = max(last, st.LastPacket()) })
	return last
}
