package call

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"rtpgo/interfaces"
	"rtpgo/ng"
)

func integer(key string, n int64) ng.Pair   { return ng.Pair{Key: key, Value: n} }
func decimal(key string, f float64) ng.Pair { return ng.Pair{Key: key, Value: fmt.Sprintf("%.6f", f)} }

func (r *Registry) statistics(*ng.Request) (ng.Dict, error) {
	now := r.lookAround()
	f := r.Figures()
	sum := f.Total()
	d := ng.Dict{
		{Key: "currentstatistics", Value: current(f, now)},
		{Key: "totalstatistics", Value: total(f)},
	}
	if r.interval != nil {
		if told := r.interval(); told != nil {
			d = append(d, ng.Pair{Key: "intervalstatistics", Value: told})
		}
	}
	d = append(d, ng.Pair{Key: "mos", Value: metric("mos", "mos2", "mos", f.Quality.MOS)},
		ng.Pair{Key: "voip_metrics", Value: append(voipMetrics(&f.Quality),
			integer("packets_lost", int64(sum.Lost)), integer("rtp_duplicates", int64(sum.Duplicates)), integer("rtp_skips", 0),
			integer("rtp_seq_resets", 0), integer("rtp_reordered", 0))})
	if r.proxies != nil {
		d = append(d, ng.Pair{Key: "controlstatistics", Value: r.proxies.ControlStatistics()})
	}
	d = append(d, ng.Pair{Key: "interfaces", Value: r.interfaceStatistics(f)},
		ng.Pair{Key: "transcoders", Value: ng.List{}})
	return ng.Dict{{Key: "statistics", Value: d}, {Key: "result", Value: "ok"}}, nil
}

func current(f *Figures, now *survey) ng.Dict {
	n := int64(f.Live)
	both := plus(f.Rates.User, f.Rates.Kernel)
	return ng.Dict{
		integer("sessionsown", n), integer("sessionsforeign", 0), integer("sessionstotal", n),
		integer("transcodedmedia", 0),
		integer("packetrate_user", int64(f.Rates.User.Packets)), integer("byterate_user", int64(f.Rates.User.Octets)),
		integer("errorrate_user", int64(f.Rates.User.Errors)),
		integer("packetrate_kernel", int64(f.Rates.Kernel.Packets)), integer("byterate_kernel", int64(f.Rates.Kernel.Octets)),
		integer("errorrate_kernel", 0),
		integer("packetrate", int64(both.Packets)), integer("byterate", int64(both.Octets)), integer("errorrate", int64(both.Errors)),
		integer("media_userspace", int64(now.user)), integer("media_kernel", int64(now.kernel)), integer("media_mixed", int64(now.both)),
	}
}

func total(f *Figures) ng.Dict {
	sum := f.Total()
	both := plus(sum.User, sum.Kernel)
	duration, avg, dev := f.Duration.Seconds(), 0.0, 0.0
	if ended := float64(f.Ended); ended > 0 {
		avg = duration / ended
		dev = math.Sqrt(math.Max(0, f.DurationSquared/ended-avg*avg))
	}
	return ng.Dict{
		{Key: "uptime", Value: strconv.FormatInt(int64(f.Uptime.Seconds()), 10)},
		// The reference counts a session here when it ends.
		integer("managedsessions", int64(f.Ended)), integer("rejectedsessions", int64(f.Rejected())),
		integer("timeoutsessions", int64(f.Timeout)), integer("silenttimeoutsessions", int64(f.SilentTimeout)),
		integer("finaltimeoutsessions", int64(f.FinalTimeout)), integer("offertimeoutsessions", int64(f.OfferTimeout)),
		integer("regularterminatedsessions", int64(f.Terminated)), integer("forcedterminatedsessions", int64(f.ForceTerminated)),
		integer("relayedpackets_user", int64(sum.User.Packets)), integer("relayedpacketerrors_user", int64(sum.User.Errors)),
		integer("relayedbytes_user", int64(sum.User.Octets)),
		integer("relayedpackets_kernel", int64(sum.Kernel.Packets)), integer("relayedpacketerrors_kernel", 0),
		integer("relayedbytes_kernel", int64(sum.Kernel.Octets)),
		integer("relayedpackets", int64(both.Packets)), integer("relayedpacketerrors", int64(both.Errors)),
		integer("relayedbytes", int64(both.Octets)),
		integer("zerowaystreams", int64(f.ZeroWay)), integer("onewaystreams", int64(f.OneWayEnded)),
		decimal("avgcallduration", avg), decimal("totalcallsduration", duration),
		decimal("totalcallsduration2", f.DurationSquared), decimal("totalcallsduration_stddev", dev),
	}
}

// metric shows one averaged quantity.
func metric(name, square, samples string, a Average) ng.Dict {
	mean, dev := a.Mean()
	return ng.Dict{
		decimal(name+"_total", a.Sum), decimal(square+"_total", a.Squares), integer(samples+"_samples_total", int64(a.N)),
		decimal(name+"_average", mean), decimal(name+"_stddev", dev),
	}
}

func voipMetrics(q *QualityFigures) (d ng.Dict) {
	for _, v := range []struct {
		name string
		Average
	}{
		{"jitter", q.Jitter}, {"rtt_e2e", q.RTT}, {"rtt_dsct", q.LegRTT}, {"packetloss", q.Loss}, {"jitter_measured", q.MeasuredJitter},
	} {
		d = append(d, metric(v.name, v.name+"2", v.name, v.Average)...)
	}
	return d
}

func (r *Registry) interfaceStatistics(f *Figures) ng.List {
	out := ng.List{}
	for i := range f.Addresses {
		a := &f.Addresses[i]
		used, size := a.Ports.Used(), a.Ports.Size()
		pct := 0.0
		if size > 0 {
			pct = float64(used) * 100 / float64(size)
		}
		first, last := a.Ports.Range()
		in := plus(a.User, a.Kernel)
		out = append(out, ng.Dict{
			{Key: "name", Value: a.Logical.Name}, {Key: "address", Value: a.Local.String()},
			{Key: "ports", Value: ng.Dict{
				integer("min", int64(first)), integer("max", int64(last)),
				integer("used", int64(used)), {Key: "used_pct", Value: fmt.Sprintf("%.2f", pct)},
				integer("free", int64(size-used)), integer("totals", int64(size)),
			}},
			integer("packets_lost", int64(a.Lost)), integer("duplicates", int64(a.Duplicates)),
			{Key: "voip_metrics", Value: append(metric("mos", "mos2", "mos", a.Quality.MOS), voipMetrics(&a.Quality)...)},
			{Key: "ingress", Value: counters{in.Packets, in.Octets, in.Errors}.dict()},
			{Key: "egress", Value: counters{a.Out.Packets, a.Out.Octets, a.Out.Errors}.dict()},
		})
	}
	return out
}

// addresses lists the local addresses in the order of the configuration, as the
// reference does.
func (r *Registry) addresses() []*interfaces.Address {
	if r.Interfaces == nil {
		return nil
	}
	var all []*interfaces.Address
	for _, l := range r.Interfaces.All() {
		all = append(all, l.Addresses(interfaces.FamilyAny)...)
	}
	pools := r.Interfaces.Pools()
	slices.SortStableFunc(all, func(a, b *interfaces.Address) int {
		return slices.Index(pools, a.Ports) - slices.Index(pools, b.Ports)
	})
	return all
}
