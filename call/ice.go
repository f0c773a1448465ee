package call

import "rtpgo/sdpedit"

// iceState is what is known about ICE towards one party (RFC 8839).
type iceState struct {
	on                 bool
	liteSelf, litePeer bool
	trickle            bool
}

func (x *exchange) iceSection(s, r *Media, sm *sdpedit.Media) {}

func (x *exchange) writeICE(m *sdpedit.OutMedia, s, r *Media) {}
