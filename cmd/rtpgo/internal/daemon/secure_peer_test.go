package daemon

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"rtpgo/media"
	"rtpgo/media/srtp"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// userSpaceEngines are those that execute encrypted flows.
var userSpaceEngines = []string{"sockets", "batched"}

// launchEngine starts a daemon with one engine, and skips where the host
// doesn't permit it.
func launchEngine(t *testing.T, engine string, options ...string) *process {
	t.Helper()
	if engine != "sockets" && os.Geteuid() != 0 {
		t.Skipf("engine %s needs root", engine)
	}
	// Below the ports that sockets get by themselves, and not where another
	// run of these tests is likely to be: a range has one owner.
	first := 10000 + os.Getpid()%40*500
	ports := map[string][2]int{"sockets": {first, first + 249}, "batched": {first + 250, first + 499}}[engine]
	return launch(t, append([]string{
		"--engine=" + engine, fmt.Sprintf("--port-min=%d", ports[0]), fmt.Sprintf("--port-max=%d", ports[1]), "--log-level=6",
	}, options...)...)
}

// peer is one telephone: its sockets, and its keys where it speaks SRTP.
type peer struct {
	t      *testing.T
	name   string
	sock   [2]*net.UDPConn // RTP, RTCP
	remote [2]netip.AddrPort
	in     media.Transform // nil: plain
	out    media.Transform
}

func newPeer(t *testing.T, name string) *peer {
	t.Helper()
	p := &peer{t: t, name: name}
	for range 100 {
		a, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		port := a.LocalAddr().(*net.UDPAddr).Port
		b, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port + 1})
		if err != nil || port%2 != 0 {
			a.Close()
			if b != nil {
				b.Close()
			}
			continue
		}
		p.sock = [2]*net.UDPConn{a, b}
		t.Cleanup(func() { a.Close(); b.Close() })
		return p
	}
	t.Fatal("no pair of ports")
	return nil
}

func (p *peer) port() int { return p.sock[0].LocalAddr().(*net.UDPAddr).Port }

// sdp is a description of the peer with further lines.
func (p *peer) sdp(protocol string, lines ...string) string {
	s := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d %s 8\r\n", p.port(), protocol)
	for _, l := range lines {
		s += "a=" + l + "\r\n"
	}
	return s
}

// read takes the addresses of the relay from a description.
func (p *peer) read(body string) *sdpedit.Media {
	p.t.Helper()
	s, err := sdpedit.Parse(body)
	if err != nil || len(s.Medias) == 0 {
		p.t.Fatalf("%s is sent %q: %v", p.name, body, err)
	}
	m := s.Medias[0]
	p.remote[0] = netip.AddrPortFrom(m.Connection, uint16(m.Port))
	switch {
	case m.RTCPPort != 0:
		p.remote[1] = netip.AddrPortFrom(m.Connection, uint16(m.RTCPPort))
	default:
		p.remote[1] = netip.AddrPortFrom(m.Connection, uint16(m.Port+1))
	}
	return m
}

// send sends a packet to component c, protected by the peer's key.
func (p *peer) send(c int, pkt []byte) []byte {
	p.t.Helper()
	if p.out != nil {
		dst := make([]byte, len(pkt)+media.TransformRoom)
		var err error
		if isRTCP(pkt) {
			pkt, err = p.out.RTCP(dst, pkt)
		} else {
			pkt, err = p.out.RTP(dst, pkt)
		}
		if err != nil {
			p.t.Fatalf("%s: %v", p.name, err)
		}
	}
	p.sendRaw(c, pkt)
	return pkt
}

func (p *peer) sendRaw(c int, pkt []byte) {
	p.t.Helper()
	if _, err := p.sock[c].WriteToUDPAddrPort(pkt, p.remote[c]); err != nil {
		p.t.Fatal(err)
	}
}

// receive waits for a packet of component c and returns it in the clear, and as
// it came.
func (p *peer) receive(c int) (plain, raw []byte) {
	p.t.Helper()
	buf := make([]byte, 2048)
	p.sock[c].SetReadDeadline(time.Now().Add(5 * time.Second))
	n, _, err := p.sock[c].ReadFromUDPAddrPort(buf)
	if err != nil {
		p.t.Fatalf("%s receives nothing: %v", p.name, err)
	}
	raw, plain = buf[:n], buf[:n]
	if p.in != nil {
		dst := make([]byte, n+media.TransformRoom)
		if isRTCP(raw) {
			plain, err = p.in.RTCP(dst, raw)
		} else {
			plain, err = p.in.RTP(dst, raw)
		}
		if err != nil {
			p.t.Fatalf("%s: %v in %x", p.name, err, raw)
		}
	}
	return plain, raw
}

// silent fails if something is waiting at the peer.
func (p *peer) silent(why string) {
	p.t.Helper()
	buf := make([]byte, 2048)
	for c := range p.sock {
		p.sock[c].SetReadDeadline(time.Now().Add(time.Millisecond))
		if n, src, err := p.sock[c].ReadFromUDPAddrPort(buf); err == nil {
			p.t.Errorf("%s: %s got %x from %s", why, p.name, buf[:n], src)
		}
	}
}

func isRTCP(pkt []byte) bool { return media.Classify(pkt) == media.ClassRTCP }

func rtpPacket(seq uint16, ssrc uint32) []byte {
	b := make([]byte, 12+160)
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], uint32(seq)*160)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	for i := range b[12:] {
		b[12+i] = byte(i) ^ byte(seq)
	}
	return b
}

// report is an empty receiver report.
func report(ssrc uint32) []byte {
	b := []byte{0x80, 201, 0, 1, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(b[4:], ssrc)
	return b
}

// pli is a feedback packet of reduced size (RFC 5506, RFC 4585).
func pli(ssrc uint32) []byte {
	b := []byte{0x81, 206, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1}
	binary.BigEndian.PutUint32(b[4:], ssrc)
	return b
}

// dialogue is a call through the daemon.
type dialogue struct {
	*process
	id   string
	a, b *peer
}

var dialogues int

func newDialogue(p *process) *dialogue {
	dialogues++
	t := p.t
	return &dialogue{process: p, id: fmt.Sprintf("secure-%d", dialogues), a: newPeer(t, "A"), b: newPeer(t, "B")}
}

func (d *dialogue) command(name, sdp string, more ...ng.Pair) *sdpedit.Media {
	d.t.Helper()
	request := append(ng.Dict{
		{Key: "command", Value: name}, {Key: "call-id", Value: d.id}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: sdp},
	}, more...)
	if name == "answer" {
		request = append(request, ng.Pair{Key: "to-tag", Value: "b"})
	}
	reply, err := d.client.Do(d.t.Context(), request)
	if err != nil || reply.Text("result") != "ok" {
		d.t.Fatalf("%s: %v %v\n%s", name, reply, err, d.log)
	}
	if name == "offer" {
		return d.b.read(reply.Text("sdp"))
	}
	return d.a.read(reply.Text("sdp"))
}

func (d *dialogue) end() {
	d.ask(ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: d.id}, {Key: "from-tag", Value: "a"}})
}

// both sends RTP and RTCP in both directions, from sequence number seq, and
// compares what arrives.
func (d *dialogue) both(seq uint16) {
	d.t.Helper()
	for _, way := range [2][2]*peer{{d.a, d.b}, {d.b, d.a}} {
		d.pass(way[0], way[1], 0, rtpPacket(seq, 0xa0a0))
		d.pass(way[0], way[1], 1, report(0xa0a0))
	}
}

// pass sends one packet and checks that it arrives as it was meant; it returns
// what went over the wire on either side.
func (d *dialogue) pass(from, to *peer, c int, pkt []byte) (sent, arrived []byte) {
	d.t.Helper()
	sent = from.send(c, pkt)
	got, raw := to.receive(c)
	if string(got) != string(pkt) {
		d.t.Errorf("%s sent %x, %s got %x", from.name, pkt, to.name, got)
	}
	return sent, raw
}

// drops reads how many packets a party's streams have dropped for a cause.
func (d *dialogue) drops(tag, cause string) int64 {
	d.t.Helper()
	reply, err := d.client.Do(d.t.Context(), ng.Dict{{Key: "command", Value: "rtpgo status"}, {Key: "call-id", Value: d.id}})
	if err != nil {
		d.t.Fatal(err)
	}
	var n int64
	d.streams(reply, tag, func(s ng.Dict) {
		if drops, ok := s.Get("drops").(ng.Dict); ok {
			n += drops.Int(cause)
		}
	})
	return n
}

func (d *dialogue) streams(reply ng.Dict, tag string, visit func(ng.Dict)) {
	for _, c := range list(reply, "calls") {
		for _, p := range list(c, "parties") {
			for _, m := range list(p, "medias") {
				for _, s := range list(m, "streams") {
					if p.Text("tag") == tag {
						visit(s)
					}
				}
			}
		}
	}
}

// security is the state of SRTP of one stream, as the operator sees it.
func (d *dialogue) security(tag string, component int) string {
	d.t.Helper()
	reply, err := d.client.Do(d.t.Context(), ng.Dict{{Key: "command", Value: "rtpgo status"}, {Key: "call-id", Value: d.id}})
	if err != nil {
		d.t.Fatal(err)
	}
	var states []string
	d.streams(reply, tag, func(s ng.Dict) { states = append(states, s.Text("security")) })
	if component >= len(states) {
		return ""
	}
	return states[component]
}

func list(d ng.Dict, key string) (out []ng.Dict) {
	l, _ := d.Get(key).(ng.List)
	for _, e := range l {
		if e, ok := e.(ng.Dict); ok {
			out = append(out, e)
		}
	}
	return out
}

// until polls a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// crypto is the a=crypto line of a key.
func crypto(tag int, suite *srtp.Suite, key srtp.Key, more string) string {
	return fmt.Sprintf("crypto:%d %s inline:%s%s", tag, suite, key.Inline(true), more)
}

// offered finds the key that a description offers for a suite.
func offered(t *testing.T, m *sdpedit.Media, suite *srtp.Suite) (sdpedit.Crypto, srtp.Key) {
	t.Helper()
	for _, c := range m.Cryptos {
		if strings.EqualFold(c.Suite, suite.Name) {
			key, err := suite.ParseInline(c.Key)
			if err != nil {
				t.Fatal(err)
			}
			return c, key
		}
	}
	t.Fatalf("%s isn't offered: %+v", suite, m.Cryptos)
	return sdpedit.Crypto{}, srtp.Key{}
}

// keyed gives a peer its contexts.
func (p *peer) keyed(in, out srtp.Params) {
	p.t.Helper()
	u, err := srtp.NewUnprotector(in)
	if err != nil {
		p.t.Fatal(err)
	}
	o, err := srtp.NewProtector(out)
	if err != nil {
		p.t.Fatal(err)
	}
	p.in, p.out = u, o
}
