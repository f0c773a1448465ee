package ctl

import (
	"fmt"
	"net/netip"
	"strconv"

	"rtpgo/ng"
)

func (x *execution) interfaces(string) {
	for _, d := range dicts(x.statistics().List("interfaces")) {
		family := "IPv4"
		if a, err := netip.ParseAddr(d.Text("address")); err == nil && !a.Is4() {
			family = "IPv6"
		}
		ports, in, out, q := d.Dict("ports"), d.Dict("ingress"), d.Dict("egress"), d.Dict("voip_metrics")
		used, _ := strconv.ParseFloat(ports.Text("used_pct"), 64)
		fmt.Fprintf(x, "Interface '%s' address '%s' (%s)\n", d.Text("name"), d.Text("address"), family)
		fmt.Fprintf(x, " Port range: %5d - %5d\n", ports.Int("min"), ports.Int("max"))
		fmt.Fprintf(x, " Ports used: %5d / %5d (%5.1f%%)\n", ports.Int("used"), ports.Int("totals"), used)
		fmt.Fprintf(x, " Packets/bytes/errors:\n  Ingress:   %10d / %10d / %10d\n  Egress:    %10d / %10d / %10d\n",
			in.Int("packets"), in.Int("bytes"), in.Int("errors"), out.Int("packets"), out.Int("bytes"), out.Int("errors"))
		fmt.Fprintf(x, " Packets lost/duplicates: %10d / %10d\n", d.Int("packets_lost"), d.Int("duplicates"))
		fmt.Fprintf(x, " MOS:    avg %s, packet loss avg %s%%\n Jitter: avg %s (measured %s)\n RTT:    e2e %s, dsct %s\n",
			average(q, "mos"), average(q, "packetloss"), average(q, "jitter"), average(q, "jitter_measured"),
			average(q, "rtt_e2e"), average(q, "rtt_dsct"))
	}
}

// average is a measured quantity; -nan as in the reference where nothing was
// measured.
func average(q ng.Dict, key string) string {
	f, err := strconv.ParseFloat(q.Text(key+"_average"), 64)
	if q.Int(key+"_samples_total") == 0 || err != nil {
		return "-nan"
	}
	return strconv.FormatFloat(f, 'f', 1, 64)
}
