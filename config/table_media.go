package config

var securityOptions = []*Option{
	{Name: "dtls-cert-cipher", Kind: String, Default: "prime256v1", Enum: []string{"prime256v1", "RSA"}, Group: "Encryption and ICE",
		Doc: "Kind of the key of the DTLS certificate.", Since: firstRelease, field: func(c *Config) any { return &c.DTLS.CertCipher }},
	{Name: "dtls-signature", Kind: String, Default: "SHA-256", Enum: []string{"SHA-256", "SHA-1"}, Group: "Encryption and ICE",
		Doc: "Hash of the signature of the DTLS certificate.", Unsupported: "certificates are signed with SHA-256; peers compare fingerprints", field: func(c *Config) any { return &c.DTLS.Signature }},
	{Name: "dtls-rsa-key-size", Kind: Int, Default: "2048", Group: "Encryption and ICE",
		Doc: "Size of an RSA key, in bits.", Since: firstRelease, field: func(c *Config) any { return &c.DTLS.RSAKeySize }},
	{Name: "dtls-ciphers", Kind: String, Arg: "LIST", Example: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", Group: "Encryption and ICE",
		Doc: "Ciphers of the DTLS handshake, as OpenSSL names them, separated by colons; all that are known if empty.", Since: firstRelease, field: func(c *Config) any { return &c.DTLS.Ciphers }},
	{Name: "dtls-mtu", Kind: Int, Default: "1200", Group: "Encryption and ICE",
		Doc: "Largest DTLS packet, in octets.", Since: firstRelease, field: func(c *Config) any { return &c.DTLS.MTU }},
	{Name: "software-id", Kind: String, Default: "rtpengine-compatible-rtpgo", Group: "Encryption and ICE", Since: firstRelease,
		Doc: "Name of this software in ICE's connectivity checks. What is neither letter nor digit becomes a dash.", field: func(c *Config) any { return &c.SoftwareID }},
}

var qualityOptions = []*Option{
	{Name: "mos", Kind: List, Example: "G.107", Enum: []string{"CQ", "LQ", "G.107", "G.107.2", "legacy"}, Group: "Quality", Since: firstRelease,
		Doc:   "How a mean opinion score is computed. CQ, the default, rates conversation and needs round-trip times; LQ rates listening alone. G.107, the default, is the simplified E-model; G.107.2 rates fullband codecs by the E-model for those; legacy is an older formula.",
		field: func(c *Config) any { return &c.Quality.MOS }},
	{Name: "measure-rtp", Example: "true", Group: "Quality", Since: firstRelease,
		Doc:   "Rate by loss and jitter as measured here where a party sends no RTCP.",
		field: func(c *Config) any { return &c.Quality.MeasureRTP }},
	{Name: "rtcp-interval", Kind: Milliseconds, Default: "5000", Min: 200, Max: 3600000, Group: "Quality", Since: firstRelease,
		Doc: "Time between RTCP packets of our own (flag generate-RTCP), and between samples of measure-rtp; up to a second is added at random.", field: func(c *Config) any { return &c.Quality.RTCPInterval }},
}

var recordingOptions = []*Option{
	{Name: "recording-dir", Kind: String, Arg: "DIR", Group: "Recording", Doc: "Directory for recordings.",
		Unsupported: notRecording, field: func(c *Config) any { return &c.Export.RecordingDir }},
	{Name: "recording-method", Kind: String, Default: "pcap", Enum: []string{"pcap", "proc", "all"}, Group: "Recording", Doc: "How calls are recorded.",
		Unsupported: notRecording, field: func(c *Config) any { return &c.Export.RecordingMethod }},
	{Name: "recording-format", Kind: String, Default: "raw", Enum: []string{"raw", "eth"}, Group: "Recording", Doc: "Frames of recorded packets.",
		Unsupported: notRecording, field: func(c *Config) any { return &c.Export.RecordingFormat }},
	{Name: "record-egress", Group: "Recording", Doc: "Record what is sent instead of what is received.",
		Unsupported: notRecording, field: func(c *Config) any { return &c.Export.RecordEgress }},
	{Name: "vsc-start-rec", Kind: String, Group: "Recording", Doc: "DTMF code that starts recording.", Unsupported: notRecording},
	{Name: "vsc-stop-rec", Kind: String, Group: "Recording", Doc: "DTMF code that stops recording.", Unsupported: notRecording},
	{Name: "vsc-start-stop-rec", Kind: String, Group: "Recording", Doc: "DTMF code that starts or stops recording.", Unsupported: notRecording},
	{Name: "vsc-pause-rec", Kind: String, Group: "Recording", Doc: "DTMF code that pauses recording.", Unsupported: notRecording},
	{Name: "vsc-pause-resume-rec", Kind: String, Group: "Recording", Doc: "DTMF code that pauses or resumes recording.", Unsupported: notRecording},
	{Name: "vsc-start-pause-resume-rec", Kind: String, Group: "Recording", Doc: "DTMF code that starts, pauses or resumes recording.", Unsupported: notRecording},
}

var transcodingOptions = []*Option{
	{Name: "codec-num-threads", Kind: Int, Group: "Transcoding", Doc: "Workers for transcoding.", Unsupported: notTranscoding},
	{Name: "jitter-buffer", Kind: Int, Default: "0", Group: "Transcoding", Doc: "Length of the jitter buffer, in packets.", Unsupported: "the jitter buffer isn't built"},
	{Name: "jb-clock-drift", Group: "Transcoding", Doc: "Even out the drift of clocks in the jitter buffer.", Unsupported: "the jitter buffer isn't built"},
	{Name: "evs-lib-path", Kind: String, Arg: "FILE", Group: "Transcoding", Doc: "Library of the EVS codec.", Unsupported: notTranscoding},
	{Name: "dtx-delay", Kind: Milliseconds, Default: "0", Group: "Transcoding", Doc: "Wait so long before a gap counts as discontinuous transmission.", Unsupported: notTranscoding},
	{Name: "max-dtx", Kind: Seconds, Default: "30", Group: "Transcoding", Doc: "Longest gap that is filled.", Unsupported: notTranscoding},
	{Name: "dtx-buffer", Kind: Int, Default: "10", Group: "Transcoding", Doc: "Packets in the DTX buffer.", Unsupported: notTranscoding},
	{Name: "dtx-lag", Kind: Milliseconds, Default: "100", Group: "Transcoding", Doc: "Audio in the DTX buffer.", Unsupported: notTranscoding},
	{Name: "dtx-shift", Kind: Milliseconds, Group: "Transcoding", Doc: "Shift of DTX processing when its buffer over- or underflows.", Unsupported: notTranscoding},
	{Name: "dtx-cn-params", Kind: List, Arg: "INT", Group: "Transcoding", Doc: "Comfort noise that fills gaps (RFC 3389).", Unsupported: notTranscoding},
	{Name: "amr-dtx", Kind: String, Default: "native", Enum: []string{"native", "CN"}, Group: "Transcoding", Doc: "How gaps of AMR are filled.", Unsupported: notTranscoding},
	{Name: "silence-detect", Kind: Float, Default: "0", Group: "Transcoding", Doc: "Level below which audio is silence, in percent.", Unsupported: notTranscoding},
	{Name: "cn-payload", Kind: List, Arg: "INT", Default: "32", Group: "Transcoding", Doc: "Comfort noise that replaces silence (RFC 3389).", Unsupported: notTranscoding},
	{Name: "dtmf-no-suppress", Group: "Transcoding", Doc: "Keep audio packets during DTMF events.", Unsupported: notTranscoding},
}

var playerOptions = []*Option{
	{Name: "media-num-threads", Kind: Int, Group: "Playing media", Doc: "Workers for playing media.", Unsupported: notPlayer},
	{Name: "player-cache", Group: "Playing media", Doc: "Keep encoded media in memory.", Unsupported: notPlayer},
	{Name: "kernel-player", Kind: Int, Default: "0", Group: "Playing media", Doc: "Players in the kernel.", Unsupported: notPlayer},
	{Name: "kernel-player-media", Kind: Int, Default: "128", Group: "Playing media", Doc: "Media files in the kernel.", Unsupported: notPlayer},
	{Name: "audio-buffer-length", Kind: Milliseconds, Default: "500", Group: "Playing media", Doc: "Length of the audio player's buffer.", Unsupported: notPlayer},
	{Name: "audio-buffer-delay", Kind: Milliseconds, Default: "5", Group: "Playing media", Doc: "Delay of a new source in the audio player.", Unsupported: notPlayer},
	{Name: "audio-player", Kind: String, Default: "on-demand", Enum: []string{"on-demand", "play-media", "transcoding", "always"}, Group: "Playing media",
		Doc: "When the audio player is used.", Unsupported: notPlayer},
	{Name: "mysql-host", Kind: String, Arg: "HOST", Group: "Playing media", Doc: "Database that holds media.", Unsupported: notMySQL},
	{Name: "mysql-port", Kind: Int, Group: "Playing media", Doc: "Its port.", Unsupported: notMySQL},
	{Name: "mysql-user", Kind: String, Group: "Playing media", Doc: "Its user.", Unsupported: notMySQL},
	{Name: "mysql-pass", Kind: String, Group: "Playing media", Doc: "Its password.", Unsupported: notMySQL},
	{Name: "mysql-query", Kind: String, Group: "Playing media", Doc: "The query for a file.", Unsupported: notMySQL},
}
