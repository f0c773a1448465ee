// Package metrics shows what the daemon counts to Prometheus. Metrics that the
// reference has bear its names, rtpengine_..., and mean the same; the others
// are called rtpgo_....
//
// A scrape reads sums that are kept anyway. It looks at no call and no stream,
// so that it costs the same whether ten calls are up or ten thousand.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/media"
	"rtpgo/media/kernel"
	"rtpgo/ng"
)

// Sources are where figures come from.
type Sources struct {
	Calls   *call.Registry
	Server  *ng.Server
	Engine  media.Engine
	Version string
}

// maxScrapes bounds the scrapes at one time; others are told to come later.
const maxScrapes = 4

// Handler answers scrapes.
func Handler(s Sources, log *zap.Logger) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(newCollector(s), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{
		ErrorLog: errorLog{log.Sugar()}, ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: maxScrapes,
	})
}

type errorLog struct{ *zap.SugaredLogger }

func (l errorLog) Println(v ...any) { l.Warn(append([]any{"metrics: "}, v...)...) }

// sample is what one scrape tells about, read once.
type sample struct {
	Sources
	calls  *call.Figures
	ng     ng.Stats
	engine media.EngineStats
	lower  string         // name of the engine in user space
	kernel *kernel.Engine // nil without one
	tier   kernel.KernelStats
}

func (s Sources) read() *sample {
	v := &sample{Sources: s, calls: s.Calls.Figures(), ng: s.Server.Stats(), lower: s.Engine.Name()}
	if r, ok := s.Engine.(media.StatsReporter); ok {
		v.engine = r.Stats()
	}
	if k, ok := s.Engine.(*kernel.Engine); ok {
		v.kernel, v.tier, v.lower = k, k.KernelStats(), k.Lower().Name()
	}
	return v
}

// collector is the table of families as a prometheus.Collector.
type collector struct {
	Sources
	descriptions []*prometheus.Desc // of families
}

func newCollector(s Sources) *collector {
	c := &collector{Sources: s}
	for _, f := range families {
		c.descriptions = append(c.descriptions, prometheus.NewDesc(f.name, f.help, f.labels, nil))
	}
	return c
}

func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descriptions {
		out <- d
	}
}

func (c *collector) Collect(out chan<- prometheus.Metric) {
	s := c.read()
	for i, f := range families {
		f.collect(s, emitter{c.descriptions[i], f.kind, out})
	}
}
