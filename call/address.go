package call

import (
	"net/netip"

	"rtpgo/interfaces"
	"rtpgo/sdpedit"
)

// sipSource tells whether the addresses of the SIP message count in place of
// those in the description (SIP-source-address, --sip-source).
func (x *exchange) sipSource() bool {
	f := x.req.Flags
	return f.SIPSourceAddress || (x.r.SIPSource && !f.TrustAddress)
}

// checkAddresses refuses descriptions without a usable address.
func (x *exchange) checkAddresses() error {
	if len(x.sdp.Medias) == 0 {
		return nil
	}
	if x.sipSource() {
		if !x.req.ReceivedFrom.IsValid() {
			return errReply("Incomplete SDP specification")
		}
		return nil
	}
	for _, m := range x.sdp.Medias {
		if !m.Connection.IsValid() {
			return errReply("Incomplete SDP specification")
		}
	}
	return nil
}

// address is that of a section.
func (x *exchange) address(sm *sdpedit.Media) netip.Addr {
	if x.sipSource() {
		return x.req.ReceivedFrom
	}
	return sm.Connection
}

// endpoints stores where the sender of a section wants its packets (RFC 3264,
// a=rtcp: RFC 3605).
func (x *exchange) endpoints(s *Media, sm *sdpedit.Media) {
	addr := x.address(sm)
	rtcpAddr := sm.RTCPAddress
	if rtcpAddr.IsValid() && x.sipSource() {
		rtcpAddr = addr
	}
	if !rtcpAddr.IsValid() || rtcpAddr.IsUnspecified() { // browsers write a=rtcp:9 IN IP4 0.0.0.0
		rtcpAddr = addr
	}
	at := netip.AddrPortFrom(addr, uint16(sm.Port))
	settled := s.ice.on && !(x.offering && x.req.Flags.RejectICE) && s.streams[rtp].settled.IsValid() &&
		(sm.ICE.Present() || at == s.streams[rtp].endpoint)
	s.setEndpoint(rtp, at, settled)
	switch {
	case sm.RTCPPort == sm.Port:
		s.setEndpoint(rtcp, netip.AddrPort{}, settled)
	case sm.RTCPPort != 0:
		s.setEndpoint(rtcp, netip.AddrPortFrom(rtcpAddr, uint16(sm.RTCPPort)), settled)
	default:
		s.setEndpoint(rtcp, netip.AddrPortFrom(addr, uint16(sm.Port+1)), settled)
	}
}

// setEndpoint stores where signalling wants the packets of a stream. While ICE
// is on it is for ICE to say where they go: query goes on showing what was
// settled.
func (m *Media) setEndpoint(i int, ep netip.AddrPort, settled bool) {
	if old := m.streams[rtp].endpoint; i == rtp && old.IsValid() && old != ep && !m.security.keyed {
		m.security.suite = "" // of a stream that is no more
	}
	m.streams[i].endpoint = ep
	if !settled {
		m.streams[i].settled = ep
	}
	m.streams[i].filled = true
}

func familyOf(a netip.Addr) interfaces.Family {
	if a.Is4() {
		return interfaces.FamilyIPv4
	}
	return interfaces.FamilyIPv6
}
