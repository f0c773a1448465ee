package call

import (
	"strings"
)

// protocol is a transport protocol of an m= line.
type protocol struct {
	name  string
	rtp   bool
	srtp  bool
	avpf  bool
	dtls  bool // UDP/TLS/...
	osrtp bool
}

var protocols = func() map[string]*protocol {
	m := map[string]*protocol{}
	for _, p := range []*protocol{
		{name: "RTP/AVP", rtp: true},
		{name: "RTP/AVPF", rtp: true, avpf: true},
		{name: "RTP/SAVP", rtp: true, srtp: true},
		{name: "RTP/SAVPF", rtp: true, srtp: true, avpf: true},
		{name: "UDP/TLS/RTP/SAVP", rtp: true, srtp: true, dtls: true},
		{name: "UDP/TLS/RTP/SAVPF", rtp: true, srtp: true, dtls: true, avpf: true},
		{name: "udptl"},
	} {
		m[strings.ToLower(p.name)] = p
	}
	return m
}()

// findProtocol knows a transport protocol by name, in any case; nil for others.
func findProtocol(name string) *protocol { return protocols[strings.ToLower(name)] }

// variant is the protocol with the given properties.
func variant(srtp, avpf, dtls bool) *protocol {
	for _, p := range protocols {
		if p.rtp && p.srtp == srtp && p.avpf == avpf && p.dtls == dtls {
			return p
		}
	}
	return nil
}
