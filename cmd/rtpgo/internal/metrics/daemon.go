package metrics

import (
	"math"
	"runtime"
)

var daemonFamilies = []family{
	{name: "rtpgo_build_info", kind: gauge, labels: []string{"version", "goversion"},
		help:    "Always 1; the labels name the version of rtpgo and of Go.",
		collect: func(s *sample, e emitter) { e.put(1, s.Version, runtime.Version()) }},
	{name: "rtpengine_uptime_seconds", kind: gauge, unit: "seconds",
		help:    "Time since the start.",
		collect: one(func(s *sample) float64 { return math.Floor(s.calls.Uptime.Seconds()) })},
}
