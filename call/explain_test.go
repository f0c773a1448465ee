package call

import (
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
)

// explained asks why.
func (k *talk) explained() ng.Dict {
	k.Helper()
	d := k.do(ExplainCommand, kv("call-id", k.id))
	if d.Text("result") != "ok" {
		k.Fatalf("explain is answered %v", d)
	}
	return d
}

// verdictOf is the verdict on what a party sends in the first section.
func verdictOf(d ng.Dict, from string) ng.Dict {
	for _, v := range value[ng.List](d, "verdicts") {
		if v := v.(ng.Dict); v.Text("from") == from {
			return v
		}
	}
	return nil
}

func value[T any](d ng.Dict, key string) (v T) {
	for _, p := range d {
		if p.Key == key {
			v, _ = p.Value.(T)
		}
	}
	return v
}

// timelineText is one line per event: its kind, tag and text.
func timelineText(d ng.Dict) string {
	var b strings.Builder
	for _, v := range value[ng.List](d, "timeline") {
		e := v.(ng.Dict)
		b.WriteString(strings.TrimSpace(e.Text("kind")+" "+e.Text("tag")) + ": " + e.Text("text") + "\n")
	}
	return b.String()
}

// TestExplainOneWay: the side that sends nothing is named, live and when the
// call has ended, with all that happened.
func TestExplainOneWay(t *testing.T) {
	l := newLab(t, func(c *Config) { c.KeepEnded = time.Minute })
	k := l.established()
	for i := range 20 {
		l.send(addrPort("198.51.100.1:4000"), k.facing("a"), rtpOf(0, uint16(i)))
	}
	l.pass(5 * time.Second)
	for i := range 20 {
		l.send(addrPort("198.51.100.1:4000"), k.facing("a"), rtpOf(0, uint16(20+i)))
	}
	check := func(state string) {
		d := k.explained()
		if d.Text("state") != state {
			t.Errorf("state %q, want %q", d.Text("state"), state)
		}
		if v := verdictOf(d, "a"); v.Text("verdict") != "healthy" {
			t.Errorf("%s: a -> b: %v", state, v)
		}
		v := verdictOf(d, "b")
		if v.Text("verdict") != "silent-sender" || v.Text("side") != "b" || value[int64](v, "fault") != 1 ||
			!strings.Contains(v.Text("text"), "b (198.51.100.2:5000) has never sent a packet") || !strings.Contains(v.Text("text"), "a hears nothing") {
			t.Errorf("%s: b -> a: %v", state, v)
		}
		text := timelineText(d)
		for _, want := range []string{
			"offer a: audio 198.51.100.1:4000 RTP/AVP -> audio 192.0.2.1:", "answer b: audio 198.51.100.2:5000",
			"ports a: RTP port 192.0.2.1:", "learned a: RTP peer 198.51.100.1:4000 confirmed: address and port as signalled",
			"packets a: first RTP packet, from 198.51.100.1:4000",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the timeline lacks %q:\n%s", state, want, text)
			}
		}
	}
	check("live")
	k.delete()
	check("ended")
	if text := timelineText(k.explained()); !strings.Contains(text, "last RTP packet of 40") || !strings.Contains(text, "end: deleted") {
		t.Errorf("the timeline lacks the end:\n%s", text)
	}
	l.pass(2 * time.Minute)
	l.mustRefuse("Unknown call-id", ExplainCommand, kv("call-id", k.id))
}
