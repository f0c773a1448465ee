package call

import (
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
	// What the offer to this party decided about the offerer's wish, whatever
	// this party answers. In a forked call each branch has its own.
	grant, refuse bool
}

// offerMux decides about multiplexing when s offers to r (rtpengine's
// documentation of "rtcp-mux").
func offerMux(s, r *Media, sm *sdpedit.Media, f ng.RTCPMux) {
	s.mux.offered = sm.RTCPMux
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
	r.mux.shown = f.Require || f.Offer || (sm.RTCPMux && !f.Demux)
	r.mux.single = f.Require
}

// answerMux finishes what an offer began: s answers, r had offered. Flags of
// an answer change nothing. One who answers multiplexing that it wasn't offered
// does it nevertheless, and is offered it the next time.
func answerMux(s, r *Media, sm *sdpedit.Media) {
	s.mux.on = sm.RTCPMux
	s.mux.shown, s.mux.single = s.mux.on, s.mux.single && s.mux.on
	r.mux.on = r.mux.offered && (s.mux.grant || (s.mux.on && !s.mux.refuse))
	r.mux.shown = r.mux.on
	r.mux.single = r.mux.single && r.mux.on
}

// declineMux is answerMux for a section that s declines: what it was offered is
// still open when the section comes back.
func declineMux(s *Media) { s.mux.on = s.mux.on || s.mux.shown }

// muxed tells whether multiplexing is agreed on with m's party, or it was told of
// it and hasn't answered.
func (m *Media) muxed() bool { return m.mux.on || m.mux.shown }
