package sdpedit

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// OutSession is a description about to be written.
type OutSession struct {
	Origin     Origin
	Name       string
	Bandwidth  Bandwidth
	Timing     string
	LoopToken  string // a=rtpengine; "" for none
	ICELite    bool
	Groups     []string // values of a=group
	Attributes []Attribute
	Edit       *Edit
	Medias     []*OutMedia
}

// OutMedia is one section about to be written.
type OutMedia struct {
	Type      string
	Port      int // 0: the section is written as disabled
	Protocol  string
	Formats   []string
	Address   netip.Addr // c=; with port 0 only its family counts
	Unused    bool       // the m= line only: an alternative that was not taken
	Bandwidth Bandwidth
	// Verbatim, when set, replaces everything below: the attributes of a
	// section whose protocol is unknown pass in their original order.
	Verbatim []Attribute
	Unknown  bool

	Label, MID      string
	Codecs          []Codec
	FeedbackAll     []string
	Other           []Attribute
	Direction       Direction // DirectionUnset: no line
	RTCP            string    // value of a=rtcp; "" for none
	RTCPMux         bool
	Cryptos         []string // values of a=crypto
	Setup           Setup
	Fingerprint     Fingerprint
	TLSID           string
	Ptime           int
	Maxptime        int
	Ufrag, Pwd      string
	Trickle         bool
	Candidates      []string // values of a=candidate
	EndOfCandidates bool
	Edit            *Edit
}

// Edit are the manipulations of "sdp-attr" on the a= lines of one section.
// Lines are without "a=".
type Edit struct {
	Add        []string
	Remove     []string
	Substitute [][2]string
}

type writer struct {
	b    []byte
	edit *Edit
}

// Append appends the body, lines ending in CRLF, in the reference's order.
func (s *OutSession) Append(to []byte) []byte {
	w := &writer{b: to, edit: s.Edit}
	w.line("v=0")
	w.parts("o=", s.Origin.Username, " ", s.Origin.SessionID, " ", s.Origin.Version, " ")
	w.host(&s.Origin)
	w.line("s=", s.Name)
	w.bandwidth(s.Bandwidth)
	w.line("t=", s.Timing)
	if s.LoopToken != "" {
		w.attr("rtpengine:" + s.LoopToken)
	}
	if s.ICELite {
		w.attr("ice-lite")
	}
	for _, g := range s.Groups {
		w.attr("group:" + g)
	}
	for _, a := range s.Attributes {
		w.attr(a.String())
	}
	w.additions()
	for _, m := range s.Medias {
		w.edit = m.Edit
		w.media(m)
	}
	return w.b
}

// WithVersion puts a version into the o= line of a body that was written
// without one.
func (s *OutSession) WithVersion(body []byte, version string) []byte {
	at := len("v=0\r\no=") + len(s.Origin.Username) + 1 + len(s.Origin.SessionID) + 1
	return slices.Insert(body, at, []byte(version)...)
}

func (w *writer) host(o *Origin) {
	if !o.Address.IsValid() && o.Host != "" {
		w.line(o.Host)
		return
	}
	w.b = appendAddress(w.b, o.Address)
	w.line()
}

func appendAddress(b []byte, a netip.Addr) []byte {
	switch {
	case !a.IsValid():
		return append(b, "IN IP4 0.0.0.0"...)
	case a.Is4():
		return a.AppendTo(append(b, "IN IP4 "...))
	}
	return a.AppendTo(append(b, "IN IP6 "...))
}

// unspecified is the zero address of a's family, as c= carries it.
func unspecified(a netip.Addr) string {
	if a.Is6() {
		return "IN IP6 ::"
	}
	return "IN IP4 0.0.0.0"
}

// AddressField is the address as c=, o= and a=rtcp carry it: "IN IP4 192.0.2.1".
func AddressField(a netip.Addr) string { return string(appendAddress(nil, a)) }

func (w *writer) parts(parts ...string) {
	for _, p := range parts {
		w.b = append(w.b, p...)
	}
}

func (w *writer) line(parts ...string) {
	w.parts(parts...)
	w.b = append(w.b, '\r', '\n')
}

// attr writes an a= line unless "sdp-attr" removes or substitutes it.
func (w *writer) attr(text string) {
	start := len(w.b)
	w.parts("a=", text)
	w.endAttr(start)
}

// endAttr ends the a= line that begins at start, as attr does.
func (w *writer) endAttr(start int) {
	if w.edit != nil {
		text := string(w.b[start+len("a="):])
		for _, s := range w.edit.Substitute {
			if matches(text, s[0]) {
				w.b = w.b[:start]
				w.line("a=", s[1])
				return
			}
		}
		for _, r := range w.edit.Remove {
			if matches(text, r) {
				w.b = w.b[:start]
				return
			}
		}
	}
	w.line()
}

// matches tells whether a pattern of "sdp-attr" names the line: by the full
// text, by the attribute's name, or, where the value is a list of fields, by name
// and first field ("rtpmap:0").
func matches(text, pattern string) bool {
	if text == pattern {
		return true
	}
	name, value, ok := strings.Cut(text, ":")
	if !ok {
		return false
	}
	if name == pattern {
		return true
	}
	switch name {
	case "rtpmap", "fmtp", "rtcp-fb", "crypto", "candidate", "extmap", "ssrc":
	default:
		return false
	}
	first, _, more := strings.Cut(value, " ")
	return more && len(pattern) == len(name)+1+len(first) && text[:len(pattern)] == pattern
}

func (w *writer) additions() {
	if w.edit == nil {
		return
	}
	for _, a := range w.edit.Add {
		w.line("a=", a)
	}
}

func (w *writer) bandwidth(b Bandwidth) {
	for _, x := range [...]struct {
		typ string
		n   int64
	}{{"AS", b.AS}, {"CT", b.CT}, {"RR", b.RR}, {"RS", b.RS}, {"TIAS", b.TIAS}} {
		if x.n >= 0 {
			w.line("b=", x.typ, ":", strconv.FormatInt(x.n, 10))
		}
	}
}

func (w *writer) media(m *OutMedia) {
	w.b = append(w.b, "m="...)
	w.b = append(w.b, m.Type...)
	w.b = append(w.b, ' ')
	w.b = strconv.AppendInt(w.b, int64(m.Port), 10)
	w.b = append(w.b, ' ')
	w.b = append(w.b, m.Protocol...)
	w.b = append(w.b, ' ')
	for i, f := range m.Formats {
		if i > 0 {
			w.b = append(w.b, ' ')
		}
		w.b = append(w.b, f...)
	}
	w.line()
	switch {
	case m.Unused:
	case m.Port == 0:
		w.line("c=", unspecified(m.Address))
	default:
		w.b = appendAddress(append(w.b, "c="...), m.Address)
		w.line()
	}
	w.bandwidth(m.Bandwidth)
	switch {
	case m.Unknown:
		for _, a := range m.Verbatim {
			w.attr(a.String())
		}
	case m.Port != 0:
		w.attributes(m)
	case m.MID != "":
		w.attr("mid:" + m.MID)
	}
	w.additions()
}

func (w *writer) attributes(m *OutMedia) {
	if m.Label != "" {
		w.attr("label:" + m.Label)
	}
	if m.MID != "" {
		w.attr("mid:" + m.MID)
	}
	for i := range m.Codecs {
		w.codec(&m.Codecs[i])
	}
	for _, f := range m.FeedbackAll {
		w.attr("rtcp-fb:* " + f)
	}
	for _, a := range m.Other {
		w.attr(a.String())
	}
	if m.Direction != DirectionUnset {
		w.attr(m.Direction.String())
	}
	if m.RTCP != "" {
		w.attr("rtcp:" + m.RTCP)
	}
	if m.RTCPMux {
		w.attr("rtcp-mux")
	}
	w.security(m)
	if m.Ptime > 0 {
		w.attr("ptime:" + strconv.Itoa(m.Ptime))
	}
	if m.Maxptime > 0 {
		w.attr("maxptime:" + strconv.Itoa(m.Maxptime))
	}
	w.ice(m)
}

func (w *writer) codec(c *Codec) {
	pt := strconv.Itoa(c.PT)
	start := len(w.b)
	w.parts("a=rtpmap:", pt, " ")
	w.b = c.appendRTPMap(w.b)
	w.endAttr(start)
	if c.HasFmtp {
		w.attr("fmtp:" + pt + " " + c.Fmtp)
	}
	for _, f := range c.Feedback {
		w.attr("rtcp-fb:" + pt + " " + f)
	}
}

func (w *writer) security(m *OutMedia) {
	for _, c := range m.Cryptos {
		w.attr("crypto:" + c)
	}
	if m.Setup != "" {
		w.attr("setup:" + string(m.Setup))
	}
	if m.Fingerprint.Hash != "" {
		w.attr("fingerprint:" + m.Fingerprint.Hash + " " + m.Fingerprint.Value)
	}
	if m.TLSID != "" {
		w.attr("tls-id:" + m.TLSID)
	}
}

func (w *writer) ice(m *OutMedia) {
	if m.Ufrag != "" {
		w.attr("ice-ufrag:" + m.Ufrag)
		w.attr("ice-pwd:" + m.Pwd)
	}
	if m.Trickle {
		w.attr("ice-options:trickle")
	}
	for _, c := range m.Candidates {
		w.attr("candidate:" + c)
	}
	if m.EndOfCandidates {
		w.attr("end-of-candidates")
	}
}
