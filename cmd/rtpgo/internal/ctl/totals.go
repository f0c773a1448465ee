package ctl

import (
	"fmt"

	"rtpgo/ng"
)

// line is one of the statistics: its key in the NG command's reply, how the
// reference calls it, and what stands behind the number.
type line struct{ key, label, unit string }

var rates = []line{
	{"packetrate_user", "Packets per second (userspace)", ""},
	{"byterate_user", "Bytes per second (userspace)", ""},
	{"errorrate_user", "Errors per second (userspace)", ""},
	{"packetrate_kernel", "Packets per second (kernel)", ""},
	{"byterate_kernel", "Bytes per second (kernel)", ""},
	{"errorrate_kernel", "Errors per second (kernel)", ""},
	{"packetrate", "Packets per second (total)", ""},
	{"byterate", "Bytes per second (total)", ""},
	{"errorrate", "Errors per second (total)", ""},
}

var running = append(append([]line{
	{"sessionsown", "Owned sessions", ""},
	{"sessionsforeign", "Foreign sessions", ""},
	{"sessionstotal", "Total sessions", ""},
	{"transcodedmedia", "Transcoded media", ""},
}, rates...),
	line{"media_userspace", "Userspace-only media streams", ""},
	line{"media_kernel", "Kernel-only media streams", ""},
	line{"media_mixed", "Mixed kernel/userspace media streams", ""},
)

var total = []line{
	{"uptime", "Uptime of rtpengine", " seconds"},
	{"managedsessions", "Total managed sessions", ""},
	{"rejectedsessions", "Total rejected sessions", ""},
	{"timeoutsessions", "Total timed-out sessions via TIMEOUT", ""},
	{"silenttimeoutsessions", "Total timed-out sessions via SILENT_TIMEOUT", ""},
	{"finaltimeoutsessions", "Total timed-out sessions via FINAL_TIMEOUT", ""},
	{"offertimeoutsessions", "Total timed-out sessions via OFFER_TIMEOUT", ""},
	{"regularterminatedsessions", "Total regular terminated sessions", ""},
	{"forcedterminatedsessions", "Total forced terminated sessions", ""},
	{"relayedpackets_user", "Total relayed packets (userspace)", ""},
	{"relayedpacketerrors_user", "Total relayed packet errors (userspace)", ""},
	{"relayedbytes_user", "Total relayed bytes (userspace)", ""},
	{"relayedpackets_kernel", "Total relayed packets (kernel)", ""},
	{"relayedpacketerrors_kernel", "Total relayed packet errors (kernel)", ""},
	{"relayedbytes_kernel", "Total relayed bytes (kernel)", ""},
	{"relayedpackets", "Total relayed packets", ""},
	{"relayedpacketerrors", "Total relayed packet errors", ""},
	{"relayedbytes", "Total relayed bytes", ""},
	{"zerowaystreams", "Total number of streams with no relayed packets", ""},
	{"onewaystreams", "Total number of 1-way streams", ""},
	{"avgcallduration", "Average call duration", " seconds"},
	{"totalcallsduration", "Total calls duration", " seconds"},
	{"totalcallsduration2", "Total calls duration squared", " seconds squared"},
	{"totalcallsduration_stddev", "Total calls duration standard deviation", " seconds"},
}

// sampled are the five lines about one measured quantity.
func sampled(key, label string) []line {
	return []line{
		{key + "_total", "Sum of all " + label + " values sampled", ""},
		{key + "2_total", "Sum of all " + label + " square values sampled", ""},
		{key + "_samples_total", "Total number of " + label + " samples", ""},
		{key + "_average", "Average " + label, ""},
		{key + "_stddev", label + " standard deviation", ""},
	}
}

var mos = sampled("mos", "MOS")

var quality = func() (all []line) {
	for _, q := range []struct{ key, label string }{
		{"jitter", "jitter (reported)"}, {"rtt_e2e", "end-to-end round-trip time"}, {"rtt_dsct", "discrete round-trip time"},
		{"packetloss", "packet loss"}, {"jitter_measured", "jitter (measured)"},
	} {
		all = append(all, sampled(q.key, q.label)...)
	}
	return all
}()

var sequence = []line{
	{"packets_lost", "Packets lost", ""},
	{"rtp_duplicates", "Duplicate RTP packets", ""},
	{"rtp_skips", "RTP sequence skips", ""},
	{"rtp_seq_resets", "RTP sequence resets", ""},
	{"rtp_reordered", "Out-of-order RTP packets", ""},
}

// proxyColumns are the columns of the table of control statistics, with the
// stems of the keys.
var proxyColumns = []struct{ title, stem string }{
	{"Ping", "ping"}, {"Offer", "offer"}, {"Answer", "answer"}, {"Delete", "delete"}, {"Query", "query"}, {"List", "list"},
	{"StartRec", "startrec"}, {"StopRec", "stoprec"}, {"PauseRec", "pauserec"}, {"StartFwd", "startfwd"}, {"StopFwd", "stopfwd"},
	{"BlkDTMF", "blkdtmf"}, {"UnblkDTMF", "unblkdtmf"}, {"BlkMedia", "blkmedia"}, {"UnblkMedia", "unblkmedia"},
	{"PlayMedia", "playmedia"}, {"StopMedia", "stopmedia"}, {"PlayDTMF", "playdtmf"}, {"Stats", "stats"},
	{"SlnMedia", "slnmedia"}, {"UnslnMedia", "unslnmedia"}, {"BlkSlnMedia", "blkslnmedia"}, {"UnblkSlnMedia", "unblkslnmedia"},
	{"Pub", "pub"}, {"SubReq", "subreq"}, {"SubAns", "subans"}, {"Unsub", "unsub"},
}

func (x *execution) totals(string) {
	s := x.statistics()
	x.print("\nStatistics over currently running sessions:\n\n")
	x.lines(s.Dict("currentstatistics"), running)
	x.print("\nTotal statistics (does not include current running sessions):\n\n")
	x.lines(s.Dict("totalstatistics"), total)
	x.print("\n\nMOS statistics:\n\n")
	x.lines(s.Dict("mos"), mos)
	x.print("\n\nVoIP metrics:\n\n")
	x.lines(s.Dict("voip_metrics"), quality)
	x.lines(s.Dict("voip_metrics"), sequence)
	x.print("\n\nControl statistics:\n\n")
	x.proxies(s.Dict("controlstatistics"))
	x.print("\n\n")
	for _, d := range dicts(s.List("interfaces")) {
		x.print("VoIP metrics for interface ", d.Text("name"), "/", d.Text("address"), ":\n")
		x.lines(d.Dict("voip_metrics"), mos)
		x.lines(d.Dict("voip_metrics"), quality)
	}
	x.print("\n\n")
}

func (x *execution) counters(string) {
	x.print("\nCurrent per-second counters:\n\n")
	x.lines(x.statistics().Dict("currentstatistics"), rates)
}

func (x *execution) lines(d ng.Dict, lines []line) {
	for _, l := range lines {
		if v := d.Get(l.key); v != nil {
			fmt.Fprintf(x, " %-48s:%v%s\n", l.label, v, l.unit)
		}
	}
}

func (x *execution) proxies(control ng.Dict) {
	fmt.Fprintf(x, " %20s ", "Proxy")
	for _, c := range proxyColumns {
		fmt.Fprintf(x, "| %10s ", c.title)
	}
	x.print("\n")
	for _, d := range dicts(control.List("proxies")) {
		fmt.Fprintf(x, " %20s ", d.Text("proxy"))
		for _, c := range proxyColumns {
			fmt.Fprintf(x, "| %10d ", d.Int(c.stem+"count"))
		}
		x.print("\n")
	}
}

func dicts(l ng.List) []ng.Dict {
	var out []ng.Dict
	for _, v := range l {
		if d, ok := v.(ng.Dict); ok {
			out = append(out, d)
		}
	}
	return out
}

func (x *execution) transcoders(string) { x.print("No stats entries\n") }
