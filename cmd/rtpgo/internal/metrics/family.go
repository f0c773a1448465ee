package metrics

import "github.com/prometheus/client_golang/prometheus"

// kind of a metric, spelled as Prometheus spells it.
type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

// family is one metric with all its labels. The table of them is what a scrape
// and docs/metrics.md are made from.
type family struct {
	name   string
	kind   kind
	labels []string
	unit   string // empty: a plain number
	help   string
	// collect puts what there is to tell now.
	collect func(*sample, emitter)
}

// sections are the table in the order of the document.
var sections = []struct {
	title    string
	families []family
}{
	{"Calls", callFamilies},
	{"Packets", trafficFamilies},
	{"Quality", qualityFamilies},
	{"Addresses and ports", interfaceFamilies},
	{"NG requests", controlFamilies},
	{"Engines", engineFamilies},
	{"Peers: learning, ICE, DTLS", peerFamilies},
	{"Daemon", daemonFamilies},
}

var families = func() (all []family) {
	for _, s := range sections {
		all = append(all, s.families...)
	}
	return all
}()

// emitter takes the values of one family.
type emitter struct {
	description *prometheus.Desc
	kind        kind
	out         chan<- prometheus.Metric
}

// put tells a value; labels are in the order of the family's.
func (e emitter) put(value float64, labels ...string) {
	t := prometheus.GaugeValue
	if e.kind == counter {
		t = prometheus.CounterValue
	}
	e.out <- prometheus.MustNewConstMetric(e.description, t, value, labels...)
}

// distribution tells a histogram; buckets are cumulative, by upper bound.
func (e emitter) distribution(count uint64, sum float64, buckets map[float64]uint64, labels ...string) {
	e.out <- prometheus.MustNewConstHistogram(e.description, count, sum, buckets, labels...)
}

// one is the collector of a family without labels.
func one[N int | int64 | uint64 | float64](value func(*sample) N) func(*sample, emitter) {
	return func(s *sample, e emitter) { e.put(float64(value(s))) }
}

// row is a value under a label.
type row struct {
	label string
	value uint64
}

// rows is the collector of a family with one label.
func rows(list func(*sample) []row) func(*sample, emitter) {
	return func(s *sample, e emitter) {
		for _, r := range list(s) {
			e.put(float64(r.value), r.label)
		}
	}
}
