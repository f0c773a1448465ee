package call

import (
	"slices"
	"strconv"
	"time"

	"rtpgo/call/explain"
	"rtpgo/media"
	"rtpgo/ng"
)

// ExplainCommand is rtpgo's own NG command that says why a call's media flows
// or doesn't, of a live call or of one that ended lately. Its reply is what
// `rtpgo explain --json` prints (docs/explain.md). A timeline that is too long
// for a datagram comes in pages: with "more" 1 the request is repeated, with
// how many events have come as "cursor".
//
// Without call-id it lists the calls that have ended, the latest first; "more"
// is 1 in a list that goes on behind the last entry's "number" as "cursor".
const ExplainCommand = "rtpgo explain"

// Bounds of a reply, as those of StatusCommand.
const (
	explainRoom   = 55 << 10
	verdictRoom   = 30 << 10
	endedPerReply = 200
)

func (r *Registry) explain(req *ng.Request) (ng.Dict, error) {
	cursor, _ := strconv.Atoi(req.Cursor.Value)
	if !req.CallID.Set {
		return r.listEnded(max(0, cursor), req), nil
	}
	c := r.lookup(req.CallID.Value)
	if c == nil {
		k := r.ended.find(req.CallID.Value)
		if k == nil {
			return nil, errReply("Unknown call-id")
		}
		facts, log := k.open()
		r.strays(&facts)
		return explanation(k.id, &facts, log, max(0, cursor)), nil
	}
	now := r.now()
	c.observe(now)
	facts := c.facts(now, nil)
	c.mu.Unlock()
	r.strays(&facts)
	return explanation(req.CallID.Value, &facts, &c.log, max(0, cursor)), nil
}

func explanation(id string, f *explain.Call, log *eventLog, skip int) ng.Dict {
	d := append(ng.Dict{{Key: "call-id", Value: id}}, ofCall(f)...)
	verdicts, room := ng.List{}, verdictRoom
	for _, v := range explain.Judge(f) {
		e := verdictDict(&v)
		if room -= weight(e); room < 0 {
			break
		}
		verdicts = append(verdicts, e)
	}
	d = append(d, ng.Pair{Key: "verdicts", Value: verdicts})
	timeline, more := log.timeline(f.Created, skip, explainRoom-weight(d))
	return append(d,
		ng.Pair{Key: "timeline", Value: timeline},
		ng.Pair{Key: "more", Value: truth(more)},
		ng.Pair{Key: "result", Value: "ok"})
}

// ofCall are the keys of the call itself.
func ofCall(f *explain.Call) ng.Dict {
	d := ng.Dict{
		{Key: "state", Value: "live"},
		{Key: "created", Value: stamp(f.Created)},
		{Key: "answered", Value: stamp(f.Answered)},
		{Key: "ended", Value: ""},
		{Key: "end-reason", Value: f.EndReason},
	}
	if f.Ended {
		d[0].Value, d[3].Value = "ended", stamp(f.Now)
	}
	return d
}

func verdictDict(v *explain.Verdict) ng.Dict {
	return ng.Dict{
		{Key: "from", Value: v.From}, {Key: "to", Value: v.To},
		{Key: "media", Value: int64(v.Media)}, {Key: "type", Value: v.Type},
		{Key: "verdict", Value: string(v.Code)}, {Key: "fault", Value: truth(v.Fault)},
		{Key: "side", Value: v.Side}, {Key: "text", Value: v.Text}, {Key: "check", Value: v.Check},
	}
}

func (r *Registry) listEnded(cursor int, req *ng.Request) ng.Dict {
	limit := endedPerReply
	if req.LimitSet {
		limit = min(limit, max(0, req.Limit))
	}
	list, room, more := ng.List{}, explainRoom, false
	calls := r.ended.before(cursor, limit+1)
	for i, k := range calls {
		facts := k.facts()
		d := append(ng.Dict{{Key: "call-id", Value: k.id}}, ofCall(&facts)...)
		d = append(d, ng.Pair{Key: "duration", Value: seconds(facts.Now.Sub(facts.Created))})
		worst := k.verdict(&facts)
		d = append(d,
			ng.Pair{Key: "verdict", Value: string(worst.Code)}, ng.Pair{Key: "fault", Value: truth(worst.Fault)},
			ng.Pair{Key: "text", Value: worst.Text},
			ng.Pair{Key: "number", Value: int64(k.number)})
		if room -= weight(d); i == limit || room < 0 && i > 0 {
			more = true
			break
		}
		list = append(list, d)
	}
	return ng.Dict{{Key: "calls", Value: list}, {Key: "more", Value: truth(more)}, {Key: "result", Value: "ok"}}
}

// strays adds what arrived at ports that are no longer open, to a copy of the
// call's sides: those of an ended call are everybody's.
func (r *Registry) strays(f *explain.Call) {
	engine, ok := r.Engine.(media.StrayReporter)
	if !ok {
		return
	}
	list := engine.Strays()
	if len(list) == 0 {
		return
	}
	f.Sides = slices.Clone(f.Sides)
	for i := range f.Sides {
		s := &f.Sides[i].Streams[rtp]
		for _, v := range list {
			switch {
			case f.Ended && v.Port == s.Local && v.Last.After(f.Now):
				s.After = v
			case !f.Ended && s.In == 0 && v.Source.Addr() == s.Signalled.Addr() && f.Now.Sub(v.Last) < strayTime && v.Packets > s.Elsewhere.Packets:
				s.Elsewhere = v
			}
		}
	}
}

// strayTime is how long ago a party may have sent elsewhere to be still at it.
const strayTime = 5 * time.Second
