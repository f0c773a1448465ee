package ng

var flags = section{
	where: "flags", title: "Entries of `flags`",
	intro: "Plain words; a word of the form `key=value` has no effect in this list (as in the reference): give it as a key.",
}

func flagWords() []word {
	return []word{
		{names: []string{"trust-address"}, doc: "use the addresses of the SDP (default); undoes an earlier SIP-source-address", set: func(r *Request) { r.Flags.TrustAddress, r.Flags.SIPSourceAddress = true, false }},
		{names: []string{"SIP-source-address"}, doc: "use the address of received-from instead of those of the SDP; undoes an earlier trust-address", set: func(r *Request) { r.Flags.SIPSourceAddress, r.Flags.TrustAddress = true, false }},
		{names: []string{"symmetric"}, doc: "the default", set: func(r *Request) { r.Flags.Symmetric = true }},
		{names: []string{"asymmetric"}, doc: "the endpoint sends from another address than it receives on: learn nothing", set: func(r *Request) { r.Flags.Asymmetric = true }},
		{names: []string{"unidirectional"}, doc: "the kernel takes one-way media too", set: func(r *Request) { r.Flags.Unidirectional = true }},
		{names: []string{"strict-source"}, doc: "drop packets that don't come from the learned address", set: func(r *Request) { r.Flags.StrictSource = true }},
		{names: []string{"media-handover"}, doc: "learn a changed source at any time (insecure)", set: func(r *Request) { r.Flags.MediaHandover = true }},
		{names: []string{"port-latching"}, doc: "keep the local ports when the endpoint's port changes", set: func(r *Request) { r.Flags.PortLatching = true }},
		{names: []string{"no-port-latching"}, doc: "new local ports when the endpoint's port changes, with ICE too", set: func(r *Request) { r.Flags.NoPortLatching = true }},
		{names: []string{"reset"}, doc: "forget what was learned about the endpoint (ICE, SRTP)", set: func(r *Request) { r.Flags.Reset = true }},
		{names: []string{"loop-protect"}, doc: "mark the SDP, and leave a marked one alone", set: func(r *Request) { r.Flags.LoopProtect = true }},
		{names: []string{"generate-mid"}, doc: "add a=mid", set: func(r *Request) { r.Flags.GenerateMID = true }},
		{names: []string{"original-sendrecv"}, doc: "leave sendrecv, sendonly, recvonly and inactive as they came", set: func(r *Request) { r.Flags.OriginalSendrecv = true }},
		{names: []string{"no-rtcp-attribute", "no-RTCP-attribute"}, doc: "no a=rtcp", set: func(r *Request) { r.Flags.NoRTCPAttribute = true }},
		{names: []string{"full-rtcp-attribute", "full-RTCP-attribute"}, doc: "a=rtcp with the address", set: func(r *Request) { r.Flags.FullRTCPAttribute = true }},
		{names: []string{"strip-extmap"}, doc: "no a=extmap", set: func(r *Request) { r.Flags.StripExtmap = true }},
		{names: []string{"single-codec"}, doc: "only the first codec in an answer", set: func(r *Request) { r.Flags.SingleCodec = true }},
		{names: []string{"reuse-codecs", "no-codec-renegotiation"}, doc: "keep preferring the codecs in use", set: func(r *Request) { r.Flags.ReuseCodecs = true }},
		{names: []string{"static-codecs"}, doc: "no change of codecs towards the answering side", set: func(r *Request) { r.Flags.StaticCodecs = true }},
		{names: []string{"asymmetric-codecs"}, doc: "each direction may use a codec of its own", set: func(r *Request) { r.Flags.AsymmetricCodecs = true }},
		{names: []string{"symmetric-codecs"}, doc: "undo asymmetric-codecs", set: func(r *Request) { r.Flags.SymmetricCodecs = true }},
		{names: []string{"reorder-codecs"}, doc: "order the answer's codecs by the answering side's preference", set: func(r *Request) { r.Flags.ReorderCodecs = true }},
		{names: []string{"allow-asymmetric-codecs"}, doc: "match codecs by name when payload type numbers differ", set: func(r *Request) { r.Flags.AllowAsymmetric = true }},
		{names: []string{"allow-no-codec-media"}, doc: "a section left without codecs is rejected instead of restored", set: func(r *Request) { r.Flags.AllowNoCodecMedia = true }},
		{names: []string{"allow-transcoding"}, doc: "take an answer that doesn't accept all codecs", needs: FeatureSubscription, set: func(r *Request) { r.Flags.AllowTranscoding = true }},
		{names: []string{"always-transcode"}, doc: "as codec accept=[all]", needs: FeatureTranscoding, set: func(r *Request) { r.Flags.AlwaysTranscode = true }},
		{names: []string{"inject-DTMF", "inject-dtmf"}, doc: "prepare for play DTMF", needs: FeatureDTMF, set: func(r *Request) { r.Flags.InjectDTMF = true }},
		{names: []string{"detect-DTMF", "detect-dtmf"}, doc: "find DTMF tones in the audio", needs: FeatureDTMF, set: func(r *Request) { r.Flags.DetectDTMF = true }},
		{names: []string{"block-DTMF", "block-dtmf"}, doc: "as the command block DTMF", set: func(r *Request) { r.Flags.BlockDTMF = true }},
		{names: []string{"block-egress"}, doc: "no other media while something is played", needs: FeaturePlayer, set: func(r *Request) { r.Flags.BlockEgress = true }},
		{names: []string{"block-short", "block-short-packets"}, doc: "drop RTP packets shorter than usual", needs: FeatureTranscoding, set: func(r *Request) { r.Flags.BlockShort = true }},
		{names: []string{"early-media"}, doc: "start the audio player with the offer", needs: FeaturePlayer, set: func(r *Request) { r.Flags.EarlyMedia = true }},
		{names: []string{"NAT-wait"}, doc: "send nothing before something was received", set: func(r *Request) { r.Flags.NATWait = true }},
		{names: []string{"pierce-NAT"}, doc: "send empty packets until something is received", set: func(r *Request) { r.Flags.PierceNAT = true }},
		{names: []string{"trickle-ICE"}, doc: "offer trickle ICE, RFC 8840", needs: FeatureICE, set: func(r *Request) { r.Flags.TrickleICE = true }},
		{names: []string{"reject-ICE", "ICE-reject"}, doc: "reject offered ICE", set: func(r *Request) { r.Flags.RejectICE = true }},
		{names: []string{"WebRTC", "webrtc"}, doc: "UDP/TLS/RTP/SAVPF, ICE=force, trickle-ICE, rtcp-mux offer and require, no-rtcp-attribute, SDES off, generate-mid", needs: FeatureDTLS, set: func(r *Request) { r.Flags.WebRTC = true }},
		{names: []string{"pad-crypto"}, doc: "as SDES pad", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Pad = true }},
		{names: []string{"SIPREC", "siprec"}, doc: "subscription in the form of RFC 7866", needs: FeatureSubscription, set: func(r *Request) { r.Flags.SIPREC = true }},
		{names: []string{"RTCP-mirror"}, doc: "a subscription that returns RTCP", needs: FeatureSubscription, set: func(r *Request) { r.Flags.RTCPMirror = true }},
		{names: []string{"inactive"}, doc: "a subscription that starts inactive", needs: FeatureSubscription, set: func(r *Request) { r.Flags.Inactive = true }},
		{names: []string{"provisional"}, doc: "to-tag may still change after a final response", set: func(r *Request) { r.Flags.Provisional = true }},
		{names: []string{"new-branch"}, doc: "an unknown to-tag in an answer is a branch of its own", set: func(r *Request) { r.Flags.NewBranch = true }},
		{names: []string{"fragment"}, doc: "the body is an SDP fragment of trickle ICE, RFC 8840", needs: FeatureICE, set: func(r *Request) { r.Flags.Fragment = true }},
		{names: []string{"to-tag"}, doc: "honour to-tag in delete", set: func(r *Request) { r.Flags.ToTag = true }},
		{names: []string{"fatal"}, doc: "delete that matches nothing is an error", set: func(r *Request) { r.Flags.Fatal = true }},
		{names: []string{"all"}, doc: "as all=all", set: func(r *Request) { r.Flags.All, r.All = true, Text{"all", true} }},
		{names: []string{"pause"}, doc: "stop recording, but leave the file open", needs: FeatureRecording, set: func(r *Request) { r.Flags.Pause = true }},
		{names: []string{"record-call"}, doc: "as record-call=on", needs: FeatureRecording, set: func(r *Request) { r.Flags.RecordCall, r.RecordCall = true, SwitchOn }},
		{names: []string{"discard-recording"}, doc: "delete the recording", needs: FeatureRecording, set: func(r *Request) { r.Flags.DiscardRecording = true }},
		{names: []string{"exclude-recording"}, doc: "leave this party out of recordings", needs: FeatureRecording, set: func(r *Request) { r.Flags.ExcludeRecording = true }},
		{names: []string{"skip-recording-db"}, doc: "no entry of the recording in the database", needs: FeatureRecording, set: func(r *Request) { r.Flags.SkipRecordingDB = true }},
		{names: []string{"recording-announcement"}, doc: "play a file when recording starts", needs: FeatureRecording, set: func(r *Request) { r.Flags.RecordingAnnouncement = true }},
		{names: []string{"recording-vsc"}, doc: "DTMF codes steer the recording", needs: FeatureRecording, set: func(r *Request) { r.Flags.RecordingVSC = true }},
		{names: []string{"generate-RTCP", "generate-rtcp"}, doc: "as generate-RTCP=on", needs: FeatureRTCP, set: func(r *Request) { r.GenerateRTCP = SwitchOn }},
		{names: []string{"no-redis-update"}, doc: "don't write this change to Redis", needs: FeatureRedis, set: func(r *Request) { r.Flags.NoRedisUpdate = true }},
		{names: []string{"no-jitter-buffer"}, doc: "no jitter buffer for this call", set: func(r *Request) { r.Flags.NoJitterBuffer = true }},
		{names: []string{"debug", "debugging"}, doc: "log everything about this call", set: func(r *Request) { r.Flags.DebugCall = true }},
		{names: []string{"passthrough"}, doc: "leave the ports and addresses of the SDP as they are, for the rest of the call (not documented by the reference)", set: func(r *Request) { r.Flags.Passthrough = true }},
		{names: []string{"directional"}, doc: "consumed by Kamailio; nothing to do", set: func(r *Request) { r.Flags.Directional = true }},
		{names: []string{"recrypt"}, doc: "verify SRTP before it is forwarded; always done", none: true},
		{names: []string{"force"}, doc: "of rtpproxy (ignore marks of other proxies); nothing to do", none: true},
	}
}

var flagPrefixes = section{
	where: "flag prefixes", title: "Prefixes of entries of `flags`",
	intro: "What follows the prefix is a word of the list of that name, or a value.",
}

func prefixWords() []word {
	return []word{
		{names: []string{"replace-"}, takes: "entry of replace", sub: &replaceWords},
		{names: []string{"rtcp-mux-", "RTCP-mux-"}, takes: "entry of rtcp-mux", sub: &rtcpMuxWords},
		{names: []string{"SDES-"}, takes: "entry of SDES", sub: &sdesWords},
		{names: []string{"OSRTP-"}, takes: "entry of OSRTP", sub: &osrtpWords},
		{names: []string{"T.38-", "T38-"}, takes: "entry of T.38", sub: &t38Words},
		{names: []string{"endpoint-learning-"}, takes: "value of endpoint-learning", sub: &learningModes},
		{names: []string{"codec-"}, doc: "list and codec, as in `codec-strip-PCMU`", takes: "list-codec", rest: (*decoder).codecFlag},
		{names: []string{"transcode-"}, doc: "as `codec-transcode-`", takes: "codec", rest: func(d *decoder, s string) { d.codecFlag("transcode-" + s) }},
		{names: []string{"sdp-attr-"}, doc: "command, section and attribute, as in `sdp-attr-add-audio-ptime:20`; `--` stands for `=` and `..` for a blank; `sdp-attr-substitute-none-OLD>NEW`", takes: "command-section-attribute", rest: (*decoder).sdpAttrFlag},
		{names: []string{"from-tags-"}, doc: "one more tag of a subscription", takes: "tag", needs: FeatureSubscription, rest: func(d *decoder, s string) { d.r.FromTags = append(d.r.FromTags, s) }},
	}
}

// Words that only an rtpp-flags string knows.
var stringWords = section{
	where: "rtpp-flags", title: "Further words of an `rtpp-flags` string",
	intro: "Such a string holds, separated by blanks, the entries of `flags` and keys with a value: `key=value`, `key=[item item]`, `key=[name=[item item] ...]`. `direction=` and `received-from=` may be given twice instead of as a list.",
}

func rtppStringWords() []word {
	return []word{
		{names: []string{"internal"}, doc: "as direction=internal", set: func(r *Request) { r.Direction = append(r.Direction, "internal") }},
		{names: []string{"external"}, doc: "as direction=external", set: func(r *Request) { r.Direction = append(r.Direction, "external") }},
	}
}
