package ice

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	pionice "github.com/pion/ice/v4"
	"github.com/pion/logging"

	"rtpgo/media"
	"rtpgo/media/userspace"
)

// socketEnd is an agent on ports of an engine, as a call has it.
type socketEnd struct {
	*Agent
	ports   []media.Port
	streams []*media.Stream
	locals  []Local
	creds   Credentials
}

func newSocketEnd(t *testing.T, x *Executor, e media.Engine, addrs []string, cfg Config) *socketEnd {
	t.Helper()
	s := &socketEnd{creds: Credentials{"rtpgofra", "rtpgopassword0123456789012"}}
	for i, a := range addrs {
		p, err := e.Open(netip.AddrPortFrom(netip.MustParseAddr(a), freePort(t, a)))
		if err != nil {
			t.Fatal(err)
		}
		s.ports = append(s.ports, p)
		s.streams = append(s.streams, media.NewStream(p))
		s.locals = append(s.locals, Local{
			Component: RTP, Port: p, Address: p.Local(),
			Priority: 126<<24 | (65535-uint32(i))<<8 | 255,
		})
	}
	cfg.Locals, cfg.Credentials, cfg.Components = s.locals, s.creds, 1
	s.Agent = x.NewAgent(cfg)
	for i, p := range s.ports {
		p.Install(&media.Flow{Stream: s.streams[i], Other: s.Input(i), Source: media.SourcePolicy{Only: s.Sources(i)}})
	}
	t.Cleanup(func() {
		s.Close()
		for _, p := range s.ports {
			p.Close()
		}
	})
	return s
}

// freePort finds a port that nobody holds.
func freePort(t *testing.T, addr string) uint16 {
	t.Helper()
	c, err := net.ListenPacket("udp", net.JoinHostPort(addr, "0"))
	if err != nil {
		t.Skip(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

func newSockets(t *testing.T) (media.Engine, *Executor) {
	t.Helper()
	e, err := userspace.NewSockets(userspace.SocketsOptions{Workers: 1})
	if err != nil {
		t.Skip(err)
	}
	x := NewExecutor()
	t.Cleanup(func() {
		x.Close()
		e.Close()
	})
	return e, x
}

// eventually polls a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not in time: %s", what)
}

// pionPeer is pion/ice's agent on the loopback interface.
type pionPeer struct {
	*pionice.Agent
	candidates []Candidate
	creds      Credentials
}

func newPion(t *testing.T, o ...pionice.AgentOption) *pionPeer {
	t.Helper()
	o = append(o, pionice.WithIncludeLoopback(), pionice.WithMulticastDNSMode(pionice.MulticastDNSModeDisabled),
		pionice.WithNetworkTypes([]pionice.NetworkType{pionice.NetworkTypeUDP4}),
		pionice.WithInterfaceFilter(func(name string) bool { return name == "lo" }),
		pionice.WithLoggerFactory(&logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}))
	a, err := pionice.NewAgentWithOptions(o...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.GracefulClose() })
	p := &pionPeer{Agent: a}
	p.gather(t)
	return p
}

// gather collects pion's credentials and candidates.
func (p *pionPeer) gather(t *testing.T) {
	t.Helper()
	p.candidates = nil
	done := make(chan struct{})
	err := p.OnCandidate(func(c pionice.Candidate) {
		if c == nil {
			close(done)
			return
		}
		p.candidates = append(p.candidates, Candidate{
			Component: int(c.Component()), Priority: c.Priority(),
			Address: netip.AddrPortFrom(netip.MustParseAddr(c.Address()), uint16(c.Port())),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.GatherCandidates(); err != nil {
		t.Fatal(err)
	}
	<-done
	if len(p.candidates) == 0 {
		t.Skip("pion found no candidate on the loopback interface")
	}
	p.creds.Ufrag, p.creds.Pwd, err = p.GetLocalUserCredentials()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *pionPeer) remote(lite bool) Remote {
	return Remote{Credentials: p.creds, Lite: lite, Candidates: p.candidates}
}

// learn tells pion our candidates.
func (p *pionPeer) learn(t *testing.T, s *socketEnd) {
	t.Helper()
	for _, l := range s.locals {
		c, err := pionice.NewCandidateHost(&pionice.CandidateHostConfig{
			Network: "udp", Address: l.Address.Addr().String(), Port: int(l.Address.Port()),
			Component: uint16(l.Component), Priority: l.Priority, Foundation: "1",
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.AddRemoteCandidate(c); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPion(t *testing.T) {
	for _, test := range []struct {
		name         string
		controlling  bool // we
		conflict     bool // so does pion
		lite, pLite  bool
		hideOurs     bool // pion learns our address from our checks
		hideTheirs   bool // we learn pion's from its checks
		wantsControl bool
	}{
		{name: "we control", controlling: true, wantsControl: true},
		{name: "pion controls"},
		{name: "both control", controlling: true, conflict: true, wantsControl: false},
		{name: "we are lite", lite: true},
		{name: "pion is lite", controlling: true, pLite: true, wantsControl: true},
		{name: "our candidates unknown to pion", controlling: true, hideOurs: true, wantsControl: true},
		{name: "pion's candidates unknown to us", hideTheirs: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			engine, x := newSockets(t)
			cfg := Config{Controlling: test.controlling, Lite: test.lite}
			if test.conflict {
				cfg.TieBreaker = 1 // pion wins
			}
			us := newSocketEnd(t, x, engine, []string{"127.0.0.1"}, cfg)
			var o []pionice.AgentOption
			if test.pLite {
				o = append(o, pionice.WithICELite(true), pionice.WithCandidateTypes([]pionice.CandidateType{pionice.CandidateTypeHost}))
			}
			peer := newPion(t, o...)
			if !test.hideOurs {
				peer.learn(t, us)
			}
			r := peer.remote(test.pLite)
			if test.hideTheirs {
				r.Candidates, r.More = nil, true
			}
			us.SetRemote(r)
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			connect := peer.Dial
			if test.controlling && !test.conflict {
				connect = peer.Accept
			}
			conn, err := connect(ctx, us.creds.Ufrag, us.creds.Pwd)
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "our pair is nominated", func() bool { return us.Pair(RTP).Nominated })
			if us.Controlling() != test.wantsControl {
				t.Fatalf("we control: %v", us.Controlling())
			}
			pair := us.Pair(RTP)
			selected, err := peer.GetSelectedCandidatePair()
			if err != nil || selected == nil || selected.Local.Port() != int(pair.Remote.Port()) {
				t.Fatalf("pion uses %v, we %v", selected, pair)
			}
			checkMedia(t, us, conn)
		})
	}
}

// checkMedia sends RTP both ways over the pair.
func checkMedia(t *testing.T, us *socketEnd, conn net.Conn) {
	t.Helper()
	packet := append([]byte{0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4}, make([]byte, 160)...)
	pair := us.Pair(RTP)
	eventually(t, "pion's packet arrives", func() bool {
		_, _ = conn.Write(packet)
		return us.streams[pair.Local].Snapshot().In.Packets > 0
	})
	got := make(chan int, 1)
	go func() {
		buf := make([]byte, 2000)
		n, _ := conn.Read(buf)
		got <- n
	}()
	if err := us.ports[pair.Local].Send(packet, pair.Remote); err != nil {
		t.Fatal(err)
	}
	select {
	case n := <-got:
		if n != len(packet) {
			t.Fatalf("pion got %d octets", n)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("pion got nothing")
	}
	// A stranger's packet is refused.
	before := us.streams[pair.Local].Snapshot()
	stranger, err := net.Dial("udp", us.ports[pair.Local].Local().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	eventually(t, "the stranger is refused", func() bool {
		_, _ = stranger.Write(packet)
		return us.streams[pair.Local].Snapshot().Drops[media.DropSource] > before.Drops[media.DropSource]
	})
}

func TestPionRestart(t *testing.T) {
	engine, x := newSockets(t)
	us := newSocketEnd(t, x, engine, []string{"127.0.0.1"}, Config{Controlling: true})
	peer := newPion(t)
	peer.learn(t, us)
	us.SetRemote(peer.remote(false))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := peer.Accept(ctx, us.creds.Ufrag, us.creds.Pwd)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "first session", func() bool { return us.Pair(RTP).Nominated })
	old := us.Pair(RTP).Remote
	if err := peer.Restart("", ""); err != nil {
		t.Fatal(err)
	}
	peer.gather(t)
	us.creds = Credentials{"secondfr", "secondpassword012345678901"}
	us.SetLocal(us.creds)
	us.SetRemote(peer.remote(false))
	if err := peer.SetRemoteCredentials(us.creds.Ufrag, us.creds.Pwd); err != nil {
		t.Fatal(err)
	}
	peer.learn(t, us)
	eventually(t, "second session", func() bool { p := us.Pair(RTP); return p.Nominated && p.Remote != old })
	checkMedia(t, us, conn)
}

// Two agents of ours over sockets, both families.
func TestLoopback(t *testing.T) {
	engine, x := newSockets(t)
	addrs := []string{"127.0.0.1", "::1"}
	a := newSocketEnd(t, x, engine, addrs, Config{Controlling: true})
	b := newSocketEnd(t, x, engine, addrs, Config{})
	describe := func(s *socketEnd) Remote {
		r := Remote{Credentials: s.creds}
		for _, l := range s.locals {
			r.Candidates = append(r.Candidates, Candidate{Component: RTP, Address: l.Address, Priority: l.Priority})
		}
		return r
	}
	b.SetRemote(describe(a))
	a.SetRemote(describe(b))
	eventually(t, "nominated", func() bool { return a.Pair(RTP).Nominated && b.Pair(RTP).Nominated })
	if a.Pair(RTP).Remote != b.locals[0].Address || b.Pair(RTP).Remote != a.locals[0].Address {
		t.Fatalf("%v %v", a.Pair(RTP), b.Pair(RTP))
	}
}
