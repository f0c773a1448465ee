package explain

// Verdict on one direction of one section.
type Verdict struct {
	From, To string // tags; "" when unknown
	Media    int    // number of the section, from 1
	Type     string
	Code     Code
	// Fault tells that something is wrong, as far as can be told from here.
	Fault bool
	// Side is the tag of the party at fault, "rtpgo" for this host, its
	// configuration or a command to it, "" for nobody.
	Side string
	// Text says what is the matter, Check what to look at next.
	Text, Check string
}

// Rtpgo is the side that is neither of the parties.
const Rtpgo = "rtpgo"

// Code names a verdict, for programs.
type Code string

// The verdicts (docs/explain.md).
const (
	Healthy         Code = "healthy"
	Held            Code = "held"
	NotAnswered     Code = "not-answered"
	SilentSender    Code = "silent-sender"
	Stopped         Code = "stopped"
	Timeout         Code = "timeout"
	PrivateAddress  Code = "private-address"
	WrongInterface  Code = "wrong-interface"
	NoRoute         Code = "no-route"
	Firewall        Code = "firewall"
	NotReceived     Code = "not-received"
	SourcePort      Code = "source-port"
	Stranger        Code = "stranger"
	PayloadType     Code = "payload-type"
	SRTPKey         Code = "srtp-key"
	SRTPExpected    Code = "srtp-expected"
	SRTPUnexpected  Code = "srtp-unexpected"
	DTLSNotStarted  Code = "dtls-not-started"
	DTLSFailed      Code = "dtls-failed"
	DTLSFingerprint Code = "dtls-fingerprint"
	ICENoPair       Code = "ice-no-pair"
	Mux             Code = "mux"
	RTCPOnly        Code = "rtcp-only"
	Blocked         Code = "blocked"
	EndedPort       Code = "ended-port"
	MTU             Code = "mtu"
)
