package sdpedit

import (
	"net/netip"
	"strings"
	"testing"
)

func lines(s *OutSession) []string {
	return strings.Split(strings.TrimSuffix(string(s.Append(nil)), "\r\n"), "\r\n")
}

func section() *OutMedia {
	return &OutMedia{
		Type: "audio", Port: 4000, Protocol: "RTP/AVP", Formats: []string{"0", "101"}, Address: netip.MustParseAddr("192.0.2.9"),
		Bandwidth: Bandwidth{AS: 64, CT: -1, RR: 2, RS: 1, TIAS: -1}, MID: "a",
		Codecs: []Codec{{PT: 0, Encoding: "PCMU", ClockRate: 8000}, {PT: 101, Encoding: "telephone-event", ClockRate: 8000, Fmtp: "0-15", HasFmtp: true, Feedback: []string{"nack"}}},
		Other:  []Attribute{{Name: "x", Value: "1", HasValue: true}}, Direction: SendRecv, RTCP: "4001", RTCPMux: true,
		Cryptos: []string{"1 S inline:k"}, Setup: SetupActive, Fingerprint: Fingerprint{"sha-256", "AA"}, TLSID: "t",
		Ptime: 20, Maxptime: 60, Ufrag: "u", Pwd: "p", Trickle: true, Candidates: []string{"c"}, EndOfCandidates: true,
	}
}

func out(m ...*OutMedia) *OutSession {
	return &OutSession{
		Origin: Origin{Username: "-", SessionID: "1", Version: "2", Address: netip.MustParseAddr("192.0.2.9")}, Name: "-",
		Timing: "0 0", Bandwidth: NoBandwidth, Medias: m,
	}
}

// TestWriteOrder: the order of lines is the reference's.
func TestWriteOrder(t *testing.T) {
	s := out(section())
	s.LoopToken, s.ICELite, s.Attributes = "tok", true, []Attribute{{Name: "tool", Value: "x", HasValue: true}}
	want := strings.Fields(`v=0 o= s=- t=0 a=rtpengine:tok a=ice-lite a=tool:x m=audio c=IN b=AS:64 b=RR:2 b=RS:1 a=mid:a
		a=rtpmap:0 a=rtpmap:101 a=fmtp:101 a=rtcp-fb:101 a=x:1 a=sendrecv a=rtcp:4001 a=rtcp-mux a=crypto:1 a=setup:active
		a=fingerprint:sha-256 a=tls-id:t a=ptime:20 a=maxptime:60 a=ice-ufrag:u a=ice-pwd:p a=ice-options:trickle
		a=candidate:c a=end-of-candidates`)
	got := lines(s)
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("line %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestWriteDisabledAndUnknown(t *testing.T) {
	m := section()
	m.Port = 0
	u := section()
	u.Unknown, u.Verbatim = true, []Attribute{{Name: "sendrecv"}, {Name: "setup", Value: "x", HasValue: true}}
	got := lines(out(m, u))
	want := []string{
		"m=audio 0 RTP/AVP 0 101", "c=IN IP4 0.0.0.0", "b=AS:64", "b=RR:2", "b=RS:1", "a=mid:a",
		"m=audio 4000 RTP/AVP 0 101", "c=IN IP4 192.0.2.9", "b=AS:64", "b=RR:2", "b=RS:1", "a=sendrecv", "a=setup:x",
	}
	if strings.Join(got[4:], "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// TestEdit: "sdp-attr" works on received and on generated lines.
func TestEdit(t *testing.T) {
	for _, c := range []struct {
		edit     Edit
		gone     string
		replaced string
	}{
		{Edit{Remove: []string{"rtcp"}}, "a=rtcp:4001", ""},
		{Edit{Remove: []string{"rtpmap:0"}}, "a=rtpmap:0 PCMU/8000", ""},
		{Edit{Remove: []string{"fmtp:101 0-15"}}, "a=fmtp:101 0-15", ""},
		{Edit{Remove: []string{"sendrecv"}}, "a=sendrecv", ""},
		{Edit{Substitute: [][2]string{{"sendrecv", "recvonly"}}}, "a=sendrecv", "a=recvonly"},
		{Edit{Substitute: [][2]string{{"fmtp:101", "fmtp:101 0-16"}}}, "a=fmtp:101 0-15", "a=fmtp:101 0-16"},
		{Edit{Add: []string{"new:1"}}, "", "a=new:1"},
	} {
		m := section()
		m.Edit = &c.edit
		body := string(out(m).Append(nil))
		if c.gone != "" && strings.Contains(body, c.gone+"\r\n") {
			t.Errorf("%+v left %q", c.edit, c.gone)
		}
		if c.replaced != "" && !strings.Contains(body, c.replaced+"\r\n") {
			t.Errorf("%+v: no %q", c.edit, c.replaced)
		}
	}
	m := section()
	m.Other = []Attribute{{Name: "foo", Value: "bar baz", HasValue: true}}
	m.Edit = &Edit{Remove: []string{"foo:bar"}}
	if !strings.Contains(string(out(m).Append(nil)), "a=foo:bar baz\r\n") {
		t.Error("foo:bar must not match the first word of an attribute without fields")
	}
}
