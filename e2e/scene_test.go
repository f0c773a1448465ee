package e2e

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// burst is the number of RTP packets that a telephone sends at a time.
const burst = 40

// scene is one call scenario in a laboratory: a caller on one side, gateways
// on the other.
type scene struct {
	*testing.T
	lab      *lab.Lab
	from, to play.Side
	parties  []*play.Party
	medias   []*phone.Media
	// warnings are the replies with a warning that the scenario expects.
	warnings int
	// refusals are the replies with an error that the scenario expects.
	refusals int
}

func (s *scene) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// caller is a telephone on the calling side.
func (s *scene) caller(kinds ...string) *play.Party {
	s.Helper()
	p := s.party(s.from, 21, 0, kinds...)
	p.Media.Wanted = netip.MustParseAddr(s.from.SBC)
	return p
}

// gateway is the n-th gateway of the called side, from 1.
func (s *scene) gateway(n int, kinds ...string) *play.Party {
	s.Helper()
	p := s.party(s.to, 10+n, 0, kinds...)
	p.Media.Wanted = s.offered()
	return p
}

// offered is the address that the called side is shown in the first offer.
// With one direction that names the caller's side, as the reference takes it,
// and the called side gets the relay's first interface.
func (s *scene) offered() netip.Addr {
	if s.lab.Config.TwoDirections {
		return netip.MustParseAddr(s.to.SBC)
	}
	return netip.MustParseAddr(s.lab.Config.FirstIP())
}

// anyAddress lets the SDPs to a party name either address of the host. When
// Kamailio names one direction in requests it is the sender's one, and which
// interface the other side keeps is the relay's affair.
func (s *scene) anyAddress(parties ...*play.Party) {
	for _, p := range parties {
		if !s.lab.Config.TwoDirections {
			p.Media.Wanted = netip.Addr{}
		}
	}
}

// party opens a telephone; mediaPort 0 takes any.
func (s *scene) party(at play.Side, host, mediaPort int, kinds ...string) *play.Party {
	s.Helper()
	p := play.NewParty(s, at, host, s.ends(at, host, mediaPort, kinds...))
	s.parties = append(s.parties, p)
	return p
}

// ends are the sockets of a telephone; mediaPort 0 takes any.
func (s *scene) ends(at play.Side, host, mediaPort int, kinds ...string) *phone.Media {
	s.Helper()
	if len(kinds) == 0 {
		kinds = []string{"audio"}
	}
	m, err := phone.New(at.Netns, at.IP(host), mediaPort, kinds...)
	s.ok(err)
	s.medias = append(s.medias, m)
	return m
}

// talk exchanges media in both directions.
func talk(a, b *play.Party) {
	s := a.Judge.(*scene)
	s.Helper()
	s.ok(phone.Exchange(burst, phone.Both(a.Media, b.Media)...))
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
	s.faultless()
	if s.Failed() {
		s.dump()
	}
	l.Tap.Forget()
}

// faultless checks that the relay finds no fault with the scenario's calls,
// which it remembers for a while.
func (s *scene) faultless() {
	seen := map[string]bool{}
	for _, x := range s.lab.Tap.Exchanges("") {
		id := x.CallID()
		if x.Command() != "offer" || seen[id] {
			continue
		}
		seen[id] = true
		e, err := s.lab.NG.Explain(id)
		if errors.Is(err, lab.ErrNoExplain) {
			return // another relay
		}
		if err == nil && e.State != "ended" {
			err = fmt.Errorf("call %s is %s", id, e.State)
		}
		if err != nil {
			s.Error(err)
			continue
		}
		for _, v := range e.Verdicts {
			if v.Fault {
				s.Errorf("explain %s: from %s, section %d: %s: %s %s", id, v.From, v.Media, v.Verdict, v.Text, v.Check)
			}
		}
	}
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
	if n, err := l.NG.PortsTaken(); err != nil || n != 0 {
		return fmt.Errorf("the relay says that %d ports are in use, %v", n, err)
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
	s.Logf("relay:\n%s", s.lab.Relay.LogTail(40, "'list'", "only one direction="))
	s.Logf("kamailio:\n%s", s.lab.Kamailio.LogTail(15, "INFO"))
}
