package broken

import (
	"net/netip"
)

// signallingRows have what was agreed, or asked for, at odds with the media.
var signallingRows = []row{
	{name: "signalling/payload_type", fromA: want{"payload-type", "A"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.A.talk(func(s *stream) { s.pt = 9 })
		c.B.talk()
	}},
	{name: "signalling/mux_not_honoured", fromA: healthy, fromB: want{"mux", "B"}, play: func(c *call) {
		// B accepts rtcp-mux and keeps to two ports all the same.
		c.towardsB = ng{"rtcp-mux": []string{"offer"}}
		c.offer()
		if !c.B.remote.Mux {
			c.Fatalf("rtcp-mux was not offered: %s", c.B.body)
		}
		c.B.lines = []string{"rtcp-mux"}
		c.answer()
		c.A.talk()
		c.B.talk(func(s *stream) { s.from[1], s.to[1] = c.B.sock[1], c.B.remote.RTCP })
	}},
	{name: "signalling/hold", fromA: healthy, fromB: want{"held", "A"}, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.A, 10)
		c.hears(c.B, 10)
		c.A.lines, c.B.lines = []string{"sendonly"}, []string{"recvonly"}
		c.reoffer()
		c.B.hush()
	}},
	{name: "signalling/inactive", fromA: want{"held", "A"}, fromB: want{"held", "A"}, play: func(c *call) {
		c.connect()
		c.A.lines, c.B.lines = []string{"inactive"}, []string{"inactive"}
		c.reoffer()
	}},
	{name: "signalling/zero_address", fromA: want{"held", "A"}, fromB: want{"held", "A"}, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.A, 10)
		c.hears(c.B, 10)
		c.A.says = netip.IPv4Unspecified()
		c.reoffer()
		c.A.hush()
	}},
	{name: "signalling/blocked", fromA: want{"blocked", "rtpgo"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.command("block media", ng{"from-tag": "A"})
		c.talk()
	}},
	{name: "signalling/not_answered", fromA: want{"not-answered", ""}, fromB: nothing, onlyEnded: true, play: func(c *call) {
		c.offer()
		c.end()
	}},
	{name: "signalling/ended_port", fromA: want{"ended-port", "A"}, fromB: healthy, onlyEnded: true, steered: true, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.A, 10)
		c.hears(c.B, 10)
		c.B.hush()
		c.end()
	}},
}

// reoffer negotiates anew in the call.
func (c *call) reoffer() {
	c.Helper()
	c.towardsB = ng{"to-tag": "B"}
	c.connect()
}
