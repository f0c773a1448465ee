package call

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"rtpgo/ng"
)

func TestSession(t *testing.T) {
	l := newLab(t, nil)
	creator := netip.MustParseAddrPort("192.0.2.77:4711")
	request, _, err := ng.Decode(ng.Bencode.Append(nil, ng.Dict{kv("command", "offer"), kv("call-id", "x"), kv("from-tag", "a"),
		kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 8"))}))
	if err != nil {
		t.Fatal(err)
	}
	request.Peer = creator
	l.r.HandleNG(context.Background(), request)
	k := &talk{lab: l, id: "x", a: "a", b: "b"}
	if s, _ := l.r.Session("x"); s.Answered {
		t.Error("answered before the answer")
	}
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 8"))
	l.pass(3 * time.Second)
	l.send(addrPort("198.51.100.1:4000"), k.facing("a"), rtpOf(8, 1))

	s, ok := l.r.Session("x")
	if !ok || s.Creator != creator || !s.Answered || s.Deleted || !s.IPv4 || s.IPv6 || s.TOS != 0 || s.LastSignal.IsZero() || len(s.Parties) != 2 {
		t.Fatalf("%v: %+v", ok, s)
	}
	a := s.Parties[0]
	if a.Tag != "a" || a.Age < 3*time.Second || len(a.Medias) != 1 {
		t.Fatalf("%+v", a)
	}
	m := a.Medias[0]
	if m.Index != 1 || m.Type != "audio" || m.Protocol != "RTP/AVP" || m.Codec != "PCMA/8000" || m.PeerTag != "b" || m.PeerIndex != 1 || len(m.Streams) != 2 {
		t.Errorf("%+v", m)
	}
	if r := m.Streams[0]; r.RTCP || r.Local != k.facing("a") || r.Remote != addrPort("198.51.100.1:4000") || r.SSRC != 1 || r.Packets != 1 || r.Octets != 172 || !r.LastKernel.IsZero() {
		t.Errorf("RTP: %+v", r)
	}
	if r := m.Streams[1]; !r.RTCP || r.Local != next(k.facing("a")) || r.SSRC != 0 || r.Packets != 0 {
		t.Errorf("RTCP: %+v", r)
	}
	if m := s.Parties[1].Medias[0]; m.Codec != "" || m.PeerTag != "a" {
		t.Errorf("nothing was received from b: %+v", m)
	}

	l.call().offer(description("2001:db8::5", "m=audio 4000 RTP/AVP 8"))
	if list := l.r.Sessions(); len(list) != 2 || list[0].ID != "call-1" || !list[0].IPv6 || list[1].ID != "x" {
		t.Errorf("%+v", list)
	}
	if _, ok := l.r.Session("nobody's"); ok {
		t.Error("a call that isn't there")
	}
}

func TestTerminate(t *testing.T) {
	l := newLab(t, func(cfg *Config) { cfg.DeleteDelay = time.Minute })
	one := l.established()
	l.established()
	l.established()
	if l.r.Terminate("nobody's") || !l.r.Terminate(one.id) || l.r.Count() != 2 {
		t.Errorf("%d calls are left", l.r.Count())
	}
	if n := l.r.TerminateAll(); n != 2 || l.r.Count() != 0 {
		t.Errorf("%d ended, %d are left", n, l.r.Count())
	}
	l.empty()
	if n := l.r.stats.forced.Load(); n != 3 {
		t.Errorf("%d counted as forced", n)
	}
}

// TestDebugged: the set holds calls that live, or did so a moment ago.
func TestDebugged(t *testing.T) {
	d := new(Debugged)
	l := newLab(t, func(cfg *Config) { cfg.Debugged = d })
	k := l.established()
	other := l.call()
	other.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 8"), flags("debug"))
	if l.r.SetDebug("nobody's", true) || !d.Has(other.id) || d.Has(k.id) {
		t.Error("only the call with the flag is debugged")
	}
	l.r.SetDebug(k.id, true)
	l.r.SetDebug(k.id, true)
	if !d.Has(k.id) {
		t.Error("SetDebug")
	}
	l.r.SetDebug(other.id, false)
	k.delete()
	if !d.Has(k.id) {
		t.Error("the last lines of a call are lost")
	}
	l.pass(debugRest + time.Second)
	l.r.tick()
	if d.Any() || d.Has(k.id) || d.Has(other.id) {
		t.Error("calls that ended or were switched off are still debugged")
	}
}

// TestChangeLimits: what an operator changes holds for calls that are up.
func TestChangeLimits(t *testing.T) {
	l := newLab(t, func(cfg *Config) { cfg.Timeout, cfg.DeleteDelay = time.Hour, time.Hour })
	k := l.established()
	offer := func() string {
		return l.do("offer", kv("call-id", "new"), kv("from-tag", "a"), kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 8"))).Text("result")
	}
	l.r.ChangeLimits(func(n *Limits) { n.MaxSessions = 1 })
	if offer() != "error" {
		t.Error("a call beyond the new limit")
	}
	l.r.ChangeLimits(func(n *Limits) { n.MaxSessions, n.DeleteDelay = 0, 0 })
	if offer() != "ok" {
		t.Error("the limit was lifted")
	}
	if n := l.r.CurrentLimits(); n.Timeout != time.Hour {
		t.Errorf("what wasn't changed: %+v", n)
	}
	l.do("delete", kv("call-id", "new"))
	if l.r.Count() != 1 {
		t.Error("delete with the new delay of 0")
	}
	l.pass(time.Minute)
	if l.r.Count() != 1 {
		t.Fatalf("the call %s has an hour", k.id)
	}
	l.r.ChangeLimits(func(n *Limits) { n.Timeout = 30 * time.Second })
	l.pass(time.Second)
	if l.r.Count() != 0 {
		t.Error("the call goes on beyond the new time-out")
	}
}
