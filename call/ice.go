package call

import (
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// Lengths of the credentials and foundations that we make (RFC 8445 section
// 5.3 asks for at least 4 and 22 characters).
const (
	ufragLength      = 8
	pwdLength        = 26
	foundationLength = 16
)

// iceState is what is known about ICE towards one party (RFC 8839).
type iceState struct {
	on                 bool
	streams            bool // as query shows it of the streams
	passthrough        bool // ICE=optional, force-relay: address and candidates are left alone
	controlling        bool // our role (RFC 8445 section 6.1.1)
	liteSelf, litePeer bool
	trickle            bool   // the party trickles, or is asked to (RFC 8838)
	complete           bool   // the party has no more candidates than described
	placeholder        bool   // its address only stands in for candidates to come
	ufrag, pwd         string // ours, shown to this party

	// The party's, from its last description.
	remoteUfrag, remotePwd string
	remote                 []sdpedit.Candidate
}

// iceSection negotiates ICE of one section. The two sides are independent: one
// may speak ICE and the other not (rtpengine's documentation of "ICE").
func (x *exchange) iceSection(s, r *Media, sm *sdpedit.Media) {
	f, present := x.req, sm.ICE.Present()
	rejected := x.offering && f.Flags.RejectICE
	x.iceTowards(r, present)
	s.ice.on = present && !rejected
	s.ice.streams, r.ice.streams = s.ice.on, r.ice.on
	if x.offering && f.Flags.Reset {
		s.ice.ufrag, r.ice.ufrag = "", ""
	}
	s.ice.describe(&sm.ICE, x.offering)
	if passesICE(f.ICE, present) {
		s.ice.passthrough, r.ice.passthrough = true, true
	}
	for _, m := range []*Media{s, r} {
		if m.ice.on && m.ice.ufrag == "" {
			m.ice.restart()
		}
	}
}

// iceTowards decides whether the receiver is shown ICE.
func (x *exchange) iceTowards(r *Media, present bool) {
	f := x.req
	if !x.offering {
		r.ice.on = answersICE(r.ice.on, present, f.ICE)
		return
	}
	r.ice.on = offersICE(r.ice.on, r.initialized, present, f.ICE, f.Flags.WebRTC)
	r.ice.trickle = r.ice.trickle || f.Flags.TrickleICE || f.Flags.WebRTC
}

// offersICE tells whether the receiver of an offer is offered ICE: by default
// as long as it speaks ICE itself, and where that isn't known, when the sender
// does.
func offersICE(before, known, present bool, flag ng.ICE, webRTC bool) bool {
	on := before
	if !known {
		on = present
	}
	switch flag {
	case ng.ICERemove:
		return false
	case ng.ICEForce, ng.ICEOptional:
		return true
	case ng.ICEForceRelay:
		on = on || present
	}
	return on || webRTC
}

// answersICE tells whether the offerer is answered ICE: by default when it
// offered it, whether the answerer speaks it or not.
func answersICE(before, present bool, flag ng.ICE) bool {
	switch flag {
	case ng.ICERemove:
		return false
	case ng.ICEForce:
		return true
	case ng.ICEOptional, ng.ICEForceRelay:
		return before || present
	}
	return before
}

// passesICE tells whether a flag lets ICE of the two sides talk to each other
// directly, with us among the candidates. It stays so for the call.
func passesICE(flag ng.ICE, present bool) bool {
	return present && (flag == ng.ICEOptional || flag == ng.ICEForceRelay)
}

// iceRoles chooses what lasts when an offer reaches a receiver for the first
// time, or begins ICE anew: we are the offerer towards the receiver, and
// control; towards the sender only if it is a lite agent. A lite agent never
// controls (RFC 8445 section 6.1.1).
func (x *exchange) iceRoles(s, r *Media, sm *sdpedit.Media, first bool) {
	switch x.req.ICELite {
	case ng.ICELiteOff:
		s.ice.liteSelf, r.ice.liteSelf = false, false
	case ng.ICELiteForward:
		s.ice.liteSelf, r.ice.liteSelf = false, true
	case ng.ICELiteBackward:
		s.ice.liteSelf, r.ice.liteSelf = true, false
	case ng.ICELiteBoth:
		s.ice.liteSelf, r.ice.liteSelf = true, true
	}
	present := sm.ICE.Present()
	anew := x.req.Flags.Reset || s.ice.restarts(&sm.ICE)
	if first || anew {
		s.ice.controlling = present && sm.ICE.Lite && !s.ice.liteSelf
	}
	passes := passesICE(x.req.ICE, present)
	if !r.initialized || anew {
		r.ice.controlling = !r.ice.liteSelf && !passes
	}
	if passes {
		s.ice.passthrough, r.ice.passthrough = true, true
	}
}

// restarts tells whether a description begins ICE anew: with other credentials
// (RFC 8839 section 4.4.1.1).
func (st *iceState) restarts(in *sdpedit.ICE) bool {
	return in.Present() && st.remoteUfrag != "" && st.remoteUfrag != in.Ufrag
}

// describe stores the party's side. When its offer restarts ICE it gets new
// credentials of ours, too. Others in an answer are another phone's that was
// sent the same offer, and knows ours from there.
func (st *iceState) describe(in *sdpedit.ICE, offering bool) {
	st.trickle, st.complete = false, false
	if !in.Present() {
		return
	}
	st.trickle = in.Trickle || st.placeholder
	st.complete = in.EndOfCandidates && !st.trickle
	if offering && st.restarts(in) {
		st.restart()
	}
	st.remoteUfrag, st.remotePwd = in.Ufrag, in.Pwd
	st.remote = in.Candidates
	st.litePeer = in.Lite
}

func (st *iceState) restart() {
	st.ufrag, st.pwd = randomToken(ufragLength), randomToken(pwdLength)
}

// placeholderPort is the port of an address that stands in for candidates to
// come (RFC 8840 section 4.1.1).
const placeholderPort = 9

// placeholder tells whether the address of a section is none: unlike any other
// zero address it doesn't put media on hold.
func placeholder(sm *sdpedit.Media) bool {
	return sm.ICE.Present() && sm.Port == placeholderPort && sm.Connection.IsValid() && sm.Connection.IsUnspecified()
}
