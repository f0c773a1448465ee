package metrics

import (
	"slices"

	"rtpgo/call"
)

// qualities are the averaged quantities of the reference.
var qualities = []struct {
	name, unit, help string
	of               func(*call.QualityFigures) *call.Average
}{
	{"mos", "1 to 5", "ratings (MOS) of streams", func(q *call.QualityFigures) *call.Average { return &q.MOS }},
	{"jitter", "milliseconds", "interarrival jitter as the parties reported it",
		func(q *call.QualityFigures) *call.Average { return &q.Jitter }},
	{"rtt_e2e", "microseconds", "round-trip times from one party to the other and back",
		func(q *call.QualityFigures) *call.Average { return &q.RTT }},
	{"rtt_dsct", "microseconds", "round-trip times between rtpgo and one party",
		func(q *call.QualityFigures) *call.Average { return &q.LegRTT }},
	{"packetloss", "percent", "packet loss as the parties reported it, or as measured", func(q *call.QualityFigures) *call.Average { return &q.Loss }},
	{"jitter_measured", "milliseconds", "interarrival jitter as rtpgo measured it (measure-rtp)",
		func(q *call.QualityFigures) *call.Average { return &q.MeasuredJitter }},
}

// qualityFamilies are sum, sum of squares and number of samples of each, over
// everything and by local address.
var qualityFamilies = slices.Concat(lossFamilies,
	averages("rtpengine_", "", nil, func(s *sample, put func(q *call.QualityFigures, labels ...string)) { put(&s.calls.Quality) }),
	averages("rtpengine_interface_", ", by local address", ofAddress, func(s *sample, put func(q *call.QualityFigures, labels ...string)) {
		for i := range s.calls.Addresses {
			a := &s.calls.Addresses[i]
			put(&a.Quality, a.Logical.Name, a.Local.String())
		}
	}))

func averages(prefix, where string, labels []string, each func(*sample, func(q *call.QualityFigures, labels ...string))) (list []family) {
	for _, q := range qualities {
		for _, part := range []struct {
			suffix, help, unit string
			value              func(*call.Average) float64
		}{
			{"_total", "Sum of all " + q.help + where + ".", q.unit, func(a *call.Average) float64 { return a.Sum }},
			{"2_total", "Sum of their squares.", q.unit + " squared", func(a *call.Average) float64 { return a.Squares }},
			{"_samples_total", "How many there were.", "", func(a *call.Average) float64 { return float64(a.N) }},
		} {
			list = append(list, family{name: prefix + q.name + part.suffix, kind: counter, labels: labels, unit: part.unit, help: part.help,
				collect: func(s *sample, e emitter) {
					each(s, func(f *call.QualityFigures, labels ...string) { e.put(part.value(q.of(f)), labels...) })
				}})
		}
	}
	return list
}
