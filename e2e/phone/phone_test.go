package phone

import (
	"strings"
	"testing"
)

func TestParseSDP(t *testing.T) {
	origin, s, err := ParseSDP("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n" +
		"m=audio 20000 RTP/AVP 0 101\r\nc=IN IP4 192.0.2.1\r\na=rtcp:20007\r\na=recvonly\r\n" +
		"m=video 20002 RTP/AVP 96\r\nc=IN IP4 192.0.2.2\r\na=rtcp-mux\r\n" +
		"m=video 0 RTP/AVP 96\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if origin.String() != "192.0.2.1" || len(s) != 3 {
		t.Fatal(origin, s)
	}
	if s[0].RTP.String() != "192.0.2.1:20000" || s[0].RTCP.String() != "192.0.2.1:20007" || s[0].Direction != "recvonly" || s[0].Mux {
		t.Errorf("%+v", s[0])
	}
	if s[1].RTCP.String() != "192.0.2.2:20003" || s[1].Direction != "sendrecv" || !s[1].Mux {
		t.Errorf("%+v", s[1])
	}
	if !s[2].Refused() {
		t.Errorf("%+v", s[2])
	}
}

func TestCompare(t *testing.T) {
	p := func(words string) (all [][]byte) {
		for _, w := range strings.Fields(words) {
			all = append(all, []byte(w))
		}
		return all
	}
	for _, c := range []struct {
		got     string
		arrived int
		fault   string
	}{
		{"a b c", 3, ""},
		{"c a b", 3, ""},
		{"a c", 2, "1 missing (first: number 1)"},
		{"a b c b", 3, "1 doubled"},
		{"a b c x", 3, "1 foreign"},
	} {
		n, err := compare("RTP", p("a b c"), p(c.got))
		switch {
		case c.fault == "" && err != nil:
			t.Errorf("%s: %v", c.got, err)
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: %v, not %s", c.got, err, c.fault)
		}
		if c.fault == "" && n != c.arrived {
			t.Errorf("%s: %d arrived", c.got, n)
		}
	}
}
