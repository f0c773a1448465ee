package call

import (
	"time"

	"rtpgo/ng"
)

const noMatch = "Call-ID not found or tags didn't match"

// delete ends a call, or one branch of it. The reply is that of query, as the
// call was.
func (r *Registry) delete(req *ng.Request) (ng.Dict, error) {
	if !req.CallID.Set {
		return nil, errReply("No call-id in message")
	}
	c := r.lookup(req.CallID.Value)
	if c == nil {
		return unmatched(req)
	}
	defer c.mu.Unlock()
	if !c.deleteMatches(req) {
		return unmatched(req)
	}
	delay := r.CurrentLimits().DeleteDelay
	if req.DeleteDelaySet {
		delay = time.Duration(req.DeleteDelay) * time.Second
	}
	if r.draining.Load() {
		delay = 0 // a daemon that waits for its last call to end takes nothing up again
	}
	c.measureUnrated()
	view := c.view(req.FromTag.Value, "")
	branch := c.branchToDelete(req)
	if branch == nil {
		c.event(nil, nil, event{kind: evDelete, n: uint64(max(0, delay) / time.Second)})
	}
	if delay <= 0 {
		view.hidePorts()
	}
	reply := view.dict()
	switch {
	case branch != nil:
		c.remove(branch)
		c.installFlows()
	case delay <= 0:
		r.stats.regular.Add(1)
		c.endReason = "deleted"
		r.destroy(c)
	default:
		c.deleteAt = r.now().Add(delay)
	}
	return reply, nil
}

func unmatched(req *ng.Request) (ng.Dict, error) {
	if req.Flags.Fatal {
		return nil, errReply(noMatch)
	}
	return ng.Dict{{Key: "warning", Value: noMatch}, {Key: "result", Value: "ok"}}, nil
}

// deleteMatches tells whether the tags of the request are of this call. A
// to-tag counts only with the flag of that name, and only once the other side
// is known by a tag.
func (c *Call) deleteMatches(req *ng.Request) bool {
	if req.FromTag.Value == "" {
		return true
	}
	from := c.party(req.FromTag.Value)
	if from == nil {
		return false
	}
	if req.Flags.ToTag && req.ToTag.Value != "" && c.party(req.ToTag.Value) == nil {
		p := from.peer()
		return p != nil && p.tag == ""
	}
	return true
}

// branchToDelete is the party of one branch of a forked call that is to go
// while the others stay; nil when the whole call is meant.
func (c *Call) branchToDelete(req *ng.Request) *Party {
	p := c.byBranch(req.ViaBranch.Value)
	if p == nil || req.FromTag.Value == "" {
		return nil
	}
	for _, q := range c.parties {
		if q != p && q.viaBranch != "" && q.viaBranch != p.viaBranch {
			return p
		}
	}
	return nil
}
