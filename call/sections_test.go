package call

import (
	"fmt"
	"strings"
	"testing"

	"rtpgo/sdpedit"
)

// outline is the sections of a description: "audio", "video:0" with port 0.
func outline(s *sdpedit.Session) string {
	var out []string
	for _, m := range s.Medias {
		t := m.Type
		if m.Port == 0 {
			t += ":0"
		}
		out = append(out, t)
	}
	return strings.Join(out, " ")
}

// body makes a description from an outline.
func body(addr, outline string) string {
	var lines []string
	for i, t := range strings.Fields(outline) {
		port := 4000 + 2*i
		t, zero, _ := strings.Cut(t, ":")
		if zero == "0" {
			port = 0
		}
		proto := map[string]string{"image": "udptl t38", "message": "TCP/MSRP *", "application": "UDP/BFCP *"}[t]
		if proto == "" {
			proto = "RTP/AVP 96"
		}
		lines = append(lines, fmt.Sprintf("m=%s %d %s", t, port, proto))
	}
	return description(addr, lines...)
}

// TestSections: which sections B is shown and A is answered.
func TestSections(t *testing.T) {
	for _, c := range []struct {
		remove                             string
		offer, offered, answer, answeredTo string
	}{
		{"", "audio video", "audio video", "audio video", "audio video"},
		{"", "audio video", "audio video", "audio video:0", "audio video:0"},
		{"", "audio video:0", "audio video:0", "audio video:0", "audio video:0"},
		{"", "audio video", "audio video", "audio", "audio video:0"},
		{"", "audio", "audio", "audio video", "audio video"},
		{"", "image message application", "image message application", "image message application", "image message application"},
		{"video", "audio video", "audio", "audio", "audio video:0"},
		{"video", "video audio", "audio", "audio", "video:0 audio"},
		{"video", "audio video audio", "audio audio", "audio audio:0", "audio video:0 audio:0"},
		{"audio video", "audio video image", "image", "image", "audio:0 video:0 image"},
		{"other", "audio foobar", "audio", "audio", "audio foobar:0"},
		{"foobar", "audio foobar", "audio foobar", "audio foobar", "audio foobar"},
	} {
		t.Run(c.remove+" "+c.offer+" "+c.answer, func(t *testing.T) {
			k := newLab(t, nil).call()
			remove := kv("sdp-media-remove", strs(strings.Fields(c.remove)...))
			s := k.offer(body("198.51.100.1", c.offer), remove)
			if got := outline(s); got != c.offered {
				t.Errorf("B is shown %q, want %q", got, c.offered)
			}
			s = k.answer(body("198.51.100.2", c.answer))
			if got := outline(s); got != c.answeredTo {
				t.Errorf("A is answered %q, want %q", got, c.answeredTo)
			}
			// Once more, as a re-offer from B.
			s = k.exchange("offer", k.b, k.a, body("198.51.100.2", c.answer))
			if len(strings.Fields(outline(s))) < len(strings.Fields(c.answer)) {
				t.Errorf("B's re-offer shows A %q", outline(s))
			}
		})
	}
}

// TestSectionsComeAndGo: sections added by a re-offer, switched off and on.
func TestSectionsComeAndGo(t *testing.T) {
	k := newLab(t, nil).call()
	a := func(outline string) string { return body("198.51.100.1", outline) }
	k.offer(a("audio"))
	k.answer(body("198.51.100.2", "audio"))
	one := used(k.lab)
	both := k.reoffer(a("audio video"))
	k.answer(body("198.51.100.2", "audio video"))
	if n := used(k.lab); n != 2*one {
		t.Errorf("%d ports with two sections, %d with one", n, one)
	}
	for range 3 {
		k.reoffer(a("audio video:0"))
		k.answer(body("198.51.100.2", "audio video:0"))
		k.model(func(c *Call) {
			if !c.party("a").medias[1].disabled || !c.party("b").medias[1].disabled {
				t.Error("the section goes on")
			}
		})
		again := k.reoffer(a("audio video"))
		k.answer(body("198.51.100.2", "audio video"))
		if at(again, 1) != at(both, 1) {
			t.Errorf("the section came back on %s, it was %s", at(again, 1), at(both, 1))
		}
	}
	if n := used(k.lab); n != 2*one {
		t.Errorf("%d ports in the end", n)
	}
}

// TestNothingToRewrite: bodies that aren't a description with sections.
func TestNothingToRewrite(t *testing.T) {
	l := newLab(t, nil)
	id, from := kv("call-id", "x"), kv("from-tag", "a")
	l.mustRefuse("Error rewriting SDP", "offer", id, from, kv("sdp", ""))
	l.mustRefuse("Error rewriting SDP", "offer", id, from, kv("sdp", "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nt=0 0\r\n"))
	l.mustRefuse("Error rewriting SDP", "offer", id, from, kv("sdp", body("198.51.100.1", "audio:0")))
	l.mustRefuse("Failed to parse SDP", "offer", id, from, kv("sdp", "hello"))
	l.mustRefuse("Failed to parse SDP", "offer", id, from, kv("sdp", description("198.51.100.1", "m=audio x RTP/AVP 0")))
	if n := used(l); n != 0 {
		t.Errorf("%d ports", n)
	}
}

// TestRejectedFormats: an answer that rejects a section with other codecs shows
// the offerer one of its own.
func TestRejectedFormats(t *testing.T) {
	for answer, want := range map[string]string{"0": "8", "9": "9", "8 9": "8 9", "96": "96"} {
		k := newLab(t, nil).call()
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/AVP 8 9"))
		s := k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0", "m=audio 0 RTP/AVP "+answer))
		if got := strings.Join(s.Medias[1].Formats, " "); got != want {
			t.Errorf("%q: %q, want %q", answer, got, want)
		}
	}
}

// TestPassedSections: with ICE=force-relay every section passes as it is, those
// that aren't RTP and those that are declined as well.
func TestPassedSections(t *testing.T) {
	k := newLab(t, nil).call()
	s := k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "m=image 4002 udptl t38", "a=T38FaxVersion:0",
		"m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000"), kv("ICE", "force-relay"))
	for i, want := range []string{"198.51.100.1:4000", "198.51.100.1:4002", "0.0.0.0:0"} {
		if got := at(s, i).String(); got != want {
			t.Errorf("section %d: %s, want %s", i+1, got, want)
		}
	}
	if c := s.Medias[2].Codecs; len(c) != 1 || !c[0].Is("H264") {
		t.Errorf("the declined section has lost its attributes: %v", c)
	}
}
