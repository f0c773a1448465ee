package sdpedit

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

const plain = "v=0\r\no=alice 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" +
	"m=audio 5004 RTP/AVP 0 96 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 minptime=10;useinbandfec=1\r\n" +
	"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendonly\r\na=x-own:1\r\n"

func parse(t *testing.T, body string) *Session {
	t.Helper()
	s, err := Parse(body)
	if err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return s
}

func TestParseTypedViews(t *testing.T) {
	s := parse(t, plain)
	m := s.Medias[0]
	if s.Origin.Username != "alice" || s.Origin.Version != "2" || s.Connection != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("session: %+v", s)
	}
	if m.Type != "audio" || m.Port != 5004 || m.Protocol != "RTP/AVP" || m.Direction != SendOnly || m.Ptime != 20 {
		t.Errorf("media: %+v", m)
	}
	if m.Connection != s.Connection {
		t.Errorf("the session's c= should count: %v", m.Connection)
	}
	if len(m.Codecs) != 3 || m.Codecs[0].Encoding != "PCMU" || m.Codecs[1].Channels != 2 || m.Codecs[2].Fmtp != "0-15" {
		t.Errorf("codecs: %+v", m.Codecs)
	}
	if m.Codecs[1].Fmtp != "useinbandfec=1; minptime=10" {
		t.Errorf("opus is printed anew: %q", m.Codecs[1].Fmtp)
	}
	if len(m.Other) != 1 || m.Other[0].Name != "x-own" {
		t.Errorf("untouched: %+v", m.Other)
	}
}

// TestParseTolerance: what real phones send and a strict parser refuses.
func TestParseTolerance(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(plain, old, new, 1) }
	for name, body := range map[string]string{
		"bare LF":               strings.ReplaceAll(plain, "\r\n", "\n"),
		"no final line end":     strings.TrimSuffix(plain, "\r\n"),
		"blank line at the end": plain + "\r\na=late:1\r\nnonsense",
		"no s=":                 edit("s=-\r\n", ""),
		"no t=":                 edit("t=0 0\r\n", ""),
		"s= behind t=":          edit("s=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n", "t=0 0\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"),
		"non-numeric ids":       edit("alice 1 2", "alice 1a xyz"),
		"user name with blanks": edit("alice 1", "alice and bob 1"),
		"host name in o=":       edit("IN IP4 192.0.2.1\r\ns", "IN IP4 host.example.com\r\ns"),
		"unknown transport":     edit("RTP/AVP 0 96 101", "FOO/BAR 0 96 101"),
		"unknown line":          edit("t=0 0", "x=odd\r\nt=0 0"),
		"empty attribute":       edit("a=ptime:20", "a="),
		"port count":            edit("5004 RTP", "5004/2 RTP"),
		"rtpmap without rate":   edit("opus/48000/2", "opus"),
		"format not a number":   edit("RTP/AVP 0 96 101", "RTP/AVP 0 96 101 x *"),
		"c= at the end":         edit("c=IN IP4 192.0.2.1\r\n", "") + "c=IN IP4 192.0.2.1\r\n",
		"m=image":               edit("m=audio 5004 RTP/AVP 0 96 101", "m=image 5004 udptl t38"),
		"empty":                 "",
	} {
		s, err := Parse(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name != "empty" && s.Medias[0].Connection != netip.MustParseAddr("192.0.2.1") {
			t.Errorf("%s: address %v", name, s.Medias[0].Connection)
		}
	}
}

// TestBlankLineEnds: what stands behind a blank line isn't read.
func TestBlankLineEnds(t *testing.T) {
	for body, sections := range map[string]int{
		plain + "\r\n":                            1,
		plain + "\nm=video 5006 RTP/AVP 96\r\n":   1,
		strings.Replace(plain, "s=-", "s=-\n", 1): 0,
		"\r\n" + plain:                            0,
	} {
		s, err := Parse(body)
		if err != nil || len(s.Medias) != sections {
			t.Errorf("%q: %d sections, want %d; %v", body, len(s.Medias), sections, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(plain, old, new, 1) }
	for name, body := range map[string]string{
		"not SDP":             "hello world",
		"markup":              "<html></html>",
		"binary":              strings.Repeat("\x00\xff\xfe", 20),
		"no v=":               strings.TrimPrefix(plain, "v=0\r\n"),
		"v=1":                 edit("v=0", "v=1"),
		"no o=":               edit("o=alice 1 2 IN IP4 192.0.2.1\r\n", ""),
		"short o=":            edit("alice 1 2", "alice"),
		"port not a number":   edit("5004", "five"),
		"port over 65535":     edit("5004", "65536"),
		"host name in c=":     edit("c=IN IP4 192.0.2.1", "c=IN IP4 localhost"),
		"TTL in c=":           edit("c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2.1/127"),
		"lower case c=":       edit("c=IN IP4", "c=in ip4"),
		"family and address":  edit("c=IN IP4 192.0.2.1", "c=IN IP6 192.0.2.1"),
		"unknown family":      edit("c=IN IP4", "c=IN IP9"),
		"line without equals": edit("s=-", "session"),
		"m= of two fields":    edit("m=audio 5004 RTP/AVP 0 96 101", "m=audio 5004"),
		"too many sections":   plain + strings.Repeat("m=audio 1 RTP/AVP 0\r\n", MaxMedias),
		"too many formats":    edit("RTP/AVP 0", "RTP/AVP"+strings.Repeat(" 0", MaxFormats+1)),
		"too many attributes": plain + strings.Repeat("a=x\r\n", MaxAttributes),
	} {
		if _, err := Parse(body); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDirectionInheritance(t *testing.T) {
	for _, c := range []struct {
		session, media string
		want           Direction
	}{
		{"", "", DirectionUnset}, {"a=sendonly\r\n", "", SendOnly}, {"a=sendonly\r\n", "a=recvonly\r\n", RecvOnly},
		{"a=sendonly\r\n", "a=inactive\r\n", SendOnly}, {"a=sendrecv\r\n", "a=inactive\r\n", Inactive},
	} {
		body := "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" + c.session + "m=audio 1 RTP/AVP 0\r\n" + c.media
		if got := parse(t, body).Medias[0].Direction; got != c.want {
			t.Errorf("session %q, media %q: %v, want %v", c.session, c.media, got, c.want)
		}
	}
}

func TestSecurityAndICEAttributes(t *testing.T) {
	m := parse(t, plain+"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abcd|2^31|1:4 UNENCRYPTED_SRTCP\r\n"+
		"a=setup:actpass\r\na=fingerprint:sha-256 AA:BB\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=ice-options:ice2 trickle\r\n"+
		"a=candidate:1 1 udp 2122260223 192.0.2.7 5004 typ srflx raddr 10.0.0.1 rport 9\r\na=candidate:bad\r\na=rtcp:9 IN IP4 192.0.2.8\r\na=rtcp-mux\r\n").Medias[0]
	c := m.Cryptos[0]
	if c.Tag != 1 || c.Suite != "AES_CM_128_HMAC_SHA1_80" || c.Key != "abcd" || c.MKI != "1:4" || c.Session != "UNENCRYPTED_SRTCP" {
		t.Errorf("crypto: %+v", c)
	}
	if m.Setup != SetupActpass || m.Fingerprint != (Fingerprint{"sha-256", "AA:BB"}) {
		t.Errorf("DTLS: %v %v", m.Setup, m.Fingerprint)
	}
	if !m.ICE.Present() || !m.ICE.Trickle || len(m.ICE.Candidates) != 1 {
		t.Fatalf("ICE: %+v", m.ICE)
	}
	if k := m.ICE.Candidates[0]; k.Port != 5004 || k.Type != "srflx" || k.Related != netip.MustParseAddrPort("10.0.0.1:9") {
		t.Errorf("candidate: %+v", k)
	}
	if !m.RTCPMux || m.RTCPPort != 9 || m.RTCPAddress != netip.MustParseAddr("192.0.2.8") {
		t.Errorf("rtcp: %v %v %v", m.RTCPMux, m.RTCPPort, m.RTCPAddress)
	}
}
