package call

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rtpgo/ng"
)

func TestBrief(t *testing.T) {
	l := newLab(t, nil)
	k := l.established()
	l.pass(90 * time.Second)
	row := func() ng.Dict {
		t.Helper()
		list := l.do(BriefCommand).List("calls")
		if len(list) != 1 {
			t.Fatalf("%v", list)
		}
		return list[0].(ng.Dict)
	}
	if d := row(); d.Text("call-id") != k.id || d.Int("age") != 90 || d.Text("condition") != "no media" || d.Text("codec") != "PCMU" ||
		d.Text("engine") != "" || d.Int("idle") != -1 || d.Int("packets") != 0 {
		t.Errorf("%v", d)
	}
	for _, seq := range []uint16{1, 2, 5} {
		l.send(addrPort("198.51.100.1:4000"), k.facing("a"), rtpOf(0, seq))
	}
	l.send(addrPort("192.0.2.66:4000"), k.facing("a"), rtpOf(0, 6)) // a stranger's
	if d := row(); d.Text("condition") != "one-way" || d.Text("engine") != "user" || d.Int("packets") != 3 || d.Int("lost") != 2 || d.Int("drops") != 1 {
		t.Errorf("%v", d)
	}
}

// TestBriefPages: every call stands on one page.
func TestBriefPages(t *testing.T) {
	l := newLab(t, nil)
	var want, got []string
	for i := range 700 {
		id := fmt.Sprintf("call-%04d", i)
		want = append(want, id)
		l.do("offer", kv("call-id", id), kv("from-tag", "a"), kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 8")))
	}
	var cursor []ng.Pair
	for {
		d := l.do(BriefCommand, cursor...)
		if n := len(ng.Bencode.Append(nil, d)); n > ng.MaxMessage {
			t.Fatalf("a page of %d octets", n)
		}
		for _, c := range d.List("calls") {
			got = append(got, c.(ng.Dict).Text("call-id"))
		}
		if d.Int("more") == 0 {
			break
		}
		cursor = []ng.Pair{kv("cursor", got[len(got)-1])}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d calls of %d", len(got), len(want))
	}
}
