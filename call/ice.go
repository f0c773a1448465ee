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
	liteSelf, litePeer bool
	trickle            bool
	ufrag, pwd         string // ours, shown to this party
	remoteUfrag        string // the party's, to notice a restart
	remote             []sdpedit.Candidate
	remotePwd          string
}

// iceSection negotiates ICE of one section. The two sides are independent: one
// may speak ICE and the other not (rtpengine's documentation of "ICE").
func (x *exchange) iceSection(s, r *Media, sm *sdpedit.Media) {
	present := sm.ICE.Present()
	if x.offering {
		x.offerICE(s, r, present)
	} else {
		x.answerICE(s, r, present)
	}
	s.readRemoteICE(sm, x.offering)
	for _, m := range []*Media{s, r} {
		if m.ice.on && m.ice.ufrag == "" {
			m.restartICE()
		}
	}
}

func (x *exchange) offerICE(s, r *Media, present bool) {
	f := x.req
	s.ice.on = present && !f.Flags.RejectICE
	s.passthrough, r.passthrough = false, false
	if !r.initialized {
		r.ice.on = present
	}
	r.ice.on = r.ice.on || f.Flags.WebRTC
	x.iceFlag(s, r, present)
	if f.Flags.Reset {
		s.ice.ufrag, r.ice.ufrag = "", ""
	}
	r.ice.trickle = f.Flags.TrickleICE || f.Flags.WebRTC
	x.liteFlags(s, r)
}

// answerICE: the answerer speaks ICE if it was offered and it says so, the
// offerer if it offered it.
func (x *exchange) answerICE(s, r *Media, present bool) {
	s.ice.on = present && (s.ice.on || s.passthrough)
	x.iceFlag(s, r, present)
}

// iceFlag applies the value of "ICE" towards the receiver.
func (x *exchange) iceFlag(s, r *Media, present bool) {
	switch f := x.req.ICE; f {
	case ng.ICERemove:
		r.ice.on = false
	case ng.ICEForce:
		r.ice.on = true
	case ng.ICEOptional, ng.ICEForceRelay:
		r.ice.on = r.ice.on || f == ng.ICEOptional || present
		s.passthrough, r.passthrough = present, present
		s.relay, r.relay = f == ng.ICEForceRelay, f == ng.ICEForceRelay
	}
}

func (x *exchange) liteFlags(s, r *Media) {
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
}

// readRemoteICE stores the sender's side. New credentials in an offer restart
// ICE (RFC 8839 section 4.4.1.1): it gets new ones of ours. In an answer they
// are another phone's that was sent the same offer, and knows ours from there.
func (m *Media) readRemoteICE(sm *sdpedit.Media, offering bool) {
	if !sm.ICE.Present() {
		return
	}
	if offering && m.ice.remoteUfrag != "" && m.ice.remoteUfrag != sm.ICE.Ufrag {
		m.restartICE()
	}
	m.ice.remoteUfrag, m.ice.remotePwd = sm.ICE.Ufrag, sm.ICE.Pwd
	m.ice.remote = sm.ICE.Candidates
	m.ice.litePeer = sm.ICE.Lite
	m.ice.trickle = sm.ICE.Trickle
}

func (m *Media) restartICE() {
	m.ice.ufrag, m.ice.pwd = randomToken(ufragLength), randomToken(pwdLength)
}
