package call

import (
	"testing"

	"rtpgo/media"
)

func TestSummaries(t *testing.T) {
	l := newLab(t, nil)
	const audio = "m=audio 4000 RTP/AVP 8"
	k := l.call()
	k.offer(description("192.0.2.10", audio), kv("direction", strs("public", "private")))
	if s := l.r.Summaries(); len(s) != 1 || s[0].Condition != Offered || s[0].ID != k.id {
		t.Fatalf("%+v", s)
	}
	k.answer(description("10.0.0.10", audio))
	for seq := range uint16(3) {
		l.send(addrPort("192.0.2.10:4000"), k.facing("a"), rtpOf(8, seq*2)) // two are missing
	}
	l.send(addrPort("192.0.2.66:4000"), k.facing("a"), rtpOf(8, 9))
	list := l.r.Summaries()
	if len(list) != 1 || list[0].Condition != "one-way" || len(list[0].Streams) != 2 {
		t.Fatalf("%+v", list)
	}
	a := list[0].Streams[0]
	if a.Tag != "a" || a.Media != 1 || a.Type != "audio" || a.Codec != "PCMA" || a.Interface != "public" ||
		a.Local != k.facing("a") || a.Remote != addrPort("192.0.2.10:4000") || !a.Receives {
		t.Errorf("%+v", a)
	}
	if a.Received != 3 || a.Lost != 2 || a.Dropped != 1 || a.Unintended != 1 || a.Last == 0 {
		t.Errorf("%+v", a)
	}
	if b := list[0].Streams[1]; b.Received != 0 || b.Last != 0 || b.Interface != "private" {
		t.Errorf("%+v", b)
	}
	k.delete()
	if s := l.r.Summaries(); len(s) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCondition(t *testing.T) {
	for want, a := range map[string]Arrivals{
		"held": {}, "no media": {Expected: 2}, "silent": {Expected: 2, Ever: 2}, "one-way": {2, 1, 1}, "up": {2, 2, 1},
	} {
		if got := a.Condition(Answered); got != want {
			t.Errorf("%+v is %q, want %q", a, got, want)
		}
		if got := a.Condition(Deleted); got != Deleted {
			t.Errorf("a deleted call is %q", got)
		}
	}
	if !media.DropDirection.Intended() || media.DropSource.Intended() {
		t.Error("what is dropped by intention is mistaken")
	}
}
