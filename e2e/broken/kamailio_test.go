package broken

import (
	"net/netip"
	"testing"

	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// kamailioRows are calls through Kamailio, one after the other, as they all go
// to the first gateway.
var kamailioRows = []struct {
	name         string
	play         func(a, b *play.Party)
	fromA, fromB want
}{
	{"silent_caller", func(a, b *play.Party) {
		play.Connect(a, b)
		fine(a, send(b, a))
		play.HangUp(b, a)
	}, want{"silent-sender", "A"}, healthy},
	{"private_address", func(a, b *play.Party) {
		a.Media.Ends[0].Advertised = netip.AddrPortFrom(netip.MustParseAddr(behindNAT), 4000)
		play.Connect(a, b)
		fine(a, send(b, a))
		play.HangUp(b, a)
	}, want{"silent-sender", "A"}, want{"private-address", "A"}},
	{"not_answered", func(a, b *play.Party) {
		a.Dial("100")
		b.Accept()
		b.Reply(180)
		a.Wait(180)
		fine(a, a.Cancel())
		fine(a, b.Respond(b.Take("CANCEL"), 200, "OK", ""))
		b.Reply(487)
		a.Wait(487)
		b.Take("ACK")
	}, want{"not-answered", ""}, nothing},
}

func fine(p *play.Party, err error) {
	p.Judge.Helper()
	if err != nil {
		p.Judge.Fatal(err)
	}
}

// send has a party send for longer than it takes to miss the other one.
func send(from, to *play.Party) error {
	_, err := phone.Send(talkLong, phone.OneWay(from.Media, to.Media)...)
	return err
}

// talkLong is a number of packets that takes six seconds.
const talkLong = 600

func throughKamailio(t *testing.T, b *bench) {
	t.Parallel()
	public, private := b.sides()
	for _, r := range kamailioRows {
		t.Run(r.name, func(t *testing.T) {
			party := func(at play.Side, host int) *play.Party {
				m, err := phone.New(at.Netns, at.IP(host), 0, "audio")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(m.Close)
				p := play.NewParty(t, at, host, m)
				t.Cleanup(func() { p.Agent.Close() })
				return p
			}
			caller, gateway := party(public, 21), party(private, 11)
			r.play(caller, gateway)
			b.expect(t, caller.ID, "ended", wants{[2]string{caller.LocalTag(), gateway.LocalTag()}, r.fromA, r.fromB})
		})
	}
}
