package media

import "net/netip"

// Demux divides what Flow.Other gets (RFC 7983): DTLS packets go to dtls, the
// rest to stun. A nil handler drops its packets; nil comes back when both are.
// The handlers keep the rules of Flow.Other.
func Demux(stun, dtls func(pkt []byte, src netip.AddrPort)) func(pkt []byte, src netip.AddrPort) {
	switch {
	case dtls == nil:
		return stun
	case stun == nil:
		stun = func([]byte, netip.AddrPort) {}
	}
	return func(pkt []byte, src netip.AddrPort) {
		if Classify(pkt) == ClassDTLS {
			dtls(pkt, src)
			return
		}
		stun(pkt, src)
	}
}
