package call

import (
	"net/netip"

	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// Media is one m= section of one party: what this party said about it, what
// it was told, and the local ports that face it.
type Media struct {
	party     *Party
	index     int    // 0-based
	pair      *Media // of the other side; nil while there is none
	typ       string
	protocol  *protocol // nil when unknown
	protoText string    // as written, for unknown protocols
	formats   []string

	iface       *interfaces.Logical
	ifaceFamily interfaces.Family // that iface was chosen for
	family      interfaces.Family // of the ports that face this party

	initialized                              bool // this party has sent a description
	disabled                                 bool // port 0 by either side
	removed                                  bool // sdp-media-remove: the other side doesn't know of it
	weSend                                   bool // we send to this party
	weReceive                                bool
	saysSend, saysReceive, saysZero          bool // this party's own last word on it; 0.0.0.0 as its address
	unidirectional, asymmetric, sink         bool
	natWait                                  bool // nothing is sent to this party before it has sent
	pierce                                   bool // empty packets are sent to this party until it sends
	rtcpGenerator, rtcpFeedback, transcoding bool
	ptimeOverride                            bool

	mux  muxState
	twin twinState

	streams [2]stream // RTP, RTCP
	heard   [2]int64  // when the clock last saw that packets had come, by media.Now
	sets    []*portSet
	set     *portSet          // the ports that face this party now; nil when none
	shown   *portSet          // those last shown to it: packets are sent from them
	clocks  *media.ClockRates // of the packets of this party; nil: the static ones
	retired *[2]streamSum     // what was counted on sets that are closed; nil when none are

	codecs       []sdpedit.Codec     // what this party wants to receive: its last description
	told         []sdpedit.Codec     // what was last shown to it
	agreed       []sdpedit.Codec     // what both sides have had in common since the last answer
	stripped     []sdpedit.Codec     // what codec flags took out of the last offer to it
	accepted     []string            // codecs that "accept" and "consume" named in it
	payloadTypes *media.PayloadTypes // of packets on their way to the other side; nil when they stay
	ptime        int                 // ms
	toldMaxptime int                 // ms, last shown to this party
	mid          string
	security     securityState
	srtp         srtpState
	ice          iceState
	agent        *iceLink // nil while ICE has no part in the media
	iceHeard     iceHeard
	passages     [2]*passage // of checks between the two ends, with passthrough
	blocks       blocks
	learning     *media.Learning // nil: the daemon's
	sources      []*rtpSource    // of this party, whose quality is kept
	measuredAt   int64           // when RTP was measured last for a report of our own
	hearing      hearing         // whether more and more reaches its party, as that says
	generator    *generator      // nil before RTCP of our own was sent to this party
	from         netip.Addr      // source of its party's SIP messages
}

// stream is what signalling knows of one packet stream towards a party.
type stream struct {
	endpoint netip.AddrPort // as signalled; zero when unknown
	settled  netip.AddrPort // as query shows it
	used     bool           // has the flag RTP or RTCP
	filled   bool
	strict   bool
	handover bool
}

const (
	rtp  = 0
	rtcp = 1
)

func (m *Media) closePorts() {
	m.endSecurity()
	m.endICE()
	m.endPassages()
	for _, s := range m.sets {
		s.close()
	}
	m.sets, m.set, m.shown = nil, nil, nil
}

// isRTP tells whether the section's protocol carries RTP.
func (m *Media) isRTP() bool { return m.protocol != nil && m.protocol.rtp }

// peer is the section of the other side that this one is joined with; nil when
// the two sides are no longer in one dialogue.
func (m *Media) peer() *Media {
	if q := m.party.peer(); q != nil && m.pair != nil && m.pair.party == q {
		return m.pair
	}
	return nil
}

// singlePort tells whether one port serves this media.
func (m *Media) singlePort() bool { return m.mux.single || !m.hasRTCP() }

// hasRTCP tells whether the section has RTCP at all. Unknown protocols get a
// pair as well: the reference opens one, and some carry feedback on it.
func (m *Media) hasRTCP() bool { return true }

// flags appends the names that query shows, in the reference's order. The names
// are interface values so that a reply doesn't have to make them.
func (m *Media) flags(out ng.List) ng.List {
	for _, f := range [...]struct {
		on   bool
		name any
	}{
		{m.initialized, "initialized"},
		{m.asymmetric, "asymmetric"},
		{m.weSend, "send"},
		{m.weReceive, "recv"},
		{m.muxed(), "rtcp-mux"},
		{m.security.dtls, "DTLS-SRTP"},
		{m.security.role&roleActive != 0, "DTLS role active"},
		{m.security.role&rolePassive != 0, "DTLS role passive"},
		{m.security.sdes, "SDES"},
		{m.ice.passthrough, "passthrough"},
		{m.ice.on, "ICE"},
		{m.ice.trickle, "trickle ICE"},
		{m.ice.controlling, "ICE controlling"},
		{m.ice.litePeer, "ICE-lite peer"},
		{m.ice.liteSelf, "ICE-lite self"},
		// The reference says the same of a party without further candidates.
		{m.security.reordered || m.ice.complete, "SDES reordered"},
		{m.unidirectional, "unidirectional"},
		{m.ptimeOverride, "ptime-override"},
		{m.rtcpFeedback, "RTCP feedback"},
		{m.sink, "generator/sink"},
		{m.twin.order != once || m.twin.chosen, "legacy OSRTP"},
		{m.twin.order == secureFirst, "reverse legacy OSRTP"},
		{m.transcoding, "transcoding"},
		{m.rtcpGenerator, "RTCP generator"},
		{m.party.echo == echoSink, "blackhole"},
		{m.party.echo == echoBack, "echo"},
	} {
		if f.on {
			out = append(out, f.name)
		}
	}
	return out
}

// streamFlags appends the names that query shows for one stream.
func (m *Media) streamFlags(out ng.List, i int) ng.List {
	s := &m.streams[i]
	for _, f := range [...]struct {
		on   bool
		name any
	}{
		{s.used && i == rtp, "RTP"},
		{s.used && (i == rtcp || m.muxed()), "RTCP"},
		{s.used && i == rtcp && m.muxed(), "fallback RTCP"},
		{s.filled, "filled"},
		{s.strict, "strict source address"},
		{s.handover, "media handover"},
		{s.used && m.ice.streams, "ICE"},
	} {
		if f.on {
			out = append(out, f.name)
		}
	}
	return out
}
