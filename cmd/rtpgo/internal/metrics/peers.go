package metrics

import "rtpgo/media"

func learning(counts func(*sample) *[media.LearnDecisions]uint64) func(*sample, emitter) {
	return rows(func(s *sample) (list []row) {
		for i, n := range counts(s) {
			list = append(list, row{media.LearnDecision(i).String(), n})
		}
		return list
	})
}

var peerFamilies = []family{
	{name: "rtpgo_learned_endpoints_total", kind: counter, labels: []string{"match"},
		help: "How often a peer's endpoint was taken from its packets, by what of it was as signalled: exact, address, port, neither; " +
			"handover is a settled endpoint that moved.",
		collect: learning(func(s *sample) *[media.LearnDecisions]uint64 { return &s.engine.Learned })},
	{name: "rtpgo_settled_endpoints_total", kind: counter, labels: []string{"match"},
		help:    "How often it was settled with that: strangers are refused from then on.",
		collect: learning(func(s *sample) *[media.LearnDecisions]uint64 { return &s.engine.Confirmed })},
	{name: "rtpgo_strangers_total", kind: counter,
		help:    "Streams that somebody else tried to send to, counted once for each endpoint that signalling named.",
		collect: one(func(s *sample) uint64 { return s.engine.Strangers })},
	{name: "rtpgo_ice_selected_pairs_total", kind: counter, labels: []string{"type"},
		help:    "Pairs that ICE selected, by the type of the peer's candidate.",
		collect: func(s *sample, e emitter) { putCounts(e, s.calls.ICESelected) }},
	{name: "rtpgo_ice_failures_total", kind: counter, labels: []string{"reason"},
		help: "Components of medias whose ICE found no pair (no pair), or whose peer stopped consenting (consent lost).",
		collect: rows(func(s *sample) []row {
			return []row{{"no pair", s.calls.ICEFailed}, {"consent lost", s.calls.ICEConsentLost}}
		})},
	{name: "rtpgo_ice_role_switches_total", kind: counter,
		help:    "Conflicts of roles in ICE that were resolved by changing ours.",
		collect: one(func(s *sample) uint64 { return s.calls.ICERoleSwitched })},
	{name: "rtpgo_dtls_handshakes_total", kind: counter, labels: []string{"result"},
		help: "Handshakes of DTLS-SRTP by result: established, or failed because of the fingerprint, no common profile, timeout or another error.",
		collect: func(s *sample, e emitter) {
			e.put(float64(s.calls.DTLSEstablished), "established")
			putCounts(e, s.calls.DTLSFailed)
		}},
	{name: "rtpgo_dtls_closed_total", kind: counter,
		help:    "DTLS associations that the peer closed while the call was up.",
		collect: one(func(s *sample) uint64 { return s.calls.DTLSClosed })},
}
