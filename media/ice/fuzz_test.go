package ice

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"rtpgo/media"
)

// rfc5769 is the sample request of RFC 5769 section 2.1: user "evtj:h6vY",
// password "VOkJxbRl1RmTxUk/WvJxBt".
const rfc5769 = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74" +
	"002400046e0001ff80290008932ff9b151263b36000600096576746a3a6836765920202000080014" +
	"9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"

func decodeHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRFC5769(t *testing.T) {
	var m message
	if err := m.decode(decodeHex(t, rfc5769)); err != nil {
		t.Fatal(err)
	}
	if string(m.username) != "evtj:h6vY" || m.priority != 0x6e0001ff || m.role != roleControlled || m.tieBreaker != 0x932ff9b151263b36 {
		t.Fatalf("%+v", m)
	}
	if !m.verify("VOkJxbRl1RmTxUk/WvJxBt") || m.verify("VOkJxbRl1RmTxUk/WvJxBu") {
		t.Fatal("integrity")
	}
}

// mute is a port that counts what is sent.
type mute struct{ sent int }

func (m *mute) Send([]byte, netip.AddrPort) error { m.sent++; return nil }

// fuzzAgent is one with the credentials of RFC 5769 and a check under way.
func fuzzAgent(x *Executor, out *mute) *Agent {
	a := x.NewAgent(Config{
		Locals:      []Local{{Component: RTP, Port: out, Address: ap(aAddr), Priority: 126<<24 | 65535<<8 | 255}},
		Credentials: Credentials{"evtj", "VOkJxbRl1RmTxUk/WvJxBt"}, Components: 1,
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.meet(a.current, &Remote{
		Credentials: Credentials{"h6vY", "peerpassword0123456789"},
		Candidates:  []Candidate{{Component: RTP, Address: ap(bAddr), Priority: 1 << 30}},
	}, time.Now())
	a.checkNext(time.Now())
	return a
}

// FuzzPassage holds a passage to passing on only what its sender has proved to
// send.
func FuzzPassage(f *testing.F) {
	for _, r := range []request{
		{username: "evtj:h6vY", pwd: "VOkJxbRl1RmTxUk/WvJxBt", priority: 1, role: roleControlling, tieBreaker: 1, useCandidate: true},
		{username: "evtj:x", pwd: "VOkJxbRl1RmTxUk/WvJxBt"},
		{username: "evtj:h6vY", pwd: "no"},
	} {
		f.Add(r.encode(stun.NewTransactionID()))
	}
	f.Add(encodeSuccess(stun.NewTransactionID(), ap(aAddr), "peerpassword0123456789"))
	f.Add(encodeError(stun.NewTransactionID(), stun.CodeRoleConflict, nil, "peerpassword0123456789"))
	f.Add([]byte{22, 254, 253, 0})
	x := NewExecutor()
	f.Cleanup(x.Close)
	from := Credentials{"h6vY", "peerpassword0123456789"}
	to := Credentials{"evtj", "VOkJxbRl1RmTxUk/WvJxBt"}
	f.Fuzz(func(t *testing.T, pkt []byte) {
		out := &outPort{}
		stream := media.NewStream(out)
		stream.SetRemote(ap(bAddr))
		learned := 0
		p := x.NewPassage(func(netip.AddrPort) { learned++ })
		p.Update(Hop{From: from, To: to, Out: stream})
		defer p.Close()
		var m message
		proved := m.decode(pkt) == nil && (m.verify(to.Pwd) || m.verify(from.Pwd))
		p.receive(passSTUN, ap(mallory), pkt, &m)
		if !proved && (out.sent > 0 || learned > 0) {
			t.Fatal("passed on without proof")
		}
	})
}

// outPort is a media port that counts what is sent.
type outPort struct{ mute }

func (*outPort) Local() netip.AddrPort { return netip.AddrPort{} }
func (*outPort) Install(*media.Flow)   {}
func (*outPort) Close() error          { return nil }

func FuzzInput(f *testing.F) {
	f.Add(decodeHex(f, rfc5769))
	for _, r := range []request{
		{username: "evtj:h6vY", pwd: "VOkJxbRl1RmTxUk/WvJxBt", priority: 1, role: roleControlling, tieBreaker: 1, useCandidate: true},
		{username: "evtj:x", pwd: "VOkJxbRl1RmTxUk/WvJxBt"},
		{username: "", pwd: "no"},
	} {
		f.Add(r.encode(stun.NewTransactionID()))
	}
	id := stun.NewTransactionID()
	f.Add(encodeSuccess(id, ap(aAddr), "peerpassword0123456789"))
	f.Add(encodeSuccess(id, ap("[2001:db8::1]:1"), "x"))
	f.Add(encodeError(id, stun.CodeRoleConflict, nil, "peerpassword0123456789"))
	f.Add(encodeError(id, stun.CodeUnknownAttribute, stun.UnknownAttributes{1, 2, 3}, ""))
	f.Add(encodeIndication())
	f.Add(stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername("evtj:h6vY"),
		stun.RawAttribute{Type: 0x7abc, Value: []byte{1}}, stun.NewShortTermIntegrity("VOkJxbRl1RmTxUk/WvJxBt")).Raw)
	f.Add([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42})
	x := NewExecutor()
	f.Cleanup(x.Close)
	f.Fuzz(func(t *testing.T, pkt []byte) {
		out := &mute{}
		a := fuzzAgent(x, out)
		defer a.Close()
		fl := a.filter.Load()
		v := fl.look(pkt)
		if len(pkt) >= headerLength {
			a.pending.has(pkt)
		}
		var m message
		signed := m.decode(pkt) == nil && m.verify("VOkJxbRl1RmTxUk/WvJxBt")
		a.mu.Lock()
		sent := out.sent
		a.mu.Unlock()
		a.receive(0, ap(mallory), pkt, &m)
		a.mu.Lock()
		defer a.mu.Unlock()
		if !signed && (len(a.current.pairs) > 1 || len(a.current.triggered) > 0 || out.sent > sent+1) {
			t.Fatal("a message without proof had an effect")
		}
		if v == foreign && signed && m.raw.Type == stun.BindingRequest && len(a.current.pairs) > 1 && len(pkt) <= maxPacket && len(m.raw.Attributes) <= maxAttributes {
			t.Fatal("the packet path drops what the agent takes")
		}
		if len(a.current.pairs) > 2 || a.Validated(0, ap(mallory)) || a.Pair(RTP).Valid() {
			t.Fatal("believed without a check of ours")
		}
	})
}
