package call

import (
	"fmt"
	"strings"
	"testing"

	"rtpgo/sdpedit"
)

// sectionsOf gives the m= lines' protocols and whether their port is open.
func sectionsOf(s *sdpedit.Session) string {
	var out []string
	for _, m := range s.Medias {
		keys := ""
		if len(m.Cryptos) > 0 {
			keys = " keys"
		}
		out = append(out, fmt.Sprintf("%s %t%s", m.Protocol, m.Port != 0, keys))
	}
	return strings.Join(out, ", ")
}

func TestTwins(t *testing.T) {
	const (
		plainA  = "m=audio 4000 RTP/AVP 0"
		secureA = "m=audio 4000 RTP/SAVP 0"
		plainB  = "m=audio 5000 RTP/AVP 0"
		secureB = "m=audio 5002 RTP/SAVP 0"
		refused = "m=audio 0 RTP/SAVP 0"
		crypto  = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	)
	legacy := func(words ...string) any { return strs(words...) }
	for _, c := range []struct {
		name          string
		offer, answer []string
		flags, accept []string
		towardsB, toA string
	}{
		{"taken", []string{plainA, secureA, crypto}, []string{secureB, crypto}, []string{"accept-legacy"}, nil,
			"RTP/SAVP true keys", "RTP/AVP false, RTP/SAVP true keys"},
		{"taken, SRTP first", []string{secureA, crypto, plainA}, []string{secureB, crypto}, []string{"accept"}, nil,
			"RTP/SAVP true keys", "RTP/SAVP true keys, RTP/AVP false"},
		{"not taken", []string{plainA, secureA, crypto}, []string{plainB, secureB, crypto}, nil, nil,
			"RTP/AVP true, RTP/SAVP true keys", "RTP/AVP true, RTP/SAVP true keys"},
		{"SRTP refused by the offerer", []string{plainA, refused}, []string{plainB}, []string{"accept-legacy"}, nil,
			"RTP/AVP true, RTP/SAVP false", "RTP/AVP true, RTP/SAVP false"},
		{"offered", []string{secureA, crypto}, []string{plainB, secureB, crypto}, []string{"offer-legacy"}, []string{"accept-legacy"},
			"RTP/AVP true, RTP/SAVP true keys", "RTP/SAVP true keys"},
		{"offered, answered as plain", []string{secureA, crypto}, []string{plainB, refused}, []string{"offer-legacy"}, []string{"accept-legacy"},
			"RTP/AVP true, RTP/SAVP true keys", "RTP/SAVP true keys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newLab(t, nil).call()
			b := k.offer(description("198.51.100.1", c.offer...), kv("OSRTP", legacy(c.flags...)))
			if got := sectionsOf(b); got != c.towardsB {
				t.Errorf("b was offered %q, want %q", got, c.towardsB)
			}
			if len(b.Medias) == 2 && len(c.flags) > 0 && b.Medias[1].Port != 0 && b.Medias[0].Port != b.Medias[1].Port {
				t.Errorf("alternatives at the ports %d and %d", b.Medias[0].Port, b.Medias[1].Port)
			}
			a := k.answer(description("198.51.100.2", c.answer...), kv("OSRTP", legacy(c.accept...)))
			if got := sectionsOf(a); got != c.toA {
				t.Errorf("a was answered %q, want %q", got, c.toA)
			}
		})
	}
}

// TestTwinsReoffered: who has chosen SRTP is offered plain RTP no more.
func TestTwinsReoffered(t *testing.T) {
	const crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	offer := description("198.51.100.1", "m=audio 4000 RTP/SAVP 0", crypto)
	k := newLab(t, nil).call()
	k.offer(offer, kv("OSRTP", strs("offer-legacy")))
	k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0", "m=audio 5002 RTP/SAVP 0", crypto), kv("OSRTP", strs("accept-legacy")))
	b := k.exchange("offer", k.a, k.b, offer, kv("OSRTP", strs("offer-legacy")))
	if got, want := sectionsOf(b), "RTP/AVP false, RTP/SAVP true keys"; got != want {
		t.Errorf("offered %q, want %q", got, want)
	}
}
