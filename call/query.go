package call

import (
	"rtpgo/ng"
)

// query shows a call: all of it, or a named tag and the party it talks to.
func (r *Registry) query(req *ng.Request) (ng.Dict, error) {
	if !req.CallID.Set {
		return nil, errReply("No call-id in message")
	}
	c := r.lookup(req.CallID.Value)
	if c == nil {
		return nil, errReply("Unknown call-id")
	}
	defer c.mu.Unlock()
	return c.view(req.FromTag.Value, req.ToTag.Value).dict(), nil
}

// defaultListLimit is how many calls list shows unless asked otherwise.
const defaultListLimit = 32

func (r *Registry) list(req *ng.Request) (ng.Dict, error) {
	limit := defaultListLimit
	if req.LimitSet {
		limit = req.Limit
	}
	calls := ng.List{}
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for id := range s.calls {
			if len(calls) >= limit {
				break
			}
			calls = append(calls, id)
		}
		s.mu.Unlock()
	}
	return ng.Dict{{Key: "calls", Value: calls}, {Key: "result", Value: "ok"}}, nil
}
