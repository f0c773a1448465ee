package metrics

import "rtpgo/call"

var callFamilies = []family{
	{name: "rtpengine_sessions", kind: gauge, labels: []string{"type"},
		help: "Calls that are up. type: own, or foreign for those of another node, which rtpgo never has.",
		collect: rows(func(s *sample) []row {
			return []row{{"own", uint64(s.calls.Live)}, {"foreign", 0}}
		})},
	{name: "rtpgo_calls", kind: gauge, labels: []string{"state"},
		help: "Calls that are up, by state: offered, answered, or deleted while the delay of the delete runs.",
		collect: rows(func(s *sample) []row {
			return []row{{"offered", uint64(s.calls.Offered)}, {"answered", uint64(s.calls.Answered)}, {"deleted", uint64(s.calls.Deleted)}}
		})},
	{name: "rtpengine_sessions_total", kind: counter,
		help:    "Calls since the start.",
		collect: one(func(s *sample) uint64 { return s.calls.Managed })},
	{name: "rtpengine_closed_sessions_total", kind: counter, labels: []string{"reason"},
		help: "Calls that ended. reason: terminated by a delete, force_terminated by an operator, timeout and the like by that option; " +
			"rejected is calls that never began.",
		collect: rows(func(s *sample) []row {
			c := s.calls
			return []row{{"rejected", c.Rejected()}, {"timeout", c.Timeout}, {"silent_timeout", c.SilentTimeout},
				{"final_timeout", c.FinalTimeout}, {"offer_timeout", c.OfferTimeout},
				{"terminated", c.Terminated}, {"force_terminated", c.ForceTerminated}}
		})},
	{name: "rtpgo_refused_calls_total", kind: counter, labels: []string{"reason"},
		help: "New calls that were refused, by the limit that was reached; draining is a daemon that is about to end.",
		collect: func(s *sample, e emitter) {
			putCounts(e, s.calls.Refused)
		}},
	{name: "rtpgo_sessions_limit", kind: gauge,
		help: "The limit of max-sessions; absent where there is none.",
		collect: func(s *sample, e emitter) {
			if n := s.Calls.CurrentLimits().MaxSessions; n != 0 {
				e.put(float64(max(0, n)))
			}
		}},
	{name: "rtpengine_call_duration_avg", kind: gauge, unit: "seconds",
		help: "Average duration of the calls that ended.",
		collect: one(func(s *sample) float64 {
			if s.calls.Ended == 0 {
				return 0
			}
			return s.calls.Duration.Seconds() / float64(s.calls.Ended)
		})},
	{name: "rtpengine_call_duration_total", kind: counter, unit: "seconds",
		help:    "Duration of all calls that ended.",
		collect: one(func(s *sample) float64 { return s.calls.Duration.Seconds() })},
	{name: "rtpengine_call_duration2_total", kind: counter, unit: "seconds squared",
		help:    "Sum of the squares of these durations.",
		collect: one(func(s *sample) float64 { return s.calls.DurationSquared })},
	{name: "rtpengine_zero_packet_streams_total", kind: counter,
		help:    "Calls that ended without one RTP packet.",
		collect: one(func(s *sample) uint64 { return s.calls.ZeroWay })},
	{name: "rtpengine_one_way_sessions_total", kind: counter,
		help:    "Calls that ended with RTP from one party only.",
		collect: one(func(s *sample) uint64 { return s.calls.OneWayEnded })},
	{name: "rtpgo_one_way_medias", kind: gauge,
		help: "Sections of answered calls where one side was heard in the last 5 seconds and the other not for 10, " +
			"though neither is on hold nor blocked.",
		collect: one(func(s *sample) int { return s.calls.OneWay })},
}

func putCounts(e emitter, list []call.NamedCount) {
	for _, c := range list {
		e.put(float64(c.Count), c.Name)
	}
}
