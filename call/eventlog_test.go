package call

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// TestEventRecords: an event comes out of its record as it went in, but for
// texts that are too long.
func TestEventRecords(t *testing.T) {
	long := strings.Repeat("x", textRoom+1)
	for _, want := range []event{
		{},
		{kind: evLearned, who: 3, media: 2, stream: rtcp, at: 90 * time.Second, a: addrPort("192.0.2.1:5000"), b: addrPort("[2001:db8::1]:6000"), n: 1, text: "why"},
		{kind: evOffer, text: "in", more: "out"},
		{kind: evDrop, n: 1 << 60, text: long},
		{kind: evEnd, more: "only"},
	} {
		var got event
		rest := got.read(append(want.append(nil), "rest"...))
		if len(want.text) > textRoom {
			want.text = want.text[:textRoom]
		}
		if got != want || string(rest) != "rest" {
			t.Errorf("got %+v and %q, want %+v", got, rest, want)
		}
	}
}

// TestEventLogBounds: the beginning stays, of the rest the latest, and the log
// never grows beyond its rooms.
func TestEventLogBounds(t *testing.T) {
	l := newLab(t, nil)
	c := newCall(l.r, "busy")
	const events = 5000
	for i := range events {
		c.event(nil, nil, event{kind: evCommand, text: fmt.Sprint("command ", i)})
	}
	if size := c.log.size(); size > headRoom+tailRoom+2048 {
		t.Errorf("the log takes %d octets", size)
	}
	var texts []string
	c.log.each(func(e *event, _ string) { texts = append(texts, e.text) })
	if texts[0] != "command 0" || texts[len(texts)-1] != fmt.Sprint("command ", events-1) || len(texts) >= events {
		t.Errorf("%d events, from %q to %q", len(texts), texts[0], texts[len(texts)-1])
	}
	gap := 0
	for i := 1; i < len(texts); i++ {
		var a, b int
		fmt.Sscanf(texts[i-1], "command %d", &a)
		fmt.Sscanf(texts[i], "command %d", &b)
		if b != a+1 {
			gap++
		}
	}
	if gap != 1 {
		t.Errorf("%d gaps, want one", gap)
	}
}

// TestEventsOfManyParties: parties beyond those that events can name have none.
func TestEventsOfManyParties(t *testing.T) {
	l := newLab(t, nil)
	c := newCall(l.r, "many")
	for i := range maxNames + 50 {
		p := &Party{call: c, id: uint64(i + 1)}
		c.setTag(p, fmt.Sprint("tag ", i))
		c.event(p, nil, event{kind: evCommand})
	}
	n := 0
	c.log.each(func(_ *event, tag string) {
		if want := fmt.Sprint("tag ", n); n < maxNames && tag != want || n >= maxNames && tag != "" {
			t.Errorf("event %d is of %q", n, tag)
		}
		n++
	})
}

const secretSDP = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\na=ice-pwd:SECRETpassword\r\n" +
	"m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRETkeySECRETkey|2^20\r\na=CRYPTO:2 X inline:SECRET\r\n" +
	"a=fingerprint:sha-256 SE:CR:ET\r\na=key-mgmt:mikey SECRET\r\na=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\na=candidate:2 1 UDP 1 192.0.2.1 9 typ host\r\n" +
	"a=ice-ufrag:SECRET\r\na=sendonly\r\na=rtpmap:0 PCMU/8000\r\nk=clear:SECRET\r\n"

// TestDecisive: the lines that decide are kept, keys aren't.
func TestDecisive(t *testing.T) {
	got := decisive(secretSDP)
	for _, want := range []string{"m=audio 4000 RTP/SAVP 0", "c=IN IP4 198.51.100.1", "a=crypto:1 AES_CM_128_HMAC_SHA1_80\n",
		"a=fingerprint:sha-256\n", "a=sendonly", "2 candidates", "a=ice-ufrag"} {
		if !strings.Contains(got+"\n", want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "SECRET") || strings.Contains(got, "SE:CR") {
		t.Errorf("a secret is kept:\n%s", got)
	}
}

// FuzzDecisive: whatever a description looks like, keys stay out, and it stays
// short.
func FuzzDecisive(f *testing.F) {
	f.Add(secretSDP, "SECRET")
	f.Add("m=\nc=\na=crypto\na=crypto:\na=crypto:1 inline:x\n", "x")
	f.Add("c=IN IP6 ::\r\nm=a b c\r\nc=\r\n", "")
	f.Fuzz(func(t *testing.T, sdp, _ string) {
		got := decisive(sdp)
		if len(got) > decisiveRoom || strings.Contains(got, "inline:") && !strings.Contains(strings.ReplaceAll(sdp, "a=crypto", ""), "inline:") {
			t.Errorf("%q", got)
		}
		_ = describeLines(got)
		if s, err := sdpedit.Parse(sdp); err == nil {
			for _, m := range s.Medias {
				for _, c := range m.Cryptos {
					if len(c.Key) >= 16 && strings.Contains(got, "inline:"+c.Key) {
						t.Errorf("a key of %q is kept: %q", sdp, got)
					}
				}
			}
		}
	})
}

// TestExplainInPages: a timeline that no datagram holds comes whole in pages.
func TestExplainInPages(t *testing.T) {
	l := newLab(t, nil)
	k := l.established()
	k.model(func(c *Call) {
		for i := range 400 {
			c.event(c.parties[0], nil, event{kind: evCommand, text: fmt.Sprint("command ", i)})
		}
	})
	whole, pages := ng.List{}, 0
	for more := int64(1); more != 0; pages++ {
		d := k.do(ExplainCommand, kv("call-id", k.id), kv("cursor", fmt.Sprint(len(whole))))
		if size := len(ng.Bencode.Append(nil, d)); size > 60000 {
			t.Fatalf("a page of %d octets", size)
		}
		whole = append(whole, value[ng.List](d, "timeline")...)
		if more = value[int64](d, "more"); pages > 20 {
			t.Fatal("the pages don't end")
		}
	}
	if last := whole[len(whole)-1].(ng.Dict).Text("text"); last != "command 399" || len(whole) < 200 {
		t.Errorf("%d events in %d pages, the last one %q", len(whole), pages, last)
	}
}

// TestEndedCallsAreBounded: the oldest go when there are too many, or when their
// time is over; the list shows the latest first.
func TestEndedCallsAreBounded(t *testing.T) {
	l := newLab(t, func(c *Config) { c.KeepEnded = time.Minute })
	var e endedCalls
	for i := range maxEnded + 10 {
		e.add(&endedCall{id: fmt.Sprint(i), packed: make([]byte, 100)})
	}
	if len(e.byID) != maxEnded || e.find("9") != nil || e.find("10") == nil {
		t.Errorf("%d calls are kept", len(e.byID))
	}
	e.add(&endedCall{id: "large", packed: make([]byte, maxEndedBytes)})
	if len(e.byID) != 1 || e.bytes != maxEndedBytes {
		t.Errorf("%d calls of %d octets are kept", len(e.byID), e.bytes)
	}
	for i := range 3 {
		k := l.call()
		k.id = fmt.Sprint("ended-", i)
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
		k.delete()
	}
	d := l.do(ExplainCommand, kv("limit", 2))
	list := value[ng.List](d, "calls")
	if len(list) != 2 || list[0].(ng.Dict).Text("call-id") != "ended-2" || list[0].(ng.Dict).Text("verdict") != "not-answered" || value[int64](d, "more") != 1 {
		t.Fatalf("%v", d)
	}
	d = l.do(ExplainCommand, kv("cursor", fmt.Sprint(value[int64](list[1].(ng.Dict), "number"))))
	if list = value[ng.List](d, "calls"); len(list) != 1 || list[0].(ng.Dict).Text("call-id") != "ended-0" || value[int64](d, "more") != 0 {
		t.Errorf("%v", d)
	}
	// A call of the same id that begins anew goes before the one that ended.
	k := l.call()
	k.id = "ended-1"
	k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	if d := k.explained(); d.Text("state") != "live" {
		t.Errorf("%v", d)
	}
	l.pass(2 * time.Minute)
	if d := l.do(ExplainCommand); len(value[ng.List](d, "calls")) != 0 {
		t.Errorf("calls outlive their time: %v", d)
	}
}
