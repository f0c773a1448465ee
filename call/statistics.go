package call

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"rtpgo/interfaces"
	"rtpgo/ng"
)

// totals count what happened since the start.
type totals struct {
	managed, rejected, regular, forced atomic.Int64
	timeout, silent, final, offer      atomic.Int64
	zeroWay, oneWay                    atomic.Int64

	mu                   sync.Mutex
	duration, durationSq float64 // seconds, of ended calls
	endedCalls           int64
	endedIn              counters
}

func (t *totals) timedOut(why string) {
	switch why {
	case "final-timeout":
		t.final.Add(1)
	case "offer-timeout":
		t.offer.Add(1)
	case "silent-timeout":
		t.silent.Add(1)
	default:
		t.timeout.Add(1)
	}
}

// ended keeps a call's figures when it goes.
func (t *totals) ended(c *Call) {
	d := c.registry.now().Sub(c.created).Seconds()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.duration += d
	t.durationSq += d * d
	t.endedCalls++
	t.endedIn.add(c.final)
}

// relayed adds up the packets of all calls, ended ones included.
func (r *Registry) relayed() (sum counters, kernel, user int) {
	r.stats.mu.Lock()
	sum = r.stats.endedIn
	r.stats.mu.Unlock()
	for _, c := range r.all() {
		c.mu.Lock()
		n := c.received()
		sum.add(n)
		for _, p := range c.parties {
			for _, m := range p.medias {
				if m.counters(rtp).kernelized {
					kernel++
				} else if m.set != nil {
					user++
				}
			}
		}
		c.mu.Unlock()
	}
	return sum, kernel, user
}

// received adds up what every party sent.
func (c *Call) received() (sum counters) {
	for _, p := range c.parties {
		for _, m := range p.medias {
			for i := range m.streams {
				sum.add(m.counters(i).in)
			}
		}
	}
	return sum
}

func integer(key string, n int64) ng.Pair   { return ng.Pair{Key: key, Value: n} }
func decimal(key string, f float64) ng.Pair { return ng.Pair{Key: key, Value: fmt.Sprintf("%.6f", f)} }

func (r *Registry) statistics(*ng.Request) (ng.Dict, error) {
	d := ng.Dict{
		{Key: "currentstatistics", Value: r.current()},
		{Key: "totalstatistics", Value: r.total()},
		{Key: "mos", Value: metric("mos", "mos2", "mos")},
		{Key: "voip_metrics", Value: append(voipMetrics(),
			integer("packets_lost", 0), integer("rtp_duplicates", 0), integer("rtp_skips", 0),
			integer("rtp_seq_resets", 0), integer("rtp_reordered", 0))},
	}
	if r.proxies != nil {
		d = append(d, ng.Pair{Key: "controlstatistics", Value: r.proxies.ControlStatistics()})
	}
	d = append(d, ng.Pair{Key: "interfaces", Value: r.interfaceStatistics()},
		ng.Pair{Key: "transcoders", Value: ng.List{}})
	return ng.Dict{{Key: "statistics", Value: d}, {Key: "result", Value: "ok"}}, nil
}

func (r *Registry) current() ng.Dict {
	_, kernel, user := r.relayed()
	n := int64(r.Count())
	return ng.Dict{
		integer("sessionsown", n), integer("sessionsforeign", 0), integer("sessionstotal", n),
		integer("transcodedmedia", 0),
		integer("packetrate_user", 0), integer("byterate_user", 0), integer("errorrate_user", 0),
		integer("packetrate_kernel", 0), integer("byterate_kernel", 0), integer("errorrate_kernel", 0),
		integer("packetrate", 0), integer("byterate", 0), integer("errorrate", 0),
		integer("media_userspace", int64(user)), integer("media_kernel", int64(kernel)), integer("media_mixed", 0),
	}
}

func (r *Registry) total() ng.Dict {
	t := &r.stats
	sum, _, _ := r.relayed()
	t.mu.Lock()
	duration, sq, ended := t.duration, t.durationSq, float64(t.endedCalls)
	t.mu.Unlock()
	avg, dev := 0.0, 0.0
	if ended > 0 {
		avg = duration / ended
		dev = math.Sqrt(math.Max(0, sq/ended-avg*avg))
	}
	return ng.Dict{
		{Key: "uptime", Value: strconv.FormatInt(int64(r.now().Sub(r.started).Seconds()), 10)},
		integer("managedsessions", t.managed.Load()), integer("rejectedsessions", t.rejected.Load()),
		integer("timeoutsessions", t.timeout.Load()), integer("silenttimeoutsessions", t.silent.Load()),
		integer("finaltimeoutsessions", t.final.Load()), integer("offertimeoutsessions", t.offer.Load()),
		integer("regularterminatedsessions", t.regular.Load()), integer("forcedterminatedsessions", t.forced.Load()),
		integer("relayedpackets_user", int64(sum.packets)), integer("relayedpacketerrors_user", int64(sum.errors)),
		integer("relayedbytes_user", int64(sum.bytes)),
		integer("relayedpackets_kernel", 0), integer("relayedpacketerrors_kernel", 0), integer("relayedbytes_kernel", 0),
		integer("relayedpackets", int64(sum.packets)), integer("relayedpacketerrors", int64(sum.errors)),
		integer("relayedbytes", int64(sum.bytes)),
		integer("zerowaystreams", t.zeroWay.Load()), integer("onewaystreams", t.oneWay.Load()),
		decimal("avgcallduration", avg), decimal("totalcallsduration", duration),
		decimal("totalcallsduration2", sq), decimal("totalcallsduration_stddev", dev),
	}
}

// metric is one averaged quantity. The figures of RTCP reports are not
// gathered yet (docs/compatibility.md).
func metric(name, square, samples string) ng.Dict {
	return ng.Dict{
		decimal(name+"_total", 0), decimal(square+"_total", 0), integer(samples+"_samples_total", 0),
		decimal(name+"_average", 0), decimal(name+"_stddev", 0),
	}
}

func voipMetrics() (d ng.Dict) {
	for _, n := range []string{"jitter", "rtt_e2e", "rtt_dsct", "packetloss", "jitter_measured"} {
		d = append(d, metric(n, n+"2", n)...)
	}
	return d
}

func (r *Registry) interfaceStatistics() ng.List {
	// In the order of the configuration, as the reference.
	var all []*interfaces.Address
	for _, l := range r.Interfaces.All() {
		all = append(all, l.Addresses(interfaces.FamilyAny)...)
	}
	pools := r.Interfaces.Pools()
	slices.SortStableFunc(all, func(a, b *interfaces.Address) int {
		return slices.Index(pools, a.Ports) - slices.Index(pools, b.Ports)
	})
	out := ng.List{}
	for _, a := range all {
		used, size := a.Ports.Used(), a.Ports.Size()
		pct := 0.0
		if size > 0 {
			pct = float64(used) * 100 / float64(size)
		}
		zero := counters{}.dict()
		first, last := a.Ports.Range()
		out = append(out, ng.Dict{
			{Key: "name", Value: a.Logical.Name}, {Key: "address", Value: a.Local.String()},
			{Key: "ports", Value: ng.Dict{
				integer("min", int64(first)), integer("max", int64(last)),
				integer("used", int64(used)), {Key: "used_pct", Value: fmt.Sprintf("%.2f", pct)},
				integer("free", int64(size-used)), integer("totals", int64(size)),
			}},
			integer("packets_lost", 0), integer("duplicates", 0),
			{Key: "voip_metrics", Value: append(metric("mos", "mos2", "mos"), voipMetrics()...)},
			{Key: "ingress", Value: zero}, {Key: "egress", Value: zero},
		})
	}
	return out
}
