package call

import (
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
)

const noSuchCall = "Call-ID not found or tags didn't match"

// established is a call of a and b.
func (l *lab) established() *talk {
	l.Helper()
	k := l.call()
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000"))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000"))
	return k
}

// TestDelete: which tags end a call (rtpengine's documentation of "delete").
func TestDelete(t *testing.T) {
	for _, c := range []struct {
		keys []ng.Pair
		ends bool
	}{
		{nil, true},
		{[]ng.Pair{kv("from-tag", "a")}, true},
		{[]ng.Pair{kv("from-tag", "b")}, true},
		{[]ng.Pair{kv("from-tag", "x")}, false},
		{[]ng.Pair{kv("from-tag", "a"), kv("to-tag", "b")}, true},
		{[]ng.Pair{kv("from-tag", "a"), kv("to-tag", "x")}, true},
		{[]ng.Pair{kv("from-tag", "a"), kv("to-tag", "b"), flags("to-tag")}, true},
		{[]ng.Pair{kv("from-tag", "a"), kv("to-tag", "x"), flags("to-tag")}, false},
	} {
		l := newLab(t, nil)
		k := l.established()
		d := l.do("delete", append(c.keys, kv("call-id", k.id))...)
		if d.Text("result") != "ok" || (d.Text("warning") == "") != c.ends || (l.r.Count() == 0) != c.ends {
			t.Errorf("%v: %s %q, %d calls left", c.keys, d.Text("result"), d.Text("warning"), l.r.Count())
		}
		if c.ends {
			l.empty()
		}
	}
	l := newLab(t, nil)
	l.mustRefuse("No call-id in message", "delete")
	if d := l.do("delete", kv("call-id", "nobody")); d.Text("result") != "ok" || d.Text("warning") != noSuchCall {
		t.Errorf("%v", d)
	}
	l.mustRefuse(noSuchCall, "delete", kv("call-id", "nobody"), flags("fatal"))
}

// TestDeleteReply: the reply is that of query; where ports are released at once
// it doesn't name them.
func TestDeleteReply(t *testing.T) {
	for _, delay := range []int{0, 5} {
		l := newLab(t, nil)
		k := l.established()
		query, reply := l.do("query", kv("call-id", k.id)), l.do("delete", kv("call-id", k.id), kv("delete-delay", delay))
		var ports []bool
		for _, d := range []ng.Dict{query, reply} {
			a := get(get(d, "tags").(ng.Dict), "a").(ng.Dict)
			stream := get(get(a, "medias").(ng.List)[0].(ng.Dict), "streams").(ng.List)[0].(ng.Dict)
			ports = append(ports, get(stream, "local port") != nil)
		}
		if len(query) != len(reply) || !ports[0] || ports[1] != (delay > 0) {
			t.Errorf("delay %d: ports shown %v; %d and %d keys", delay, ports, len(query), len(reply))
		}
	}
}

// TestDeleteDelay: the call lives on for a while, and an offer revives it.
func TestDeleteDelay(t *testing.T) {
	l := newLab(t, func(cfg *Config) { cfg.DeleteDelay = 30 * time.Second })
	k := l.established()
	was := k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	del := func(keys ...ng.Pair) {
		t.Helper()
		if d := l.do("delete", append(keys, kv("call-id", k.id))...); d.Text("warning") != "" || d.Text("result") != "ok" {
			t.Fatalf("%v", d)
		}
	}
	del()
	l.pass(29 * time.Second)
	del() // begins anew
	l.pass(29 * time.Second)
	if l.r.Count() != 1 {
		t.Fatal("gone too early")
	}
	if got := k.reoffer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0")); at(got, 0) != at(was, 0) {
		t.Errorf("revived on %s, it was %s", at(got, 0), at(was, 0))
	}
	l.pass(time.Minute)
	if l.r.Count() != 1 {
		t.Fatal("a revived call ended")
	}
	del(kv("delete-delay", 3))
	l.pass(2 * time.Second)
	if l.r.Count() != 1 {
		t.Fatal("gone before its own delay")
	}
	l.pass(2 * time.Second)
	if l.r.Count() != 0 {
		t.Fatal("still there after its own delay")
	}
	l.empty()
	k = l.established()
	del(kv("delete-delay", -1)) // as if not given
	l.pass(time.Second)
	if l.r.Count() != 1 {
		t.Error("a negative delay ended the call at once")
	}
	l.r.Drain()
	l.pass(0)
	if l.r.Count() != 0 {
		t.Error("a draining daemon waits for deleted calls")
	}
}

// TestDeleteBranch: of a forked call one branch goes, the others stay.
func TestDeleteBranch(t *testing.T) {
	l := newLab(t, nil)
	k := l.call()
	for _, s := range []string{"offer a branch=1", "offer a branch=2", "answer a b branch=2"} {
		k.step(s)
	}
	taken := used(l)
	d := l.do("delete", kv("call-id", k.id), kv("from-tag", "a"), kv("via-branch", "1"))
	if d.Text("result") != "ok" || l.r.Count() != 1 || used(l) != taken-2 {
		t.Fatalf("%v; %d calls, %d ports of %d", d.Text("result"), l.r.Count(), used(l), taken)
	}
	if got := k.shape(); got != "a>b b>a" {
		t.Errorf("left: %q", got)
	}
	l.do("delete", kv("call-id", k.id), kv("from-tag", "a"), kv("via-branch", "2"))
	if l.r.Count() != 0 {
		t.Error("the last branch is the call")
	}
}

// TestLimits: what happens to new calls at the limit and while draining.
func TestLimits(t *testing.T) {
	sdp := kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	offer := func(l *lab, id string, keys ...ng.Pair) ng.Dict {
		return l.do("offer", append(keys, kv("call-id", id), kv("from-tag", "a"), sdp)...)
	}
	supports := kv("supports", strs("load limit"))
	for name, c := range map[string]struct {
		begin   func(l *lab)
		message string
	}{
		"limit": {func(*lab) {}, "Parallel session limit reached"},
		"drain": {func(l *lab) { l.r.Drain() }, "Shutting down"},
	} {
		l := newLab(t, func(cfg *Config) {
			cfg.MaxSessions = 100
			if name == "limit" {
				cfg.MaxSessions = 2
			}
		})
		l.established()
		l.established()
		c.begin(l)
		if d := offer(l, "new"); d.Text("result") != "error" || d.Text("error-reason") != "Parallel session limit reached" {
			t.Errorf("%s: %v", name, d)
		}
		if d := offer(l, "new", supports); d.Text("result") != "load limit" || d.Text("message") != c.message {
			t.Errorf("%s: %v", name, d)
		}
		if d := offer(l, "call-1"); d.Text("result") != "ok" {
			t.Errorf("%s: a call that is there: %v", name, d)
		}
		if n := l.r.Count(); n != 2 {
			t.Errorf("%s: %d calls", name, n)
		}
		if n := l.r.Figures().Rejected(); n != 2 {
			t.Errorf("%s: %d counted as rejected", name, n)
		}
		l.do("delete", kv("call-id", "call-1"))
		if d := offer(l, "new"); (d.Text("result") == "ok") != (name == "limit") {
			t.Errorf("%s: after one call ended: %v", name, d.Text("result"))
		}
	}
	none := newLab(t, func(cfg *Config) { cfg.MaxSessions = -1 })
	if d := offer(none, "x", supports); d.Text("result") != "load limit" {
		t.Errorf("no calls at all: %v", d)
	}
}

// TestPanic: one that happens while a request is handled fails that request
// alone.
func TestPanic(t *testing.T) {
	l := newLab(t, nil)
	k := l.established()
	commands["break"] = func(*Registry, *ng.Request) (ng.Dict, error) { panic("on purpose") }
	defer delete(commands, "break")
	l.mustRefuse("Internal error", "break", kv("call-id", k.id))
	logged := l.logs.FilterMessage("command failed").All()
	if len(logged) != 1 || logged[0].ContextMap()["call"] != k.id || !strings.Contains(logged[0].ContextMap()["stack"].(string), "HandleNG") {
		t.Errorf("%v", logged)
	}
	// In the midst of an exchange, with the call locked.
	k.model(func(c *Call) { c.party("a").medias[0].iface = nil; c.party("a").medias[0].set.locals[0].address = nil })
	d := k.do("offer", kv("call-id", k.id), kv("from-tag", "a"), kv("to-tag", "b"), kv("sdp", description("198.51.100.1", "m=audio 4400 RTP/AVP 0")))
	if d.Text("error-reason") != "Internal error" {
		t.Fatalf("%v", d)
	}
	done := make(chan ng.Dict)
	go func() { done <- l.do("query", kv("call-id", k.id)) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("the call stays locked")
	}
	if d := l.established(); d == nil {
		t.Error("other calls don't go on")
	}
	k.model(func(c *Call) {
		m := c.party("a").medias[0]
		m.iface = l.r.Interfaces.All()[0]
		m.set.locals[0].address = m.iface.Addresses(0)[0]
	})
}
