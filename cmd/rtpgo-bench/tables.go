package main

import (
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

// daemonName is the NAME of NAME::COMMAND.
func daemonName(bin string) string {
	name, _, _ := strings.Cut(bin, "::")
	return name
}

// byDaemon groups results, keeping the order of first appearance.
func byDaemon[T any](rs []T, bin func(T) string) (names []string, groups map[string][]T) {
	groups = map[string][]T{}
	for _, r := range rs {
		n := daemonName(bin(r))
		if groups[n] == nil {
			names = append(names, n)
		}
		groups[n] = append(groups[n], r)
	}
	return names, groups
}

func lowest[T any](rs []T, f func(T) float64) float64 {
	v := []float64{}
	for _, r := range rs {
		v = append(v, f(r))
	}
	sort.Float64s(v)
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

func middle[T any](rs []T, f func(T) float64) float64 {
	v := []float64{}
	for _, r := range rs {
		v = append(v, f(r))
	}
	sort.Float64s(v)
	if len(v) == 0 {
		return 0
	}
	return v[len(v)/2]
}

// ratio of ours to the peer's; "-" where the peer has no figure.
func ratio(ours, peers float64) string {
	if peers == 0 {
		return "-"
	}
	return strconv.FormatFloat(ours/peers, 'f', 2, 64)
}

func load(s result) float64 { return s.NsPkt }

// forwarding is the table of cost and latency by number of streams.
func (c *comparison) forwarding(w io.Writer) {
	fmt.Fprintf(w, "\n### CPU per packet and latency\n\n| streams | daemon | pps | loss %% | CPU ns/packet | ratio | p50 µs | p99 µs | p99.9 µs | resident KB/call |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, s := range strings.Split(c.streams, ",") {
		n, _ := strconv.Atoi(s)
		rate := min(50*n, mostPackets)
		c.loadRows(w, s, measure[result](c, "--streams", s, "--rate", strconv.Itoa(rate), "--seconds", fmt.Sprint(c.seconds)), n)
	}
}

func (c *comparison) loadRows(w io.Writer, label string, rs []result, calls int) {
	names, groups := byDaemon(rs, func(r result) string { return r.Bin })
	base := lowest(groups["peer"], load)
	for _, name := range names {
		g := groups[name]
		fmt.Fprintf(w, "| %s | %s | %.0f | %.3f | %.0f | %s | %.0f | %.0f | %.0f | %.1f |\n", label, name,
			middle(g, func(r result) float64 { return r.Pps }), middle(g, func(r result) float64 { return r.LossPct }),
			lowest(g, load), ratio(lowest(g, load), base),
			middle(g, func(r result) float64 { return r.P50 }), middle(g, func(r result) float64 { return r.P99 }),
			middle(g, func(r result) float64 { return r.P999 }),
			middle(g, func(r result) float64 { return float64(r.RSSKB-r.RSSIdle) / float64(calls) }))
	}
}

// encrypted is the row of SRTP towards one side.
func (c *comparison) encrypted(w io.Writer) {
	fmt.Fprintf(w, "\n### RTP to SRTP (AES_CM_128_HMAC_SHA1_80)\n\n| streams | daemon | pps | loss %% | CPU ns/packet | ratio | p50 µs | p99 µs | p99.9 µs | resident KB/call |\n|---|---|---|---|---|---|---|---|---|---|\n")
	c.loadRows(w, "500", measure[result](c, "--streams", "500", "--rate", "25000", "--seconds", fmt.Sprint(c.seconds), "--srtp"), 500)
}

// highest is the table of the greatest rates.
func (c *comparison) highest(w io.Writer) {
	fmt.Fprintf(w, "\n### Highest rate at 0.1 %% loss, 500 streams\n\n| daemon | packets/s | ratio |\n|---|---|---|\n")
	rs := measure[result](c, "--streams", "500", "--find-max", "--rate", "50000", "--seconds", "2")
	names, groups := byDaemon(rs, func(r result) string { return r.Bin })
	most := func(g []result) float64 {
		v := 0.0
		for _, r := range g {
			if r.LossPct < 0.1 {
				v = max(v, r.Pps)
			}
		}
		return v
	}
	for _, name := range names {
		fmt.Fprintf(w, "| %s | %.0f | %s |\n", name, most(groups[name]), ratio(most(groups[name]), most(groups["peer"])))
	}
}

// signalling is the table of NG commands.
func (c *comparison) signalling(w io.Writer) {
	fmt.Fprintf(w, "\n### Signalling (offer + answer + delete, 8 at once)\n\n| live calls | daemon | transactions/s | ratio | CPU µs/command | ratio | offer p99 µs | resident + kernel KB/call | ratio |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, n := range strings.Split(c.calls, ",") {
		rs := measure[ngres](c, "--ng", "--calls", n, "--seconds", fmt.Sprint(c.seconds))
		names, groups := byDaemon(rs, func(r ngres) string { return r.Bin })
		cpu := func(r ngres) float64 { return r.CPUus }
		rate := func(r ngres) float64 { return r.Rate }
		memory := func(r ngres) float64 { return r.KBCall + r.SlabCall }
		p := groups["peer"]
		for _, name := range names {
			g := groups[name]
			fmt.Fprintf(w, "| %s | %s | %.0f | %s | %.1f | %s | %.0f | %.1f | %s |\n", n, name,
				middle(g, rate), ratio(middle(g, rate), middle(p, rate)), lowest(g, cpu), ratio(lowest(g, cpu), lowest(p, cpu)),
				middle(g, func(r ngres) float64 { return r.Offer[1] }), middle(g, memory), ratio(middle(g, memory), middle(p, memory)))
		}
	}
}
