package call

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rtpgo/ng"
)

// signalled notes who signalled what last.
func (x *exchange) signalled() {
	c := x.c
	if x.offering {
		c.offerer = x.sender
	} else if c.answerAt.IsZero() {
		c.answerAt = x.r.now()
	}
}

// happened records an exchange: both descriptions, and ports that are new.
func (x *exchange) happened(body string) {
	e := event{kind: evAnswer, text: decisive(x.req.SDP.Value), more: decisive(body)}
	if x.offering {
		e.kind = evOffer
	}
	x.c.event(x.sender, nil, e)
	for _, p := range x.c.parties {
		for _, m := range p.medias {
			for _, s := range m.sets {
				if !s.told {
					s.told = true
					m.tellPorts(s)
				}
			}
		}
	}
}

func (m *Media) tellPorts(s *portSet) {
	for _, l := range s.locals {
		if addr, ok := l.addr(rtp); ok {
			m.party.call.event(nil, m, event{kind: evPorts, a: addr,
				b: netip.AddrPortFrom(l.address.Advertised, addr.Port()), text: s.iface.Name})
		}
	}
}

// commanded records a command.
func (c *Call) commanded(req *ng.Request) {
	var about []string
	for _, v := range []struct {
		name string
		ng.Text
	}{{"from-tag", req.FromTag}, {"to-tag", req.ToTag}, {"label", req.Label}, {"address", req.Address}} {
		if v.Value != "" {
			about = append(about, fmt.Sprintf("%s %s", v.name, v.Value))
		}
	}
	text := req.Command.Value
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	c.event(nil, nil, event{kind: evCommand, text: text})
}

// eventAt records something that happened earlier.
func (c *Call) eventAt(when time.Time, m *Media, e event) {
	c.eventOf(m.subject(), when, e)
}
