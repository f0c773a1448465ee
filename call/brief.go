package call

import (
	"time"

	"rtpgo/media"
	"rtpgo/ng"
)

// BriefCommand is rtpgo's own NG command for lists of many calls that are
// asked for again and again: what StatusCommand answers, paged in the same way,
// with a few figures of each call only. They are those of RTP of all parties
// together: "packets", "lost" and "drops", the largest "jitter us", "idle" in
// seconds since the last packet (-1 before one), and in "engine" who forwards
// the packets (kernel, user, both, or "" while none came).
const BriefCommand = "rtpgo brief"

// briefCalls bounds the calls of one page, so that finding them is cheap.
const briefCalls = 256

func (r *Registry) brief(req *ng.Request) (ng.Dict, error) {
	ids := r.idsAfter(req.Cursor, briefCalls)
	now := media.Now()
	calls, more := r.page(req, ids, briefCalls, func(c *Call, _ int) ng.Dict {
		s := c.summary(now)
		return s.brief(r.now(), now)
	})
	return append(r.StatusHead(),
		ng.Pair{Key: "calls", Value: calls},
		ng.Pair{Key: "more", Value: more},
		ng.Pair{Key: "result", Value: "ok"}), nil
}

// brief is one line about a call; now is by the calls' clock, packets by that
// of media.Now.
func (s *Summary) brief(now time.Time, packets int64) ng.Dict {
	var received, lost, drops uint64
	var jitter time.Duration
	var last int64
	var kernel, user bool
	codec := ""
	for i := range s.Streams {
		t := &s.Streams[i]
		received, lost, drops = received+t.Received, lost+t.Lost, drops+t.Dropped
		jitter, last = max(jitter, t.Jitter), max(last, t.Last)
		if t.Received > 0 {
			kernel, user = kernel || t.Kernelized, user || !t.Kernelized
		}
		if t.Codec != "" {
			codec = t.Codec // who answered comes last, and decides
		}
	}
	engine := ""
	switch {
	case kernel && user:
		engine = "both"
	case kernel:
		engine = "kernel"
	case user:
		engine = "user"
	}
	idle := int64(-1)
	if last != 0 {
		idle = seconds(time.Duration(packets - last))
	}
	return ng.Dict{
		{Key: "call-id", Value: s.ID},
		{Key: "age", Value: seconds(now.Sub(s.Created))},
		{Key: "condition", Value: s.Condition},
		{Key: "codec", Value: codec},
		{Key: "engine", Value: engine},
		{Key: "packets", Value: int64(received)},
		{Key: "lost", Value: int64(lost)},
		{Key: "drops", Value: int64(drops)},
		{Key: "jitter us", Value: jitter.Microseconds()},
		{Key: "idle", Value: idle},
	}
}
