package main

import (
	"fmt"
	"math"
	"sort"
)

func med(rs []result, f func(r result) float64) float64 {
	var v []float64
	for _, r := range rs {
		if x := f(r); !math.IsNaN(x) {
			v = append(v, x)
		}
	}
	if len(v) == 0 {
		return math.NaN()
	}
	sort.Float64s(v)
	if len(v)%2 == 1 {
		return v[len(v)/2]
	}
	return (v[len(v)/2-1] + v[len(v)/2]) / 2
}

const rowHead = "%-22s %7s %9s %9s %7s %8s %8s %9s %9s %8s %8s %8s %8s %7s %7s"

func header(last string) {
	fmt.Printf(rowHead+"\n", "bin", "streams", "offered", "delivrd", "loss%", "p50us", "p99us", "p99.9us", "daemon", "napi", "total", "best", "noise%", "rssMB", last)
	fmt.Printf(rowHead+"\n", "", "", "pps", "pps", "", "", "", "", "ns/pkt", "ns/pkt", "ns/pkt", "ns/pkt", "", "", "")
}

func row(name string, rs []result, last string) {
	m := func(f func(r result) float64) float64 { return med(rs, f) }
	fmt.Printf("%-22s %7d %9.0f %9.0f %7.3f %8.1f %8.1f %9.1f %9.0f %8.0f %8.0f %8.0f %8.0f %7.1f %7s\n", name, rs[0].Streams,
		m(func(r result) float64 { return r.Offered }), m(func(r result) float64 { return r.Pps }), m(func(r result) float64 { return r.LossPct }),
		m(func(r result) float64 { return r.P50 }), m(func(r result) float64 { return r.P99 }), m(func(r result) float64 { return r.P999 }),
		m(func(r result) float64 { return r.DNsPkt }), m(func(r result) float64 { return r.NNsPkt }), m(func(r result) float64 { return r.NsPkt }), best(rs), m(func(r result) float64 { return r.Noise }),
		m(func(r result) float64 { return float64(r.RSSKB) / 1024 }), last)
}

// best: the round least disturbed by whatever else the machine does
func best(rs []result) float64 {
	b := math.Inf(1)
	for _, r := range rs {
		if r.NsPkt > 0 && r.NsPkt < b && r.LossPct < 1 {
			b = r.NsPkt
		}
	}
	return b
}
