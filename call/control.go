package call

import (
	"net/netip"

	"go.uber.org/zap"

	"rtpgo/ng"
)

// controlCommands block, silence and their opposites.
var controlCommands = map[string]command{
	"block media":     control(wholeMedia, func(b *blocks) { b.media = true }),
	"unblock media":   control(wholeMedia, func(b *blocks) { b.media = false }),
	"silence media":   control(wholeMedia, func(b *blocks) { b.silence = true }),
	"unsilence media": control(wholeMedia, func(b *blocks) { b.silence = false }),
	"block DTMF":      control(dtmfOnly, func(b *blocks) { b.dtmf = true }),
	"unblock DTMF":    control(dtmfOnly, func(b *blocks) { b.dtmf = false }),
	// PCM goes to the server of tcp-send-to or tls-send-to. There is none, so
	// that nothing starts, which isn't an error, and stopping always succeeds.
	"start forwarding": startForwarding,
	"stop forwarding":  nothingForwarded,
}

// What a command is about: DTMF commands accept an unknown from-tag, the
// others refuse it.
const (
	wholeMedia = true
	dtmfOnly   = false
)

var nothingForwarded = control(dtmfOnly, func(*blocks) {})

func startForwarding(r *Registry, req *ng.Request) (ng.Dict, error) {
	reply, err := nothingForwarded(r, req)
	if err == nil {
		r.Log.Warn("nothing is forwarded: sending PCM to a server isn't built",
			zap.String("call", req.CallID.Value), zap.String("command", req.Command.Value))
	}
	return reply, err
}

func control(needTag bool, set func(*blocks)) command {
	return func(r *Registry, req *ng.Request) (ng.Dict, error) {
		if !req.CallID.Set {
			return nil, errReply("No call-id in message")
		}
		c := r.lookup(req.CallID.Value)
		if c == nil {
			return nil, errReply("Unknown call-ID")
		}
		defer c.mu.Unlock()
		if err := c.control(req, needTag, set); err != nil {
			return nil, err
		}
		c.installFlows()
		c.commanded(req)
		return ng.Dict{{Key: "result", Value: "ok"}}, nil
	}
}

// control applies a block to what the request selects: the whole call, one
// party, or what one party sends to another.
func (c *Call) control(req *ng.Request, needTag bool, set func(*blocks)) error {
	p, err := c.selectParty(req)
	if err != nil {
		return err
	}
	if p == nil && req.FromTag.Value != "" && needTag && !allSelected(req) {
		return errReply("From-tag given, but no such tag exists")
	}
	if needTag && (req.All.Value == "except-offer-answer" || req.All.Value == "flows") {
		// Every flow of ours is one of offer and answer.
		return errReply("No eligible media subscriptions found")
	}
	if p == nil {
		set(&c.blocks)
		for _, q := range c.parties {
			set(&q.blocks)
		}
		return nil
	}
	if err := c.checkFlow(p, req); err != nil {
		return err
	}
	if req.SetLabel.Set {
		p.label = req.SetLabel.Value
	}
	set(&p.blocks)
	return nil
}

// checkFlow refuses a receiving side that doesn't get p's media. In a dialogue
// of two parties naming both is the same as naming the sender.
func (c *Call) checkFlow(p *Party, req *ng.Request) error {
	var to *Party
	switch {
	case req.ToTag.Value != "":
		to = c.party(req.ToTag.Value)
	case req.ToLabel.Set:
		to = c.labelled(req.ToLabel.Value)
	default:
		return nil
	}
	if to == nil {
		return errReply("Media flow not found (to-tag not found)")
	}
	if to != p.peer() {
		return errReply("Media flow not found (to-tag not subscribed)")
	}
	return nil
}

func allSelected(req *ng.Request) bool { return req.Flags.All || req.All.Value == "all" }

func (c *Call) labelled(label string) *Party {
	for _, p := range c.parties {
		if p.label == label && label != "" {
			return p
		}
	}
	return nil
}

// selectParty finds the party that a request names by label, address or tag;
// nil when it names none that exists.
func (c *Call) selectParty(req *ng.Request) (*Party, error) {
	switch {
	case allSelected(req):
		return nil, nil
	case req.Label.Set:
		if p := c.labelled(req.Label.Value); p != nil {
			return p, nil
		}
		return nil, errReply("No monologue matching the given label")
	case req.Address.Set:
		return c.partyAt(req.Address.Value)
	}
	return c.party(req.FromTag.Value), nil
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
