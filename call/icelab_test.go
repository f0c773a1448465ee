package call_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media"
	"rtpgo/media/ice"
	"rtpgo/media/memory"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// iceLab is a relay and phones on a network in memory, under a clock of its
// own.
type iceLab struct {
	t        *testing.T
	engine   *memory.Engine
	registry *call.Registry
	phones   *ice.Executor // what runs the phones' agents
	id       string

	mu   sync.Mutex
	lose func(p memory.Packet) bool
	got  map[netip.AddrPort]int // packets of RTP and DTLS by destination
	done chan struct{}
	idle sync.WaitGroup
}

const callID = "ice-call"

func inIceLab(t *testing.T, f func(l *iceLab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		set, err := interfaces.Parse([]string{"pub/192.0.2.1", "pub/2001:db8::1"}, interfaces.PoolConfig{Min: 30000, Max: 39999})
		if err != nil {
			t.Fatal(err)
		}
		l := &iceLab{
			t: t, engine: memory.New(), phones: ice.NewExecutor(), id: callID,
			got: make(map[netip.AddrPort]int), done: make(chan struct{}),
		}
		l.registry = call.New(call.Config{Interfaces: set, Engine: l.engine, TOS: -1})
		l.idle.Go(l.carry)
		defer func() {
			close(l.done)
			l.idle.Wait()
			l.registry.Close()
			l.phones.Close()
			l.engine.Close()
		}()
		f(l)
	})
}

// carry takes packets to where they go.
func (l *iceLab) carry() {
	for {
		select {
		case <-l.done:
			return
		case <-time.After(5 * time.Millisecond):
		}
		for _, p := range l.engine.Sent() {
			l.mu.Lock()
			lost := l.lose != nil && l.lose(p)
			if c := media.Classify(p.Payload); !lost && (c == media.ClassRTP || c == media.ClassDTLS) {
				l.got[p.To]++
			}
			l.mu.Unlock()
			if !lost {
				l.engine.Inject(p.To, p.From, p.Payload)
			}
		}
	}
}

func (l *iceLab) setLoss(f func(p memory.Packet) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose = f
}

// received counts the RTP packets that arrived at an address since the last
// call.
func (l *iceLab) received(at netip.AddrPort) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.got[at]
	l.got[at] = 0
	return n
}

// overhear collects what passes from one address to another for ten seconds.
func (l *iceLab) overhear(from, to netip.AddrPort) (pkts [][]byte) {
	l.mu.Lock()
	before := l.lose
	l.lose = func(p memory.Packet) bool {
		if p.From == from && p.To == to {
			pkts = append(pkts, p.Payload)
		}
		return before != nil && before(p)
	}
	l.mu.Unlock()
	l.pass(10 * time.Second)
	l.setLoss(before)
	return pkts
}

func (l *iceLab) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// phone is a SIP phone that may speak ICE.
type phone struct {
	lab    *iceLab
	tag    string
	ports  []media.Port // RTP and RTCP
	agent  *ice.Agent
	creds  ice.Credentials
	mux    bool
	lite   bool
	config ice.Config
	seq    uint16
	relay  *sdpedit.Media // what the relay told it last
}

func (l *iceLab) phone(tag, addr string) *phone {
	l.t.Helper()
	p := &phone{lab: l, tag: tag}
	at := netip.MustParseAddrPort(addr)
	for c := range 2 {
		q, err := l.engine.Open(netip.AddrPortFrom(at.Addr(), at.Port()+uint16(c)))
		if err != nil {
			l.t.Fatal(err)
		}
		p.ports = append(p.ports, q)
		q.Install(&media.Flow{Stream: media.NewStream(q)})
	}
	return p
}

// speakICE gives a phone an agent.
func (p *phone) speakICE(cfg ice.Config) *phone {
	p.creds = ice.Credentials{Ufrag: p.tag + "frag", Pwd: p.tag + "0123456789012345678901"}
	cfg.Credentials, cfg.Components, p.lite = p.creds, 2, cfg.Lite
	for c, q := range p.ports {
		cfg.Locals = append(cfg.Locals, ice.Local{
			Component: c + 1, Port: q, Address: q.Local(), Priority: 126<<24 | 65535<<8 | uint32(255-c),
		})
	}
	p.config = cfg
	p.agent = p.lab.phones.NewAgent(cfg)
	if p.mux {
		p.agent.SetComponents(1)
	}
	for c, q := range p.ports {
		q.Install(&media.Flow{Stream: media.NewStream(q), Other: p.agent.Input(c)})
	}
	return p
}

// sdp is the phone's description; further lines go to the end.
func (p *phone) sdp(lines ...string) string {
	at := p.ports[0].Local()
	s := []string{"v=0", "o=- 1 1 IN IP4 " + at.Addr().String(), "s=-", "c=IN IP4 " + at.Addr().String(), "t=0 0"}
	if p.lite {
		s = append(s, "a=ice-lite")
	}
	s = append(s, fmt.Sprintf("m=audio %d RTP/AVP 8", at.Port()), "a=rtpmap:8 PCMA/8000")
	if p.mux {
		s = append(s, "a=rtcp-mux")
	}
	if p.agent != nil {
		s = append(s, "a=ice-ufrag:"+p.creds.Ufrag, "a=ice-pwd:"+p.creds.Pwd)
		s = append(s, p.candidates()...)
	}
	return strings.Join(append(s, lines...), "\r\n") + "\r\n"
}

func (p *phone) candidates() (out []string) {
	for c, l := range p.config.Locals {
		if c == 0 || !p.mux {
			out = append(out, fmt.Sprintf("a=candidate:1 %d UDP %d %s %d typ host", l.Component, l.Priority, l.Address.Addr(), l.Address.Port()))
		}
	}
	return out
}

// ask sends a request of the proxy, and reads the description in the reply.
func (l *iceLab) ask(req ng.Dict) *sdpedit.Session {
	l.t.Helper()
	reply := ask(l.t, l.registry, append(ng.Dict{{Key: "call-id", Value: l.id}}, req...))
	if get(reply, "result") != "ok" {
		l.t.Fatalf("%v", reply)
	}
	body, _ := get(reply, "sdp").(string)
	if body == "" {
		return nil
	}
	s, err := sdpedit.Parse(body)
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// offer carries p's description to q.
func (p *phone) offer(q *phone, keys ...ng.Pair) {
	p.lab.t.Helper()
	q.hear(p.lab.ask(append(ng.Dict{{Key: "command", Value: "offer"}, {Key: "from-tag", Value: p.tag}, {Key: "sdp", Value: p.sdp()}}, keys...)))
}

// answer carries q's answer back to p.
func (q *phone) answer(p *phone, keys ...ng.Pair) {
	q.lab.t.Helper()
	p.hear(q.lab.ask(append(ng.Dict{
		{Key: "command", Value: "answer"}, {Key: "from-tag", Value: p.tag}, {Key: "to-tag", Value: q.tag}, {Key: "sdp", Value: q.sdp()},
	}, keys...)))
}

// hear takes in what the relay says.
func (p *phone) hear(s *sdpedit.Session) {
	p.relay = s.Medias[0]
	if p.agent == nil || !p.relay.ICE.Present() {
		return
	}
	i := &p.relay.ICE
	r := ice.Remote{Credentials: ice.Credentials{Ufrag: i.Ufrag, Pwd: i.Pwd}, Lite: i.Lite}
	for _, c := range i.Candidates {
		r.Candidates = append(r.Candidates, ice.Candidate{
			Component: c.Component, Address: netip.AddrPortFrom(c.Address, uint16(c.Port)), Priority: c.Priority,
		})
	}
	p.agent.SetRemote(r)
}

// target is where the phone sends.
func (p *phone) target() netip.AddrPort {
	if p.agent != nil {
		return p.agent.Pair(ice.RTP).Remote
	}
	return netip.AddrPortFrom(p.relay.Connection, uint16(p.relay.Port))
}

// talk sends some packets of RTP.
func (p *phone) talk() {
	p.lab.t.Helper()
	to := p.target()
	if !to.IsValid() {
		p.lab.t.Fatalf("%s knows no way to the relay", p.tag)
	}
	for range 3 {
		p.seq++
		if err := p.ports[0].Send(rtpPacket(p.seq), to); err != nil {
			p.lab.t.Fatal(err)
		}
		p.lab.pass(20 * time.Millisecond)
	}
}

func rtpPacket(seq uint16) []byte {
	pkt := append([]byte{0x80, 8, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, make([]byte, 160)...)
	binary.BigEndian.PutUint16(pkt[2:], seq)
	binary.BigEndian.PutUint32(pkt[4:], uint32(seq)*160)
	return pkt
}

// mustHear lets p talk, and checks that q gets it.
func (q *phone) mustHear(p *phone) {
	q.lab.t.Helper()
	q.lab.received(q.ports[0].Local())
	p.talk()
	q.lab.pass(50 * time.Millisecond)
	if n := q.lab.received(q.ports[0].Local()); n != 3 {
		q.lab.t.Fatalf("%s heard %d packets of %s", q.tag, n, p.tag)
	}
}

// mustNotHear lets p talk, and checks that q gets nothing.
func (q *phone) mustNotHear(p *phone) {
	q.lab.t.Helper()
	q.lab.received(q.ports[0].Local())
	p.talk()
	q.lab.pass(50 * time.Millisecond)
	if n := q.lab.received(q.ports[0].Local()); n != 0 {
		q.lab.t.Fatalf("%s heard %d packets of %s", q.tag, n, p.tag)
	}
}
