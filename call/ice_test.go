package call

import (
	"net/netip"
	"strings"
	"testing"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

func TestOffersICE(t *testing.T) {
	for _, c := range []struct {
		before, known, present bool
		flag                   ng.ICE
		webRTC                 bool
		want                   bool
	}{
		{want: false},
		{present: true, want: true},
		{present: true, flag: ng.ICEDefault, want: true},
		{known: true, present: true, want: false}, // the receiver doesn't speak it
		{before: true, known: true, want: true},   // it does
		{present: true, flag: ng.ICERemove, want: false},
		{flag: ng.ICEForce, want: true},
		{flag: ng.ICEOptional, want: true},
		{flag: ng.ICEForceRelay, want: false},
		{known: true, present: true, flag: ng.ICEForceRelay, want: true},
		{webRTC: true, want: true},
		{webRTC: true, flag: ng.ICERemove, want: false},
	} {
		if got := offersICE(c.before, c.known, c.present, c.flag, c.webRTC); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

func TestAnswersICE(t *testing.T) {
	for _, c := range []struct {
		before, present bool
		flag            ng.ICE
		want            bool
	}{
		{false, true, ng.ICEUnset, false}, // not offered
		{true, false, ng.ICEUnset, true},  // the other side doesn't matter
		{true, true, ng.ICERemove, false},
		{false, false, ng.ICEForce, true},
		{false, false, ng.ICEOptional, false},
		{false, true, ng.ICEOptional, true},
		{true, false, ng.ICEForceRelay, true},
	} {
		if got := answersICE(c.before, c.present, c.flag); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

func TestICERoles(t *testing.T) {
	creds := sdpedit.ICE{Ufrag: "abcd", Pwd: "x"}
	lite := creds
	lite.Lite = true
	for name, c := range map[string]struct {
		req              ng.Request
		ice              sdpedit.ICE
		known            bool   // both have described themselves
		ufrag            string // of the sender, from then
		had              bool   // we controlled the sender's side
		sender, receiver bool
	}{
		"towards the answerer we control":     {ice: creds, receiver: true},
		"without ICE as well":                 {receiver: true},
		"a lite peer doesn't control":         {ice: lite, sender: true, receiver: true},
		"neither do we as lite agent":         {req: ng.Request{ICELite: ng.ICELiteBoth}, ice: lite},
		"lite towards one side":               {req: ng.Request{ICELite: ng.ICELiteBackward}, ice: lite, receiver: true},
		"nor where ICE passes":                {req: ng.Request{ICE: ng.ICEOptional}, ice: creds},
		"roles stay":                          {ice: creds, known: true, ufrag: "abcd", had: true, sender: true},
		"a restart makes the offerer control": {ice: creds, known: true, ufrag: "efgh", had: true, receiver: true},
		"so does a reset":                     {req: ng.Request{Flags: ng.Flags{Reset: true}}, ice: creds, known: true, ufrag: "abcd", had: true, receiver: true},
	} {
		s, r := &Media{}, &Media{initialized: c.known}
		s.ice.remoteUfrag, s.ice.controlling = c.ufrag, c.had
		x := &exchange{req: &c.req, offering: true}
		x.iceRoles(s, r, &sdpedit.Media{ICE: c.ice}, !c.known)
		if s.ice.controlling != c.sender || r.ice.controlling != c.receiver {
			t.Errorf("%s: %v, %v", name, s.ice.controlling, r.ice.controlling)
		}
	}
}

func TestICEDescribe(t *testing.T) {
	st := &iceState{ufrag: "ours", pwd: "p"}
	st.describe(&sdpedit.ICE{Ufrag: "a", Pwd: "b", Trickle: true, EndOfCandidates: true}, true)
	if st.ufrag != "ours" || !st.trickle || st.complete {
		t.Errorf("first description: %+v", st)
	}
	st.describe(&sdpedit.ICE{Ufrag: "a", Pwd: "b", EndOfCandidates: true}, true)
	if st.ufrag != "ours" || st.trickle || !st.complete {
		t.Errorf("the same credentials: %+v", st)
	}
	st.describe(&sdpedit.ICE{}, true)
	if st.ufrag != "ours" || st.complete || st.remoteUfrag != "a" {
		t.Errorf("without ICE: %+v", st)
	}
	st.describe(&sdpedit.ICE{Ufrag: "e", Pwd: "f"}, false)
	if st.ufrag != "ours" {
		t.Errorf("another phone answers: %+v", st)
	}
	st.describe(&sdpedit.ICE{Ufrag: "c", Pwd: "d"}, true)
	if st.ufrag == "ours" || len(st.ufrag) != ufragLength || len(st.pwd) != pwdLength {
		t.Errorf("a restart: %+v", st)
	}
}

func TestPlaceholder(t *testing.T) {
	zero := netip.IPv4Unspecified()
	ice := sdpedit.ICE{Ufrag: "a"}
	for _, c := range []struct {
		m    sdpedit.Media
		want bool
	}{
		{sdpedit.Media{ICE: ice, Port: 9, Connection: zero}, true},
		{sdpedit.Media{ICE: ice, Port: 9, Connection: netip.IPv6Unspecified()}, true},
		{sdpedit.Media{ICE: ice, Port: 5000, Connection: zero}, false},
		{sdpedit.Media{Port: 9, Connection: zero}, false},
		{sdpedit.Media{ICE: ice, Port: 9, Connection: netip.MustParseAddr("192.0.2.1")}, false},
	} {
		if got := placeholder(&c.m); got != c.want {
			t.Errorf("%+v: got %v", c.m, got)
		}
	}
}

func TestCandidatePriority(t *testing.T) {
	for _, c := range []struct {
		typ, local uint32
		component  int
		want       uint32
	}{
		{hostPreference, maxLocal, 1, 2130706431},
		{hostPreference, maxLocal - 1, 1, 2130706175},
		{hostPreference, maxLocal, 2, 2130706430},
		{relayPreference, maxLocal, 1, 16777215},
	} {
		if got := priority(c.typ<<16|c.local, c.component); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}

func TestPassthroughPreference(t *testing.T) {
	a := netip.MustParseAddr("192.0.2.1")
	chrome := []sdpedit.Candidate{{Priority: 1518280446, Address: a}, {Priority: 2122260223, Address: a}}
	for _, c := range []struct {
		theirs []sdpedit.Candidate
		relay  bool
		want   uint32
	}{
		{chrome, false, 2122260223 + 256},                                            // just above theirs
		{[]sdpedit.Candidate{{Priority: 2130706431, Address: a}}, false, 2097152255}, // nothing is above that
		{chrome, true, 16777215},
		{nil, false, 2130706431},
		{[]sdpedit.Candidate{{Priority: 2122260223}}, false, 2130706431}, // a name that only they can resolve
	} {
		typ, local := passthroughPreference(c.theirs, c.relay)
		if got := priority(typ<<16|local, 1); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}

func TestWithCandidates(t *testing.T) {
	const good = "1 1 udp 1 192.0.2.1 1 typ host"
	for _, c := range []struct{ in, want string }{
		{"mid:0", "mid:0 candidate:ours"},
		{"candidate:good end-of-candidates mid:0", "candidate:good mid:0 candidate:ours end-of-candidates"},
		{"candidate:bad candidate:good", "candidate:good candidate:ours"},
		{"ice-options:trickle candidate:good end-of-candidates", "ice-options:trickle candidate:good candidate:ours"},
	} {
		m := &sdpedit.Media{}
		for _, f := range strings.Fields(c.in) {
			name, value, has := strings.Cut(f, ":")
			if value == "good" {
				value = good
				m.ICE.Candidates = append(m.ICE.Candidates, sdpedit.Candidate{Raw: good})
			}
			m.ICE.Trickle = m.ICE.Trickle || f == "ice-options:trickle"
			m.Attributes = append(m.Attributes, sdpedit.Attribute{Name: name, Value: value, HasValue: has})
		}
		var got []string
		for _, a := range withCandidates(m, []sdpedit.Attribute{{Name: "candidate", Value: "ours", HasValue: true}}, false) {
			got = append(got, strings.Replace(a.String(), good, "good", 1))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v", c.in, got)
		}
	}
}
