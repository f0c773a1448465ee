package e2e

import (
	"io/fs"
	"net/netip"
	"testing"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// sipp places calls by SIPp, has their media played, and waits for their end.
func sipp(s *scene, p *play.SIPp, talk func()) {
	var err error
	p.Scenarios, err = fs.Sub(Testdata, "testdata/sipp")
	s.ok(err)
	defer func() {
		if n := p.End(); n > 0 {
			s.Errorf("%d more packets than sent", n)
		}
	}()
	s.ok(p.Start(s.lab, s.from, s.to))
	want := netip.MustParseAddr(s.from.SBC)
	for _, c := range p.Pairs {
		if got := c[0].Remote.RTP.Addr(); got != want {
			s.Fatalf("the caller was told %s, not %s", got, want)
		}
		if got := c[1].Remote.RTP.Addr(); got != s.offered() {
			s.Fatalf("the gateway was told %s, not %s", got, s.offered())
		}
	}
	talk()
	s.ok(p.HangUp())
	s.ok(p.Wait())
}

// TestSIPp places calls by SIPp, with media by our own ends.
func TestSIPp(t *testing.T) {
	t.Parallel()
	b := newBench(t, lab.Config{TwoDirections: true})
	for _, privateCalls := range []bool{false, true} {
		side := map[bool]string{false: "/public_calls", true: "/private_calls"}[privateCalls]
		b.run(t, "basic"+side, privateCalls, func(s *scene) {
			p := &play.SIPp{UAC: "uac", UAS: "uas", Calls: 1}
			sipp(s, p, func() { s.ok(phone.Exchange(burst, p.Flows(true, true)...)) })
		})
		b.run(t, "early_media"+side, privateCalls, func(s *scene) {
			p := &play.SIPp{UAC: "uac", UAS: "uas_early", Calls: 1}
			sipp(s, p, func() {
				s.ok(phone.Exchange(burst, p.Flows(false, true)...))
				s.ok(p.PickUp())
				s.ok(phone.Exchange(burst, p.Flows(true, true)...))
			})
		})
		b.run(t, "cancel"+side, privateCalls, func(s *scene) {
			p := &play.SIPp{UAC: "uac_cancel", UAS: "uas_cancel", Calls: 1}
			sipp(s, p, func() { s.ok(phone.Exchange(burst, p.Flows(false, true)...)) })
		})
	}
	b.run(t, "100_calls", false, func(s *scene) {
		p := &play.SIPp{UAC: "uac", UAS: "uas", Calls: 100}
		sipp(s, p, func() { s.ok(phone.Exchange(burst, p.Flows(true, true)...)) })
	})
}
