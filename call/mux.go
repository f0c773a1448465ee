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
	offered bool // this party offered it in its last offer ...
	granted bool // ... and gets it whatever the other side answers
	refused bool // ... and doesn't get it whatever the other side answers
}

// offerMux decides about multiplexing when s offers to r (rtpengine's
// documentation of "rtcp-mux").
func offerMux(s, r *Media, sm *sdpedit.Media, f ng.RTCPMux) {
	s.mux.offered = sm.RTCPMux
	s.mux.refused = f.Reject
	s.mux.granted = sm.RTCPMux && (f.Accept || (f.Demux && !f.Reject))
	s.mux.single = s.mux.granted
	if s.mux.granted || !sm.RTCPMux || f.Reject {
		s.mux.on = s.mux.granted
	}

	r.mux.offered, r.mux.granted = false, false
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
	r.mux.on = r.mux.offered && (r.mux.granted || (s.mux.on && !r.mux.refused))
	r.mux.shown = r.mux.on
}
