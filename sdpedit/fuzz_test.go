package sdpedit

import (
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
)

// rewrite writes a parsed description as a proxy would that changes nothing.
func rewrite(s *Session) []byte {
	o := &OutSession{Origin: s.Origin, Name: s.Name, Timing: s.Timing, Bandwidth: s.Bandwidth, Attributes: s.Attributes}
	for _, m := range s.Medias {
		o.Medias = append(o.Medias, &OutMedia{
			Type: m.Type, Port: m.Port, Protocol: m.Protocol, Formats: m.Formats, Address: m.Connection,
			Bandwidth: m.Bandwidth, Codecs: m.Codecs, Other: m.Other, Direction: m.Direction, MID: m.MID,
		})
	}
	return o.Append(nil)
}

// FuzzParse: no input panics; what we write we read again with the same
// meaning; whatever pion accepts we accept, unless the reference refuses it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		plain, "", "v=0\n", "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=image 1 udptl t38\r\n",
		"v=0\r\no=- 1 1 IN IP6 ::1\r\ns=x\r\nc=IN IP6 ::1\r\nb=AS:1\r\nt=1 2\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		s, err := Parse(body)
		if err != nil {
			return
		}
		again, err := Parse(string(rewrite(s)))
		if len(s.Medias) == 0 && s.Origin.SessionID == "" {
			return // an empty body has no o= line to write
		}
		if err != nil {
			t.Fatalf("what was written isn't read: %v\n%q", err, rewrite(s))
		}
		if len(again.Medias) != len(s.Medias) {
			t.Fatalf("%d sections became %d", len(s.Medias), len(again.Medias))
		}
		for i, m := range s.Medias {
			if n := again.Medias[i]; n.Port != m.Port || n.Type != m.Type || n.Protocol != m.Protocol {
				t.Fatalf("section %d: %+v became %+v", i, m, n)
			}
		}
	})
}

// FuzzAgainstPion: of descriptions that both read, both read the same.
func FuzzAgainstPion(f *testing.F) {
	f.Add(plain)
	f.Add("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=video 5 RTP/AVPF 96\r\nc=IN IP4 192.0.2.3\r\na=rtpmap:96 VP8/90000\r\na=recvonly\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		var p sdp.SessionDescription
		if strings.Contains(strings.ReplaceAll(body, "\r\n", ""), "\r") {
			return // pion takes a bare CR for a line end, the reference doesn't
		}
		if strings.Contains(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
			return // pion reads on behind a blank line, the reference doesn't
		}
		if p.UnmarshalString(body) != nil {
			return
		}
		s, err := Parse(body)
		if err != nil {
			return
		}
		if len(p.MediaDescriptions) != len(s.Medias) {
			t.Fatalf("%d sections, pion has %d", len(s.Medias), len(p.MediaDescriptions))
		}
		for i, m := range s.Medias {
			q := p.MediaDescriptions[i].MediaName
			if m.Type != q.Media || m.Port != q.Port.Value || m.Protocol != strings.Join(q.Protos, "/") {
				t.Fatalf("section %d: %s %d %s, pion has %s %d %v", i, m.Type, m.Port, m.Protocol, q.Media, q.Port.Value, q.Protos)
			}
		}
	})
}
