package call

// Opportunistic SRTP (RFC 8643): keys are offered under the name of plain RTP,
// and whoever doesn't know them answers as plain RTP.

// opportunistic applies "OSRTP" (rtpengine's documentation): the receiver of an
// offer is offered it where it would get plain RTP; the receiver of an answer
// who had offered it is answered plain RTP when the other side declined it,
// unless it is to be accepted nevertheless.
func (x *exchange) opportunistic(receiver *protocol, before, sent transport) *protocol {
	f := x.req.OSRTP
	if x.offering {
		if f.Offer {
			return receiver.opportunistic()
		}
		return receiver
	}
	declined := before.rtp() && before.known.osrtp && sent.rtp() && !sent.known.srtp
	if declined && receiver.osrtp && !f.Accept {
		return receiver.plain()
	}
	return receiver
}
