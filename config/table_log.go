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
		Doc:   "Name under which syslog and the journal get the lines.",
		field: func(c *Config) any { return &c.Log.Name }},
	{Name: "log-journal", Default: "false", Group: "Log", Since: firstRelease, Own: true,
		Doc: "Log to systemd's journal by its own protocol instead of syslog or standard error: the fields of a line are fields of the entry " +
			"(journalctl RTPGO_CALL=CALL-ID).",
		field: func(c *Config) any { return &c.Log.Journal }},
	{Name: "log-format", Kind: String, Default: LogDefault, Enum: []string{LogDefault, LogParsable, LogJSON}, Group: "Log", Since: firstRelease,
		Doc: "Form of log lines on standard error and in syslog: text with fields behind it, text with [ID=\"CALL-ID\" ...] before it, " +
			"or a JSON object for each line (rtpgo's own).",
		field: func(c *Config) any { return &c.Log.Format }},
	{Name: "split-logs", Group: "Log", Default: "false", Since: firstRelease,
		Doc:   "Give each line of a message of several lines, such as a description, a log line of its own.",
		field: func(c *Config) any { return &c.Log.SplitLines }},
	{Name: "max-log-line-length", Kind: Int, Default: "0", Group: "Log", Since: firstRelease,
		Doc:   "Break lines of text at this length; 0 is 500 for syslog and no limit for standard error, a negative value no limit.",
		field: func(c *Config) any { return &c.Log.MaxLine }},
	{Name: "log-mark-prefix", Kind: String, Example: "<", Group: "Log", Since: firstRelease,
		Doc:   "Text before values in the log that tell about people: call-ids, tags, addresses of clients, descriptions.",
		field: func(c *Config) any { return &c.Log.MarkPrefix }},
	{Name: "log-mark-suffix", Kind: String, Example: ">", Group: "Log", Since: firstRelease,
		Doc:   "Text after such values.",
		field: func(c *Config) any { return &c.Log.MarkSuffix }},
	facility("log-facility", "Syslog facility of log lines.", "daemon", func(l *Log) *string { return &l.Facility }),

	level("core", "what belongs to no other part", func(l *LogLevels) *int { return &l.Core }),
	level("control", "control protocols", func(l *LogLevels) *int { return &l.Control }),
	level("ice", "ICE", func(l *LogLevels) *int { return &l.ICE }),
	level("crypto", "SDES, DTLS and SRTP", func(l *LogLevels) *int { return &l.Crypto }),
	level("http", "HTTP and WebSocket", func(l *LogLevels) *int { return &l.HTTP }),
	level("internals", "the packet engines and the service manager", func(l *LogLevels) *int { return &l.Internals }),
	noLevel("spandsp", "the SpanDSP library"),
	noLevel("ffmpeg", "the ffmpeg libraries"),
	noLevel("transcoding", "RTP and transcoding"),
	noLevel("codec", "negotiation of codecs"),
	noLevel("rtcp", "RTCP"),
	noLevel("srtp", "SRTP packets"),
	noLevel("dtx", "discontinuous transmission"),

	facilityOf("log-facility-cdr", "Syslog facility of call records, a line for each call that has ended; none are logged without it.", func(l *Log) *string { return &l.FacilityCDR }),
	facilityOf("log-facility-rtcp", "Syslog facility of RTCP reports, a line for each; none are logged without it.", func(l *Log) *string { return &l.FacilityRTCP }),
	facilityOf("log-facility-dtmf", "Syslog facility of DTMF events (RFC 4733), a line of JSON for each; none are logged without it.", func(l *Log) *string { return &l.FacilityDTMF }),
	{Name: "log-srtp-keys", Group: "Log", Doc: "Log SRTP keys.", Unsupported: notSRTP, field: func(c *Config) any { return &c.Log.SRTPKeys }},
	{Name: "debug-srtp", Group: "Log", Doc: "Log details of SRTP packets.", Unsupported: notSRTP, field: func(c *Config) any { return &c.Log.DebugSRTP }},
	{Name: "dtmf-log-dest", Kind: String, Arg: "IP:PORT", Example: "127.0.0.1:2223", Group: "Log", Since: firstRelease,
		Doc: "Send a datagram of JSON to this address for each DTMF event (RFC 4733) that ends. " +
			"The key DTMF-log-dest of a request names another place for one call.",
		field: func(c *Config) any { return &c.Export.DTMFLogDest }},
	{Name: "dtmf-log-ng-tcp", Default: "false", Group: "Log", Since: firstRelease,
		Doc:   "Send DTMF events (RFC 4733) to all clients of listen-tcp-ng, unasked, in bencode.",
		field: func(c *Config) any { return &c.Export.DTMFLogNGTCP }},
	{Name: "dtmf-no-log-injects", Group: "Log", Doc: "Don't report DTMF events that a command injected.",
		Unsupported: "play DTMF isn't built, so that no event is injected", field: func(c *Config) any { return &c.Export.DTMFNoLogInjects }},
	{Name: "dtmf-digit-delay", Kind: Milliseconds, Group: "Log", Doc: "Time between DTMF digits that make up one code.", Unsupported: "codes of several digits aren't recognized"},
}

// level makes the row of a subsystem's log level.
func level(name, what string, field func(*LogLevels) *int) *Option {
	return &Option{Name: "log-level-" + name, Kind: Int, Default: "-1", Min: -1, Max: 9, Group: "Log", Since: firstRelease,
		Doc:   "Log level of " + what + "; -1 follows log-level.",
		field: func(c *Config) any { return field(&c.Log.Levels) }}
}

// noLevel makes the row of a subsystem that rtpgo doesn't have.
func noLevel(name, what string) *Option {
	return &Option{Name: "log-level-" + name, Kind: Int, Default: "-1", Min: -1, Max: 9, Group: "Log",
		Doc: "Log level of " + what + ".", Unsupported: notSubsystem}
}

var facilityNames = []string{
	"daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	"auth", "authpriv", "cron", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp",
}

func facility(name, doc, def string, field func(*Log) *string) *Option {
	return &Option{Name: name, Kind: String, Arg: "daemon|local0|...|local7", Enum: facilityNames, Default: def, Group: "Log",
		Since: firstRelease, Doc: doc,
		field: func(c *Config) any { return field(&c.Log) }}
}

// facilityOf makes the row of lines of one kind.
func facilityOf(name, doc string, field func(*Log) *string) *Option {
	o := facility(name, doc, "", field)
	o.Example = "local1"
	return o
}
