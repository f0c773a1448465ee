package metrics

import (
	"rtpgo/call"
	"rtpgo/media"
)

// The words of the reference for where packets were forwarded.
const (
	inUserSpace = "userspace"
	inKernel    = "kernel"
)

// tiers is the collector of a counter that both tiers have.
func tiers(count func(media.Counters) uint64) func(*sample, emitter) {
	return rows(func(s *sample) []row {
		sum := s.calls.Total()
		return []row{{inUserSpace, count(sum.User)}, {inKernel, count(sum.Kernel)}}
	})
}

var trafficFamilies = []family{
	{name: "rtpengine_mediastreams", kind: gauge, labels: []string{"type"},
		help: "Streams on which packets came within the last 2 seconds, by where they were forwarded: userspace, kernel, or mixed for both.",
		collect: rows(func(s *sample) []row {
			c := s.calls
			return []row{{inUserSpace, uint64(c.UserStreams)}, {inKernel, uint64(c.KernelStreams)}, {"mixed", uint64(c.MixedStreams)}}
		})},
	{name: "rtpengine_transcoded_media", kind: gauge,
		help:    "Medias that are transcoded: none.",
		collect: one(func(*sample) int { return 0 })},
	{name: "rtpengine_packets_total", kind: counter, labels: []string{"type"}, unit: "packets",
		help:    "Packets that were received and let in, by where: userspace or kernel.",
		collect: tiers(func(c media.Counters) uint64 { return c.Packets })},
	{name: "rtpengine_bytes_total", kind: counter, labels: []string{"type"}, unit: "bytes",
		help:    "Their UDP payload.",
		collect: tiers(func(c media.Counters) uint64 { return c.Octets })},
	{name: "rtpengine_packet_errors_total", kind: counter, labels: []string{"type"}, unit: "packets",
		help:    "Packets that were refused because of their source, or broken. The kernel leaves them to user space.",
		collect: tiers(func(c media.Counters) uint64 { return c.Errors })},
	{name: "rtpgo_drops_total", kind: counter, labels: []string{"name", "address", "cause"}, unit: "packets",
		help: "Packets that were not forwarded, by the address they came to and the cause, as rtpgo query shows it.",
		collect: each(func(e emitter, a *call.AddressFigures, name, address string) {
			for cause := media.DropNone + 1; cause < media.DropCauses; cause++ {
				e.put(float64(a.Drops[cause]), name, address, cause.String())
			}
		})},
}

var lossFamilies = []family{
	{name: "rtpengine_packets_lost", kind: counter, unit: "packets",
		help:    "RTP packets missing in what was received, by their sequence numbers.",
		collect: one(func(s *sample) uint64 { return s.calls.Total().Lost })},
	{name: "rtpengine_rtp_duplicates", kind: counter, unit: "packets",
		help:    "RTP packets received twice.",
		collect: one(func(s *sample) uint64 { return s.calls.Total().Duplicates })},
}
