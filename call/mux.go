package call

import (
	"slices"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// muxState is what is known about RTCP multiplexed on the RTP port (RFC 5761)
// towards one party.
type muxState struct {
	on      bool // agreed with this party
	single  bool // one port is enough: no second one is opened for RTCP
	shown   bool // a=rtcp-mux goes into the next description for this party, or did into the last
	offered bool // this party offered it in its last offer
	open    bool // and hasn't been answered
	// What the offer to this party decided about the offerer's wish, whatever
	// this party answers. In a forked call each branch has its own.
	grant, refuse bool
}

// offerMux decides about multiplexing when s offers to r (rtpengine's
// documentation of "rtcp-mux"). With agreed, it is agreed on with r's party for
// some section of the offer, and required for all.
func offerMux(s, r *Media, sm *sdpedit.Media, f ng.RTCPMux, agreed bool) {
	s.mux.offered, s.mux.open, r.mux.open = sm.RTCPMux, sm.RTCPMux, false
	r.mux.refuse = f.Reject
	r.mux.grant = sm.RTCPMux && (f.Accept || (f.Demux && !f.Reject))
	if r.mux.grant || !sm.RTCPMux || f.Reject {
		s.mux.on = r.mux.grant
	}
	s.mux.shown, s.mux.single = s.mux.on, s.mux.on

	r.mux.offered = false
	if r.mux.on {
		// What was agreed with the receiver stays.
		r.mux.shown, r.mux.single = true, true
		return
	}
	r.mux.single = f.Require || agreed
	r.mux.shown = r.mux.single || f.Offer || (sm.RTCPMux && !f.Demux)
}

// muxAgreed tells whether multiplexing is agreed on with the receiver of an offer
// for some section of it.
func (x *exchange) muxAgreed() bool {
	return slices.ContainsFunc(x.sections, func(p section) bool {
		return p.sm != nil && p.r != nil && p.sm.Port != 0 && p.r.mux.on
	})
}

// answerMux finishes what an offer began: s answers, r had offered. Flags of
// an answer change nothing. One who answers multiplexing that it wasn't offered
// does it nevertheless, and is offered it the next time.
func answerMux(s, r *Media, sm *sdpedit.Media) {
	s.mux.open, r.mux.open = false, false
	s.mux.on = sm.RTCPMux
	s.mux.shown, s.mux.single = s.mux.on, s.mux.single && s.mux.on
	r.mux.on = r.mux.offered && (s.mux.grant || (s.mux.on && !s.mux.refuse))
	r.mux.shown = r.mux.on
	r.mux.single = r.mux.single && r.mux.on
}

// declineMux is answerMux for a section that s declines: what it was offered is
// still open when the section comes back.
func declineMux(s *Media) { s.mux.on = s.mux.on || s.mux.shown }

// muxed tells whether multiplexing is agreed on with m's party, or offered by one
// side and not answered.
func (m *Media) muxed() bool { return m.mux.on || m.mux.shown || m.mux.open }
