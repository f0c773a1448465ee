package call

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

// Debugged are the calls of which everything is logged, whatever the log level
// says. The logger asks it for each line; the zero value is empty and ready.
type Debugged struct {
	n     atomic.Int64
	calls sync.Map // call-id -> when it ended; the zero time while it lives
}

// debugRest is how long a call that has ended is still logged: its last line
// comes with the reply.
const debugRest = 5 * time.Second

// Any tells whether there are some: cheap, for lines that would not be logged
// otherwise.
func (d *Debugged) Any() bool { return d.n.Load() > 0 }

// Has tells whether a call is one of them.
func (d *Debugged) Has(callID string) bool {
	if !d.Any() {
		return false
	}
	_, ok := d.calls.Load(callID)
	return ok
}

func (d *Debugged) add(callID string) {
	if _, was := d.calls.Swap(callID, time.Time{}); !was {
		d.n.Add(1)
	}
}

// ended remembers that a call has ended.
func (d *Debugged) ended(callID string, now time.Time) {
	if d.Has(callID) {
		d.calls.Store(callID, now)
	}
}

// tidy forgets calls that ended a while ago.
func (d *Debugged) tidy(now time.Time) {
	if !d.Any() {
		return
	}
	d.calls.Range(func(id, at any) bool {
		if end := at.(time.Time); !end.IsZero() && now.Sub(end) > debugRest {
			d.forget(id.(string))
		}
		return true
	})
}

func (d *Debugged) forget(callID string) {
	if _, was := d.calls.LoadAndDelete(callID); was {
		d.n.Add(-1)
	}
}

// SetDebug makes everything about a live call be logged, or no longer. It
// reports false where there is no such call.
func (r *Registry) SetDebug(callID string, on bool) bool {
	c := r.lookup(callID)
	if c == nil {
		return false
	}
	defer c.mu.Unlock()
	c.setDebug(on)
	return true
}

// setDebug is SetDebug of a locked call: the lock keeps a call that ends
// meanwhile from staying in the set.
func (c *Call) setDebug(on bool) {
	if on {
		c.registry.Debugged.add(c.ID)
	} else {
		c.registry.Debugged.forget(c.ID)
	}
}

// logEvent writes an event to the log at debug level.
func (c *Call) logEvent(party uint64, e *event) {
	log := c.registry.Log
	if !log.Core().Enabled(zap.DebugLevel) {
		return
	}
	switch e.kind {
	case evICE:
		log = log.Named("ice")
	case evDTLS, evSRTP:
		log = log.Named("crypto")
	}
	// The words are made when the line is written: most lines are not where
	// single calls are debugged.
	log.Debug("event", zap.String("call", c.ID), zap.String("tag", c.log.called(party)), zap.Uint8("media", e.media),
		zap.String("kind", kindNames[e.kind]), zap.Stringer("text", inWords(*e)))
}

// inWords is an event that is put into words when it is read.
type inWords event

func (w inWords) String() string {
	e := event(w)
	return e.words()
}
