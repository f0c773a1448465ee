// Package play gives the actors of the end-to-end scenarios: telephones and
// gateways with their calls and media, and SIPp.
package play

import (
	"fmt"
	"net"
	"net/netip"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/sip"
)

// Judge takes the failure that ends a scenario; *testing.T is one.
type Judge interface {
	Helper()
	Fatal(args ...any)
}

// ok ends the scenario on an error.
func ok(j Judge, err error) {
	j.Helper()
	if err != nil {
		j.Fatal(err)
	}
}

// Side is one of the two networks.
type Side struct {
	Netns *lab.Netns
	Net   string // "203.0.113."
	SBC   string // the host's address there
}

// Sides gives the caller's and the called side.
func Sides(l *lab.Lab, privateCalls bool) (from, to Side) {
	from = Side{l.Public, "203.0.113.", lab.PublicIP}
	to = Side{l.Private, "192.0.2.", lab.PrivateIP}
	if privateCalls {
		from, to = to, from
	}
	return from, to
}

// IP is the address of a host on this side.
func (at Side) IP(host int) string { return fmt.Sprintf("%s%d", at.Net, host) }

// Party is a telephone or gateway with its call.
type Party struct {
	*sip.Agent
	*sip.Call
	Media *phone.Media
	// Invited is the last INVITE received.
	Invited *sip.Message
	// Judge is told of failures.
	Judge Judge
}

// NewParty opens a telephone's SIP port; the media are the caller's to close.
func NewParty(j Judge, at Side, host int, media *phone.Media) *Party {
	j.Helper()
	var conn *net.UDPConn
	ok(j, at.Netns.Do(func() (err error) {
		conn, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(at.IP(host)), Port: lab.SIPPort})
		return err
	}))
	proxy := netip.AddrPortFrom(netip.MustParseAddr(at.SBC), lab.SIPPort)
	return &Party{Agent: sip.NewAgent(conn, proxy), Media: media, Judge: j}
}

// Dial sends an INVITE with an offer.
func (p *Party) Dial(number string) {
	p.Judge.Helper()
	call, err := p.Invite(number, p.Media.Offer())
	ok(p.Judge, err)
	p.Call = call
}

// Accept waits for an INVITE.
func (p *Party) Accept() {
	p.Judge.Helper()
	call, err := p.Agent.Accept()
	ok(p.Judge, err)
	p.Call = call
	p.Take("INVITE")
}

// Take waits for a request.
func (p *Party) Take(method string) *sip.Message {
	p.Judge.Helper()
	m, err := p.Call.Request(method)
	ok(p.Judge, err)
	if method == "INVITE" {
		p.Invited = m
	}
	return m
}

// Reply answers the last INVITE without a body.
func (p *Party) Reply(status int) {
	p.Judge.Helper()
	ok(p.Judge, p.Respond(p.Invited, status, "E2E", ""))
}

// Answer answers the last INVITE with an SDP answer to its offer.
func (p *Party) Answer(status int) {
	p.Judge.Helper()
	body, err := p.Media.Answer(p.Invited.Body)
	ok(p.Judge, err)
	ok(p.Judge, p.Respond(p.Invited, status, "E2E", body))
}

// Wait waits for a response and takes the SDP it may carry.
func (p *Party) Wait(status int) *sip.Message {
	p.Judge.Helper()
	m, err := p.Response(status)
	ok(p.Judge, err)
	if m.Body != "" {
		ok(p.Judge, p.Media.TakeAnswer(m.Body))
	}
	return m
}

// Connect takes a call from the INVITE to the ACK.
func Connect(a, b *Party) {
	a.Judge.Helper()
	a.Dial("100")
	b.Accept()
	Finish(a, b)
}

// Finish takes an INVITE that b has received to its ACK.
func Finish(a, b *Party) {
	a.Judge.Helper()
	b.Answer(200)
	a.Wait(200)
	ok(a.Judge, a.Ack(""))
	b.Take("ACK")
}

// Reinvite negotiates anew from either side.
func Reinvite(a, b *Party) {
	a.Judge.Helper()
	ok(a.Judge, a.Send("INVITE", a.Media.Offer()))
	b.Take("INVITE")
	Finish(a, b)
}

// HangUp ends the call from the first party's side.
func HangUp(a, b *Party) {
	a.Judge.Helper()
	ok(a.Judge, a.Send("BYE", ""))
	ok(a.Judge, b.Respond(b.Take("BYE"), 200, "OK", ""))
	a.Wait(200)
}
