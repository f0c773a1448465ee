package e2e

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/sip"
)

// burst is the number of RTP packets that a telephone sends at a time.
const burst = 40

// side is one of the two networks.
type side struct {
	ns  *lab.Netns
	net string // "203.0.113."
	sbc string // the host's address there
}

// scene is one call scenario in a laboratory: a caller on one side, gateways
// on the other.
type scene struct {
	*testing.T
	lab      *lab.Lab
	from, to side
	parties  []*party
	medias   []*phone.Media
	// warnings are the replies with a warning that the scenario expects.
	warnings int
	// refusals are the replies with an error that the scenario expects.
	refusals int
}

// party is a telephone or gateway with its call.
type party struct {
	*sip.Agent
	*sip.Call
	media  *phone.Media
	s      *scene
	invite *sip.Message // the last one received
}

func sides(l *lab.Lab, privateCalls bool) (from, to side) {
	from = side{l.Public, "203.0.113.", lab.PublicIP}
	to = side{l.Private, "192.0.2.", lab.PrivateIP}
	if privateCalls {
		from, to = to, from
	}
	return from, to
}

func (s *scene) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// caller is a telephone on the calling side.
func (s *scene) caller(kinds ...string) *party {
	s.Helper()
	p := s.party(s.from, 21, 0, kinds...)
	p.media.Wanted = netip.MustParseAddr(s.from.sbc)
	return p
}

// gateway is the n-th gateway of the called side, from 1.
func (s *scene) gateway(n int, kinds ...string) *party {
	s.Helper()
	p := s.party(s.to, 10+n, 0, kinds...)
	p.media.Wanted = s.offered()
	return p
}

// offered is the address that the called side is shown in the first offer.
// With one direction that names the caller's side, as the reference takes it,
// and the called side gets the relay's first interface.
func (s *scene) offered() netip.Addr {
	if s.lab.Config.TwoDirections {
		return netip.MustParseAddr(s.to.sbc)
	}
	return netip.MustParseAddr(s.lab.Config.FirstIP())
}

// anyAddress lets the SDPs to this party name either address of the host. When
// Kamailio names one direction in requests it is the sender's one, and which
// interface the other side keeps is the relay's affair.
func (p *party) anyAddress() {
	if !p.s.lab.Config.TwoDirections {
		p.media.Wanted = netip.Addr{}
	}
}

func (s *scene) party(at side, host, mediaPort int, kinds ...string) *party {
	s.Helper()
	ip := fmt.Sprintf("%s%d", at.net, host)
	var conn *net.UDPConn
	s.ok(at.ns.Do(func() (err error) {
		conn, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip), Port: lab.SIPPort})
		return err
	}))
	p := &party{Agent: sip.NewAgent(conn, netip.AddrPortFrom(netip.MustParseAddr(at.sbc), lab.SIPPort)), s: s}
	s.parties = append(s.parties, p)
	p.media = s.ends(at, host, mediaPort, kinds...)
	return p
}

// ends are the sockets of a telephone; mediaPort 0 takes any.
func (s *scene) ends(at side, host, mediaPort int, kinds ...string) *phone.Media {
	s.Helper()
	if len(kinds) == 0 {
		kinds = []string{"audio"}
	}
	m, err := phone.New(at.ns, fmt.Sprintf("%s%d", at.net, host), mediaPort, kinds...)
	s.ok(err)
	s.medias = append(s.medias, m)
	return m
}

// dial sends an INVITE with an offer.
func (p *party) dial(number string) {
	p.s.Helper()
	call, err := p.Invite(number, p.media.Offer())
	p.s.ok(err)
	p.Call = call
}

// accept waits for an INVITE.
func (p *party) accept() {
	p.s.Helper()
	call, err := p.Agent.Accept()
	p.s.ok(err)
	p.Call = call
	p.take("INVITE")
}

// take waits for a request.
func (p *party) take(method string) *sip.Message {
	p.s.Helper()
	m, err := p.Call.Request(method)
	p.s.ok(err)
	if method == "INVITE" {
		p.invite = m
	}
	return m
}

// reply answers the last INVITE without a body.
func (p *party) reply(status int) {
	p.s.Helper()
	p.s.ok(p.Respond(p.invite, status, "E2E", ""))
}

// answer answers the last INVITE with an SDP answer to its offer.
func (p *party) answer(status int) {
	p.s.Helper()
	body, err := p.media.Answer(p.invite.Body)
	p.s.ok(err)
	p.s.ok(p.Respond(p.invite, status, "E2E", body))
}

// wait waits for a response and takes the SDP it may carry.
func (p *party) wait(status int) *sip.Message {
	p.s.Helper()
	m, err := p.Response(status)
	p.s.ok(err)
	if m.Body != "" {
		p.s.ok(p.media.TakeAnswer(m.Body))
	}
	return m
}

// connect takes a call from the INVITE to the ACK.
func connect(a, b *party) {
	a.s.Helper()
	a.dial("100")
	b.accept()
	finish(a, b)
}

// finish takes an INVITE that b has received to its ACK.
func finish(a, b *party) {
	a.s.Helper()
	b.answer(200)
	a.wait(200)
	a.s.ok(a.Ack(""))
	b.take("ACK")
}

// reinvite negotiates anew from either side.
func reinvite(a, b *party) {
	a.s.Helper()
	a.s.ok(a.Send("INVITE", a.media.Offer()))
	b.take("INVITE")
	finish(a, b)
}

// talk exchanges media in both directions.
func talk(a, b *party) {
	a.s.Helper()
	a.s.ok(phone.Exchange(burst, phone.Both(a.media, b.media)...))
}

// hangUp ends the call from the first party's side.
func hangUp(a, b *party) {
	a.s.Helper()
	a.s.ok(a.Send("BYE", ""))
	bye := b.take("BYE")
	a.s.ok(b.Respond(bye, 200, "OK", ""))
	a.wait(200)
}

// close checks that nothing remains: no call in the relay or in Kamailio's
// module, no port, no packet that nobody waited for, no refused command.
func (s *scene) close(ports int) {
	l := s.lab
	for _, p := range s.parties {
		p.Agent.Close()
	}
	if err := lab.Eventually(3*time.Second, func() error { return clean(l, ports) }); err != nil {
		s.Error(err)
	}
	for _, m := range s.medias {
		defer m.Close()
		for _, e := range m.Ends {
			if rest := e.Take(); len(rest) > 0 {
				s.Errorf("%s: %d more packets than sent, the first from %s", e.Local(), len(rest), rest[0].From)
			}
		}
	}
	warnings, refusals := 0, 0
	for _, e := range l.Tap.Exchanges("") {
		if e.Reply["warning"] != nil {
			warnings++
		}
		if r := e.Reply["result"]; r != "ok" && r != "pong" {
			refusals++
		}
	}
	if warnings != s.warnings || refusals != s.refusals {
		s.Errorf("%d replies with a warning and %d errors, expected %d and %d", warnings, refusals, s.warnings, s.refusals)
	}
	if s.Failed() {
		s.dump()
	}
	l.Tap.Forget()
}

func clean(l *lab.Lab, ports int) error {
	if ended, err := l.Relay.Exited(); ended {
		return lab.Fatal(fmt.Errorf("the relay died: %v", err))
	}
	calls, err := l.NG.Calls()
	if err != nil || len(calls) > 0 {
		return fmt.Errorf("calls remain in the relay: %v %v", calls, err)
	}
	if n, err := l.MediaPorts(); err != nil || n != ports {
		return fmt.Errorf("%d sockets in the port range, %d at the start, %v", n, ports, err)
	}
	if total, err := l.HashTotal(); err != nil || total != "0" {
		return fmt.Errorf("kamailio's module remembers %s calls, %v", total, err)
	}
	return nil
}

// dump shows what Kamailio and the relay said to each other.
func (s *scene) dump() {
	for _, e := range s.lab.Tap.Exchanges("") {
		for _, m := range []map[string]any{e.Request, e.Reply} {
			text := ""
			for _, k := range slices.Sorted(maps.Keys(m)) {
				text += fmt.Sprintf(" %s=%q", k, fmt.Sprint(m[k]))
			}
			s.Logf("%s asked %d answered %d:%s", e.Cookie, e.Asked, e.Answered, text)
		}
	}
	s.Logf("relay:\n%s", s.lab.Relay.LogTail(40, "'list'"))
	s.Logf("kamailio:\n%s", s.lab.Kamailio.LogTail(15, "INFO"))
}
