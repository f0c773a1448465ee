package call

import (
	"slices"
	"strings"
	"testing"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// audio makes the lines of a section from a short form of its codecs: numbers,
// or "96=opus/48000/2" with parameters behind a semicolon.
func audio(port, codecs string) []string {
	m := "m=audio " + port + " RTP/AVP"
	var lines []string
	for f := range strings.FieldsSeq(codecs) {
		pt, name, named := strings.Cut(f, "=")
		m += " " + pt
		if named {
			name, fmtp, has := strings.Cut(name, ";")
			if name != "" {
				lines = append(lines, "a=rtpmap:"+pt+" "+strings.Replace(name, "te/", "telephone-event/", 1))
			}
			if has {
				lines = append(lines, "a=fmtp:"+pt+" "+fmtp)
			}
		}
	}
	return append([]string{m}, lines...)
}

func formats(s *sdpedit.Session) string { return strings.Join(s.Medias[0].Formats, " ") }

// codecs is the key "codec": "strip=PCMU,G729 except=PCMA".
func codecs(text string) ng.Pair {
	d := ng.Dict{}
	for f := range strings.FieldsSeq(text) {
		name, list, _ := strings.Cut(f, "=")
		d = append(d, kv(name, strs(strings.Split(list, ",")...)))
	}
	return kv("codec", d)
}

// TestStrip: what B is offered, by the lists of "codec" (rtpengine's
// documentation of it).
func TestStrip(t *testing.T) {
	const in = "0 8 9 96=opus/48000/2 97=te/48000 101=te/8000 13"
	for _, c := range []struct{ codec, want string }{
		{"", "0 8 9 96 97 101 13"},
		{"strip=PCMU", "8 9 96 97 101 13"},
		{"strip=pcmu", "8 9 96 97 101 13"},
		{"strip=opus", "0 8 9 101 13"},
		{"strip=opus/48000/2", "0 8 9 101 13"},
		{"strip=opus/48000/1", "0 8 9 96 97 101 13"},
		{"strip=PCMU,PCMA,G722", "96 97"},
		{"strip=telephone-event", "0 8 9 96 13"},
		{"strip=telephone-event/8000", "0 8 9 96 97 13"},
		{"mask=PCMU", "8 9 96 97 101 13"},
		{"strip=all", "0 8 9 96 97 101 13"},
		{"strip=all except=PCMA", "8"},
		{"strip=all except=PCMA,telephone-event", "8 101"},
		{"strip=all except=telephone-event,opus", "96 97"},
		{"strip=all offer=G722", "9"},
		{"strip=all offer=G722,PCMU", "9 0"},
		{"strip=full except=PCMU", "0"},
		{"except=PCMU", "0 8 9 96 97 101 13"},
		{"offer=G722", "0 8 9 96 97 101 13"},
		{"strip=nothing-like-it", "0 8 9 96 97 101 13"},
	} {
		s := newLab(t, nil).call().offer(description("198.51.100.1", audio("4000", in)...), codecs(c.codec))
		if got := formats(s); got != c.want {
			t.Errorf("%q: %q, want %q", c.codec, got, c.want)
		}
	}
	s := newLab(t, nil).call().offer(description("198.51.100.1", append(audio("4000", "0"), "m=video 5000 RTP/AVP 96")...),
		codecs("strip=all"), flags("allow-no-codec-media"))
	if m := s.Medias[0]; m.Port != 0 || formats(s) != "0" {
		t.Errorf("without any codec left: %d %v", m.Port, m.Formats)
	}
}

// TestAnswerCodecs: what A is answered, by what B was offered and says.
func TestAnswerCodecs(t *testing.T) {
	for _, c := range []struct {
		name, offer, strip, answer, flags, want string
	}{
		{"all", "0 8 101=te/8000", "", "0 8 101=te/8000", "", "0 8 101"},
		{"B's order", "0 8 9", "", "9 0", "", "9 0"},
		{"not offered", "0 8", "", "0 18", "", "0"},
		{"stripped", "0 8 9", "strip=PCMU", "0 8", "", "8"},
		{"other number", "0 101=te/8000", "", "0 97=te/8000", "", "0"},
		{"other number, allowed", "0 101=te/8000", "", "0 97=te/8000", "allow-asymmetric-codecs", "0 97"},
		{"none in common", "0 8", "", "18", "", "18"},
		{"single", "0 8 101=te/8000", "", "8 0 101=te/8000", "single-codec", "8 101"},
		{"G.729 with Annex B", "18 8", "", "18=;annexb=yes 8", "", "8"},
		{"G.729, both with Annex B", "18=;annexb=yes 8", "", "18=;annexb=yes 8", "", "18 8"},
		{"G.729, no Annex B", "18 8", "", "18=;annexb=no 8", "", "18 8"},
		{"twice", "0 8", "", "0 0 8", "", "0 8"},
		// Under other numbers: A is shown its own where nothing else is left.
		{"renumbered", "96=opus/48000/2 101=te/8000", "", "111=opus/48000/2 101=te/8000", "", "96 101"},
		{"renumbered across", "96=opus/48000/2 97=te/8000", "", "97=opus/48000/2 98=te/8000", "", "96 97"},
		{"static and dynamic", "18", "", "96=G729/8000", "", "18"},
		{"not if another is left", "0 96=opus/48000/2", "", "0 111=opus/48000/2", "", "0"},
		{"unless it is named", "8 101=te/8000", "accept=telephone-event", "8 97=te/8000", "", "8 101"},
		{"AMR as it is", "96=AMR/8000", "", "97=AMR/8000", "", "97"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newLab(t, nil).call()
			k.offer(description("198.51.100.1", audio("4000", c.offer)...), codecs(c.strip))
			s := k.answer(description("198.51.100.2", audio("5000", c.answer)...), flags(strings.Fields(c.flags)...))
			if got := formats(s); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			for i := range s.Medias[0].Codecs {
				if s.Medias[0].Codecs[i].Encoding == "" {
					t.Errorf("payload type %d has no name", s.Medias[0].Codecs[i].PT)
				}
			}
		})
	}
}

// TestReuseCodecs: what was agreed on stays first, or is all there is.
func TestReuseCodecs(t *testing.T) {
	for _, c := range []struct{ flag, again, answer string }{
		{"reuse-codecs", "0 8 101 18 9", "0 8 101"},
		{"no-codec-renegotiation", "0 8 101 18 9", "0 8 101"},
		{"static-codecs", "0 8 101", "8 0 101"},
		{"", "8 18 9 101 0", "8 0 101"},
	} {
		k := newLab(t, nil).call()
		k.offer(description("198.51.100.1", audio("4000", "0 8 18 9 101=te/8000")...))
		k.answer(description("198.51.100.2", audio("5000", "0 8 101=te/8000")...))
		s := k.reoffer(description("198.51.100.1", audio("4000", "8 18 9 101=te/8000 0")...), flags(c.flag))
		if got := formats(s); got != c.again {
			t.Errorf("%q: B is offered %q, want %q", c.flag, got, c.again)
		}
		s = k.answer(description("198.51.100.2", audio("5000", "8 0 101=te/8000")...), flags(c.flag))
		if got := formats(s); got != c.answer {
			t.Errorf("%q: A is answered %q, want %q", c.flag, got, c.answer)
		}
	}
}

// TestPtime: a=ptime towards both sides (ms).
func TestPtime(t *testing.T) {
	for _, c := range []struct {
		a, b             int
		ptime, reverse   int
		offered, answers int
	}{
		{20, 0, 0, 0, 20, 20},
		{20, 40, 0, 0, 20, 40},
		{0, 30, 0, 0, 0, 30},
		{20, 0, 40, 0, 40, 20},
		{20, 60, 40, 0, 40, 20},
		{20, 0, 0, 50, 20, 50},
		{20, 60, 30, 50, 30, 50},
	} {
		body := func(n int) string {
			lines := audio("4000", "0")
			if n > 0 {
				lines = append(lines, "a=ptime:"+string(rune('0'+n/10))+"0")
			}
			return description("198.51.100.1", lines...)
		}
		k := newLab(t, nil).call()
		s := k.offer(body(c.a), kv("ptime", c.ptime), kv("ptime-reverse", c.reverse))
		if got := s.Medias[0].Ptime; got != c.offered {
			t.Errorf("%+v: B is offered %d", c, got)
		}
		if got := k.answer(body(c.b)).Medias[0].Ptime; got != c.answers {
			t.Errorf("%+v: A is answered %d", c, got)
		}
	}
}

// TestPtimeStays: what a request says about a=ptime holds for the call, on both
// sides.
func TestPtimeStays(t *testing.T) {
	k := newLab(t, nil).call()
	body := description("198.51.100.1", append(audio("4000", "0"), "a=ptime:20")...)
	k.offer(body, kv("ptime", 40))
	k.answer(body)
	shown := func(command, from, to string, keys ...ng.Pair) int {
		return k.exchange(command, from, to, body, keys...).Medias[0].Ptime
	}
	for _, c := range []struct {
		name string
		got  int
		want int
	}{
		{"A offers again", shown("offer", k.a, k.b), 40},
		{"B offers", shown("offer", k.b, k.a), 20},
		{"A answers", shown("answer", k.b, k.a), 40},
		{"another is named", shown("offer", k.a, k.b, kv("ptime", 30)), 30},
		{"B offers again", shown("offer", k.b, k.a), 20},
	} {
		if c.got != c.want {
			t.Errorf("%s: a=ptime:%d, want %d", c.name, c.got, c.want)
		}
	}
}

// TestAttributes: what passes, what goes, what is added.
func TestAttributes(t *testing.T) {
	k := newLab(t, nil).call()
	sdp := description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "a=extmap:1 x", "a=custom:y", "m=video 5000 RTP/AVP 96", "a=mid:v")
	s := k.offer(sdp, flags("strip-extmap", "generate-mid"),
		kv("sdp-attr", ng.Dict{kv("audio", ng.Dict{kv("add", strs("new:1")), kv("substitute", ng.List{strs("custom:y", "custom:z")})})}))
	var other []string
	for _, a := range s.Medias[0].Other {
		other = append(other, a.String())
	}
	if !slices.Equal(other, []string{"custom:z", "new:1"}) || s.Medias[0].MID != "1" || s.Medias[1].MID != "v" {
		t.Errorf("%q, mid %q and %q", other, s.Medias[0].MID, s.Medias[1].MID)
	}
	s = k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0", "a=mid:1", "m=video 0 RTP/AVP 96", "a=mid:v"))
	if s.Medias[0].MID != "" || s.Medias[1].MID != "v" || s.Medias[1].Port != 0 {
		t.Errorf("A is shown mid %q and %q", s.Medias[0].MID, s.Medias[1].MID)
	}
}

// TestMidStays: a section keeps its a=mid where later offers have none.
func TestMidStays(t *testing.T) {
	a, b := description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), description("198.51.100.2", "m=audio 5000 RTP/AVP 0")
	k := newLab(t, nil).call()
	k.offer(a, flags("generate-mid"))
	mid := func(command, from, to, sdp string) string { return k.exchange(command, from, to, sdp).Medias[0].MID }
	got := []string{mid("answer", k.a, k.b, b), mid("offer", k.a, k.b, a), mid("offer", k.b, k.a, b), mid("answer", k.b, k.a, a)}
	if want := []string{"", "1", "1", "1"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// Another name in a later offer isn't the one that the receiver knows.
	named := description("198.51.100.2", "m=audio 5000 RTP/AVP 0", "a=mid:x")
	if got := mid("offer", k.b, k.a, named); got != "1" {
		t.Errorf("A is shown %q", got)
	}
}
