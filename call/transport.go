package call

import "strings"

// offerProtocol chooses the transport protocol towards the receiver of an
// offer: the one asked for, else the receiver's own, else the sender's.
func (x *exchange) offerProtocol(s, r *Media) {
	r.osrtp = s.osrtp
	if s.protocol == nil || !s.protocol.rtp {
		r.protocol, r.protoText = s.protocol, s.protoText
		return
	}
	if p := x.requestedProtocol(); p != nil {
		r.protocol = p
	} else if r.protocol == nil || !r.initialized || !r.protocol.rtp {
		r.protocol, r.protoText = s.protocol, s.protoText
	}
	switch o := x.req.OSRTP; {
	case o.Offer && !r.protocol.srtp:
		r.osrtp = true
	case r.protocol.srtp:
		r.osrtp = false
	}
}

// requestedProtocol is what "transport-protocol" (or WebRTC) names; nil when
// it names nothing known.
func (x *exchange) requestedProtocol() *protocol {
	if x.req.TransportProtocol.Set {
		if p := findProtocol(x.req.TransportProtocol.Value); p != nil && p.rtp {
			return p
		}
	}
	if x.req.Flags.WebRTC {
		return variant(true, true, true)
	}
	return nil
}

// acceptsProtocol tells whether transport-protocol=accept lets the answerer's
// own protocol through.
func (x *exchange) acceptsProtocol() bool {
	return strings.EqualFold(x.req.TransportProtocol.Value, "accept")
}
