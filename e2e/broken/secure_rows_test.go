package broken

import (
	"fmt"

	"github.com/pion/dtls/v3"
)

// secureRows have keys, handshakes and ICE go wrong.
var secureRows = []row{
	{name: "secure/sdes_key", fromA: want{"srtp-key", "A"}, fromB: healthy, play: func(c *call) {
		c.A.sdes(newKey())
		c.plainB()
		c.connect()
		c.A.talk(c.A.encrypt(newKey()))
		c.B.talk()
	}},
	{name: "secure/sdes_key_from_B", fromA: healthy, fromB: want{"srtp-key", "B"}, play: func(c *call) {
		c.towardsB = ng{"transport-protocol": "RTP/SAVP", "DTLS": "off"}
		c.offer()
		c.B.sdes(newKey())
		c.answer()
		c.A.talk()
		c.B.talk(c.B.encrypt(newKey()))
	}},
	{name: "secure/rtp_for_srtp", fromA: want{"srtp-expected", "A"}, fromB: healthy, play: func(c *call) {
		c.A.sdes(newKey())
		c.plainB()
		c.connect()
		c.talk()
	}},
	{name: "secure/srtp_for_rtp", fromA: want{"srtp-unexpected", "A"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.A.talk(c.A.encrypt(newKey()))
		c.B.talk()
	}},
	{name: "secure/dtls_not_started", fromA: want{"dtls-not-started", "A"}, fromB: want{"dtls-not-started", "A"}, play: func(c *call) {
		c.A.dtlsSRTP(c.A.newCertificate(), "active")
		c.plainB()
		c.connect()
		c.B.talk()
	}},
	{name: "secure/dtls_not_answered", fromA: want{"dtls-not-started", "A"}, fromB: want{"dtls-not-started", "A"}, play: func(c *call) {
		c.A.dtlsSRTP(c.A.newCertificate(), "passive")
		c.plainB()
		c.connect()
		c.B.talk()
	}},
	{name: "secure/dtls_fingerprint", fromA: want{"dtls-fingerprint", "A"}, fromB: want{"dtls-fingerprint", "A"}, play: func(c *call) {
		c.A.dtlsSRTP(c.A.newCertificate(), "active")
		c.plainB()
		c.connect()
		c.B.talk()
		if encrypt := c.A.handshake(c.A.newCertificate()); encrypt != nil {
			c.A.talk(encrypt)
		}
	}},
	{name: "secure/dtls_failed", fromA: want{"dtls-failed", "A"}, fromB: want{"dtls-failed", "A"}, play: func(c *call) {
		// A's only cipher suite is none that goes with certificates.
		cert := c.A.newCertificate()
		c.A.dtlsSRTP(cert, "active")
		c.plainB()
		c.connect()
		c.B.talk()
		if c.A.handshake(cert, dtls.WithSRTPProtectionProfiles(dtls.SRTP_NULL_HMAC_SHA1_80)) != nil {
			c.Fatal("the handshake succeeded")
		}
	}},
	{name: "secure/ice", fromA: want{"ice-no-pair", "A"}, fromB: want{"ice-no-pair", "A"}, play: func(c *call) {
		// A neither checks nor answers checks.
		c.A.lines = []string{
			"ice-ufrag:broken", "ice-pwd:brokenbrokenbrokenbroken", "rtcp-mux",
			fmt.Sprintf("candidate:1 1 UDP 2130706431 %s %d typ host", c.A.ip, c.A.port()),
		}
		c.plainB()
		c.connect()
		c.B.talk()
	}},
}
