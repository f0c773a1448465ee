package broken

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/pion/transport/v4/packetio"

	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// leg is one telephone of a call. What a row sets before offer or answer goes
// into its SDP.
type leg struct {
	t   *testing.T
	tag string
	at  play.Side
	ip  netip.Addr

	// kind, proto and formats are those of the m= line.
	kind, proto, formats string
	// says is the address in the SDP, where it isn't ours.
	says netip.Addr
	// lines are further attributes, without a=.
	lines []string
	// remote is what the relay's last SDP said, body its text.
	remote phone.Section
	body   string

	sock [2]*net.UDPConn // RTP, RTCP
	// dtls takes the DTLS packets that arrive.
	dtls *packetio.Buffer

	mu      sync.Mutex
	heard   heard
	talking []chan struct{}
}

// heard is what a leg knows of the RTP it receives.
type heard struct {
	ssrc    uint32
	seq     uint16
	packets uint32
}

// newLeg makes a telephone with an address of its own.
func newLeg(t *testing.T, b *bench, at play.Side, tag string) *leg {
	t.Helper()
	l := &leg{
		t: t, tag: tag, at: at, ip: netip.MustParseAddr(b.host(t, at)),
		kind: "audio", proto: "RTP/AVP", formats: "0 101", dtls: packetio.NewBuffer(),
	}
	port := 40000 + 2*rand.IntN(5000)
	for i := range l.sock {
		l.sock[i] = l.listen(l.ip, port+i)
		go l.read(l.sock[i])
	}
	t.Cleanup(l.hush)
	return l
}

// listen opens a socket on the leg's side.
func (l *leg) listen(ip netip.Addr, port int) (c *net.UDPConn) {
	l.t.Helper()
	err := l.at.Netns.Do(func() (err error) {
		c, err = net.ListenUDP("udp4", &net.UDPAddr{IP: ip.AsSlice(), Port: port})
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close() })
	return c
}

func (l *leg) port() int { return l.sock[0].LocalAddr().(*net.UDPAddr).Port }

// mux tells whether RTCP shares the port of RTP, in this leg's SDP.
func (l *leg) mux() bool {
	for _, line := range l.lines {
		if line == "rtcp-mux" {
			return true
		}
	}
	return false
}

// sdp describes the leg.
func (l *leg) sdp() string {
	says := l.says
	if !says.IsValid() {
		says = l.ip
	}
	lines := []string{
		"v=0", "o=- 1 1 IN IP4 " + says.String(), "s=-", "c=IN IP4 " + says.String(), "t=0 0",
		fmt.Sprintf("m=%s %d %s %s", l.kind, l.port(), l.proto, l.formats),
	}
	if l.kind == "audio" {
		lines = append(lines, "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=ptime:20")
	} else {
		lines = append(lines, "a=rtpmap:96 H264/90000")
	}
	for _, line := range l.lines {
		lines = append(lines, "a="+line)
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// hear takes what the relay says.
func (l *leg) hear(sdp string) {
	l.t.Helper()
	_, sections, err := phone.ParseSDP(sdp)
	if err != nil || len(sections) == 0 {
		l.t.Fatalf("%s is told %q: %v", l.tag, sdp, err)
	}
	l.remote, l.body = sections[0], sdp
}

func (l *leg) read(c *net.UDPConn) {
	buf := make([]byte, 4096)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		switch p := buf[:n]; {
		case n >= 12 && p[0]>>6 == 2 && (p[1] < 192 || p[1] > 223):
			l.mu.Lock()
			l.heard.ssrc = uint32(p[8])<<24 | uint32(p[9])<<16 | uint32(p[10])<<8 | uint32(p[11])
			l.heard.seq = uint16(p[2])<<8 | uint16(p[3])
			l.heard.packets++
			l.mu.Unlock()
		case n > 0 && p[0] >= 20 && p[0] <= 63:
			_, _ = l.dtls.Write(p)
		}
	}
}

// received is what has arrived so far.
func (l *leg) received() heard {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard
}
