package call

import (
	"fmt"
	"strings"
	"testing"

	"rtpgo/sdpedit"
)

// rtcpOfSection tells how a section does RTCP: "mux" with the port of its own,
// "mux, one port", "one port" or "pair".
func rtcpOfSection(m *sdpedit.Media) string {
	var s []string
	if m.RTCPMux {
		s = append(s, "mux")
	}
	switch m.RTCPPort {
	case m.Port:
		s = append(s, "one port")
	case m.Port + 1:
	default:
		s = append(s, fmt.Sprint("port ", m.RTCPPort))
	}
	if len(s) == 0 {
		return "pair"
	}
	return strings.Join(s, ", ")
}

// TestMux: what B is offered and A is answered, by what A says, the flags of
// the offer, and whether B accepts multiplexing (RFC 5761; rtpengine's
// documentation of "rtcp-mux", and what it answers).
func TestMux(t *testing.T) {
	plain := []string{"m=audio 4000 RTP/AVP 0"}
	mux := []string{"m=audio 4000 RTP/AVP 0", "a=rtcp-mux"}
	for _, c := range []struct {
		a                  []string
		flags              string
		offered            string
		accepted, declined string
	}{
		{plain, "", "pair", "pair", "pair"},
		{plain, "accept", "pair", "pair", "pair"},
		{plain, "reject", "pair", "pair", "pair"},
		{plain, "demux", "pair", "pair", "pair"},
		{plain, "offer", "mux", "pair", "pair"},
		{plain, "require", "mux, one port", "pair", "pair"},
		{plain, "offer require", "mux, one port", "pair", "pair"},
		{mux, "", "mux", "mux, one port", "pair"},
		{mux, "offer", "mux", "mux, one port", "pair"},
		{mux, "require", "mux, one port", "mux, one port", "pair"},
		{mux, "demux", "pair", "mux, one port", "mux, one port"},
		{mux, "accept", "mux", "mux, one port", "mux, one port"},
		{mux, "reject", "mux", "pair", "pair"},
	} {
		l := newLab(t, nil)
		for accepts, want := range map[bool]string{true: c.accepted, false: c.declined} {
			k := l.call()
			shown := k.offer(description("198.51.100.1", c.a...), kv("rtcp-mux", strs(strings.Fields(c.flags)...)))
			if got := rtcpOfSection(shown.Medias[0]); got != c.offered {
				t.Errorf("A mux %t, %q: B is offered %q, want %q", len(c.a) > 1, c.flags, got, c.offered)
			}
			b := plain
			if accepts {
				b = mux
			}
			// Flags of an answer change nothing.
			back := k.answer(description("198.51.100.2", b...), kv("rtcp-mux", strs("offer", "require")))
			if got := rtcpOfSection(back.Medias[0]); got != want {
				t.Errorf("A mux %t, %q, B mux %t: A is answered %q, want %q", len(c.a) > 1, c.flags, accepts, got, want)
			}
		}
	}
}

// TestMuxForked: what was granted with the offer to a branch counts for the
// answer of that branch.
func TestMuxForked(t *testing.T) {
	for _, c := range []struct{ first, second, want string }{
		{"demux", "offer", "mux, one port"},
		{"demux", "", "mux, one port"},
		{"accept", "reject", "mux, one port"},
		{"reject", "accept", "pair"},
		{"", "accept", "pair"},
	} {
		k := newLab(t, nil).call()
		a := description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "a=rtcp-mux")
		k.offer(a, kv("via-branch", "1"), kv("rtcp-mux", strs(strings.Fields(c.first)...)))
		k.offer(a, kv("via-branch", "2"), kv("rtcp-mux", strs(strings.Fields(c.second)...)))
		back := k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0"), kv("via-branch", "1"))
		if got := rtcpOfSection(back.Medias[0]); got != c.want {
			t.Errorf("%q, then %q: A is answered %q, want %q", c.first, c.second, got, c.want)
		}
	}
}

// TestMuxKept: what was agreed with a party stays in a re-offer.
func TestMuxKept(t *testing.T) {
	k := newLab(t, nil).call()
	mux := "m=audio 4000 RTP/AVP 0\r\na=rtcp-mux"
	k.offer(description("198.51.100.1", mux))
	k.answer(description("198.51.100.2", mux))
	shown := k.reoffer(description("198.51.100.1", mux))
	if got := rtcpOfSection(shown.Medias[0]); got != "mux, one port" {
		t.Errorf("re-offer shows %q", got)
	}
	k.answer(description("198.51.100.2", "m=audio 4000 RTP/AVP 0"))
	shown = k.reoffer(description("198.51.100.1", mux))
	if got := rtcpOfSection(shown.Medias[0]); got != "mux" {
		t.Errorf("after B has given it up, the re-offer shows %q", got)
	}
}

// TestMuxLater: what an exchange leaves behind for the next offer. One who answers
// multiplexing unasked is offered it, a declined section keeps what it was
// offered, and one port stays enough as long as both sides multiplex.
func TestMuxLater(t *testing.T) {
	section := func(addr, m string, mux bool) string {
		lines := []string{"m=audio 4000 RTP/AVP 0", m + " RTP/AVP 96"}
		if mux {
			lines = append(lines, "a=rtcp-mux")
		}
		return description(addr, lines...)
	}
	a, am := section("198.51.100.1", "m=video 4002", false), section("198.51.100.1", "m=video 4002", true)
	bm, declined := section("198.51.100.2", "m=video 5002", true), section("198.51.100.2", "m=video 0", false)
	plain := section("198.51.100.2", "m=video 5002", false)

	k := newLab(t, nil).call()
	k.offer(a)
	if k.answer(bm).Medias[1].RTCPMux {
		t.Error("A is answered what it didn't offer")
	}
	if !k.reoffer(a).Medias[1].RTCPMux {
		t.Error("B isn't offered what it does")
	}

	for answer, want := range map[string]bool{declined: true, plain: false} {
		k = newLab(t, nil).call()
		k.offer(am)
		k.answer(answer)
		if got := k.reoffer(a).Medias[1].RTCPMux; got != want {
			t.Errorf("offered again after\n%s\n%v", answer, got)
		}
	}

	k = newLab(t, nil).call()
	k.offer(am, kv("rtcp-mux", strs("accept")))
	first := at(k.answer(bm), 1)
	k.reoffer(am)
	if got := at(k.answer(bm), 1); got != first {
		t.Errorf("A was shown %s, then %s", first, got)
	}
}

// TestMuxForAll: once multiplexing is agreed on for one section, an offer requires
// it for all of them.
func TestMuxForAll(t *testing.T) {
	k := newLab(t, nil).call()
	audio, video := []string{"m=audio 4000 RTP/AVP 0", "a=rtcp-mux"}, "m=video 4002 RTP/AVP 96"
	k.offer(description("198.51.100.1", audio...))
	k.answer(description("198.51.100.2", audio...))
	s := k.reoffer(description("198.51.100.1", append(audio, video)...))
	for i := range s.Medias {
		if got := rtcpOfSection(s.Medias[i]); got != "mux, one port" {
			t.Errorf("section %d: %s", i+1, got)
		}
	}
}
