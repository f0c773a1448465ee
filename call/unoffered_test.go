package call

import (
	"strings"
	"testing"
)

// TestUnofferedDTLS: an answer of DTLS-SRTP where the offer had none of it is
// no agreement, and certainly nothing to shake hands for.
func TestUnofferedDTLS(t *testing.T) {
	k := newLab(t, nil).call()
	fingerprint := "a=fingerprint:sha-256 " + strings.Repeat("AA:", 31) + "AA"
	sdes := "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	a, b := "m=audio 4000 RTP/SAVP 0", "m=audio 5000 RTP/SAVP 0"
	k.offer(description("198.51.100.1", a, sdes))
	k.answer(description("198.51.100.2", b, fingerprint, "a=setup:active"))
	k.exchange("offer", k.b, k.a, description("198.51.100.2", b, fingerprint, "a=setup:active"))
	k.exchange("answer", k.b, k.a, description("198.51.100.1", a, fingerprint, "a=setup:passive"))
	k.model(func(c *Call) {
		if m := c.party("a").medias[0]; m.srtp.mode == keyedDTLS && m.srtp.terms.cert == nil {
			t.Error("about to shake hands without a certificate")
		}
	})
}
