package broken

import (
	"net"
	"net/netip"
)

// strict has the signalled address alone count.
var strict = ng{"endpoint-learning": "off", "flags": []string{"strict-source"}}

// addressRows have media come from elsewhere than was signalled.
var addressRows = []row{
	{name: "address/private_learned", fromA: healthy, fromB: want{"private-address-", "A"}, play: func(c *call) {
		c.A.says = netip.MustParseAddr(behindNAT)
		c.connect()
		c.talk()
	}},
	{name: "address/private_not_learned", fromA: healthy, fromB: want{"private-address", "A"}, play: func(c *call) {
		c.A.says = netip.MustParseAddr(behindNAT)
		c.flags = ng{"endpoint-learning": "off"}
		c.connect()
		c.talk()
	}},
	{name: "address/private_strict", fromA: want{"source-port", "A"}, fromB: want{"private-address", "A"}, play: func(c *call) {
		c.A.says = netip.MustParseAddr(behindNAT)
		c.flags = strict
		c.connect()
		c.talk()
	}},
	{name: "address/private_silent", fromA: want{"silent-sender", "A"}, fromB: want{"private-address", "A"}, play: func(c *call) {
		c.A.says = netip.MustParseAddr(behindNAT)
		c.connect()
		c.B.talk()
	}},
	{name: "address/private_not_learned_from_B", fromA: want{"private-address", "B"}, fromB: healthy, play: func(c *call) {
		c.B.says = netip.MustParseAddr(behindNAT)
		c.flags = ng{"endpoint-learning": "off"}
		c.connect()
		c.talk()
	}},
	{name: "address/other_port_strict", fromA: want{"source-port", "A"}, fromB: healthy, play: func(c *call) {
		c.flags = strict
		c.connect()
		c.A.talk(func(s *stream) { s.from[0] = c.A.listen(c.A.ip, 0) })
		c.B.talk()
	}},
	{name: "address/stranger_alone", fromA: want{"stranger", "A"}, fromB: healthy, play: func(c *call) {
		c.flags = strict
		c.connect()
		c.A.talk(c.stranger())
		c.B.talk()
	}},
	{name: "address/stranger_injects", fromA: want{"stranger-", "A"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.B, 20)
		c.A.talk(c.stranger())
	}},
}

// stranger sends to A's port from another host of A's network.
func (c *call) stranger() func(*stream) {
	return func(s *stream) {
		x := c.A.listen(netip.MustParseAddr(c.A.at.IP(66)), 0)
		s.from, s.noRTCP = [2]*net.UDPConn{x, x}, true
	}
}
