package call

import (
	"rtpgo/sdpedit"
)

type dtlsRole uint8

const (
	roleNone dtlsRole = iota
	roleActive
	rolePassive
)

// securityState is what was agreed with one party about SRTP.
type securityState struct {
	dtls, sdes bool
	role       dtlsRole
	suite      string
}

// offerProtocol chooses the transport protocol towards the receiver.
func (x *exchange) offerProtocol(s, r *Media) {
	r.protocol, r.protoText = s.protocol, s.protoText
	if s.protocol == nil || !s.protocol.rtp || !x.req.TransportProtocol.Set {
		return
	}
	if p := findProtocol(x.req.TransportProtocol.Value); p != nil {
		r.protocol = p
	}
}

func (x *exchange) security(s, r *Media, sm *sdpedit.Media) error { return nil }

func (x *exchange) writeSecurity(m *sdpedit.OutMedia, s, r *Media) {}
