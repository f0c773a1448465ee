package call

import (
	"strings"
	"testing"

	"rtpgo/ng"
)

// TestOrigin: o= and s= as B is shown them over a row of offers, by the entries
// of "replace" (rtpengine's documentation of "replace", and what it answers).
func TestOrigin(t *testing.T) {
	body := func(origin, name, port string) string {
		return "v=0\r\no=" + origin + "\r\ns=" + name + "\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 0\r\n"
	}
	one := body("ann 10 1 IN IP4 198.51.100.1", "first", "4000")
	same := body("ann 10 7 IN IP4 198.51.100.1", "first", "4000")
	moved := body("ann 11 3 IN IP4 198.51.100.1", "second", "4400")
	renamed := body("amy 10 9 IN IP4 198.51.100.1", "first", "4000")
	for _, c := range []struct {
		replace string
		offers  []string
		want    []string // o= and s=, separated by a bar
	}{
		{"", []string{one, same, moved}, []string{
			"ann 10 1 IN IP4 198.51.100.1|first", "ann 10 7 IN IP4 198.51.100.1|first", "ann 11 3 IN IP4 198.51.100.1|second"}},
		{"session-connection", []string{one}, []string{"ann 10 1 IN IP4 198.51.100.1|first"}},
		{"origin", []string{one, moved}, []string{"ann 10 1 IN IP4 192.0.2.1|first", "ann 11 3 IN IP4 192.0.2.1|second"}},
		{"session-name", []string{one, moved}, []string{"ann 10 1 IN IP4 198.51.100.1|first", "ann 11 3 IN IP4 198.51.100.1|first"}},
		{"username", []string{one, renamed}, []string{"ann 10 1 IN IP4 198.51.100.1|first", "ann 10 9 IN IP4 198.51.100.1|first"}},
		{"SDP-version", []string{one, same, moved, moved}, []string{
			"ann 10 1 IN IP4 198.51.100.1|first", "ann 10 1 IN IP4 198.51.100.1|first",
			"ann 11 2 IN IP4 198.51.100.1|second", "ann 11 2 IN IP4 198.51.100.1|second"}},
		{"force-increment-sdp-ver", []string{one, same, same}, []string{
			"ann 10 2 IN IP4 198.51.100.1|first", "ann 10 3 IN IP4 198.51.100.1|first", "ann 10 4 IN IP4 198.51.100.1|first"}},
		{"origin-full", []string{one, same, moved}, []string{
			"ann 10 1 IN IP4 192.0.2.1|first", "ann 10 1 IN IP4 192.0.2.1|first", "ann 10 2 IN IP4 192.0.2.1|second"}},
	} {
		t.Run(c.replace, func(t *testing.T) {
			k := newLab(t, nil).call()
			for i, sdp := range c.offers {
				replace := []ng.Pair{kv("replace", strs(strings.Fields(c.replace)...))}
				s := k.offer(sdp, replace...)
				got := s.Origin.Username + " " + s.Origin.SessionID + " " + s.Origin.Version + " " + s.Origin.Host + "|" + s.Name
				if got != c.want[i] {
					t.Errorf("offer %d shows %q, want %q", i+1, got, c.want[i])
				}
			}
		})
	}
}

// TestZeroAddress: hold in the way of RFC 2543 passes as it is, unless the real
// address is asked for.
func TestZeroAddress(t *testing.T) {
	k := newLab(t, nil).call()
	held := description("198.51.100.1", "m=audio 4000 RTP/AVP 0", "c=IN IP4 0.0.0.0")
	s := k.offer(held)
	if at(s, 0).Addr().String() != "0.0.0.0" || s.Medias[0].Port == 0 || s.Medias[0].Direction.String() != "sendonly" {
		t.Errorf("B is shown %s, %s", at(s, 0), s.Medias[0].Direction)
	}
	s = k.offer(held, kv("replace", strs("zero-address")))
	if at(s, 0).Addr().String() != "192.0.2.1" || s.Medias[0].Direction.String() != "sendonly" {
		t.Errorf("with zero-address B is shown %s, %s", at(s, 0), s.Medias[0].Direction)
	}
}

// TestReplaceLater: names that "replace" keeps are those that were seen before it
// was asked for: user and session id of the first description, the session name
// last written, the version of the first until something changes.
func TestReplaceLater(t *testing.T) {
	body := func(user, id, version, name, port string) string {
		return "v=0\r\no=" + user + " " + id + " " + version + " IN IP4 198.51.100.1\r\ns=" + name +
			"\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 0\r\n"
	}
	for replace, want := range map[string][2]string{
		"username":     {"ann 12 3 second", "ann 13 4 third"},
		"session-name": {"amy 12 3 first", "bob 13 4 first"},
		"SDP-version":  {"amy 12 1 second", "bob 13 2 third"},
		"origin-full":  {"ann 11 1 second", "ann 11 2 third"},
	} {
		k := newLab(t, nil).call()
		k.offer(body("ann", "11", "1", "first", "4000"))
		for i, sdp := range []string{body("amy", "12", "3", "second", "4400"), body("bob", "13", "4", "third", "4600")} {
			s := k.offer(sdp, kv("replace", strs(replace)))
			if got := s.Origin.Username + " " + s.Origin.SessionID + " " + s.Origin.Version + " " + s.Name; got != want[i] {
				t.Errorf("%s: %q, want %q", replace, got, want[i])
			}
		}
	}
}

// TestLoopProtect: a description that has been here is returned as it came. The
// call that it came in begins nevertheless: it is answered like any other.
func TestLoopProtect(t *testing.T) {
	k := newLab(t, nil).call()
	plain := description("198.51.100.1", "m=audio 4000 RTP/AVP 0")
	marked := k.do("offer", kv("call-id", k.id), kv("from-tag", "a"), kv("sdp", plain), flags("loop-protect")).Text("sdp")
	if !strings.Contains(marked, "\r\na=rtpengine:"+k.r.loopToken+"\r\n") {
		t.Fatalf("no mark in\n%s", marked)
	}
	for _, command := range []string{"offer", "answer"} {
		d := k.do(command, kv("call-id", "second"), kv("from-tag", "x"), kv("to-tag", "y"), kv("sdp", marked), flags("loop-protect"))
		if d.Text("sdp") != marked {
			t.Errorf("%s: %v", command, d)
		}
	}
	d := k.do("answer", kv("call-id", "second"), kv("from-tag", "x"), kv("to-tag", "y"), kv("sdp", plain), flags("loop-protect"))
	if d.Text("result") != "ok" || d.Text("sdp") == plain {
		t.Errorf("the looped call is answered %v", d)
	}
	foreign := strings.Replace(marked, k.r.loopToken, "0123456789ab", 1)
	if s := k.offer(foreign, flags("loop-protect")); at(s, 0).Addr().String() != "192.0.2.1" {
		t.Error("another's mark was taken for ours")
	}
}
