package daemon

import (
	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/graphite"
	"rtpgo/ng"
)

// startGraphite reports to the server that the options name.
func (d *daemon) startGraphite() {
	e := &d.cfg.Export
	if e.Graphite == "" {
		return
	}
	d.outputs.graphite = graphite.New(graphite.Config{
		Address: e.Graphite, Prefix: e.GraphitePrefix, Interval: e.GraphiteInterval, Timeout: e.GraphiteTimeout,
		Figures: graphiteFigures{d.calls, d.server}, Log: d.log,
	})
	d.calls.SetIntervalStatistics(d.outputs.graphite.Statistics)
}

// graphiteFigures are where its reports come from.
type graphiteFigures struct {
	calls  *call.Registry
	server *ng.Server
}

func (f graphiteFigures) Calls() *call.Figures    { return f.calls.Figures() }
func (f graphiteFigures) Commands() []ng.Latency  { return f.server.Latencies() }
func (f graphiteFigures) Extremes() []ng.Extremes { return f.server.TakeExtremes() }
