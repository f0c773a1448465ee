package metrics

import (
	"rtpgo/call"
	"rtpgo/media"
)

var ofAddress = []string{"name", "address"}

// each is the collector of a family that has values for each local address.
func each(put func(e emitter, a *call.AddressFigures, name, address string)) func(*sample, emitter) {
	return func(s *sample, e emitter) {
		for i := range s.calls.Addresses {
			a := &s.calls.Addresses[i]
			put(e, a, a.Logical.Name, a.Local.String())
		}
	}
}

// perAddress is each for one value.
func perAddress(value func(*call.AddressFigures) float64) func(*sample, emitter) {
	return each(func(e emitter, a *call.AddressFigures, name, address string) { e.put(value(a), name, address) })
}

// perDirection is each for one value of what came and one of what went.
func perDirection(value func(media.Counters) uint64) func(*sample, emitter) {
	return each(func(e emitter, a *call.AddressFigures, name, address string) {
		e.put(float64(value(a.User)+value(a.Kernel)), name, address, "ingress")
		e.put(float64(value(a.Out)), name, address, "egress")
	})
}

var interfaceFamilies = []family{
	{name: "rtpengine_ports", kind: gauge, labels: ofAddress, unit: "ports",
		help:    "Media ports of a local address. Logical interfaces on the same address share them.",
		collect: perAddress(func(a *call.AddressFigures) float64 { return float64(a.Ports.Size()) })},
	{name: "rtpengine_ports_used", kind: gauge, labels: ofAddress, unit: "ports",
		help:    "Ports that calls hold.",
		collect: perAddress(func(a *call.AddressFigures) float64 { return float64(a.Ports.Used()) })},
	{name: "rtpengine_ports_free", kind: gauge, labels: ofAddress, unit: "ports",
		help:    "Ports that calls don't hold, resting ones included.",
		collect: perAddress(func(a *call.AddressFigures) float64 { return float64(a.Ports.Free()) })},
	{name: "rtpgo_ports_resting", kind: gauge, labels: ofAddress, unit: "ports",
		help:    "Ports that were released and are left alone for port-rest.",
		collect: perAddress(func(a *call.AddressFigures) float64 { return float64(a.Ports.Resting()) })},
	{name: "rtpengine_interface_packets", kind: gauge, labels: append(ofAddress[:2:2], "direction"), unit: "packets",
		help:    "Packets received (ingress) and sent (egress) by a local address. It only grows; the reference calls it a gauge.",
		collect: perDirection(func(c media.Counters) uint64 { return c.Packets })},
	{name: "rtpengine_interface_bytes", kind: gauge, labels: append(ofAddress[:2:2], "direction"), unit: "bytes",
		help:    "Their UDP payload.",
		collect: perDirection(func(c media.Counters) uint64 { return c.Octets })},
	{name: "rtpengine_interface_errors", kind: gauge, labels: append(ofAddress[:2:2], "direction"), unit: "packets",
		help:    "Packets refused or broken (ingress), and those that could not be sent (egress).",
		collect: perDirection(func(c media.Counters) uint64 { return c.Errors })},
	{name: "rtpengine_interface_packets_lost", kind: counter, labels: ofAddress, unit: "packets",
		help:    "RTP packets missing in what a local address received.",
		collect: perAddress(func(a *call.AddressFigures) float64 { return float64(a.Lost) })},
	{name: "rtpengine_interface_duplicates", kind: counter, labels: ofAddress, unit: "packets",
		help:    "RTP packets that a local address received twice.",
		collect: perAddress(func(a *call.AddressFigures) float64 { return float64(a.Duplicates) })},
}
