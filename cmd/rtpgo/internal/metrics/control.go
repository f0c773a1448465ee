package metrics

import (
	"maps"
	"slices"

	"rtpgo/ng"
)

// proxies is the collector of a family that has values for each client; those
// beyond the bound of ng count as "other".
func proxies(put func(e emitter, p *ng.PeerStats, proxy string)) func(*sample, emitter) {
	return func(s *sample, e emitter) {
		for i := range s.ng.Peers {
			p, proxy := &s.ng.Peers[i], "other"
			if p.Peer.IsValid() {
				proxy = p.Peer.String()
			}
			put(e, p, proxy)
		}
	}
}

func perCommand(value func(ng.CommandStats) float64) func(*sample, emitter) {
	return proxies(func(e emitter, p *ng.PeerStats, proxy string) {
		for _, command := range slices.Sorted(maps.Keys(p.Commands)) {
			e.put(value(p.Commands[command]), proxy, command)
		}
	})
}

var controlFamilies = []family{
	{name: "rtpengine_requests_total", kind: counter, labels: []string{"proxy", "request"},
		help:    "NG requests by client address and command; commands that a client never sent are left out.",
		collect: perCommand(func(c ng.CommandStats) float64 { return float64(c.Count) })},
	{name: "rtpengine_request_seconds_total", kind: counter, labels: []string{"proxy", "request"}, unit: "seconds",
		help:    "Time spent on them.",
		collect: perCommand(func(c ng.CommandStats) float64 { return c.Duration.Seconds() })},
	{name: "rtpengine_errors_total", kind: counter, labels: []string{"proxy"},
		help:    "NG requests that were answered with an error.",
		collect: proxies(func(e emitter, p *ng.PeerStats, proxy string) { e.put(float64(p.Errors), proxy) })},
	{name: "rtpgo_ng_request_duration_seconds", kind: histogram, labels: []string{"command"}, unit: "seconds",
		help:    "Time from a decoded NG request to its reply; other is every command that rtpengine doesn't count, and unknown ones.",
		collect: putLatencies},
	{name: "rtpgo_ng_request_errors_total", kind: counter, labels: []string{"command"},
		help: "NG requests that were answered with an error, by command.",
		collect: func(s *sample, e emitter) {
			for _, l := range s.Server.Latencies() {
				e.put(float64(l.Errors), l.Command)
			}
		}},
	{name: "rtpgo_ng_discarded_messages_total", kind: counter, labels: []string{"reason"},
		help: "NG messages that were not carried out: without a cookie, malformed, or because too many were in work (overload).",
		collect: rows(func(s *sample) []row {
			return []row{{"no cookie", s.ng.NoCookie}, {"malformed", s.ng.Malformed}, {"overload", s.ng.Overloaded}}
		})},
	{name: "rtpgo_ng_retransmissions_total", kind: counter, labels: []string{"state"},
		help: "NG requests that came again: when they were answered already, or still in work.",
		collect: rows(func(s *sample) []row {
			return []row{{"answered", s.ng.Repeated}, {"in work", s.ng.Joined}}
		})},
	{name: "rtpgo_ng_panics_total", kind: counter,
		help:    "NG requests that failed by a mistake in rtpgo; the log has the details.",
		collect: one(func(s *sample) uint64 { return s.ng.Panics })},
}

// putLatencies tells the commands that have been used.
func putLatencies(s *sample, e emitter) {
	for _, l := range s.Server.Latencies() {
		if l.Count() == 0 {
			continue
		}
		buckets, sum := make(map[float64]uint64, len(ng.LatencyBounds)), uint64(0)
		for i, bound := range ng.LatencyBounds {
			sum += l.Classes[i]
			buckets[bound.Seconds()] = sum
		}
		e.distribution(l.Count(), l.Sum.Seconds(), buckets, l.Command)
	}
}
