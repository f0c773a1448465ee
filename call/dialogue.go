package call

import (
	"strings"

	"rtpgo/ng"
)

// offerParties finds or creates the two sides of an offer: the sender is the
// from-tag's party, the receiver that of the to-tag, of the via-branch, or the
// one the sender is already in a dialogue with.
func (c *Call) offerParties(req *ng.Request) (sender, receiver *Party, err error) {
	sender = c.party(req.FromTag.Value)
	if sender == nil {
		if sender, err = c.newParty(req.FromTag.Value); err != nil {
			return nil, nil, err
		}
	}
	receiver = c.offerReceiver(sender, req)
	if receiver == nil {
		if receiver, err = c.newParty(req.ToTag.Value); err != nil {
			return nil, nil, err
		}
		receiver.viaBranch = req.ViaBranch.Value
	}
	sender.subscribe(receiver)
	return sender, receiver, nil
}

func (c *Call) offerReceiver(sender *Party, req *ng.Request) *Party {
	if to := req.ToTag.Value; to != "" {
		if p := c.party(to); p != nil && p != sender {
			return p
		}
		// The other side is known by another tag, or not by any yet.
		if p := sender.peer(); p != nil && p.tag == "" && branchFits(p, req) {
			c.setTag(p, to)
			return p
		}
		return nil
	}
	if b := req.ViaBranch.Value; b != "" {
		if p := c.byBranch(b); p != nil && p != sender {
			return p
		}
		return nil
	}
	if p := sender.peer(); p != nil {
		return p
	}
	return nil
}

func branchFits(p *Party, req *ng.Request) bool {
	return p.viaBranch == "" || !req.ViaBranch.Set || p.viaBranch == req.ViaBranch.Value
}

// answerParties finds the two sides of an answer: the sender is the to-tag's
// party, the receiver (who made the offer) that of the from-tag.
func (c *Call) answerParties(req *ng.Request) (sender, receiver *Party, err error) {
	if req.FromTag.Value == req.ToTag.Value && req.FromTag.Value != "" {
		return nil, nil, errReply("Invalid dialogue association")
	}
	receiver = c.party(req.FromTag.Value)
	known := receiver != nil
	if !known {
		if receiver, err = c.newParty(""); err != nil {
			return nil, nil, err
		}
	}
	sender = c.answerSender(receiver, req)
	if sender == nil {
		if sender, err = c.newParty(req.ToTag.Value); err != nil {
			return nil, nil, err
		}
		sender.viaBranch = req.ViaBranch.Value
	}
	if sender == receiver {
		return nil, nil, errReply("Invalid dialogue association")
	}
	sender.final = finalResponse(req)
	sender.subscribe(receiver)
	return sender, receiver, nil
}

// finalResponse tells whether an answer came with a final SIP response: its
// to-tag stays that of its sender from then on, and an answer under another
// one is another party's.
func finalResponse(req *ng.Request) bool {
	if req.SIPCode < 200 {
		return false
	}
	switch strings.ToLower(req.SIPMessageType.Value) {
	case "sip-reply", "sip-response", "reply":
		return true
	}
	return false
}

func (c *Call) answerSender(receiver *Party, req *ng.Request) *Party {
	to := req.ToTag.Value
	if p := c.party(to); p != nil {
		return p
	}
	if p := c.byBranch(req.ViaBranch.Value); p != nil && p != receiver {
		c.setTag(p, to)
		return p
	}
	p := receiver.peer()
	if p == nil || (p.tag != "" && (req.Flags.NewBranch || (p.final && !req.Flags.Provisional))) {
		return nil
	}
	c.setTag(p, to)
	return p
}
