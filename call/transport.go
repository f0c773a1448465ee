package call

import (
	"strings"

	"rtpgo/sdpedit"
)

// transport is the protocol of a section as this call knows it: a known
// protocol, or the name of another.
type transport struct {
	known *protocol
	text  string // as written
}

func (m *Media) transport() transport { return transport{m.protocol, m.protoText} }

func (m *Media) setTransport(t transport) { m.protocol, m.protoText = t.known, t.text }

func (t transport) set() bool { return t.known != nil || t.text != "" }

// same tells whether two protocols are the same to a peer.
func (t transport) same(o transport) bool {
	if t.known != nil || o.known != nil {
		return t.known == o.known
	}
	return strings.EqualFold(t.text, o.text)
}

func (t transport) rtp() bool { return t.known != nil && t.known.rtp }

// sentTransport is the protocol of a description that came in. A plain RTP
// profile with keys is opportunistic SRTP (RFC 8643). One who answers keys
// under a plain name keeps what was offered to it, unless its own choice is
// to be accepted.
func sentTransport(sm *sdpedit.Media, keys, accepted bool, before transport) transport {
	t := transport{findProtocol(sm.Protocol), sm.Protocol}
	if !t.rtp() || t.known.srtp || !keys {
		return t
	}
	if !accepted && before.rtp() {
		return before
	}
	t.known = t.known.opportunistic()
	return t
}

// receiverTransport chooses the protocol of the other side. A protocol named by
// the request counts before all; a sender who changes its own changes the
// receiver's with an offer, and with an answer when it is to be accepted
// ("transport-protocol=accept" of rtpengine); else what was agreed stays.
func receiverTransport(before, sent, receiver transport, named *protocol, follow bool) transport {
	switch {
	case named != nil && sent.rtp():
		return transport{named, named.name}
	case !receiver.set(), follow && !sent.same(before):
		return sent
	}
	return receiver
}

// chooseTransport stores the protocols of both sides of a section.
func (x *exchange) chooseTransport(s, r *Media, sm *sdpedit.Media) {
	before := s.transport()
	keys := len(readCryptos(sm.Cryptos)) > 0 || validFingerprint(sm.Fingerprint)
	follow := x.offering || strings.EqualFold(x.req.TransportProtocol.Value, "accept")
	sent := sentTransport(sm, keys, follow, before)
	t := receiverTransport(before, sent, r.transport(), x.namedProtocol(), follow)
	if t.rtp() {
		t.known = x.opportunistic(t.known, before, sent)
	}
	s.setTransport(sent)
	r.setTransport(t)
}

// namedProtocol is what "transport-protocol" names, or WebRTC implies; nil
// when that is nothing known.
func (x *exchange) namedProtocol() *protocol {
	if p := findProtocol(x.req.TransportProtocol.Value); p != nil {
		return p
	}
	if x.req.Flags.WebRTC {
		return webRTC
	}
	return nil
}
