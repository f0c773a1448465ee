package metrics

import (
	"maps"
	"slices"
)

// engineCounter is a counter of the engine in user space.
func engineCounter(value func(*sample) uint64) func(*sample, emitter) {
	return func(s *sample, e emitter) { e.put(float64(value(s)), s.lower) }
}

// ofKernel is the collector of a family that only the kernel engine has.
func ofKernel(collect func(*sample, emitter)) func(*sample, emitter) {
	return func(s *sample, e emitter) {
		if s.kernel != nil {
			collect(s, e)
		}
	}
}

var ofEngine = []string{"engine"}

var engineFamilies = []family{
	{name: "rtpgo_engine_info", kind: gauge, labels: []string{"engine", "user_space"},
		help:    "Always 1; the labels name the engine that runs, and the one in user space that it is or stands on.",
		collect: func(s *sample, e emitter) { e.put(1, s.Engine.Name(), s.lower) }},
	{name: "rtpgo_engine_packets_total", kind: counter, labels: ofEngine, unit: "packets",
		help: "Packets that were received and let in, by the engine that forwarded them.",
		collect: func(s *sample, e emitter) {
			sum := s.calls.Total()
			e.put(float64(sum.User.Packets), s.lower)
			if s.kernel != nil {
				e.put(float64(sum.Kernel.Packets), s.kernel.Name())
			}
		}},
	{name: "rtpgo_engine_received_packets_total", kind: counter, labels: ofEngine, unit: "packets",
		help:    "Packets that the workers took from the kernel, whatever became of them.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.Received })},
	{name: "rtpgo_engine_receive_calls_total", kind: counter, labels: ofEngine,
		help:    "System calls that brought them.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.ReceiveCalls })},
	{name: "rtpgo_engine_sent_packets_total", kind: counter, labels: ofEngine, unit: "packets",
		help:    "Packets that the workers handed to the kernel.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.Sent })},
	{name: "rtpgo_engine_send_calls_total", kind: counter, labels: ofEngine,
		help:    "System calls that took them.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.SendCalls })},
	{name: "rtpgo_engine_fragmented_packets_total", kind: counter, labels: ofEngine, unit: "packets",
		help:    "Packets that were longer than the MTU of their way out.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.Fragmented })},
	{name: "rtpgo_engine_wakeups_total", kind: counter, labels: ofEngine,
		help:    "How often a worker returned from waiting for packets.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.Wakeups })},
	{name: "rtpgo_engine_queue_drops_total", kind: counter, labels: ofEngine, unit: "packets",
		help:    "Packets lost because the workers didn't fetch them in time.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.QueueDrops })},
	{name: "rtpgo_engine_receive_errors_total", kind: counter, labels: ofEngine,
		help:    "Calls to receive that failed.",
		collect: engineCounter(func(s *sample) uint64 { return s.engine.ReceiveErrors })},
	{name: "rtpgo_engine_discarded_packets_total", kind: counter, labels: []string{"reason"}, unit: "packets",
		help: "Packets that belonged to no call: their port is no longer open or has no flow yet, or they were longer than any packet may be.",
		collect: rows(func(s *sample) []row {
			return []row{{"no port", s.engine.NoPort}, {"no flow", s.engine.NoFlow}, {"too long", s.engine.TooLong}}
		})},
	{name: "rtpgo_engine_send_failures_total", kind: counter, labels: []string{"reason"}, unit: "packets",
		help: "Packets that the kernel refused to send: queues full, no route or neighbour, a firewall rule of this host, or another reason.",
		collect: rows(func(s *sample) []row {
			return []row{{"queue full", s.engine.SendBusy}, {"unreachable", s.engine.SendUnreachable},
				{"denied", s.engine.SendDenied}, {"other", s.engine.SendErrors}}
		})},
	{name: "rtpgo_engine_lost_events_total", kind: counter,
		help:    "Events of the packet path, such as a learned endpoint, that found their queue full. Media isn't touched.",
		collect: one(func(s *sample) uint64 { return s.engine.EventsLost })},
	{name: "rtpgo_kernel_device_attached", kind: gauge, labels: []string{"device", "mode"},
		help: "1 where the kernel engine forwards what arrives at a device, 0 where that is left to user space.",
		collect: ofKernel(func(s *sample, e emitter) {
			for _, d := range s.kernel.Devices() {
				attached := 0.0
				if d.Available {
					attached = 1
				}
				if d.Device != "" {
					e.put(attached, d.Device, string(d.Mode))
				}
			}
		})},
	{name: "rtpgo_kernel_flows", kind: gauge,
		help:    "Flows that the kernel forwards.",
		collect: ofKernel(one(func(s *sample) int { return s.tier.Flows }))},
	{name: "rtpgo_kernel_flows_limit", kind: gauge,
		help:    "How many of them there is room for.",
		collect: ofKernel(one(func(s *sample) int { return s.tier.MaxFlows }))},
	{name: "rtpgo_kernel_moves_total", kind: counter, labels: []string{"to"},
		help: "Flows that moved into the kernel, and back to user space, at their end too.",
		collect: ofKernel(rows(func(s *sample) []row {
			return []row{{inKernel, s.tier.Entered}, {inUserSpace, s.tier.Left}}
		}))},
	{name: "rtpgo_kernel_passed_packets_total", kind: counter, labels: []string{"cause"}, unit: "packets",
		help: "Packets of flows in the kernel that it left to user space, by cause.",
		collect: ofKernel(func(s *sample, e emitter) {
			for _, cause := range slices.Sorted(maps.Keys(s.tier.Up)) {
				if cause != "none" {
					e.put(float64(s.tier.Up[cause]), cause)
				}
			}
		})},
}
