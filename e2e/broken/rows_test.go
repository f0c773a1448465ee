package broken

import "testing"

// row is one call: what is wrong with it, and what rtpgo explain has to say
// about the media from A and from B, while the call lasts and after it.
type row struct {
	name         string
	play         func(*call)
	fromA, fromB want
	// onlyEnded says that the verdict is due when the call has ended: play
	// ends it.
	onlyEnded bool
	// steered says that the engine sockets can't tell (docs/explain.md).
	steered bool
}

// TestBrokenCalls plays all rows at the same time.
func TestBrokenCalls(t *testing.T) {
	b := newBench(t)
	t.Run("calls", func(t *testing.T) {
		t.Run("kamailio", func(t *testing.T) { throughKamailio(t, b) })
		for _, rows := range [][]row{soundRows, silenceRows, networkRows, addressRows, secureRows, signallingRows} {
			for _, r := range rows {
				t.Run(r.name, func(t *testing.T) {
					t.Parallel()
					if r.steered && b.engine(t) == "sockets" {
						t.Skip("the engine sockets doesn't see packets to closed ports")
					}
					c := newCall(t, b, r.name)
					r.play(c)
					w := wants{[2]string{"A", "B"}, r.fromA, r.fromB}
					if !r.onlyEnded {
						b.expect(t, c.id, "live", w)
						// Who goes on to send after the end is at fault for that.
						c.A.hush()
						c.B.hush()
						c.end()
					}
					b.expect(t, c.id, "ended", w)
				})
			}
		}
	})
}

// soundRows have nothing wrong: what the other rows differ in is what breaks
// them.
var soundRows = []row{
	{name: "healthy", fromA: healthy, fromB: healthy, play: func(c *call) {
		c.connect()
		c.talk()
	}},
	{name: "healthy/sdes", fromA: healthy, fromB: healthy, play: func(c *call) {
		k := newKey()
		c.A.sdes(k)
		c.plainB()
		c.connect()
		c.A.talk(c.A.encrypt(k))
		c.B.talk()
	}},
	{name: "healthy/sdes_from_B", fromA: healthy, fromB: healthy, play: (*call).connectSDES},
	{name: "healthy/dtls", fromA: healthy, fromB: healthy, play: func(c *call) {
		cert := c.A.newCertificate()
		c.A.dtlsSRTP(cert, "active")
		c.plainB()
		c.connect()
		encrypt := c.A.handshake(cert)
		if encrypt == nil {
			c.Fatal("no handshake")
		}
		c.A.talk(encrypt)
		c.B.talk()
	}},
}

// plainB has B offered RTP/AVP, whatever A speaks.
func (c *call) plainB() {
	c.towardsB = ng{"transport-protocol": "RTP/AVP", "ICE": "remove", "rtcp-mux": []string{"demux"}}
}

// connectSDES has A speak RTP and B SRTP, and both talk.
func (c *call) connectSDES() {
	k := newKey()
	c.towardsB = ng{"transport-protocol": "RTP/SAVP", "DTLS": "off"}
	c.offer()
	c.B.sdes(k)
	c.answer()
	c.A.talk()
	c.B.talk(c.B.encrypt(k))
}
