package media

import "net/netip"

// Demux divides what Flow.Other gets (RFC 7983): DTLS packets go to dtls, the
// rest to stun. A nil handler drops its packets; nil comes back when both are.
// The handlers keep the rules of Flow.Other.
func Demux(stun, dtls func(pkt []byte, src netip.AddrPort)) func(pkt []byte, src netip.AddrPort) {
	if stun == nil && dtls == nil {
		return nil
	}
	return func(pkt []byte, src netip.AddrPort) {
		handler := stun
		if Classify(pkt) == ClassDTLS {
			handler = dtls
		}
		if handler != nil {
			handler(pkt, src)
		}
	}
}
