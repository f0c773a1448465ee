package call

import "rtpgo/sdpedit"

// Opportunistic SRTP as it was done before RFC 8643: a section is written
// twice, as plain RTP and as SRTP at the same address, and one of the two is
// refused ("OSRTP=offer-legacy" and "accept-legacy" of rtpengine's
// documentation).

// twinState is what is known of a party's sections that are written twice.
type twinState struct {
	order     twinOrder // in its last offer
	keptPlain bool      // the one as plain RTP was taken of that offer
	offered   bool      // it has been offered both
	chosen    bool      // it has answered with both, and keeps to SRTP
}

type twinOrder int8

const (
	once twinOrder = iota
	plainFirst
	secureFirst
)

// mergeTwins makes one section out of each two that are alternatives.
func (x *exchange) mergeTwins() {
	in := x.sdp.Medias
	var out []*sdpedit.Media
	for i := 0; i < len(in); i++ {
		sm, n := in[i], len(out)
		if i+1 < len(in) && x.twins(n, sm, in[i+1]) {
			sm = x.sender.media(n).twin.take(sm, in[i+1], x.offering)
			i++
		} else if x.offering && n < len(x.sender.medias) {
			x.sender.medias[n].twin.order = once
		}
		out = append(out, sm)
	}
	x.sdp.Medias = out
}

// twins tells whether two sections are alternatives for the sender's media n.
func (x *exchange) twins(n int, a, b *sdpedit.Media) bool {
	pa, pb := findProtocol(a.Protocol), findProtocol(b.Protocol)
	if a.Type != b.Type || pa == nil || pb == nil || !pa.rtp || !pb.rtp || pa.srtp == pb.srtp {
		return false
	}
	var before twinState
	if n < len(x.sender.medias) {
		before = x.sender.medias[n].twin
	}
	switch {
	case before.chosen:
		return true
	case !x.req.OSRTP.AcceptLegacy:
		return false
	case x.offering:
		return before.order != once || a.Port != 0 && b.Port != 0
	}
	return before.offered
}

// take chooses between two alternatives: SRTP where it isn't refused.
func (t *twinState) take(a, b *sdpedit.Media, offering bool) *sdpedit.Media {
	order, plain, secure := plainFirst, a, b
	if findProtocol(a.Protocol).srtp {
		order, plain, secure = secureFirst, b, a
	}
	kept := secure
	if secure.Port == 0 {
		kept = plain
	}
	if offering {
		t.order, t.keptPlain = order, kept == plain
	} else {
		t.chosen = kept == secure
	}
	return kept
}

// withTwin writes a section twice where it is offered so, and beside one that
// the receiver has offered twice the refused alternative.
func (x *exchange) withTwin(m *sdpedit.OutMedia, r *Media) []*sdpedit.OutMedia {
	switch {
	case m.Unknown || !r.isRTP():
	case x.offering && x.req.OSRTP.OfferLegacy && m.Port != 0 && r.protocol.srtp && !r.protocol.osrtp:
		r.twin.offered = true
		plain := refusedTwin(m, r.protocol.plain())
		if !r.twin.chosen {
			*plain = *m
			plain.Protocol = r.protocol.plain().name
			plain.Cryptos, plain.Setup, plain.Fingerprint, plain.TLSID = nil, "", sdpedit.Fingerprint{}, ""
		}
		return []*sdpedit.OutMedia{plain, m}
	case r.twin.order != once:
		r.twin.offered = r.twin.offered || x.offering
		other := r.protocol.plain()
		if r.twin.keptPlain {
			other = r.protocol.secure()
		}
		if (r.twin.order == plainFirst) == r.twin.keptPlain {
			return []*sdpedit.OutMedia{m, refusedTwin(m, other)}
		}
		return []*sdpedit.OutMedia{refusedTwin(m, other), m}
	}
	return []*sdpedit.OutMedia{m}
}

func refusedTwin(m *sdpedit.OutMedia, p *protocol) *sdpedit.OutMedia {
	return &sdpedit.OutMedia{Type: m.Type, Protocol: p.name, Formats: m.Formats, Bandwidth: sdpedit.NoBandwidth, Unused: true}
}
