package sip

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Call is one dialog, seen from one of its ends. Its methods are meant for one
// goroutine.
type Call struct {
	ID string

	agent         *Agent
	local, remote string // From and To, as this end writes them
	target        string
	routes        []string
	cseq          int
	invite        *Message // the last one sent
	seen          map[string]bool
	inbox         chan *Message
	waiting       []*Message
}

func newCall(a *Agent, id string) *Call {
	return &Call{ID: id, agent: a, seen: map[string]bool{}, inbox: make(chan *Message, 256)}
}

// Invite begins a call to a number behind the proxy.
func (a *Agent) Invite(number, body string) (*Call, error) {
	c := newCall(a, Token()+"@e2e")
	c.target = fmt.Sprintf("sip:%s@%s", number, a.Proxy)
	c.local = fmt.Sprintf("<sip:caller@%s>;tag=%s", a.Addr.Addr(), Token())
	c.remote = fmt.Sprintf("<sip:%s@%s>", number, a.Proxy.Addr())
	a.mu.Lock()
	a.calls[c.ID] = c
	a.mu.Unlock()
	return c, c.Send("INVITE", body)
}

// accept takes the dialog's state from the INVITE that began it.
func (c *Call) accept(m *Message) {
	c.local = m.Get("To") + ";tag=" + Token()
	c.remote = m.Get("From")
	c.target = address(m.Get("Contact"))
	c.routes = m.All("Record-Route")
}

// LocalTag and RemoteTag are the tags of the two ends.
func (c *Call) LocalTag() string { return param(c.local, "tag") }

// RemoteTag is the other end's tag, "" before its first response.
func (c *Call) RemoteTag() string { return param(c.remote, "tag") }

// remember says whether a message is new.
func (c *Call) remember(m *Message) bool {
	number, method := m.cseq()
	key := m.Method + strconv.Itoa(m.Status) + " " + number + method + m.branch() + param(m.Get("To"), "tag")
	if c.seen[key] {
		return false
	}
	c.seen[key] = true
	return true
}

// Send sends a request of this dialog.
func (c *Call) Send(method, body string) error {
	if method != "ACK" && method != "CANCEL" {
		c.cseq++
	}
	m := c.request(method, "z9hG4bK"+Token(), body)
	if method == "INVITE" {
		c.invite = m
	}
	// Every dialog here is record-routed, so the next hop is always the proxy.
	return c.agent.send(m, c.agent.Proxy)
}

func (c *Call) request(method, branch, body string) *Message {
	m := &Message{Method: method, URI: c.target, Body: body}
	m.Add("Via", fmt.Sprintf("SIP/2.0/UDP %s;branch=%s", c.agent.Addr, branch))
	m.Add("Max-Forwards", "70")
	for _, r := range c.routes {
		m.Add("Route", r)
	}
	m.Add("From", c.local)
	m.Add("To", c.remote)
	m.Add("Call-ID", c.ID)
	m.Add("CSeq", fmt.Sprintf("%d %s", c.cseq, method))
	m.Add("Contact", fmt.Sprintf("<sip:ua@%s>", c.agent.Addr))
	return m
}

// Ack acknowledges the 2xx of the last INVITE.
func (c *Call) Ack(body string) error { return c.Send("ACK", body) }

// Cancel takes the last INVITE back (RFC 3261 section 9.1).
func (c *Call) Cancel() error {
	m := c.request("CANCEL", c.invite.branch(), "")
	m.URI = c.invite.URI
	m.Headers = slices.DeleteFunc(m.Headers, func(h Header) bool { return h.Name == "Contact" })
	return c.agent.send(m, c.agent.Proxy)
}

// ackFailure acknowledges a response of 300 or above (section 17.1.1.3).
func (c *Call) ackFailure(m *Message) error {
	ack := c.request("ACK", m.branch(), "")
	ack.URI = c.invite.URI
	for i, h := range ack.Headers {
		if h.Name == "To" {
			ack.Headers[i].Value = m.Get("To")
		}
	}
	return c.agent.send(ack, c.agent.Proxy)
}

// Respond answers a request.
func (c *Call) Respond(to *Message, status int, reason, body string) error {
	m := &Message{Status: status, Reason: reason, Body: body}
	for _, h := range to.Headers {
		switch h.Name {
		case "Via", "Record-Route", "From", "Call-ID", "CSeq":
			m.Headers = append(m.Headers, h)
		}
	}
	m.Add("To", c.local)
	m.Add("Contact", fmt.Sprintf("<sip:ua@%s>", c.agent.Addr))
	return c.agent.send(m, c.agent.Proxy)
}

// Response waits for a response to the last request with this status. Lesser
// provisional ones are passed over; any other final one is an error. Failures
// of an INVITE are acknowledged.
func (c *Call) Response(status int) (*Message, error) {
	for {
		m, err := c.next(fmt.Sprintf("%d", status), func(m *Message) bool {
			number, _ := m.cseq()
			return m.Status > 0 && number == strconv.Itoa(c.cseq)
		})
		if err != nil {
			return nil, err
		}
		_, method := m.cseq()
		if method == "INVITE" && m.Status > 100 {
			c.learn(m)
			if m.Status >= 300 {
				if err := c.ackFailure(m); err != nil {
					return nil, err
				}
			}
		}
		switch {
		case m.Status == status:
			return m, nil
		case m.Status < 200:
		case method == "CANCEL":
			// Answered hop by hop; the INVITE's end is what counts.
		default:
			return nil, fmt.Errorf("%s: waited for %d, got %s", c.agent.Addr, status, m)
		}
	}
}

// learn takes the route set and target from a response that makes a dialog.
func (c *Call) learn(m *Message) {
	if m.Status >= 300 {
		return
	}
	if tag := param(m.Get("To"), "tag"); tag != "" {
		c.remote = m.Get("To")
	}
	if contact := m.Get("Contact"); contact != "" {
		c.target = address(contact)
	}
	if routes := m.All("Record-Route"); len(routes) > 0 && c.invite != nil && c.invite.Get("Route") == "" {
		slices.Reverse(routes)
		c.routes = routes
	}
}

// Request waits for a request of this method.
func (c *Call) Request(method string) (*Message, error) {
	return c.next(method, func(m *Message) bool { return m.Method == method })
}

// next takes the first message that fits, those that came before included.
func (c *Call) next(what string, fits func(*Message) bool) (*Message, error) {
	deadline := time.After(Limit)
	for i, r := range c.waiting {
		if fits(r) {
			c.waiting = slices.Delete(c.waiting, i, i+1)
			return r, nil
		}
	}
	for {
		select {
		case r := <-c.inbox:
			if fits(r) {
				return r, nil
			}
			c.waiting = append(c.waiting, r)
		case <-deadline:
			return nil, fmt.Errorf("%s: no %s in call %s; waiting: %v", c.agent.Addr, what, c.ID, c.waiting)
		}
	}
}
