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
	shown   bool // a=rtcp-mux goes into the next description for this party
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
	s.mux.single = r.mux.grant
	if r.mux.grant || !sm.RTCPMux || f.Reject {
		s.mux.on = r.mux.grant
	}

	r.mux.offered = false
	if r.mux.on {
		// What was agreed with the receiver stays.
		r.mux.shown = true
		return
	}
	r.mux.shown = f.Require || f.Offer || (sm.RTCPMux && !f.Demux)
	r.mux.single = f.Require
}

// answerMux finishes what an offer began: s answers, r had offered. Flags of
// an answer change nothing.
func answerMux(s, r *Media, sm *sdpedit.Media) {
	s.mux.on = sm.RTCPMux && s.mux.shown
	r.mux.on = r.mux.offered && (s.mux.grant || (s.mux.on && !s.mux.refuse))
	r.mux.shown = r.mux.on
	r.mux.single = r.mux.single && r.mux.on
}
