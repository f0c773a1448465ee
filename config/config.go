// Package config reads rtpgo's options: from the command line, and from a
// configuration file in rtpengine's form.
//
// One table (Options) holds every option. The flags, the reader of the file,
// the help text, the manual page, rtpgo.conf.example and docs/configuration.md
// all come from it. Names, short forms, types and defaults are those of
// rtpengine 13.1.1.6 as its manual and its --help state them; options that
// rtpgo doesn't support are accepted with a warning that names them.
package config

import "time"

//go:generate go run ./internal/gen ..

// Config is the daemon's configuration. Fields marked "unsupported" are read
// but bear no weight yet; their options cause a warning when given.
type Config struct {
	// Help and Version ask for a text instead of a daemon; nothing else is
	// read or checked where one of them is set.
	Help, Version bool
	// File is the configuration file that was read, "" without one, and
	// Section its section.
	File, Section string
	// Warnings are for the log at start-up, one line each.
	Warnings []string

	// Interfaces as package interfaces reads them, at least one.
	Interfaces []string
	// PortMin and PortMax bound the media ports of every local address.
	PortMin, PortMax uint16
	// PortRest is how long a released port stays unused.
	PortRest time.Duration
	// SaveInterfacePorts takes one address for ICE candidates.
	SaveInterfacePorts bool
	// TOS of outgoing media packets; 0 leaves the field untouched.
	TOS uint8

	// Engine is one of the Engine constants.
	Engine string
	// Table is rtpengine's kernel table; negative keeps forwarding out of the
	// kernel, the number has no meaning otherwise.
	Table int
	// NoFallback refuses to start without the kernel engine.
	NoFallback bool
	// KernelDevices are watched by the kernel engine besides those that carry
	// the addresses, KernelExclude are not.
	KernelDevices, KernelExclude []string
	// NumThreads is the number of workers, 0 for one for each CPU core.
	NumThreads int

	// ListenNG and ListenTCPNG are [ADDRESS:]PORT for ParseListen.
	ListenNG, ListenTCPNG []string
	// ListenCLI are [ADDRESS:]PORT for ParseListen, for rtpengine-ctl.
	ListenCLI []string
	// ListenHTTP and ListenHTTPS are [ADDRESS:]PORT for ParseListen.
	ListenHTTP, ListenHTTPS []string
	// HTTPSCert and HTTPSKey are PEM files, both given with ListenHTTPS.
	HTTPSCert, HTTPSKey string
	// HTTPTokenFile holds a token that HTTP clients have to show, HTTPSClientCA
	// the certificates that vouch for theirs.
	HTTPTokenFile, HTTPSClientCA string
	// ControlTOS is the TOS of NG packets, 0 leaves it untouched. ControlPMTU
	// is want, dont or "" for the host's default.
	ControlTOS  uint8
	ControlPMTU string

	// Timeout ends a call none of whose streams received anything;
	// SilentTimeout is the same for muted and inactive streams. FinalTimeout
	// bounds a call's age, 0 is no bound. OfferTimeout is for calls that were
	// never answered.
	Timeout, SilentTimeout, FinalTimeout, OfferTimeout time.Duration
	// DeleteDelay is how long a call stays after it was deleted.
	DeleteDelay time.Duration
	// MaxSessions limits the calls; negative is no limit.
	MaxSessions int
	// MaxLoad (average of one minute), MaxCPU (percent) and MaxBandwidth
	// (octets received per second) refuse new calls; 0 is no limit.
	MaxLoad, MaxCPU float64
	MaxBandwidth    int64
	// DrainTimeout is how long calls may go on after SIGTERM.
	DrainTimeout time.Duration
	// KeepEnded is how long ended calls can be explained.
	KeepEnded time.Duration

	// SIPSource makes "SIP source address" the default of every request.
	SIPSource bool
	// DTLSPassive makes "DTLS=passive" the default of every request.
	DTLSPassive bool
	// EndpointLearning is delayed, immediate, off or heuristic.
	EndpointLearning string
	// RejectInvalidSDP: unsupported.
	RejectInvalidSDP bool
	// Templates are the signalling templates by name: strings as rtpp-flags
	// carries them. "default" and the names of commands apply by themselves.
	Templates map[string]string
	// TemplatesSection is the section they came from.
	TemplatesSection string

	// Foreground and PIDFile as in rtpengine; rtpgo never forks.
	Foreground bool
	PIDFile    string

	Log Log
	// DTLS is how our certificate is made and DTLS is spoken.
	DTLS DTLS
	// SoftwareID names this software to peers (STUN).
	SoftwareID string
	// Quality: unsupported.
	Quality Quality
	// Export: unsupported.
	Export Export
}

// The values of Config.Engine.
const (
	EngineAuto    = "auto"
	EngineKernel  = "kernel"
	EngineBatched = "batched"
	EngineSockets = "sockets"
)

// Log is what is logged, and where to.
type Log struct {
	// Level is that of syslog: 7 debug, 6 info, 5 notice, 4 warning, 3 error.
	Level int
	// Stderr logs to standard error instead of syslog.
	Stderr bool
	// NoTimestamps leaves the time out of lines on standard error.
	NoTimestamps bool
	// Name under which syslog and the journal get the lines.
	Name string
	// Levels of single subsystems, LevelUnset where none was given.
	Levels LogLevels
	// Journal logs to systemd's journal instead of syslog.
	Journal bool
	// Format is one of the Log constants.
	Format string
	// Facility of syslog for all lines; those of single kinds of lines are ""
	// where they aren't logged.
	Facility, FacilityCDR, FacilityRTCP, FacilityDTMF string
	// SplitLines gives each line of a message a log line of its own; MaxLine is
	// where lines are broken, 0 for the default and negative for nowhere.
	SplitLines bool
	MaxLine    int
	// MarkPrefix and MarkSuffix are put around sensitive values.
	MarkPrefix, MarkSuffix string
	// SRTPKeys and DebugSRTP: unsupported.
	SRTPKeys, DebugSRTP bool
}

// The values of Log.Format.
const (
	LogDefault  = "default"
	LogParsable = "parsable"
	LogJSON     = "json"
)

// LevelUnset is the level of a subsystem that follows Log.Level.
const LevelUnset = -1

// LogLevels holds a level for each of rtpengine's logging subsystems that is a
// part of rtpgo, too.
type LogLevels struct {
	Core, ICE, Crypto, Internals, HTTP, Control int
}

// DTLS is how our certificate is made and DTLS is spoken.
type DTLS struct {
	CertCipher string // prime256v1 or RSA
	Signature  string // unsupported
	Ciphers    string // OpenSSL's names, separated by colons
	RSAKeySize int    // bits
	MTU        int    // octets
}

// Quality is the measurement of media.
type Quality struct {
	// MOS are CQ or LQ and G.107, G.107.2 or legacy, as given.
	MOS          []string
	MeasureRTP   bool
	RTCPInterval time.Duration
}

// Export is what is sent to other systems or stored.
type Export struct {
	Homer, HomerProtocol                           string
	HomerID, HomerNGCaptureProto                   int
	HomerDisableRTCP, HomerNG                      bool
	Graphite, GraphitePrefix                       string
	GraphiteInterval, GraphiteTimeout              time.Duration
	DTMFLogDest, CDRFile                           string
	DTMFLogNGTCP, DTMFNoLogInjects                 bool
	JanusSecret                                    string
	RecordingDir, RecordingMethod, RecordingFormat string
	RecordEgress                                   bool
	Redis, RedisWrite                              string
}
