package call

import (
	"strings"
	"testing"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

func TestRoleTowards(t *testing.T) {
	for _, c := range []struct {
		setup   sdpedit.Setup
		before  dtlsRole
		passive bool
		want    dtlsRole
	}{
		{sdpedit.SetupActpass, roleNone, false, roleEither},
		{sdpedit.SetupActpass, roleNone, true, rolePassive},
		{sdpedit.SetupActpass, rolePassive, false, rolePassive},
		{sdpedit.SetupActpass, roleActive, false, roleEither},
		{sdpedit.SetupActive, roleEither, false, rolePassive},
		{sdpedit.SetupPassive, roleEither, true, roleActive},
		{sdpedit.SetupHoldconn, roleEither, false, roleNone},
		{"", roleEither, false, roleNone},
		{"both", roleEither, false, roleNone},
	} {
		if got := roleTowards(c.setup, c.before, c.passive); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

func TestAnsweringRole(t *testing.T) {
	for _, c := range []struct {
		role    dtlsRole
		passive bool
		want    sdpedit.Setup
	}{
		{roleEither, false, sdpedit.SetupActive},
		{roleEither, true, sdpedit.SetupPassive},
		{rolePassive, false, sdpedit.SetupPassive},
		{roleActive, true, sdpedit.SetupActive},
		{roleNone, false, ""},
	} {
		if got := answeringRole(c.role, c.passive).setup(); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestPrefersPassive(t *testing.T) {
	for _, c := range []struct {
		option bool
		flag   ng.DTLS
		want   bool
	}{
		{false, ng.DTLSUnset, false}, {false, ng.DTLSPassive, true}, {false, ng.DTLSActive, false},
		{true, ng.DTLSUnset, true}, {true, ng.DTLSPassive, true}, {true, ng.DTLSActive, false}, {true, ng.DTLSOff, true},
	} {
		r := &Registry{Config: Config{DTLSPassive: c.option}}
		if got := r.prefersPassive(c.flag); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
	}
}

// fingerprintOf is a fingerprint of n octets.
func fingerprintOf(hash string, n int) sdpedit.Fingerprint {
	return sdpedit.Fingerprint{Hash: hash, Value: strings.TrimSuffix(strings.Repeat("aB:", n), ":")}
}

func TestValidFingerprint(t *testing.T) {
	for _, c := range []struct {
		f    sdpedit.Fingerprint
		want bool
	}{
		{fingerprintOf("sha-256", 32), true},
		{fingerprintOf("SHA-1", 20), true},
		{fingerprintOf("sha-224", 28), true},
		{fingerprintOf("sha-384", 48), true},
		{fingerprintOf("sha-512", 64), true},
		{fingerprintOf("sha-256", 20), false},
		{fingerprintOf("md5", 16), false},
		{sdpedit.Fingerprint{}, false},
		{sdpedit.Fingerprint{Hash: "sha-1", Value: strings.Repeat("x", 59)}, false},
		{sdpedit.Fingerprint{Hash: "sha-1", Value: strings.Repeat("A", 59)}, false},
	} {
		if got := validFingerprint(c.f); got != c.want {
			t.Errorf("%+v: got %v", c.f, got)
		}
	}
}

// A tls-id lasts as long as the association (RFC 8842 section 5.1).
func TestAssociation(t *testing.T) {
	one, other := fingerprintOf("sha-256", 32), fingerprintOf("sha-1", 20)
	for _, c := range []struct {
		name string
		do   func(*association)
		same bool
	}{
		{"nothing new", func(a *association) { a.described(one, ""); a.agreed(rolePassive) }, true},
		{"still to be chosen", func(a *association) { a.described(one, ""); a.agreed(roleEither) }, true},
		{"another fingerprint", func(a *association) { a.described(other, "") }, false},
		{"another tls-id", func(a *association) { a.described(one, "x") }, false},
		{"another role", func(a *association) { a.agreed(roleActive) }, false},
	} {
		var a association
		first := a.tlsID()
		a.described(one, "")
		a.agreed(rolePassive)
		if a.tlsID() != first {
			t.Errorf("%s: the first description began a new association", c.name)
		}
		c.do(&a)
		if same := a.tlsID() == first; same != c.same {
			t.Errorf("%s: tls-id the same: %v", c.name, same)
		}
	}
}

func TestChooseHash(t *testing.T) {
	for _, c := range []struct{ own, asked, want string }{
		{"", "", "sha-256"},
		{"", "SHA-512", "sha-512"},
		{"", "md5", "sha-256"},
		{"sha-1", "sha-512", "sha-1"},
		{"md5", "sha-512", "sha-512"},
	} {
		if got := chooseHash(c.own, c.asked); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

// TestTLSIDOfAnotherWay: when ICE is no longer, or now, the way to a party, the
// association with it is another one.
func TestTLSIDOfAnotherWay(t *testing.T) {
	k := newLab(t, nil).call()
	a := description("198.51.100.1", "m=audio 4000 RTP/AVP 0")
	b := description("198.51.100.2", "m=audio 5000 UDP/TLS/RTP/SAVP 0", "a=setup:active", "a=fingerprint:sha-256 "+strings.Repeat("AB:", 31)+"AB")
	secure := kv("transport-protocol", "UDP/TLS/RTP/SAVP")
	id := func(keys ...ng.Pair) string {
		id := k.offer(a, append(keys, secure)...).Medias[0].TLSID
		k.answer(b)
		return id
	}
	first, same, other, again := id(), id(), id(kv("ICE", "force")), id(kv("ICE", "remove"))
	if first == "" || first != same || other == first || again == other {
		t.Errorf("%q, %q, with ICE %q, without %q", first, same, other, again)
	}
}
