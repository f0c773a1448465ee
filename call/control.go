package call

import (
	"net/netip"

	"rtpgo/ng"
)

// controlCommands block, silence and their opposites.
var controlCommands = map[string]command{
	"block media":     control(needParty, func(b *blocks) { b.media = true }),
	"unblock media":   control(needParty, func(b *blocks) { b.media = false }),
	"silence media":   control(needParty, func(b *blocks) { b.silence = true }),
	"unsilence media": control(needParty, func(b *blocks) { b.silence = false }),
	"block DTMF":      control(anyParty, func(b *blocks) { b.dtmf = true }),
	"unblock DTMF":    control(anyParty, func(b *blocks) { b.dtmf = false }),
}

// needParty commands refuse an unknown from-tag, anyParty ones accept it.
const (
	needParty = true
	anyParty  = false
)

func control(strict bool, set func(*blocks)) command {
	return func(r *Registry, req *ng.Request) (ng.Dict, error) {
		if !req.CallID.Set {
			return nil, errReply("No call-id in message")
		}
		c := r.lookup(req.CallID.Value)
		if c == nil {
			return nil, errReply("Unknown call-ID")
		}
		defer c.mu.Unlock()
		if err := c.control(req, strict, set); err != nil {
			return nil, err
		}
		c.installFlows()
		return ng.Dict{{Key: "result", Value: "ok"}}, nil
	}
}

// control applies a block to what the request selects: the whole call, one
// party, or what one party sends to another.
func (c *Call) control(req *ng.Request, strict bool, set func(*blocks)) error {
	p, err := c.selectParty(req)
	if err != nil {
		if strict {
			return err
		}
		p = nil
	}
	switch {
	case p != nil:
		if req.SetLabel.Set {
			p.label = req.SetLabel.Value
		}
		set(&p.blocks)
	case err == nil:
		set(&c.blocks)
		for _, q := range c.parties {
			set(&q.blocks)
		}
	}
	return nil
}

// selectParty finds the party that a request names by tag, label or address;
// nil without an error when it names none.
func (c *Call) selectParty(req *ng.Request) (*Party, error) {
	switch {
	case req.Flags.All || req.All.Value == "all":
		return nil, nil
	case req.Label.Set:
		for _, p := range c.parties {
			if p.label == req.Label.Value && p.label != "" {
				return p, nil
			}
		}
		return nil, errReply("No monologue matching the given label")
	case req.Address.Set:
		return c.partyAt(req.Address.Value)
	case req.FromTag.Value != "":
		if p := c.party(req.FromTag.Value); p != nil {
			return p, nil
		}
		return nil, errReply("From-tag given, but no such tag exists")
	}
	return nil, nil
}

func (c *Call) partyAt(text string) (*Party, error) {
	addr, err := netip.ParseAddr(text)
	if err == nil {
		for _, p := range c.parties {
			for _, m := range p.medias {
				if m.streams[rtp].endpoint.Addr() == addr {
					return p, nil
				}
			}
		}
	}
	return nil, errReply("Failed to match address to any tag")
}
