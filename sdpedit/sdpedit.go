// Package sdpedit reads session descriptions as phones really send them and
// writes them as rtpengine does: generated anew, line by line in a fixed
// order, with everything it doesn't understand kept. It knows nothing about
// calls.
package sdpedit

import "net/netip"

// Session is a session description (RFC 8866) with the typed views that a
// media proxy needs.
type Session struct {
	Origin      Origin
	Name        string // s=; empty when missing
	Timing      string // t=, without the "t="
	Bandwidth   Bandwidth
	Connection  netip.Addr  // session c=; zero when missing
	Attributes  []Attribute // all session attributes in original order
	Direction   Direction   // session level default; DirectionUnset when missing
	ICE         ICE         // session level default
	Setup       Setup
	Fingerprint Fingerprint
	Groups      []string // values of a=group (RFC 5888)
	Medias      []*Media
}

// Origin is the o= line.
type Origin struct {
	Username, SessionID, Version string
	Address                      netip.Addr
	// Host is the address field as written ("IN IP4 host.example.com"): names
	// pass where the address isn't replaced.
	Host string
}

// Bandwidth holds the b= lines by type; -1 when missing. RFC 8866 section 5.8,
// RFC 3556 (RS, RR), RFC 3890 (TIAS).
type Bandwidth struct{ AS, CT, RR, RS, TIAS int64 }

// NoBandwidth has no b= line.
var NoBandwidth = Bandwidth{-1, -1, -1, -1, -1}

// Attribute is one a= line.
type Attribute struct {
	Name, Value string
	HasValue    bool
}

// String is the attribute without "a=".
func (a Attribute) String() string {
	if a.HasValue {
		return a.Name + ":" + a.Value
	}
	return a.Name
}

// Media is one m= section.
type Media struct {
	Type     string // "audio", "video", "image", ...
	Port     int
	Protocol string // as written, e.g. "RTP/AVP"
	Formats  []string
	// Connection is the effective address: the section's own c= or the session's.
	Connection netip.Addr
	Bandwidth  Bandwidth
	// Attributes are all attributes in original order.
	Attributes []Attribute
	// Other are those without a typed view below; they pass untouched.
	Other []Attribute

	Direction   Direction // effective (own or session); DirectionUnset when neither
	RTCPPort    int       // a=rtcp (RFC 3605); 0 when missing
	RTCPAddress netip.Addr
	RTCPMux     bool // RFC 5761
	Codecs      []Codec
	FeedbackAll []string // values of a=rtcp-fb:* (RFC 4585)
	Ptime       int      // ms; 0 when missing
	Maxptime    int      // ms
	MID, Label  string
	Cryptos     []Crypto
	Setup       Setup
	Fingerprint Fingerprint
	TLSID       string
	ICE         ICE
	RTPEngine   bool // a=rtpengine present
}

// Direction attribute (RFC 8866 section 6.7).
type Direction uint8

const (
	DirectionUnset Direction = iota
	SendRecv
	SendOnly
	RecvOnly
	Inactive
)

// String is the attribute's name.
func (d Direction) String() string {
	switch d {
	case SendOnly:
		return "sendonly"
	case RecvOnly:
		return "recvonly"
	case Inactive:
		return "inactive"
	}
	return "sendrecv"
}

// Sends tells whether the party that wrote the attribute sends.
func (d Direction) Sends() bool { return d != RecvOnly && d != Inactive }

// Receives tells whether the party that wrote the attribute receives.
func (d Direction) Receives() bool { return d != SendOnly && d != Inactive }

// Codec is one payload type of a section.
type Codec struct {
	PT        int
	Encoding  string // as written; "" for a payload type nobody defined
	ClockRate int    // Hz
	Channels  int    // 0 when not written
	Fmtp      string // format parameters; HasFmtp tells an empty one from none
	HasFmtp   bool
	Feedback  []string // values of a=rtcp-fb for this type
}

// Crypto is one a=crypto line (RFC 4568).
type Crypto struct {
	Tag     int
	Suite   string
	Key     string // base64 of key and salt, as written, without "inline:"
	Params  string // lifetime and MKI as written, with the leading '|'; "" when none
	MKI     string // "value:length"; "" when none
	Session string // session parameters as written
}

// Setup is a=setup (RFC 4145).
type Setup string

const (
	SetupActpass  Setup = "actpass"
	SetupActive   Setup = "active"
	SetupPassive  Setup = "passive"
	SetupHoldconn Setup = "holdconn"
)

// Fingerprint is a=fingerprint (RFC 8122).
type Fingerprint struct{ Hash, Value string }

// ICE holds the ICE attributes of a section (RFC 8839).
type ICE struct {
	Ufrag, Pwd      string
	Lite            bool
	Trickle         bool
	EndOfCandidates bool
	Candidates      []Candidate
	// Remote are the remote-candidates.
	Remote []Attribute
}

// Present tells whether the section speaks ICE. A password that is missing is a
// fault that connectivity checks will find.
func (i *ICE) Present() bool { return i.Ufrag != "" }

// Candidate is one a=candidate line (RFC 8839 section 5.1).
type Candidate struct {
	Foundation string
	Component  int
	Transport  string
	Priority   uint32
	Address    netip.Addr // zero for names (mDNS)
	Port       int
	Type       string
	Related    netip.AddrPort
	Raw        string // the value as written
}
