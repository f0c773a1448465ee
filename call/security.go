package call

import (
	"rtpgo/media/dtls"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// securityState is what was offered to and agreed with one party about SRTP.
// Each side of a call is negotiated for itself.
type securityState struct {
	// dtls and sdes: key management by DTLS-SRTP (RFC 5763) and SDES (RFC
	// 4568). Both are set while the party may choose.
	dtls, sdes  bool
	keyed       bool                // its protocol carried keys when last negotiated
	role        dtlsRole            // ours
	fingerprint sdpedit.Fingerprint // the party's; zero when it has none that is usable
	theirTLSID  string
	setup       sdpedit.Setup     // as it sent it
	restarted   bool              // it came with another fingerprint than before
	cert        *dtls.Certificate // that it is shown
	hash        string            // of the certificate's fingerprint that it is shown
	setupShown  sdpedit.Setup     // in the next description for it; "" for no DTLS attributes

	suite     string       // of SDES, as query shows it
	noted     string       // suite in the event log
	received  []cryptoLine // of its last description, those it may be answered with
	reordered bool         // received was put in another order than its own
	cryptos   []cryptoLine // shown in the last description for it
	ours      *cryptoLine  // agreed: protects what we send to it
	theirs    *cryptoLine  // agreed: unprotects what it sends
}

// security negotiates SRTP key management of one section.
func (x *exchange) security(s, r *Media, sm *sdpedit.Media) {
	if !s.isRTP() {
		return
	}
	if s.ice.passthrough { // keys are a matter of the two ends
		s.security.clear()
		r.security.clear()
		return
	}
	s.security.keyed, r.security.keyed = s.secured(), r.secured()
	received := readCryptos(sm.Cryptos)
	s.security.describe(sm, received, x.r.prefersPassive(x.req.DTLSReverse))
	if x.offering {
		s.security.receiveOffer(&x.req.SDES)
		r.security.offer(received, r.secured(), x.req, &x.r.certificates)
		return
	}
	s.security.receiveAnswer(s.secured())
	r.security.answer(s.security.received, r.secured(), x.req, x.r.prefersPassive(x.req.DTLS), &x.r.certificates)
}

// secured tells whether a description for m's party carries keys.
func (m *Media) secured() bool { return m.protocol != nil && m.protocol.srtp && !m.ice.passthrough }

// describe stores what the party itself said.
func (st *securityState) describe(sm *sdpedit.Media, received []cryptoLine, passive bool) {
	before := st.fingerprint
	st.fingerprint = sdpedit.Fingerprint{}
	if validFingerprint(sm.Fingerprint) {
		st.fingerprint = sm.Fingerprint
	}
	st.restarted = before.Hash != "" && before != st.fingerprint
	st.theirTLSID, st.setup = sm.TLSID, sm.Setup
	st.role = roleTowards(sm.Setup, st.role, passive)
	st.dtls = st.fingerprint.Hash != "" && st.role != roleNone
	st.received, st.reordered = received, false
	st.sdes = st.sdes || len(received) > 0
}

// receiveOffer applies the flags that concern the sender of an offer.
func (st *securityState) receiveOffer(f *ng.SDES) {
	st.received, st.reordered = preferred(st.received, acceptable(st.received, f), f.OffererPref)
	if f.Prefer && st.sdes && st.dtls {
		st.dtls, st.role = false, roleNone
	}
}

// clear ends key management: the party's protocol has none.
func (st *securityState) clear() {
	st.restarted = false
	st.sdes, st.dtls, st.role = false, false, roleNone
	st.cryptos, st.ours, st.theirs, st.setupShown = nil, nil, nil, ""
}

// offer decides what the receiver of an offer is offered: what it uses, and
// where it uses nothing yet, all that the flags permit.
func (st *securityState) offer(received []cryptoLine, secured bool, req *ng.Request, own *certificates) {
	if !secured {
		st.clear()
		return
	}
	if !st.sdes && !st.dtls {
		st.sdes, st.dtls = !req.SDES.Off, req.DTLS != ng.DTLSOff
	}
	st.role, st.setupShown = roleEither, ""
	if st.dtls {
		st.setupShown = st.role.setup()
		st.chooseCertificate(own, req.DTLSFingerprint)
	}
	if !st.sdes {
		st.cryptos = nil
		return
	}
	st.cryptos = offeredCryptos(received, st.cryptos, &req.SDES)
	st.nameSuite()
}

// nameSuite keeps the suite that query shows, which is not touched while DTLS
// has the keys.
func (st *securityState) nameSuite() {
	switch {
	case st.dtls && st.fingerprint.Hash != "" && !st.restarted:
	case len(st.cryptos) > 0:
		st.suite = st.cryptos[0].suite
	default:
		st.suite = ""
	}
}

// receiveAnswer stores what the answerer chose of what it was offered.
func (st *securityState) receiveAnswer(secured bool) {
	st.ours, st.theirs = nil, nil
	if !secured {
		return
	}
	if len(st.received) > 0 {
		st.ours, st.theirs = answeredCrypto(st.cryptos, st.received)
		st.cryptos = nil
		if st.ours != nil {
			st.cryptos = []cryptoLine{*st.ours}
		}
	}
	st.nameSuite()
}

// answer decides what the offerer is answered.
func (st *securityState) answer(other []cryptoLine, secured bool, req *ng.Request, passive bool, own *certificates) {
	if !secured {
		st.clear()
		return
	}
	st.setupShown = ""
	st.role = answeringRole(st.role, passive)
	switch {
	case st.dtls && (!st.sdes || req.DTLS != ng.DTLSOff):
		st.sdes, st.cryptos, st.ours, st.theirs = false, nil, nil, nil
		st.setupShown = st.role.setup()
		st.chooseCertificate(own, req.DTLSFingerprint)
	case st.sdes:
		st.dtls = false
		if len(st.received) > 0 {
			st.ours, st.theirs = answerCrypto(st.received, st.reordered, req.SDES.Static, other, st.cryptos)
			st.cryptos = []cryptoLine{*st.ours}
		}
		st.nameSuite()
	}
}

// associate keeps the DTLS associations of the ports in step with what was
// negotiated.
func (x *exchange) associate(s, r *Media) {
	s.set.association.described(s.security.fingerprint, s.security.theirTLSID)
	r.set.association.reached(r.ice.on)
	if !x.offering {
		s.set.association.agreed(s.security.role)
		r.set.association.agreed(r.security.role)
	}
}

// writeSecurity writes the keys of a section.
func (x *exchange) writeSecurity(m *sdpedit.OutMedia, r *Media) {
	st := &r.security
	for i := range st.cryptos {
		m.Cryptos = append(m.Cryptos, st.cryptos[i].text(&x.req.SDES))
	}
	if st.setupShown != "" {
		m.Setup = st.setupShown
		m.Fingerprint = st.ownFingerprint()
		m.TLSID = r.set.association.tlsID()
	}
}
