package call

import (
	"rtpgo/media/dtls"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

type dtlsRole uint8

const (
	roleNone dtlsRole = iota
	roleActive
	rolePassive
)

// securityState is what was offered to and agreed with one party about SRTP.
type securityState struct {
	dtls, sdes bool
	role       dtlsRole // ours, once known
	suite      string   // of SDES, as query shows it

	offered     []cryptoLine // received in its last description
	shown       []cryptoLine // in the last description for it
	ownCryptos  []cryptoLine // of the last offer to it, before SDES-order
	ours        *cryptoLine  // protects what we send to it (SDES)
	theirs      *cryptoLine  // unprotects what it sends (SDES)
	fingerprint sdpedit.Fingerprint
	setup       sdpedit.Setup // received
	setupShown  sdpedit.Setup
	cert        *dtls.Certificate // shown
	hash        string            // of the certificate fingerprint shown
	tlsID       string
	theirTLSID  string // received
	used        bool   // SDES was agreed once: DTLS is no longer offered
}

// security negotiates SRTP key management of one section: SDES (RFC 4568) and
// DTLS-SRTP (RFC 5763), each side for itself.
func (x *exchange) security(s, r *Media, sm *sdpedit.Media) error {
	s.security.fingerprint, s.security.setup = sm.Fingerprint, sm.Setup
	s.security.theirTLSID = sm.TLSID
	if x.offering {
		s.security.offered = readCryptos(sm.Cryptos)
		x.receiveOffer(s)
		x.offerSecurity(s, r)
		return nil
	}
	x.receiveAnswer(s, sm)
	x.answerSecurity(s, r)
	return nil
}

// secured tells whether a description for m's party carries keys.
func (m *Media) secured() bool { return m.protocol != nil && (m.protocol.srtp || m.osrtp) }

func (x *exchange) receiveOffer(s *Media) {
	st := &s.security
	st.dtls = s.secured() && st.fingerprint.Hash != ""
	st.sdes = s.secured() && len(st.offered) > 0
	st.role = roleNone
}

// offerSecurity decides what the receiver of an offer is offered.
func (x *exchange) offerSecurity(s, r *Media) {
	st := &r.security
	if !r.secured() {
		st.sdes, st.dtls, st.role, st.shown, st.setupShown = false, false, roleNone, nil, ""
		return
	}
	st.sdes = !x.req.SDES.Off
	st.dtls = x.req.DTLS != ng.DTLSOff && !st.used
	st.setupShown = ""
	if st.dtls {
		st.setupShown = sdpedit.SetupActpass
		x.certificate(r, x.req.DTLSFingerprint)
	}
	st.shown = nil
	if st.sdes {
		x.offerCryptos(s, r)
	}
}

// receiveAnswer stores what the answerer chose of what it was offered.
func (x *exchange) receiveAnswer(s *Media, sm *sdpedit.Media) {
	st := &s.security
	answered := readCryptos(sm.Cryptos)
	st.ours, st.theirs = nil, nil
	switch {
	case st.dtls && st.fingerprint.Hash != "" && (len(answered) == 0 || !st.sdes):
		st.role = rolePassive
		if st.setup == sdpedit.SetupPassive {
			st.role = roleActive
		}
	case st.sdes && len(answered) > 0:
		st.dtls, st.role = false, roleNone
		for i := range answered {
			if o := findSuite(st.shown, answered[i].suite); o != nil {
				st.ours, st.theirs, st.suite = o, &answered[i], o.suite
				st.used = true
				break
			}
		}
	default:
		st.sdes, st.dtls, st.role = false, false, roleNone
	}
}

// answerSecurity decides what the offerer is answered.
func (x *exchange) answerSecurity(s, r *Media) {
	st := &r.security
	st.shown, st.setupShown = nil, ""
	if !r.secured() {
		return
	}
	if st.dtls && x.answerDTLS(r) {
		st.sdes = false
		return
	}
	if len(st.offered) > 0 {
		x.answerCryptos(s, r)
	}
}

// answerDTLS answers an offer of DTLS-SRTP (RFC 5763 section 5); false when
// the offer can't be taken.
func (x *exchange) answerDTLS(r *Media) bool {
	st := &r.security
	switch st.setup {
	case sdpedit.SetupActive:
		st.role, st.setupShown = rolePassive, sdpedit.SetupPassive
	case sdpedit.SetupPassive:
		st.role, st.setupShown = roleActive, sdpedit.SetupActive
	case sdpedit.SetupHoldconn:
		return true
	default:
		st.role, st.setupShown = roleActive, sdpedit.SetupActive
		if r.dtlsPassive {
			st.role, st.setupShown = rolePassive, sdpedit.SetupPassive
		}
	}
	x.certificate(r, st.fingerprint.Hash)
	return true
}

// writeSecurity writes the keys of a section.
func (x *exchange) writeSecurity(m *sdpedit.OutMedia, s, r *Media) {
	st := &r.security
	for i := range st.shown {
		m.Cryptos = append(m.Cryptos, st.shown[i].text(x.req.SDES))
	}
	if st.setupShown != "" {
		m.Setup = st.setupShown
		m.Fingerprint = st.ownFingerprint()
		m.TLSID = st.tlsID
	}
}
