package sdpedit

import (
	"net/netip"
	"strconv"
	"strings"
)

func direction(name string) Direction {
	switch name {
	case "sendrecv":
		return SendRecv
	case "sendonly":
		return SendOnly
	case "recvonly":
		return RecvOnly
	case "inactive":
		return Inactive
	}
	return DirectionUnset
}

// readAttributes fills the session's typed views and leaves in Attributes only
// what passes untouched.
func (s *Session) readAttributes() {
	kept := s.Attributes[:0:0]
	for _, a := range s.Attributes {
		if d := direction(a.Name); d != DirectionUnset && !a.HasValue {
			s.Direction = d
			continue
		}
		switch a.Name {
		case "setup":
			s.Setup = Setup(a.Value)
		case "fingerprint":
			s.Fingerprint = parseFingerprint(a.Value)
		case "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "end-of-candidates", "candidate", "remote-candidates":
			s.ICE.read(a)
		case "group":
			s.Groups = append(s.Groups, a.Value)
		case "rtcp-mux", "ptime", "maxptime", "rtcp", "mid", "fmtp", "rtpmap", "rtcp-fb", "tls-id",
			"crypto", "label":
			// Media attributes at session level are lost, as in the reference.
		default:
			kept = append(kept, a)
		}
	}
	s.Attributes = kept
}

func (m *Media) readAttributes(s *Session) {
	m.Direction, m.Setup, m.Fingerprint = s.Direction, s.Setup, s.Fingerprint
	m.ICE.Ufrag, m.ICE.Pwd = s.ICE.Ufrag, s.ICE.Pwd
	m.ICE.Lite, m.ICE.Trickle = s.ICE.Lite, s.ICE.Trickle
	defer m.inherit(s)
	m.readFormats()
	for _, a := range m.Attributes {
		if d := direction(a.Name); d != DirectionUnset && !a.HasValue {
			m.Direction = d
			continue
		}
		if !m.typed(a) {
			m.Other = append(m.Other, a)
		}
	}
	for i := range m.Codecs {
		m.Codecs[i].canonicalFmtp()
	}
}

// typed stores an attribute that has a typed view.
func (m *Media) typed(a Attribute) bool {
	switch a.Name {
	case "rtpmap", "fmtp", "rtcp-fb":
		m.codecAttribute(a)
	case "rtcp":
		m.readRTCP(a.Value)
	case "rtcp-mux":
		m.RTCPMux = true
	case "ptime":
		m.Ptime = atoi(a.Value)
	case "maxptime":
		m.Maxptime = atoi(a.Value)
	case "mid":
		m.MID = a.Value
	case "crypto":
		if c, ok := parseCrypto(a.Value); ok {
			m.Cryptos = append(m.Cryptos, c)
		}
	case "setup":
		m.Setup = Setup(a.Value)
	case "fingerprint":
		m.Fingerprint = parseFingerprint(a.Value)
	case "tls-id":
		m.TLSID = a.Value
	case "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "end-of-candidates", "candidate", "remote-candidates":
		m.ICE.read(a)
	case "rtpengine":
		m.RTPEngine = true
	default:
		return false
	}
	return true
}

func (m *Media) readRTCP(value string) {
	f := strings.Fields(value)
	if len(f) == 0 {
		return
	}
	port, err := strconv.ParseUint(f[0], 10, 16)
	if err != nil {
		return
	}
	m.RTCPPort = int(port)
	if len(f) >= 4 {
		if addr, err := address(f[1], f[2], f[3]); err == nil {
			m.RTCPAddress = addr
		}
	}
}

// ICEAttributes are the names of the attributes of ICE (RFC 8839, RFC 8840).
var ICEAttributes = []string{
	"ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "end-of-candidates", "candidate", "remote-candidates",
}

func (i *ICE) read(a Attribute) {
	switch a.Name {
	case "ice-ufrag":
		i.Ufrag = a.Value
	case "ice-pwd":
		i.Pwd = a.Value
	case "ice-lite":
		i.Lite = true
	case "ice-options":
		for _, o := range strings.Fields(a.Value) {
			i.Trickle = i.Trickle || o == "trickle"
		}
	case "end-of-candidates":
		i.EndOfCandidates = true
	case "remote-candidates":
		i.Remote = append(i.Remote, a)
	case "candidate":
		if c, ok := parseCandidate(a.Value); ok {
			i.Candidates = append(i.Candidates, c)
		}
	}
}

// parseCandidate reads the value of a=candidate (RFC 8839 section 5.1).
func parseCandidate(v string) (Candidate, bool) {
	f := strings.Fields(v)
	if len(f) < 8 || f[6] != "typ" {
		return Candidate{}, false
	}
	prio, err := strconv.ParseUint(f[3], 10, 32)
	if err != nil {
		return Candidate{}, false
	}
	port, err := strconv.ParseUint(f[5], 10, 16)
	if err != nil {
		return Candidate{}, false
	}
	c := Candidate{
		Foundation: f[0], Component: atoi(f[1]), Transport: f[2], Priority: uint32(prio),
		Port: int(port), Type: f[7], Raw: v,
	}
	c.Address, _ = netip.ParseAddr(f[4])
	var raddr netip.Addr
	for i := 8; i+1 < len(f); i += 2 {
		switch f[i] {
		case "raddr":
			raddr, _ = netip.ParseAddr(f[i+1])
		case "rport":
			c.Related = netip.AddrPortFrom(raddr, uint16(atoi(f[i+1])))
		}
	}
	return c, true
}

// parseCrypto reads the value of a=crypto (RFC 4568 section 9.1).
func parseCrypto(v string) (Crypto, bool) {
	f := strings.Fields(v)
	if len(f) < 3 || len(f[2]) < 7 || !strings.EqualFold(f[2][:7], "inline:") {
		return Crypto{}, false
	}
	tag, err := strconv.Atoi(f[0])
	if err != nil {
		return Crypto{}, false
	}
	c := Crypto{Tag: tag, Suite: f[1], Key: f[2][7:], Session: strings.Join(f[3:], " ")}
	if i := strings.IndexByte(c.Key, '|'); i >= 0 {
		c.Key, c.Params = c.Key[:i], c.Key[i:]
		for _, p := range strings.Split(c.Params[1:], "|") {
			if strings.Contains(p, ":") {
				c.MKI = p
			}
		}
	}
	return c, true
}

func parseFingerprint(v string) Fingerprint {
	hash, value, _ := strings.Cut(v, " ")
	return Fingerprint{Hash: hash, Value: strings.TrimSpace(value)}
}

// atoi is lenient: leading digits count, anything else is 0.
func atoi(s string) int {
	n := 0
	for i := 0; i < len(s) && s[i] >= '0' && s[i] <= '9' && n < 1<<24; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// inherit applies a one-way direction of the session to a section that says
// inactive, as the reference does.
func (m *Media) inherit(s *Session) {
	if m.Direction == Inactive && (s.Direction == SendOnly || s.Direction == RecvOnly) {
		m.Direction = s.Direction
	}
}
