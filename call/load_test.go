package call

import (
	"testing"
	"time"

	"rtpgo/ng"
)

// TestLoadLimits: a new call is refused while a limit of the host's load is
// reached, in the reference's words; calls that are up go on.
func TestLoadLimits(t *testing.T) {
	load := Load{}
	measured := 0
	l := newLab(t, func(cfg *Config) { cfg.HostLoad = func() Load { measured++; return load } })
	k := l.established()
	offer := func(keys ...ng.Pair) ng.Dict {
		return l.do("offer", append(keys, kv("call-id", "new"), kv("from-tag", "a"), kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 8")))...)
	}
	l.pass(time.Second)
	if measured != 0 {
		t.Error("the load is measured though nothing depends on it")
	}
	for _, c := range []struct {
		load   Load
		limits Limits
		want   string // message of the refusal, "" for none
	}{
		{Load{Average: 3.9}, Limits{MaxLoad: 4}, ""},
		{Load{Average: 4}, Limits{MaxLoad: 4}, "Load limit exceeded"},
		{Load{CPU: 91}, Limits{MaxCPU: 90}, "CPU usage limit exceeded"},
		{Load{CPU: 89, Average: 50}, Limits{MaxCPU: 90}, ""},
		{Load{CPU: 100, Average: 50}, Limits{}, ""},
		{Load{}, Limits{MaxBandwidth: 172}, ""},
	} {
		load = c.load
		l.r.ChangeLimits(func(n *Limits) { *n = c.limits })
		l.pass(time.Second)
		d := offer(kv("supports", strs("load limit")))
		if got := d.Text("message"); got != c.want || (d.Text("result") == "load limit") != (c.want != "") {
			t.Errorf("%+v, %+v: %v", c.load, c.limits, d)
		}
		if c.want != "" {
			if got := offer().Text("error-reason"); got != "Parallel session limit reached" {
				t.Errorf("Kamailio asks the next node for another text than %q", got)
			}
		}
		l.do("delete", kv("call-id", "new"))
	}
	l.r.ChangeLimits(func(n *Limits) { *n = Limits{MaxBandwidth: 172} })
	l.send(addrPort("198.51.100.1:4000"), k.facing("a"), rtpOf(0, 1))
	l.pass(time.Second)
	if got := offer(kv("supports", strs("load limit"))).Text("message"); got != "Bandwidth limit exceeded" {
		t.Errorf("172 octets came in this second: %q", got)
	}
	l.pass(time.Second)
	if offer().Text("result") != "ok" {
		t.Error("and none in this one")
	}
	if l.r.stats.refused[refusedLoad].Load() != 2 || l.r.stats.refused[refusedCPU].Load() != 2 || l.r.stats.refused[refusedBandwidth].Load() != 1 {
		t.Error("refusals aren't counted by their reason")
	}
}
