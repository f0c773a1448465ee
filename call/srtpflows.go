package call

import (
	"encoding/base64"
	"fmt"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/media/srtp"
	"rtpgo/sdpedit"
)

// protection is how the packets of one party are protected.
type protection uint8

const (
	plainRTP   protection = iota
	keyPending            // SRTP, but nothing is agreed yet
	keyedSDES
	keyedDTLS
)

// srtpState is what the flows of a media know about SRTP: what was agreed last,
// which stays in force while the next offer waits for its answer.
type srtpState struct {
	mode  protection
	sdes  *srtpKeys // with keyedSDES
	terms dtlsTerms // with keyedDTLS, and with keyPending where DTLS may come first
	early bool      // keyPending: a DTLS client may come before the answer
	fresh bool      // agreed since the flows were installed
	ring  *keyring
	links [2]*dtlsLink // by component
}

// srtpKeys are the contexts of one media: in for what its party sends, out for
// what is sent to it.
type srtpKeys struct {
	in  *srtp.Unprotector
	out *srtp.Protector
	// encrypts tells that out has encrypted packets itself: it goes on doing
	// so, for its SRTCP indices have parted from those of the other side.
	encrypts bool
}

// agreeKeys puts what this exchange has agreed on into force: an answer for
// both sides, an offer only where nothing was agreed before.
func (x *exchange) agreeKeys() {
	for _, p := range x.sections {
		if p.sm == nil || p.s == nil || p.r == nil || p.sm.Port == 0 {
			continue
		}
		if !x.offering {
			p.s.agree(p.s.answered())
			p.r.agree(p.r.granted())
			continue
		}
		p.s.awaitKeys(false)
		p.r.awaitKeys(p.r.security.setupShown != "")
	}
}

// awaitKeys closes a media that speaks SRTP until its keys are agreed. OSRTP
// may turn out to be plain RTP, so that it stays open (RFC 8643).
func (m *Media) awaitKeys(early bool) {
	st := &m.srtp
	if st.mode != plainRTP || !m.secured() || m.protocol.osrtp {
		return
	}
	st.mode, st.early, st.fresh = keyPending, early, true
	st.terms = dtlsTerms{role: dtls.Passive, cert: m.security.cert, ourTLSID: m.set.association.tlsID()}
}

// answered is what the party agreed to that answered an offer of ours.
func (m *Media) answered() protection {
	st := &m.security
	switch {
	case !m.secured():
		return plainRTP
	case st.dtls && st.role != roleNone && st.cert != nil:
		return keyedDTLS
	case st.sdes && st.ours != nil && st.theirs != nil:
		return keyedSDES
	}
	return m.unprotected()
}

// granted is what we answered to the offer of the party.
func (m *Media) granted() protection {
	st := &m.security
	switch {
	case !m.secured():
		return plainRTP
	case st.setupShown != "" && st.role != roleNone:
		return keyedDTLS
	case len(st.cryptos) > 0 && st.ours != nil && st.theirs != nil:
		return keyedSDES
	case st.setup == sdpedit.SetupHoldconn && m.srtp.mode == keyedDTLS:
		return keyedDTLS // as it was
	}
	return m.unprotected()
}

// unprotected is what there is without keys: plain RTP where the profile is
// plain, nothing at all where it asks for SRTP.
func (m *Media) unprotected() protection {
	if m.secured() && !m.protocol.osrtp {
		return keyPending
	}
	return plainRTP
}

func (m *Media) agree(mode protection) {
	st, sec := &m.srtp, &m.security
	st.mode, st.sdes, st.early, st.fresh = mode, nil, false, true
	switch mode {
	case keyedSDES:
		keys, err := m.sdesKeys(sec.theirs, sec.ours)
		if err != nil {
			m.party.call.registry.Log.Named("crypto").Warn("keys of SDES can't be used", zap.String("call", m.party.call.ID),
				zap.String("tag", m.party.tag), zap.Int("media", m.index+1), zap.Error(err))
			st.mode = keyPending
			m.party.call.event(nil, m, event{kind: evSRTP, text: "keys of SDES can't be used: " + err.Error()})
			return
		}
		if st.sdes = keys; sec.suite != sec.noted {
			sec.noted = sec.suite
			m.party.call.event(nil, m, event{kind: evSRTP, text: "SRTP with keys of SDES, " + sec.suite})
		}
	case keyedDTLS:
		if sec.setup == sdpedit.SetupHoldconn && st.terms.fingerprint.Known() {
			return
		}
		st.terms = dtlsTerms{
			role: dtls.Passive, cert: sec.cert, tlsID: sec.theirTLSID, ourTLSID: m.set.association.tlsID(),
			fingerprint: dtls.Fingerprint{Hash: sec.fingerprint.Hash, Value: sec.fingerprint.Value},
		}
		if sec.role == roleActive {
			st.terms.role = dtls.Active
		}
	}
}

// sdesKeys finds or makes the contexts for two keys of SDES.
func (m *Media) sdesKeys(theirs, ours *cryptoLine) (*srtpKeys, error) {
	if m.srtp.ring == nil {
		m.srtp.ring = &keyring{}
	}
	in, err := theirs.params()
	if err != nil {
		return nil, fmt.Errorf("key of the party: %w", err)
	}
	out, err := ours.params()
	if err != nil {
		return nil, fmt.Errorf("our key: %w", err)
	}
	return m.srtp.ring.obtain(in, out)
}

// params are those of the SRTP context that the line describes.
func (c *cryptoLine) params() (p srtp.Params, err error) {
	p.Suite = srtp.SuiteByName(c.suite)
	if p.Suite == nil {
		return p, fmt.Errorf("unknown suite %q", c.suite)
	}
	text := "inline:" + base64.RawStdEncoding.EncodeToString(c.key)
	if c.mki.length > 0 {
		text += "|" + c.mki.String()
	}
	k, err := p.Suite.ParseKeyParams(text)
	if err != nil {
		return p, err
	}
	p.Key, p.MKI = k.Key, k.MKI
	p.UnencryptedSRTP, p.UnencryptedSRTCP = c.session.unencryptedSRTP, c.session.unencryptedSRTCP
	// The suites of AEAD can't leave the tag out (RFC 7714 section 11).
	p.UnauthenticatedSRTP = c.session.unauthenticatedSRTP && !p.Suite.AEAD()
	return p, nil
}

// keys are the contexts of a component. ok is false where packets are plain;
// nil keys where they can't pass yet.
func (m *Media) keys(i int) (k *srtpKeys, ok bool) {
	switch m.srtp.mode {
	case keyedSDES:
		return m.srtp.sdes, true
	case keyedDTLS:
		if l := m.srtp.links[i]; l != nil {
			return l.keys, true
		}
		return nil, true
	case keyPending:
		return nil, true
	}
	return nil, false
}

// secure adds SRTP to a flow of m's party that ends at to, which may be nil.
func (m *Media) secure(f *media.Flow, to *Media, i int) {
	if f.Kind == media.KindRaw || m.ice.passthrough {
		return
	}
	in, encrypted := m.keys(i)
	switch {
	case !encrypted:
	case in == nil:
		f.Unprotect = media.Unkeyed{}
	default:
		f.Unprotect = in.in
	}
	if to == nil {
		return
	}
	for c, sinks := range [2][]media.Sink{rtp: f.RTP, rtcp: f.RTCP} {
		if c == rtcp && to.mux.on {
			c = rtp
		}
		out, encrypted := to.keys(c)
		switch {
		case !encrypted:
			continue
		case out == nil:
			protect(sinks, media.Unkeyed{})
		case in.passes(out) && !f.NeedsPlain():
			f.Unprotect = srtp.NewVerifier(in.in).Ahead(out.out)
		default:
			out.encrypts = true
			protect(sinks, out.out)
		}
	}
}

func protect(sinks []media.Sink, t media.Transform) {
	for i := range sinks {
		sinks[i].Protect = t
	}
}

// passes tells whether packets may pass from one side to the other as they
// are: both hold the same key, with the same parameters.
func (k *srtpKeys) passes(out *srtpKeys) bool {
	return k != nil && !out.encrypts && k.in.ID() == out.out.ID()
}

// endSecurity ends the associations, which takes leave of their peers, and
// overwrites the keys.
func (m *Media) endSecurity() {
	for i := range m.srtp.links {
		m.endDTLS(i)
	}
	if m.srtp.ring != nil {
		m.srtp.ring.close()
	}
}
