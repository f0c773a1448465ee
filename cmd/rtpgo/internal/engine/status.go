package engine

import (
	"maps"
	"slices"

	"rtpgo/media"
	"rtpgo/media/kernel"
	"rtpgo/ng"
)

// Status is what an engine tells its operator: what it runs on and what it
// counted. Counters that stand at zero are left out.
func Status(e media.Engine) ng.Dict {
	d := ng.Dict{{Key: "name", Value: e.Name()}}
	if top, ok := e.(*kernel.Engine); ok {
		d = append(d, ng.Pair{Key: "on top of", Value: top.Lower().Name()}, ng.Pair{Key: "kernel", Value: kernelStatus(top)})
	}
	if r, ok := e.(media.StatsReporter); ok {
		d = append(d, ng.Pair{Key: "user space", Value: counters(r.Stats())})
	}
	return d
}

func kernelStatus(e *kernel.Engine) ng.Dict {
	devices := ng.List{}
	for _, r := range e.Devices() {
		devices = append(devices, r.String())
	}
	stats := e.KernelStats()
	up := ng.Dict{}
	for _, cause := range slices.Sorted(maps.Keys(stats.Up)) {
		up = appendCount(up, cause, stats.Up[cause])
	}
	return ng.Dict{
		{Key: "devices", Value: devices},
		{Key: "flows", Value: int64(stats.Flows)},
		{Key: "flows at most", Value: int64(stats.MaxFlows)},
		{Key: "left to user space", Value: up},
	}
}

func counters(s media.EngineStats) ng.Dict {
	d := ng.Dict{}
	for _, c := range []struct {
		name  string
		count uint64
	}{
		{"wakeups", s.Wakeups},
		{"packets received", s.Received},
		{"calls to receive", s.ReceiveCalls},
		{"packets sent", s.Sent},
		{"calls to send", s.SendCalls},
		{"packets fragmented", s.Fragmented},
		{"dropped: no port", s.NoPort},
		{"dropped: no flow", s.NoFlow},
		{"dropped: too long", s.TooLong},
		{"dropped: receive queue full", s.QueueDrops},
		{"errors of receiving", s.ReceiveErrors},
		{"not sent: queue full", s.SendBusy},
		{"not sent: unreachable", s.SendUnreachable},
		{"not sent: denied", s.SendDenied},
		{"not sent: other errors", s.SendErrors},
		{"endpoints learned", total(s.Learned)},
		{"endpoints settled by learning", total(s.Confirmed)},
		{"strangers met", s.Strangers},
		{"events lost", s.EventsLost},
	} {
		d = appendCount(d, c.name, c.count)
	}
	return d
}

func total(counts [media.LearnDecisions]uint64) (n uint64) {
	for _, c := range counts {
		n += c
	}
	return n
}

func appendCount(d ng.Dict, name string, n uint64) ng.Dict {
	if n == 0 {
		return d
	}
	return append(d, ng.Pair{Key: name, Value: int64(n)})
}
