// Package phone holds the media of a telephone: sockets in a network
// namespace, the SDP that names them, numbered RTP and RTCP packets, and the
// check that every one of them arrived from where the SDP said.
package phone

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rtpgo/e2e/lab"
)

// Media is all of a telephone's media in one call.
type Media struct {
	IP   netip.Addr
	Ends []*End
	// ZeroHold writes c=IN IP4 0.0.0.0 (RFC 2543's hold).
	ZeroHold bool
	// Wanted is the only address that a received SDP may name, where valid.
	Wanted netip.Addr

	ns      *lab.Netns
	session uint32
	version int
}

// New opens sockets for m= sections of these kinds, at the given even port
// and upwards, or anywhere for port 0.
func New(ns *lab.Netns, ip string, port int, kinds ...string) (*Media, error) {
	m := &Media{IP: netip.MustParseAddr(ip), ns: ns, session: rand.Uint32()}
	for _, kind := range kinds {
		if err := m.AddEnd(port, kind); err != nil {
			m.Close()
			return nil, err
		}
		if port > 0 {
			port += 2
		}
	}
	return m, nil
}

// AddEnd appends one m= section.
func (m *Media) AddEnd(port int, kind string) error {
	for try := 0; ; try++ {
		p := port
		if port == 0 {
			p = 40000 + 2*rand.IntN(5000)
		}
		e, err := newEnd(m.ns, m.IP, p, kind)
		if err == nil {
			m.Ends = append(m.Ends, e)
			return nil
		}
		if port > 0 || try > 20 {
			return err
		}
	}
}

// Close closes all sockets.
func (m *Media) Close() {
	for _, e := range m.Ends {
		e.close()
	}
}

// Offer writes the SDP of an offer.
func (m *Media) Offer() string {
	var b strings.Builder
	m.head(&b)
	for _, e := range m.Ends {
		if e.Off {
			fmt.Fprintf(&b, "m=%s 0 RTP/AVP %d\r\n", e.Kind, e.Codecs[0].Type)
			continue
		}
		e.write(&b, m.IP, e.Codecs, e.Mux)
	}
	return b.String()
}

// Answer takes an offer and writes the answer to it. Sections for which
// there is no end of that kind are refused.
func (m *Media) Answer(offer string) (string, error) {
	sections, err := m.receive(offer)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	m.head(&b)
	for i, s := range sections {
		var e *End
		if i < len(m.Ends) {
			e = m.Ends[i]
		}
		if e == nil || e.Kind != s.Kind || e.Off || s.Refused() {
			fmt.Fprintf(&b, "m=%s 0 %s %s\r\n", s.Kind, s.Proto, strings.Join(s.Formats, " "))
			continue
		}
		common := e.common(s)
		if len(common) == 0 {
			return "", fmt.Errorf("%s: no codec of mine in %v", m.IP, s.Formats)
		}
		e.Remote, e.muxed = s, e.Mux && s.Mux
		e.write(&b, m.IP, common, e.muxed)
	}
	return b.String(), nil
}

// TakeAnswer takes the answer to the last offer.
func (m *Media) TakeAnswer(answer string) error {
	sections, err := m.receive(answer)
	if err != nil {
		return err
	}
	if len(sections) != len(m.Ends) {
		return fmt.Errorf("%s: offered %d sections, answered %d: %q", m.IP, len(m.Ends), len(sections), answer)
	}
	for i, s := range sections {
		e := m.Ends[i]
		e.Remote, e.muxed = s, e.Mux && s.Mux
		if !s.Refused() && s.Mux && !e.Mux {
			return fmt.Errorf("%s: answered rtcp-mux, which was not offered: %q", m.IP, answer)
		}
	}
	return nil
}

func (m *Media) receive(body string) ([]Section, error) {
	origin, sections, err := ParseSDP(body)
	if err != nil {
		return nil, err
	}
	if !m.Wanted.IsValid() {
		return sections, nil
	}
	if origin != m.Wanted {
		return nil, fmt.Errorf("%s: o= names %s, not %s: %q", m.IP, origin, m.Wanted, body)
	}
	for _, s := range sections {
		if !s.Refused() && (s.RTP.Addr() != m.Wanted && !s.RTP.Addr().IsUnspecified()) {
			return nil, fmt.Errorf("%s: c= names %s, not %s: %q", m.IP, s.RTP.Addr(), m.Wanted, body)
		}
	}
	return sections, nil
}

func (m *Media) head(b *strings.Builder) {
	m.version++
	ip := m.IP
	if m.ZeroHold {
		ip = netip.IPv4Unspecified()
	}
	fmt.Fprintf(b, "v=0\r\no=ua %d %d IN IP4 %s\r\ns=e2e\r\nc=IN IP4 %s\r\nt=0 0\r\n", m.session, m.version, m.IP, ip)
}

func (e *End) write(b *strings.Builder, ip netip.Addr, codecs []Codec, mux bool) {
	at := e.local
	if e.Advertised.IsValid() {
		at = e.Advertised
	}
	fmt.Fprintf(b, "m=%s %d RTP/AVP", e.Kind, at.Port())
	for _, c := range codecs {
		fmt.Fprintf(b, " %d", c.Type)
	}
	b.WriteString("\r\n")
	if at.Addr() != ip {
		fmt.Fprintf(b, "c=IN IP4 %s\r\n", at.Addr())
	}
	for _, c := range codecs {
		fmt.Fprintf(b, "a=rtpmap:%d %s\r\n", c.Type, c.Map)
		if c == DTMF {
			b.WriteString("a=fmtp:101 0-15\r\n")
		}
	}
	if mux {
		b.WriteString("a=rtcp-mux\r\n")
	}
	direction := e.Direction
	if direction == "" {
		direction = "sendrecv"
	}
	fmt.Fprintf(b, "a=%s\r\n", direction)
}

// common lists the codecs of this end that a section offers.
func (e *End) common(s Section) []Codec {
	return slices.DeleteFunc(slices.Clone(e.Codecs), func(c Codec) bool {
		return !slices.Contains(s.Formats, strconv.Itoa(int(c.Type)))
	})
}
