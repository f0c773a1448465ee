package call

import (
	"testing"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// exchangeKeys plays an offer of a to b and its answer.
type exchangeKeys struct {
	setup                  sdpedit.Setup // with a fingerprint when not ""
	cryptos                string
	offer, answer          ng.Request
	toSecure               bool
	answerSetup            sdpedit.Setup
	answerCryptos          string
	offered, answered      string // "dtls sdes" of b after the offer, of a after the answer
	answererKeeps          string // of b after the answer
	offererRole, otherRole dtlsRole
}

func keyManagement(st *securityState) string {
	switch {
	case st.dtls && st.sdes:
		return "dtls sdes"
	case st.dtls:
		return "dtls"
	case st.sdes:
		return "sdes"
	}
	return ""
}

func described(setup sdpedit.Setup) *sdpedit.Media {
	m := &sdpedit.Media{Setup: setup}
	if setup != "" {
		m.Fingerprint = fingerprintOf("sha-256", 32)
	}
	return m
}

func TestKeyManagement(t *testing.T) {
	own := &certificates{}
	off := func(sdes bool, dtls ng.DTLS) ng.Request { return ng.Request{SDES: ng.SDES{Off: sdes}, DTLS: dtls} }
	for name, c := range map[string]exchangeKeys{
		"plain to SRTP, DTLS chosen": {toSecure: true, offered: "dtls sdes", answerSetup: sdpedit.SetupActive,
			answererKeeps: "dtls sdes", otherRole: rolePassive},
		"plain to SRTP, SDES chosen":  {toSecure: true, offered: "dtls sdes", answerCryptos: "1:G256=x", answererKeeps: "sdes"},
		"SDES off":                    {toSecure: true, offer: off(true, 0), offered: "dtls", answerSetup: sdpedit.SetupPassive, answererKeeps: "dtls", otherRole: roleActive},
		"DTLS off":                    {toSecure: true, offer: off(false, ng.DTLSOff), offered: "sdes", answerCryptos: "1:G256=x", answererKeeps: "sdes"},
		"both offered, DTLS answered": {setup: sdpedit.SetupActpass, cryptos: "1:G128=a", answered: "dtls", offererRole: roleActive},
		"both offered, SDES preferred": {setup: sdpedit.SetupActpass, cryptos: "1:G128=a", offer: ng.Request{SDES: ng.SDES{Prefer: true}},
			answered: "sdes", offererRole: roleNone},
		"DTLS alone, SDES preferred": {setup: sdpedit.SetupActpass, offer: ng.Request{SDES: ng.SDES{Prefer: true}}, answered: "dtls", offererRole: roleActive},
		"DTLS off in the answer":     {setup: sdpedit.SetupActpass, cryptos: "1:G128=a", answer: off(false, ng.DTLSOff), answered: "sdes", offererRole: roleActive},
		"DTLS alone, off in the answer": {setup: sdpedit.SetupActpass, answer: off(false, ng.DTLSOff), answered: "dtls",
			offererRole: roleActive},
		"passive by the answer's flag": {setup: sdpedit.SetupActpass, answer: ng.Request{DTLS: ng.DTLSPassive}, answered: "dtls", offererRole: rolePassive},
		"passive by the offer's flag":  {setup: sdpedit.SetupActpass, offer: ng.Request{DTLSReverse: ng.DTLSPassive}, answered: "dtls", offererRole: rolePassive},
		"no setup, no DTLS":            {setup: sdpedit.SetupHoldconn, answered: ""},
	} {
		var a, b securityState
		r := &Registry{}
		fromSecure := c.setup != "" || c.cryptos != ""
		a.describe(described(c.setup), lines(c.cryptos), r.prefersPassive(c.offer.DTLSReverse))
		a.receiveOffer(&c.offer.SDES)
		b.offer(lines(c.cryptos), c.toSecure, &c.offer, own)
		if got := keyManagement(&b); got != c.offered {
			t.Errorf("%s: offered %q", name, got)
		}
		b.describe(described(c.answerSetup), lines(c.answerCryptos), r.prefersPassive(c.answer.DTLSReverse))
		b.receiveAnswer(c.toSecure)
		a.answer(b.received, fromSecure, &c.answer, r.prefersPassive(c.answer.DTLS), own)
		if got := keyManagement(&a); got != c.answered || a.role != c.offererRole {
			t.Errorf("%s: answered %q, role %v", name, got, a.role)
		}
		if got := keyManagement(&b); got != c.answererKeeps || b.role != c.otherRole {
			t.Errorf("%s: answerer has %q, role %v", name, got, b.role)
		}
	}
}

// What was agreed is offered again; a side that had no keys is offered all.
func TestKeyManagementOfReoffer(t *testing.T) {
	var b securityState
	own := &certificates{}
	req := &ng.Request{SDES: ng.SDES{Off: true}}
	b.offer(nil, true, req, own)
	b.describe(described(sdpedit.SetupActive), nil, false)
	b.receiveAnswer(true)
	b.offer(nil, true, &ng.Request{}, own)
	if got := keyManagement(&b); got != "dtls" || len(b.cryptos) > 0 || b.setupShown != sdpedit.SetupActpass {
		t.Errorf("offered again: %q, %d lines, setup %s", got, len(b.cryptos), b.setupShown)
	}
	b.offer(nil, false, &ng.Request{}, own)
	if got := keyManagement(&b); got != "" || b.setupShown != "" {
		t.Errorf("plain: %q", got)
	}
	b.offer(nil, true, &ng.Request{}, own)
	if got := keyManagement(&b); got != "dtls sdes" || len(b.cryptos) != 12 {
		t.Errorf("after plain: %q, %d lines", got, len(b.cryptos))
	}
}

// The keys that protect the packets, once SDES is agreed.
func TestAgreedKeys(t *testing.T) {
	var a, b securityState
	own := &certificates{}
	req := &ng.Request{}
	in := lines("1:G128=a 2:N/80=b")
	a.describe(described(""), in, false)
	a.receiveOffer(&req.SDES)
	b.offer(in, true, req, own)
	b.describe(described(""), lines("2:N/80=x"), false)
	b.receiveAnswer(true)
	a.answer(b.received, true, req, false, own)
	if string(b.ours.key) != "b" || string(b.theirs.key) != "x" {
		t.Errorf("towards the answerer: %s, %s", b.ours.key, b.theirs.key)
	}
	if string(a.ours.key) != "x" || string(a.theirs.key) != "b" {
		t.Errorf("towards the offerer: %s, %s", a.ours.key, a.theirs.key)
	}
}
