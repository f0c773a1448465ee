package webrtc

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"

	"rtpgo/e2e/loopback"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// pionPhone is a phone whose ICE is pion's. Its RTCP is multiplexed.
type pionPhone struct {
	t     *testing.T
	agent *ice.Agent
	lines []string // a=candidate
}

func newPionPhone(t *testing.T, options ...ice.AgentOption) *pionPhone {
	t.Helper()
	if os.Getenv("RTPGO_E2E") == "" {
		t.Skip("RTPGO_E2E isn't set")
	}
	agent, err := ice.NewAgentWithOptions(append(options,
		ice.WithIncludeLoopback(), ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled),
		ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4}),
		ice.WithInterfaceFilter(func(name string) bool { return name == "lo" }),
		ice.WithLoggerFactory(&logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = agent.GracefulClose() })
	p := &pionPhone{t: t, agent: agent}
	p.gather()
	return p
}

func (p *pionPhone) gather() {
	p.t.Helper()
	p.lines = nil
	done := make(chan struct{})
	if err := p.agent.OnCandidate(func(c ice.Candidate) {
		if c == nil {
			close(done)
			return
		}
		p.lines = append(p.lines, "a=candidate:"+c.Marshal())
	}); err != nil {
		p.t.Fatal(err)
	}
	if err := p.agent.GatherCandidates(); err != nil {
		p.t.Fatal(err)
	}
	<-done
}

func (p *pionPhone) sdp() string {
	p.t.Helper()
	ufrag, pwd, err := p.agent.GetLocalUserCredentials()
	if err != nil {
		p.t.Fatal(err)
	}
	// The address in c= is nobody's: ICE has to find the true one.
	lines := []string{"v=0", "o=- 1 1 IN IP4 192.0.2.77", "s=-", "c=IN IP4 192.0.2.77", "t=0 0",
		"m=audio 4000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=rtcp-mux", "a=ice-ufrag:" + ufrag, "a=ice-pwd:" + pwd}
	return strings.Join(append(lines, p.lines...), "\r\n") + "\r\n"
}

// hear tells pion what the relay said, and returns its credentials.
func (p *pionPhone) hear(sdp string) (ufrag, pwd string) {
	p.t.Helper()
	s, err := sdpedit.Parse(sdp)
	if err != nil {
		p.t.Fatal(err)
	}
	in := &s.Medias[0].ICE
	if !in.Present() || len(in.Candidates) == 0 {
		p.t.Fatalf("no ICE in\n%s", sdp)
	}
	for i := range in.Candidates {
		c, err := ice.UnmarshalCandidate(in.Candidates[i].Raw)
		if err != nil {
			p.t.Fatal(err)
		}
		if err := p.agent.AddRemoteCandidate(c); err != nil {
			p.t.Fatal(err)
		}
	}
	return in.Ufrag, in.Pwd
}

// plainPhone is one without ICE.
type plainPhone struct {
	*net.UDPConn
	relay net.Addr
}

func newPlainPhone(t *testing.T) *plainPhone {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &plainPhone{UDPConn: c}
}

func (p *plainPhone) sdp() string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n",
		p.LocalAddr().(*net.UDPAddr).Port)
}

func (p *plainPhone) hear(t *testing.T, sdp string) {
	t.Helper()
	s, err := sdpedit.Parse(sdp)
	if err != nil {
		t.Fatal(err)
	}
	p.relay = &net.UDPAddr{IP: net.IP(s.Medias[0].Connection.AsSlice()), Port: s.Medias[0].Port}
}

func (p *plainPhone) Write(b []byte) (int, error) { return p.WriteTo(b, p.relay) }

// passes checks that packets written by one end are read by the other. A
// stranger's may not be among them.
func passes(t *testing.T, what string, from interface{ Write([]byte) (int, error) }, to net.Conn, mark byte) {
	t.Helper()
	packet := append([]byte{0x80, 8, 0, 0, 0, 0, 0, 0, 9, 9, 9, mark}, make([]byte, 160)...)
	packet[20] = mark
	buf, seq := make([]byte, 2000), byte(0)
	loopback.Until(t, what, func() bool {
		seq++
		packet[3], packet[6] = seq, seq
		if _, err := from.Write(packet); err != nil {
			return false
		}
		_ = to.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		for {
			n, err := to.Read(buf)
			if err != nil {
				return false
			}
			if n == len(packet) && buf[20] == 0xbb {
				t.Fatal("a stranger's packet was passed on")
			}
			if n == len(packet) && buf[20] == mark {
				return true
			}
		}
	})
}

// pion's ICE agent calls a phone without ICE, and restarts ICE in mid-call.
func TestPionCalls(t *testing.T) {
	for _, test := range []struct {
		name string
		more []ng.Pair
	}{
		{"full", nil},
		{"lite", []ng.Pair{{Key: "ICE-lite", Value: "backward"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := newPionPhone(t), newPlainPhone(t)
			r := startRelay(t)
			more := append([]ng.Pair{{Key: "ICE", Value: "remove"}, {Key: "rtcp-mux", Value: ng.List{"demux"}}}, test.more...)
			b.hear(t, r.do("offer", a.sdp(), more...))
			ufrag, pwd := a.hear(r.do("answer", b.sdp()))
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			conn, err := a.agent.Dial(ctx, ufrag, pwd)
			if err != nil {
				t.Fatal(err)
			}
			strange(t, conn.RemoteAddr())
			passes(t, "A to B", conn, b, 1)
			passes(t, "B to A", b, conn, 2)
			if err := a.agent.Restart("", ""); err != nil {
				t.Fatal(err)
			}
			a.gather()
			b.hear(t, r.do("offer", a.sdp(), append(more, ng.Pair{Key: "to-tag", Value: "b"})...))
			again, pwd := a.hear(r.do("answer", b.sdp()))
			if again == ufrag {
				t.Fatal("the restart has the old credentials")
			}
			if err := a.agent.SetRemoteCredentials(again, pwd); err != nil {
				t.Fatal(err)
			}
			passes(t, "A to B after the restart", conn, b, 3)
			passes(t, "B to A after the restart", b, conn, 4)
			r.faultless()
		})
	}
}

// A phone without ICE calls pion's.
func TestPionIsCalled(t *testing.T) {
	b, a := newPionPhone(t), newPlainPhone(t)
	r := startRelay(t)
	ufrag, pwd := b.hear(r.do("offer", a.sdp(), ng.Pair{Key: "ICE", Value: "force"}, ng.Pair{Key: "rtcp-mux", Value: ng.List{"offer"}}))
	a.hear(t, r.do("answer", b.sdp()))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := b.agent.Accept(ctx, ufrag, pwd)
	if err != nil {
		t.Fatal(err)
	}
	strange(t, conn.RemoteAddr())
	passes(t, "A to B", a, conn, 1)
	passes(t, "B to A", conn, a, 2)
}

// strange sends a stranger's RTP to a port of the relay.
func strange(t *testing.T, relay net.Addr) {
	t.Helper()
	c, err := net.Dial("udp", relay.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	packet := append([]byte{0x80, 8, 0, 0, 0, 0, 0, 0, 6, 6, 6, 6}, make([]byte, 160)...)
	packet[20] = 0xbb
	for range 10 {
		if _, err := c.Write(packet); err != nil {
			t.Fatal(err)
		}
	}
}
