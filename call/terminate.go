package call

import "go.uber.org/zap"

// Terminate ends a call at once by order of the operator and releases its
// ports. It reports false where there is no such call.
func (r *Registry) Terminate(callID string) bool {
	c := r.lookup(callID)
	if c == nil {
		return false
	}
	defer c.mu.Unlock()
	r.terminate(c)
	return true
}

// TerminateAll ends every call and tells how many there were. Calls that come
// while it runs may stay.
func (r *Registry) TerminateAll() (n int) {
	for _, c := range r.all() {
		c.mu.Lock()
		if !c.dead {
			r.terminate(c)
			n++
		}
		c.mu.Unlock()
	}
	return n
}

func (r *Registry) terminate(c *Call) {
	r.Log.Warn("call ended by the operator", zap.String("call", c.ID))
	r.stats.forced.Add(1)
	c.endReason = "terminated"
	r.destroy(c)
}
