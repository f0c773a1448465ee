package graphite

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"rtpgo/media"
	"rtpgo/ng"
)

// gone are commands of the reference's list that no longer exist; they stand
// behind unsilence media there.
var gone = []string{"block silence media", "unblock silence media"}

// listed calls f for the commands that a report names, in its order.
func (v *interval) listed(f func(name string, c *command)) {
	for i := range v.commands {
		c := &v.commands[i]
		if c.name == ng.OtherCommands {
			continue
		}
		f(c.name, c)
		if c.name == "unsilence media" {
			for _, name := range gone {
				f(name, new(command))
			}
		}
	}
}

// text is the report, one figure a line.
func (v *interval) text(prefix string, now time.Time) []byte {
	var b bytes.Buffer
	put := func(name string, value any) {
		fmt.Fprintf(&b, "%s%s %v %d\n", prefix, name, value, now.Unix())
	}
	v.listed(func(name string, c *command) {
		// A blank would end the name.
		name = strings.ReplaceAll(name, " ", "_")
		put(name+"_time_min", seconds(c.time.Shortest))
		put(name+"_time_max", seconds(c.time.Longest))
		put(name+"_time_avg", seconds(c.average()))
		put(name+"s_ps_min", c.rate.min)
		put(name+"s_ps_max", c.rate.max)
		put(name+"s_ps_avg", c.averageRate())
		put(name+"_count", c.now.Count())
	})
	f, g := v.calls, v.first
	put("call_dur", seconds(v.callTime))
	average := time.Duration(0)
	if ended := f.Ended - g.Ended; ended > 0 {
		average = (f.Duration - g.Duration) / time.Duration(ended)
	}
	put("average_call_dur", seconds(average))
	put("forced_term_sess", f.ForceTerminated-g.ForceTerminated)
	put("managed_sess", f.Managed)
	put("managed_sess_min", v.sessions.min)
	put("managed_sess_max", v.sessions.max)
	put("current_sessions_total", f.Live)
	put("current_sessions_own", f.Live)
	put("current_sessions_foreign", 0)
	put("current_transcoded_media", 0)
	put("current_sessions_ipv4", f.IPv4)
	put("current_sessions_ipv6", f.IPv6)
	put("current_sessions_mixed", f.Mixed)
	put("nopacket_relayed_sess", f.ZeroWay-g.ZeroWay)
	put("oneway_stream_sess", f.OneWayEnded-g.OneWayEnded)
	put("regular_term_sess", f.Terminated-g.Terminated)
	v.traffic(put)
	put("silent_timeout_sess", f.SilentTimeout-g.SilentTimeout)
	put("final_timeout_sess", f.FinalTimeout-g.FinalTimeout)
	put("offer_timeout_sess", f.OfferTimeout-g.OfferTimeout)
	put("timeout_sess", f.Timeout-g.Timeout)
	put("reject_sess", f.Rejected()-g.Rejected())
	for i := range f.Addresses {
		a := &f.Addresses[i]
		of := "_" + a.Logical.Name + "_" + a.Local.String()
		put("ports_free"+of, a.Ports.Free())
		put("ports_used"+of, a.Ports.Used())
	}
	return b.Bytes()
}

func (v *interval) traffic(put func(string, any)) {
	now, before := v.calls.Total(), v.first.Total()
	var all media.Counters
	for _, tier := range []struct {
		name        string
		now, before media.Counters
	}{{"_user", now.User, before.User}, {"_kernel", now.Kernel, before.Kernel}} {
		errors, packets, octets := tier.now.Errors-tier.before.Errors, tier.now.Packets-tier.before.Packets, tier.now.Octets-tier.before.Octets
		put("relayed_errors"+tier.name, errors)
		put("relayed_packets"+tier.name, packets)
		put("relayed_bytes"+tier.name, octets)
		all.Errors, all.Packets, all.Octets = all.Errors+errors, all.Packets+packets, all.Octets+octets
	}
	put("relayed_errors", all.Errors)
	put("relayed_packets", all.Packets)
	put("relayed_bytes", all.Octets)
}

// seconds is a time in the form of the reference.
func seconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

// dict is the interval in the statistics command.
func (v *interval) dict() ng.Dict {
	d := ng.Dict{
		{Key: "totalcallsduration", Value: seconds(v.callTime)},
		{Key: "minmanagedsessions", Value: int64(v.sessions.min)},
		{Key: "maxmanagedsessions", Value: int64(v.sessions.max)},
	}
	v.listed(func(name string, c *command) {
		d = append(d, ng.Pair{Key: "min" + name + "delay", Value: seconds(c.time.Shortest)},
			ng.Pair{Key: "max" + name + "delay", Value: seconds(c.time.Longest)},
			ng.Pair{Key: "avg" + name + "delay", Value: seconds(c.average())})
	})
	v.listed(func(name string, c *command) {
		d = append(d, ng.Pair{Key: "min" + name + "requestrate", Value: fmt.Sprint(c.rate.min)},
			ng.Pair{Key: "max" + name + "requestrate", Value: fmt.Sprint(c.rate.max)},
			ng.Pair{Key: "avg" + name + "requestrate", Value: fmt.Sprint(c.averageRate())})
	})
	return d
}
