// Package ng speaks rtpengine's NG control protocol: it decodes datagrams
// (cookie and bencode or JSON document) into typed requests, encodes replies,
// and answers retransmissions. It knows nothing about calls or media.
package ng

import "net/netip"

// Text is an optional string of a request. The reference tells a missing key
// from an empty string ("No call-id in message" against a call whose id is "").
type Text struct {
	Value string
	Set   bool
}

// Request is one decoded NG request. Every spelling of a key or flag that the
// reference accepts ends up in exactly one field here; the vocabulary table
// (vocabulary.go) is the only place that knows spellings.
type Request struct {
	Command Text // as sent; not Set when missing or not a string

	// Identification.
	CallID, FromTag, ToTag, ViaBranch Text
	Label, SetLabel, ToLabel          Text
	FromTags                          []string // "from-tags"
	Address                           Text     // selection of a participant by its address
	Metadata                          Text
	All                               Text // "all=..." or the flag all: Value "all"
	SIPMessageType                    Text
	SIPCode                           int
	SupportsLoadLimit                 bool // "supports" contains "load limit"
	SDP                               Text
	ReceivedFrom                      netip.Addr // zero when missing or not two valid elements
	Interface                         Text
	FromInterface, ToInterface        Text
	Direction                         []string // only when given as a list (or by rtpp-flags)
	AddressFamily                     Family
	MediaAddress                      netip.Addr // zero when missing, unparsable or unspecified
	TransportProtocol                 Text       // as sent, e.g. "RTP/SAVP", "accept"

	Flags   Flags
	Replace Replace
	RTCPMux RTCPMux
	Codec   CodecFlags
	SDES    SDES
	OSRTP   OSRTP
	T38     T38

	ICE             ICE
	ICELite         ICELite
	DTLS            DTLS // towards the receiver of this SDP
	DTLSReverse     DTLS
	DTLSFingerprint string // hash name as sent, "" when missing

	SDPAttr        map[string]*SDPAttr // by section: "none" (session; "global" and "session" too), "audio", "video", ...
	SDPMediaRemove []string            // media types; lower case

	Ptime, PtimeReverse int // ms, 0 when missing
	TOS                 int // 0..255, -1: leave as it is; TOSSet is false when missing or above 255
	TOSSet              bool

	EndpointLearning EndpointLearning
	DropTraffic      DropTraffic
	MediaEcho        MediaEcho
	DeleteDelay      int // seconds; DeleteDelaySet tells whether it was given and >= 0
	DeleteDelaySet   bool
	Limit            int // list; LimitSet tells whether it was given
	LimitSet         bool
	Cursor           Text // rtpgo status: only calls behind this call-id
	Setting, Value   Text // rtpgo set: an option and its new value
	Frequency        []int

	DTMFSecurity                                Text
	DelayBuffer                                 int // ms
	GenerateRTCP                                Switch
	RecordCall                                  Switch
	Volume                                      int
	VolumeSet                                   bool
	DTMFSecurityTrigger, DTMFSecurityTriggerEnd Text
	DTMFDelay, TriggerEndTime, TriggerEndDigits int // ms, ms, count
	Trigger                                     Text
	TriggerEnd                                  Text
	XMLRPCCallback                              Text
	DTMFLogDest                                 netip.AddrPort // zero when missing or unparsable
	AudioPlayer                                 Text
	Template                                    Text

	// Player and DTMF injection (play media, play DTMF).
	File, Blob, Code                              Text
	DBID                                          Text
	Duration                                      int // ms
	Pause                                         int // ms
	RepeatTimes                                   int
	StartPos                                      int
	RecordingFile, RecordingDir, RecordingPattern Text
	OutputDestination                             Text

	// Peer is who sent the request; zero for one made in the process itself.
	Peer netip.AddrPort

	// Unknown lists the keys and flags nobody knows (the first 16); the server
	// logs them and goes on.
	Unknown []UnknownFlag
	// Unsupported lists known spellings whose feature isn't built.
	Unsupported []string
}

// UnknownFlag is a key, flag or value outside the vocabulary, which has no
// effect. String tells it with a suggestion.
type UnknownFlag struct {
	Where string // "key", "flags", "replace", ...
	Name  string
	Hint  string // what is wrong with it, when it isn't just unknown
}

// Family of an address, as in "address family".
type Family uint8

const (
	FamilyUnset Family = iota
	FamilyIPv4
	FamilyIPv6
)

// Flags are the boolean entries of "flags" (and of rtpp-flags, and of keys of
// their own where the reference takes both).
type Flags struct {
	TrustAddress          bool
	SIPSourceAddress      bool // the later one of trust-address and SIP-source-address counts
	Symmetric             bool
	Asymmetric            bool
	Unidirectional        bool
	StrictSource          bool
	MediaHandover         bool
	PortLatching          bool
	NoPortLatching        bool
	Reset                 bool
	LoopProtect           bool
	GenerateMID           bool
	OriginalSendrecv      bool
	NoRTCPAttribute       bool
	FullRTCPAttribute     bool
	StripExtmap           bool
	SingleCodec           bool
	ReuseCodecs           bool
	StaticCodecs          bool
	AsymmetricCodecs      bool // asymmetric-codecs
	SymmetricCodecs       bool
	ReorderCodecs         bool
	AllowAsymmetric       bool // allow-asymmetric-codecs
	AllowNoCodecMedia     bool
	AllowTranscoding      bool
	AlwaysTranscode       bool
	InjectDTMF            bool
	DetectDTMF            bool
	BlockDTMF             bool
	EarlyMedia            bool
	NATWait               bool
	PierceNAT             bool
	TrickleICE            bool
	RejectICE             bool
	WebRTC                bool
	SIPREC                bool
	Provisional           bool
	NewBranch             bool
	Fragment              bool
	Inactive              bool
	ToTag                 bool // the flag "to-tag": honour to-tag in delete
	Fatal                 bool
	All                   bool
	Pause                 bool
	RecordCall            bool
	DiscardRecording      bool
	RecordingVSC          bool
	NoRedisUpdate         bool
	DebugCall             bool
	RTCPMirror            bool
	BlockEgress           bool
	Directional           bool
	NoJitterBuffer        bool
	SkipRecordingDB       bool
	ExcludeRecording      bool
	RecordingAnnouncement bool
	BlockShort            bool
	Passthrough           bool // leave ports and addresses of the SDP alone
}

// Replace holds the entries of "replace".
type Replace struct {
	Origin, OriginFull, SessionConnection, SessionName, Username bool
	SDPVersion, ForceIncrementSDPVersion, ZeroAddress            bool
}

// RTCPMux holds the entries of "rtcp-mux".
type RTCPMux struct{ Offer, Require, Demux, Accept, Reject bool }

// CodecFlags holds the lists of the "codec" dictionary, in the order given.
type CodecFlags struct {
	Strip, Mask, Offer, Except, Accept, Consume, Ignore, Transcode, Set []string
}

// SDES holds the entries of "SDES".
type SDES struct {
	Off, Static, Nonew, Prefer, Pad, Lifetime              bool
	UnencryptedSRTP, UnencryptedSRTCP, UnauthenticatedSRTP bool
	EncryptedSRTP, EncryptedSRTCP, AuthenticatedSRTP       bool
	No, Only, Order, OffererPref                           []string // suite names as sent
}

// OSRTP holds the entries of "OSRTP".
type OSRTP struct{ Offer, OfferLegacy, Accept, AcceptLegacy bool }

// T38 holds the entries of "T.38".
type T38 struct {
	Decode, Force, Stop, FEC                    bool
	NoECM, NoV17, NoV27ter, NoV29, NoV34, NoIAF bool
}

// ICE is the value of "ICE".
type ICE uint8

const (
	ICEUnset ICE = iota
	ICERemove
	ICEForce
	ICEDefault
	ICEOptional
	ICEForceRelay
)

// ICELite is the value of "ICE-lite".
type ICELite uint8

const (
	ICELiteUnset ICELite = iota
	ICELiteOff
	ICELiteForward
	ICELiteBackward
	ICELiteBoth
)

// DTLS is the value of "DTLS" and "DTLS-reverse".
type DTLS uint8

const (
	DTLSUnset DTLS = iota
	DTLSOff
	DTLSActive
	DTLSPassive
)

// EndpointLearning is the value of "endpoint-learning".
type EndpointLearning uint8

const (
	LearningUnset EndpointLearning = iota
	LearningDelayed
	LearningImmediate
	LearningOff
	LearningHeuristic
)

// DropTraffic is the value of "drop-traffic".
type DropTraffic uint8

const (
	DropUnset DropTraffic = iota
	DropStart
	DropStop
)

// MediaEcho is the value of "media-echo".
type MediaEcho uint8

const (
	EchoUnset     MediaEcho = iota
	EchoForward             // the receiver of the SDP hears itself
	EchoBackwards           // its sender hears itself
	EchoBoth
	EchoBlackhole // alias sinkhole
)

// Switch is an option that can be on, off or not given.
type Switch uint8

const (
	SwitchUnset Switch = iota
	SwitchOn
	SwitchOff
)

// SDPAttr holds the manipulations of "sdp-attr" for one kind of section.
type SDPAttr struct {
	Add        []string
	Remove     []string
	Substitute [][2]string
}
