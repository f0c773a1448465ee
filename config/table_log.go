package config

var logOptions = []*Option{
	{Name: "log-level", Short: "L", Kind: Int, Default: "6", Min: 0, Max: 9, Group: "Log", Since: firstRelease,
		Doc:   "What is logged, as syslog counts: 3 errors, 4 warnings, 5 notices, 6 information, 7 everything.",
		field: func(c *Config) any { return &c.Log.Level }},
	{Name: "log-stderr", Short: "E", Default: "false", Group: "Log", Since: firstRelease,
		Doc:   "Log to standard error instead of syslog.",
		field: func(c *Config) any { return &c.Log.Stderr }},
	{Name: "no-log-timestamps", Default: "false", Group: "Log", Since: firstRelease,
		Doc:   "Leave the time out of lines on standard error.",
		field: func(c *Config) any { return &c.Log.NoTimestamps }},
	{Name: "log-name", Kind: String, Default: "rtpgo", Group: "Log", Since: firstRelease,
		Doc:   "Name under which syslog gets the lines.",
		field: func(c *Config) any { return &c.Log.Name }},

	level("core", "what belongs to no other part", func(l *LogLevels) *int { return &l.Core }),
	level("spandsp", "the SpanDSP library", func(l *LogLevels) *int { return &l.SpanDSP }),
	level("ffmpeg", "the ffmpeg libraries", func(l *LogLevels) *int { return &l.FFmpeg }),
	level("transcoding", "RTP and transcoding", func(l *LogLevels) *int { return &l.Transcoding }),
	level("codec", "negotiation of codecs", func(l *LogLevels) *int { return &l.Codec }),
	level("rtcp", "RTCP", func(l *LogLevels) *int { return &l.RTCP }),
	level("ice", "ICE", func(l *LogLevels) *int { return &l.ICE }),
	level("crypto", "negotiation of SDES and DTLS", func(l *LogLevels) *int { return &l.Crypto }),
	level("srtp", "SRTP packets", func(l *LogLevels) *int { return &l.SRTP }),
	level("internals", "inner workings", func(l *LogLevels) *int { return &l.Internals }),
	level("http", "HTTP and WebSocket", func(l *LogLevels) *int { return &l.HTTP }),
	level("control", "control protocols and SDP", func(l *LogLevels) *int { return &l.Control }),
	level("dtx", "discontinuous transmission", func(l *LogLevels) *int { return &l.DTX }),

	facility("log-facility", "Syslog facility.", "daemon", func(l *Log) *string { return &l.Facility }),
	facility("log-facility-cdr", "Syslog facility of call records.", "", func(l *Log) *string { return &l.FacilityCDR }),
	facility("log-facility-rtcp", "Syslog facility of RTCP data.", "", func(l *Log) *string { return &l.FacilityRTCP }),
	facility("log-facility-dtmf", "Syslog facility of DTMF events.", "", func(l *Log) *string { return &l.FacilityDTMF }),
	{Name: "log-format", Kind: String, Default: "default", Enum: []string{"default", "parsable"}, Group: "Log", Doc: "Form of the prefix of log lines.",
		Unsupported: "log lines carry named fields, which are parsable", field: func(c *Config) any { return &c.Log.Format }},
	{Name: "split-logs", Group: "Log", Doc: "Give each line of a message a log line of its own.", Unsupported: "every message is one line"},
	{Name: "max-log-line-length", Kind: Int, Group: "Log", Doc: "Break log lines at this length.", Unsupported: "every message is one line"},
	{Name: "log-mark-prefix", Kind: String, Group: "Log", Doc: "Text before sensitive values in the log.", Unsupported: "sensitive values aren't marked yet"},
	{Name: "log-mark-suffix", Kind: String, Group: "Log", Doc: "Text after sensitive values in the log.", Unsupported: "sensitive values aren't marked yet"},
	{Name: "log-srtp-keys", Group: "Log", Doc: "Log SRTP keys.", Unsupported: notSRTP, field: func(c *Config) any { return &c.Log.SRTPKeys }},
	{Name: "debug-srtp", Group: "Log", Doc: "Log details of SRTP packets.", Unsupported: notSRTP, field: func(c *Config) any { return &c.Log.DebugSRTP }},
	{Name: "dtmf-log-dest", Kind: String, Arg: "IP:PORT", Group: "Log", Doc: "Send DTMF events to this address as JSON over UDP.",
		Unsupported: notDTMFLog, field: func(c *Config) any { return &c.Export.DTMFLogDest }},
	{Name: "dtmf-log-ng-tcp", Group: "Log", Doc: "Send DTMF events to clients of listen-tcp-ng.",
		Unsupported: notDTMFLog, field: func(c *Config) any { return &c.Export.DTMFLogNGTCP }},
	{Name: "dtmf-no-log-injects", Group: "Log", Doc: "Don't report DTMF events that a command injected.",
		Unsupported: notDTMFLog, field: func(c *Config) any { return &c.Export.DTMFNoLogInjects }},
	{Name: "dtmf-digit-delay", Kind: Milliseconds, Group: "Log", Doc: "Time between DTMF digits that make up one code.", Unsupported: notDTMFLog},
}

// level makes the row of a subsystem's log level.
func level(name, what string, field func(*LogLevels) *int) *Option {
	return &Option{Name: "log-level-" + name, Kind: Int, Default: "-1", Min: -1, Max: 9, Group: "Log",
		Doc: "Log level of " + what + "; -1 follows log-level.", Unsupported: notSubsystem,
		field: func(c *Config) any { return field(&c.Log.Levels) }}
}

func facility(name, doc, def string, field func(*Log) *string) *Option {
	return &Option{Name: name, Kind: String, Arg: "daemon|local0|...|local7", Default: def, Group: "Log",
		Doc: doc, Unsupported: notSyslog,
		field: func(c *Config) any { return field(&c.Log) }}
}
