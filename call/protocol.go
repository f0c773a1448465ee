package call

import (
	"strings"
)

// protocol is a transport protocol of an m= line.
type protocol struct {
	name  string
	rtp   bool
	srtp  bool // carries SRTP and its keys
	avpf  bool
	tls   bool // UDP/TLS/..., RFC 5764
	osrtp bool // keys under a plain name (RFC 8643)
}

var allProtocols = []*protocol{
	{name: "RTP/AVP", rtp: true},
	{name: "RTP/AVPF", rtp: true, avpf: true},
	{name: "RTP/SAVP", rtp: true, srtp: true},
	{name: "RTP/SAVPF", rtp: true, srtp: true, avpf: true},
	{name: "UDP/TLS/RTP/SAVP", rtp: true, srtp: true, tls: true},
	{name: "UDP/TLS/RTP/SAVPF", rtp: true, srtp: true, tls: true, avpf: true},
	{name: "RTP/AVP", rtp: true, srtp: true, osrtp: true},
	{name: "RTP/AVPF", rtp: true, srtp: true, avpf: true, osrtp: true},
	{name: "udptl"},
}

// protocols are those that a description can name.
var protocols = func() map[string]*protocol {
	m := map[string]*protocol{}
	for _, p := range allProtocols {
		if !p.osrtp {
			m[strings.ToLower(p.name)] = p
		}
	}
	return m
}()

// webRTC is the profile of browsers (RFC 8834 section 4.2).
var webRTC = protocols["udp/tls/rtp/savpf"]

// findProtocol knows a transport protocol by name, in any case; nil for others.
func findProtocol(name string) *protocol { return protocols[strings.ToLower(name)] }

// opportunistic is the protocol with keys under a plain name; p itself when it
// isn't plain RTP.
func (p *protocol) opportunistic() *protocol {
	if !p.rtp || p.srtp {
		return p
	}
	return p.sibling(true, true)
}

// plain is the protocol without keys.
func (p *protocol) plain() *protocol { return p.sibling(false, false) }

// secure is the protocol with keys, under a name of its own.
func (p *protocol) secure() *protocol { return p.sibling(true, false) }

// sibling is the protocol with the same feedback profile that carries SRTP or
// not.
func (p *protocol) sibling(srtp, osrtp bool) *protocol {
	for _, q := range allProtocols {
		if q.rtp && q.avpf == p.avpf && !q.tls && q.srtp == srtp && q.osrtp == osrtp {
			return q
		}
	}
	return p
}
