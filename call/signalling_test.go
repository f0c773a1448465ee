package call

import (
	"strings"
	"testing"
	"time"
)

func TestSignallingIsKept(t *testing.T) {
	const audio = "m=audio 4000 RTP/AVP 0"
	l := newLab(t, func(c *Config) { c.KeepEnded = time.Minute })
	quiet := l.call()
	quiet.offer(description("192.0.2.10", audio))
	if kept := l.r.Signalling(quiet.id); kept != nil {
		t.Errorf("kept without being asked: %v", kept)
	}
	quiet.delete()

	l.r.KeepSignalling()
	k := l.call()
	k.offer(description("192.0.2.10", audio, "a=ice-pwd:c2VjcmV0"))
	k.answer(description("10.0.0.10", audio))
	for range 2 * maxExchanges {
		k.reoffer(description("192.0.2.11", audio))
	}
	kept := l.r.Signalling(k.id)
	if len(kept) != maxExchanges {
		t.Fatalf("%d exchanges are kept, want %d", len(kept), maxExchanges)
	}
	first, last := kept[0], kept[len(kept)-1]
	if first.Command != "offer" || kept[1].Command != "answer" || first.From != "a" || kept[1].From != "b" || kept[1].To != "a" {
		t.Errorf("the first are %+v, %+v", first, kept[1])
	}
	if !strings.Contains(first.Before, "192.0.2.10") || !strings.Contains(first.After, "c=IN IP4 192.0.2.1\r") || strings.Contains(first.Before, "c2VjcmV0") {
		t.Errorf("the first offer was %q, and went on as %q", first.Before, first.After)
	}
	if !strings.Contains(last.Before, "192.0.2.11") {
		t.Errorf("the last one is %q", last.Before)
	}
	long := l.call()
	long.offer(description("192.0.2.10", audio, strings.Repeat("a=x:"+strings.Repeat("y", 200)+"\r\n", 100)))
	if text := l.r.Signalling(long.id)[0].Before; len(text) > maxExchangeText || !strings.HasSuffix(text, "\n") {
		t.Errorf("%d bytes are kept of a long one", len(text))
	}
	l.r.signalling.size.Add(maxSignallingText)
	full := l.call()
	full.offer(description("192.0.2.10", audio))
	if kept := l.r.Signalling(full.id); kept != nil {
		t.Error("kept beyond the bound")
	}
	l.r.signalling.size.Add(-maxSignallingText)
	for _, x := range []*talk{k, long, full} {
		x.delete()
	}
	if kept := l.r.Signalling(k.id); len(kept) != maxExchanges {
		t.Errorf("%d exchanges are kept of an ended call", len(kept))
	}
	l.pass(l.r.KeepEnded + 1)
	l.r.tick()
	if n := l.r.signalling.size.Load(); n != 0 {
		t.Errorf("%d bytes are counted without a call", n)
	}
}
