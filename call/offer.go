package call

import (
	"fmt"
	"strings"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// exchange is one offer or answer in work.
type exchange struct {
	r        *Registry
	c        *Call
	req      *ng.Request
	offering bool
	sdp      *sdpedit.Session
	sender   *Party // whose description this is
	receiver *Party // whom the reply's description is for
	sections []section
	mux      bool // agreed on with the receiver of an offer
}

// section is one m= line of an exchange: nil sm means that the sender's
// description lacks it, nil r that the receiver is not shown it.
type section struct {
	sm   *sdpedit.Media
	s, r *Media
}

func (r *Registry) offer(req *ng.Request) (ng.Dict, error) {
	switch {
	case !req.SDP.Set:
		return nil, errReply("No SDP body in message")
	case !req.CallID.Set:
		return nil, errReply("No call-id in message")
	case !req.FromTag.Set:
		return nil, errReply("No from-tag in message")
	}
	if req.Flags.Fragment {
		return r.trickle(req, req.FromTag.Value)
	}
	c := r.lookup(req.CallID.Value)
	if c == nil {
		if reply, err := r.limited(req); reply != nil || err != nil {
			return reply, err
		}
		c = r.begin(req)
	}
	defer c.mu.Unlock()
	if sdp, ok := r.looped(req); ok {
		return ng.Dict{{Key: "sdp", Value: sdp}, {Key: "result", Value: "ok"}}, nil
	}
	x := &exchange{r: r, c: c, req: req, offering: true}
	return x.run()
}

func (r *Registry) answer(req *ng.Request) (ng.Dict, error) {
	switch {
	case !req.SDP.Set:
		return nil, errReply("No SDP body in message")
	case !req.CallID.Set:
		return nil, errReply("No call-id in message")
	case !req.FromTag.Set:
		return nil, errReply("No from-tag in message")
	case !req.ToTag.Set:
		return nil, errReply("No to-tag in message")
	}
	if req.Flags.Fragment {
		return r.trickle(req, req.ToTag.Value)
	}
	if sdp, ok := r.looped(req); ok {
		return ng.Dict{{Key: "sdp", Value: sdp}, {Key: "result", Value: "ok"}}, nil
	}
	c := r.lookup(req.CallID.Value)
	if c == nil {
		return nil, errReply("Unknown call-id")
	}
	defer c.mu.Unlock()
	x := &exchange{r: r, c: c, req: req}
	return x.run()
}

// run carries the exchange out. On an error the ports opened by it are given
// back and the call is as before, but for what the reference leaves behind.
func (x *exchange) run() (ng.Dict, error) {
	if x.req.Flags.DebugCall {
		x.c.setDebug(true)
	}
	var err error
	// The description outlives the datagram that it came in.
	if x.sdp, err = sdpedit.Parse(strings.Clone(x.req.SDP.Value)); err != nil {
		return nil, fmt.Errorf("%w: %w", errReply("Failed to parse SDP"), err)
	}
	if err := x.checkAddresses(); err != nil {
		return nil, err
	}
	before := x.c.checkpoint()
	done := false
	defer func() {
		if !done { // a panic
			before.undo()
		}
		before.release()
	}()
	if err := x.negotiate(); err != nil {
		before.undo()
		done = true
		x.c.event(nil, nil, event{kind: evFailed, text: x.req.Command.Value, more: err.Error()})
		return nil, err
	}
	done = true
	x.c.revive()
	x.c.lastSignal = x.r.now()
	x.c.answered = x.c.answered || !x.offering
	x.signalled()
	if !x.c.passthrough {
		x.agreeKeys()
	}
	x.heardICE()
	x.c.takeFragments(x.sender)
	if len(x.sdp.Medias) == 0 || x.allDisabled() {
		x.c.installFlows()
		return nil, errReply("Error rewriting SDP")
	}
	body := x.write()
	x.remember(body)
	x.happened(body)
	x.relearn()
	x.c.installFlows()
	for _, p := range x.c.parties {
		for _, m := range p.medias {
			m.retire()
		}
	}
	x.c.pierceNAT()
	x.c.startReports()
	return ng.Dict{{Key: "sdp", Value: body}, {Key: "result", Value: "ok"}}, nil
}

func (x *exchange) allDisabled() bool {
	for _, m := range x.sdp.Medias {
		if m.Port != 0 {
			return false
		}
	}
	return true
}

func (x *exchange) negotiate() error {
	var err error
	if x.offering {
		x.sender, x.receiver, err = x.c.offerParties(x.req)
	} else {
		x.sender, x.receiver, err = x.c.answerParties(x.req)
	}
	if err != nil {
		return err
	}
	x.describeParties()
	x.mergeTwins()
	x.pairSections()
	x.mux = x.offering && x.muxAgreed()
	for _, p := range x.sections {
		if err := x.negotiateSection(p); err != nil {
			return err
		}
	}
	return nil
}

// describeParties stores what the request says about the parties themselves.
func (x *exchange) describeParties() {
	if x.req.Label.Set {
		x.sender.label = x.req.Label.Value
	}
	if x.req.Metadata.Set {
		x.c.metadata = x.req.Metadata.Value
	}
	if x.req.DTMFLogDest.IsValid() {
		x.c.dtmfTo = x.req.DTMFLogDest
	}
	x.c.passthrough = x.c.passthrough || x.req.Flags.Passthrough
	x.controlFlags()
}

// negotiateSection negotiates one m= line.
func (x *exchange) negotiateSection(p section) error {
	sm, s, r := p.sm, p.s, p.r
	if sm == nil {
		return nil
	}
	if r == nil {
		s.typ = sm.Type
		s.setTransport(transport{findProtocol(sm.Protocol), sm.Protocol})
		s.disabled = true
		return nil
	}
	x.describe(s, r, sm)
	s.family = familyOf(x.address(sm))
	if sm.Port == 0 {
		x.selectInterfaces(s, r)
		x.disable(s, r)
		x.packetTime(s, r, sm)
		x.iceTowards(r, false)
		return nil
	}
	s.disabled, r.disabled = false, false
	x.sourceFlags(s)
	x.endpoints(s, sm)
	x.selectInterfaces(s, r)
	if x.c.passthrough {
		s.ice.passthrough, r.ice.passthrough = true, true
		return nil
	}
	if x.offering {
		offerMux(s, r, sm, x.req.RTCPMux, x.mux)
	} else {
		answerMux(s, r, sm)
	}
	x.security(s, r, sm)
	x.iceSection(s, r, sm)
	x.codecs(s, r, sm)
	x.learningFlags(s, r)
	x.generateFlag(s, r)
	if err := x.ports(s, r); err != nil {
		return err
	}
	x.associate(s, r)
	return nil
}

// describe stores type, protocol and direction of a section.
func (x *exchange) describe(s, r *Media, sm *sdpedit.Media) {
	first := !s.initialized
	s.initialized = true
	s.typ = sm.Type
	x.chooseTransport(s, r, sm)
	if s.formats = nil; !s.isRTP() {
		s.formats = sm.Formats
	}
	s.ice.placeholder = placeholder(sm)
	if x.offering {
		r.typ = sm.Type
		x.iceRoles(s, r, sm, first)
	}
	if r.typ == "" {
		r.typ = sm.Type
	}
	x.direction(s, r, sm)
}

// direction: what s sends, r receives from us, and so on (RFC 3264 section 5.1).
func (x *exchange) direction(s, r *Media, sm *sdpedit.Media) {
	sends, receives := sm.Direction.Sends(), sm.Direction.Receives() && !zeroAddress(sm)
	s.saysSend, s.saysReceive, s.saysZero = sends, sm.Direction.Receives(), zeroAddress(sm)
	s.from = x.req.ReceivedFrom
	s.weReceive, s.weSend = sends, receives
	r.weSend, r.weReceive = sends, receives
}

// disable handles a section with port 0: no traffic, the ports are kept for
// when it comes back.
func (x *exchange) disable(s, r *Media) {
	s.disabled, r.disabled = true, true
	if !x.offering {
		declineMux(s)
	}
}

// ports opens or selects the ports of both sides.
func (x *exchange) ports(s, r *Media) error {
	latch := x.latching(r)
	defer s.restartMovedICE(s.set)
	defer r.restartMovedICE(r.set)
	if err := r.obtainPorts(s.streams[rtp].endpoint, latch); err != nil {
		return fmt.Errorf("call %s: %w", x.c.ID, err)
	}
	r.set.narrow = r.set.narrow || !r.ice.on
	// Who answers goes on using the ports that the offer showed: an interface
	// named for it now counts from the next SDP that it is sent.
	if x.offering || s.set == nil {
		if err := s.obtainPorts(r.streams[rtp].endpoint, x.latching(s)); err != nil {
			return fmt.Errorf("call %s: %w", x.c.ID, err)
		}
	}
	for i := range s.streams {
		s.streams[i].used, r.streams[i].used = true, true
	}
	return nil
}

// latching tells whether the ports facing m's party stay although the other
// side moves: by flag, because that party speaks ICE, or while the other side
// doesn't receive and its endpoint means nothing.
func (x *exchange) latching(m *Media) bool {
	f := x.req.Flags
	return f.PortLatching || !m.weReceive || (m.ice.on && !f.NoPortLatching)
}
