package broken

import (
	"fmt"
	"net/netip"
)

// networkRows have what is sent lost on the way.
var networkRows = []row{
	// Packets that the kernel engine forwards don't meet the host's firewall;
	// encrypted ones are forwarded in user space whatever the engine.
	{name: "network/own_firewall", fromA: want{"firewall", "rtpgo"}, fromB: healthy, play: func(c *call) {
		c.b.firewall(c.T, c.b.SBC, "output", fmt.Sprintf("ip daddr %s udp dport %d drop", c.B.ip, c.B.port()))
		c.connectSDES()
	}},
	{name: "network/peers_firewall_drops", fromA: want{"not-received", "B"}, fromB: healthy, play: func(c *call) {
		c.b.firewall(c.T, c.B.at.Netns, "prerouting", fmt.Sprintf("ip daddr %s udp dport %d drop", c.B.ip, c.B.port()))
		c.connect()
		c.talk()
	}},
	{name: "network/peers_firewall_drops_later", fromA: want{"not-received", "B"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.B, 50)
		c.b.firewall(c.T, c.B.at.Netns, "prerouting", fmt.Sprintf("ip daddr %s udp dport %d drop", c.B.ip, c.B.port()))
	}},
	{name: "network/peers_firewall_rejects", fromA: want{"not-received", "B"}, fromB: healthy, play: func(c *call) {
		c.b.firewall(c.T, c.B.at.Netns, "input", fmt.Sprintf("ip daddr %s udp dport %d reject with icmp type admin-prohibited", c.B.ip, c.B.port()))
		c.connect()
		c.A.talk()
		c.B.talk(func(s *stream) { s.noRTCP = true })
	}},
	{name: "network/port_closed", fromA: want{"not-received", "B"}, fromB: want{"silent-sender", "B"}, play: func(c *call) {
		c.connect()
		c.B.sock[0].Close()
		c.A.talk()
	}},
	{name: "network/no_route", fromA: want{"no-route", "rtpgo"}, fromB: want{"silent-sender", "B"}, play: func(c *call) {
		c.B.says = netip.MustParseAddr(noRoute)
		c.connect()
		c.A.talk()
	}},
	{name: "network/no_neighbour", fromA: want{"no-route", "rtpgo"}, fromB: want{"silent-sender", "B"}, play: func(c *call) {
		c.B.says = netip.MustParseAddr(c.B.at.IP(250)) // nobody's
		c.connect()
		c.A.talk()
	}},
	{name: "network/wrong_interface", fromA: want{"wrong-interface", "rtpgo"}, fromB: want{"wrong-interface", "rtpgo"}, play: func(c *call) {
		// B, of the private network, is given the public address, to which it
		// has no way.
		c.direction = [2]string{"public", "public"}
		c.b.run(c.T, c.B.at.Netns, "ip", "rule", "add", "from", c.B.ip.String(), "to", c.A.at.SBC, "unreachable")
		c.connect()
		c.talk()
	}},
	{name: "network/mtu", fromA: want{"mtu", "B"}, fromB: healthy, play: func(c *call) {
		for _, l := range []*leg{c.A, c.B} {
			l.kind, l.formats = "video", "96"
		}
		// What is too large for the route is sent in fragments, which B's
		// firewall drops.
		c.b.run(c.T, c.b.SBC, "ip", "route", "add", c.B.ip.String(), "dev", "prv0", "src", c.B.at.SBC, "mtu", "1280")
		c.b.firewall(c.T, c.B.at.Netns, "prerouting", fmt.Sprintf("ip daddr %s ip frag-off & 0x3fff != 0 drop", c.B.ip))
		c.connect()
		c.A.talk(func(s *stream) { s.pt, s.size = 96, 1300 })
		c.B.talk(func(s *stream) { s.pt, s.size = 96, 400 })
	}},
}
