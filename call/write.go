package call

import (
	"net/netip"
	"strconv"
	"sync"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// bodies are where descriptions are written.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// write produces the description for the receiver.
func (x *exchange) write() string {
	out := &sdpedit.OutSession{
		Origin: x.sdp.Origin, Name: x.sdp.Name, Bandwidth: x.sdp.Bandwidth, Timing: x.sdp.Timing,
		Attributes: x.sdp.Attributes,
		Edit:       x.edit("none"),
	}
	for _, p := range x.sections {
		out.ICELite = out.ICELite || (p.r != nil && p.r.ice.on && p.r.ice.liteSelf)
	}
	if x.req.ICE == ng.ICEForceRelay {
		out.Groups = x.sdp.Groups
	}
	if x.req.Flags.LoopProtect {
		out.LoopToken = x.r.loopToken
	}
	for _, p := range x.sections {
		switch {
		case p.r == nil:
		case p.sm == nil:
			out.Medias = append(out.Medias, x.withTwin(rejected(p.r), p.r)...)
		default:
			out.Medias = append(out.Medias, x.withTwin(x.writeMedia(p), p.r)...)
		}
	}
	x.replaceOrigin(out)
	room := bodies.Get().(*[]byte)
	defer bodies.Put(room)
	*room = x.withVersion((*room)[:0], out)
	return string(*room)
}

func (x *exchange) edit(section string) *sdpedit.Edit {
	a := x.req.SDPAttr[section]
	if a == nil {
		return nil
	}
	return &sdpedit.Edit{Add: a.Add, Remove: a.Remove, Substitute: a.Substitute}
}

// writeMedia writes one section.
func (x *exchange) writeMedia(p section) *sdpedit.OutMedia {
	sm, s, r := p.sm, p.s, p.r
	m := &sdpedit.OutMedia{
		Type: r.typ, Protocol: r.protocolName(), Formats: sm.Formats, Bandwidth: sm.Bandwidth,
		Edit: x.edit(sm.Type),
	}
	m.Bandwidth.CT = -1
	if !s.isRTP() {
		// What isn't RTP passes as it is, attributes and all.
		m.Unknown, m.Verbatim = true, sm.Attributes
	}
	if sm.Port == 0 && !x.c.passthrough {
		m.Formats, m.MID = x.rejectedFormats(r, sm), x.mid(s, r, sm)
		m.Address = r.advertised()
		if x.leavesAlone(r) {
			m.Unknown, m.Verbatim = true, sm.Attributes
		}
		return m
	}
	if isPassedThrough(sm) || x.c.passthrough {
		m.Unknown, m.Verbatim = true, sm.Attributes
		m.Port, m.Address = sm.Port, sm.Connection
		return m
	}
	if x.leavesAlone(r) && (!m.Unknown || x.req.ICE == ng.ICEForceRelay) {
		x.writePassthrough(m, s, r, sm)
		return m
	}
	x.writeAddress(m, s, r, sm)
	if m.Unknown {
		x.addCandidates(m, s, r, sm)
		return m
	}
	m.Label = ""
	m.MID = x.mid(s, r, sm)
	m.Other = x.others(sm)
	m.Direction = x.writtenDirection(s, sm)
	x.writeRTP(m, s, r, sm)
	return m
}

// isPassedThrough tells whether a section is left alone: TCP transports of
// message sessions, whose address is in the attributes anyway.
func isPassedThrough(sm *sdpedit.Media) bool {
	return sm.Type == "message"
}

func (m *Media) protocolName() string {
	if m.protocol == nil {
		return m.protoText
	}
	return m.protocol.name
}

func (x *exchange) writeAddress(m *sdpedit.OutMedia, s, r *Media, sm *sdpedit.Media) {
	l := r.set.primary()
	r.shown = r.set
	m.Port = l.port(rtp)
	m.Address = x.shown(l.address)
	if held(s) && !r.ice.on && !x.req.Replace.ZeroAddress {
		m.Address = zeroOf(m.Address)
	}
}

// held tells whether the sender asks for no media by a zero address (RFC 2543).
func held(s *Media) bool {
	ep := s.streams[rtp].endpoint
	return ep.IsValid() && ep.Addr().IsUnspecified() && !s.ice.placeholder
}

// zeroAddress tells whether a section's own address asks for no media.
func zeroAddress(sm *sdpedit.Media) bool {
	return !placeholder(sm) && sm.Connection.IsValid() && sm.Connection.IsUnspecified()
}

func zeroOf(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// writtenDirection is the direction line: the sender's, which doesn't receive
// while it holds by zero address; none with original-sendrecv where
// the sender wrote none.
func (x *exchange) writtenDirection(s *Media, sm *sdpedit.Media) sdpedit.Direction {
	d := sm.Direction
	if x.req.Flags.OriginalSendrecv {
		return d
	}
	if d == sdpedit.DirectionUnset {
		d = sdpedit.SendRecv
	}
	if held(s) {
		switch d {
		case sdpedit.SendRecv:
			return sdpedit.SendOnly
		case sdpedit.RecvOnly:
			return sdpedit.Inactive
		}
	}
	return d
}

func (x *exchange) writeRTP(m *sdpedit.OutMedia, s, r *Media, sm *sdpedit.Media) {
	m.Codecs = r.told
	if x.offering && len(r.told) == 0 && len(sm.Codecs) > 0 && x.req.Flags.AllowNoCodecMedia {
		m.Port = 0
	}
	m.Formats = x.formats(r, sm)
	m.FeedbackAll = sm.FeedbackAll
	m.Ptime, m.Maxptime = r.ptime, r.toldMaxptime
	x.writeRTCP(m, r)
	x.writeSecurity(m, r)
	x.writeICE(m, r)
}

// noFormats is the list of an RTP section without any: a section needs one
// (RFC 8866 section 5.14).
var noFormats = []string{"0"}

// formats is the m= line's list.
func (x *exchange) formats(r *Media, sm *sdpedit.Media) []string {
	if len(sm.Codecs) == 0 && len(sm.Formats) > 0 {
		return sm.Formats
	}
	if len(r.told) == 0 {
		return noFormats
	}
	out := make([]string, len(r.told))
	for i := range r.told {
		out[i] = strconv.Itoa(r.told[i].PT)
	}
	return out
}

// writeRTCP writes a=rtcp (RFC 3605) and a=rtcp-mux (RFC 5761).
func (x *exchange) writeRTCP(m *sdpedit.OutMedia, r *Media) {
	m.RTCPMux = r.mux.shown
	f := x.req.Flags
	if f.NoRTCPAttribute {
		return
	}
	l := r.set.primary()
	port := l.port(rtcp)
	if r.mux.on || r.mux.single || port == 0 {
		port = l.port(rtp)
	}
	m.RTCP = strconv.Itoa(port)
	if f.FullRTCPAttribute {
		m.RTCP += " " + sdpedit.AddressField(m.Address)
	}
}
