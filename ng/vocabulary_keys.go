package ng

import "net/netip"

var keys = section{
	where: "key", title: "Keys of a request",
	intro: "An integer may be given as a string. Where a list of strings is expected, one string counts as a list of one, except for `direction` and `received-from`. A value of another type is ignored.",
}

func keyWords() []word {
	return []word{
		{names: []string{"command"}, takes: "string", doc: "what to do; case sensitive, with blanks", proxy: true, read: text(func(r *Request) *Text { return &r.Command })},

		// Who and where.
		{names: []string{"call-id", "call-ID"}, takes: "string", doc: "SIP Call-ID", proxy: true, read: text(func(r *Request) *Text { return &r.CallID })},
		{names: []string{"from-tag"}, takes: "string", doc: "tag of the sender of the SDP", proxy: true, read: text(func(r *Request) *Text { return &r.FromTag })},
		{names: []string{"to-tag"}, takes: "string", doc: "tag of its receiver", proxy: true, read: text(func(r *Request) *Text { return &r.ToTag })},
		{names: []string{"via-branch"}, takes: "string", doc: "tells branches of a forked call apart", proxy: true, read: (*decoder).viaBranch},
		{names: []string{"from-tags"}, takes: "list of strings", doc: "parties of a subscription", needs: FeatureSubscription, repeats: true, read: func(d *decoder, v value) { d.texts(&d.r.FromTags, v) }},
		{names: []string{"label", "from-label"}, takes: "string", doc: "names this party, or selects one by that name", read: text(func(r *Request) *Text { return &r.Label })},
		{names: []string{"set-label"}, takes: "string", doc: "names the party where label selects one", read: text(func(r *Request) *Text { return &r.SetLabel })},
		{names: []string{"to-label"}, takes: "string", doc: "selects the other party", read: text(func(r *Request) *Text { return &r.ToLabel })},
		{names: []string{"address"}, takes: "string", doc: "selects a party by the address in its SDP", read: text(func(r *Request) *Text { return &r.Address })},
		{names: []string{"all"}, takes: "none, all, offer-answer, except-offer-answer or flows", doc: "which parties or flows", read: text(func(r *Request) *Text { return &r.All })},
		{names: []string{"metadata"}, takes: "string", doc: "kept with the call and its recording", read: text(func(r *Request) *Text { return &r.Metadata })},
		{names: []string{"SIP-message-type", "sip-message-type"}, takes: "string", doc: "SIP request or SIP response", read: text(func(r *Request) *Text { return &r.SIPMessageType })},
		{names: []string{"SIP-code", "sip-code"}, takes: "integer", doc: "status code of the response", read: number(func(r *Request, n int64) { r.SIPCode = clamp(n) })},
		{names: []string{"supports"}, takes: "list", doc: "what the client understands", repeats: true, read: list(&supportWords)},
		{names: []string{"sdp", "SDP"}, takes: "string", doc: "the body", proxy: true, read: text(func(r *Request) *Text { return &r.SDP })},

		// Addresses and interfaces.
		{names: []string{"received-from"}, takes: "list of IP4 or IP6 and an address", doc: "source of the SIP message", read: (*decoder).receivedFrom},
		{names: []string{"direction"}, takes: "list of two strings", doc: "logical interfaces of the sender's and the receiver's side", read: (*decoder).direction},
		{names: []string{"interface"}, takes: "string", doc: "logical interface where one is enough", read: text(func(r *Request) *Text { return &r.Interface })},
		{names: []string{"from-interface"}, takes: "string", doc: "as the first entry of direction", read: text(func(r *Request) *Text { return &r.FromInterface })},
		{names: []string{"to-interface"}, takes: "string", doc: "as the second entry of direction", read: text(func(r *Request) *Text { return &r.ToInterface })},
		{names: []string{"address-family"}, takes: "IP4 or IP6", doc: "family of the addresses in the SDP", read: choice(&families)},
		{names: []string{"media-address"}, takes: "address", doc: "goes into the SDP instead of the interface's", read: func(d *decoder, v value) { d.address(&d.r.MediaAddress, v) }},
		{names: []string{"transport-protocol"}, takes: "RTP/AVP, RTP/SAVP, RTP/AVPF, RTP/SAVPF, UDP/TLS/RTP/SAVP, UDP/TLS/RTP/SAVPF or accept", doc: "transport to use towards the receiver", read: text(func(r *Request) *Text { return &r.TransportProtocol })},

		// Lists of words.
		{names: []string{"flags"}, takes: "list", doc: "see below", repeats: true, read: func(d *decoder, v value) { v.eachText(d.flag) }},
		{names: []string{"rtpp-flags", "rtpp_flags"}, takes: "string", doc: "flags and keys in one string", repeats: true, read: func(d *decoder, v value) {
			if s, ok := v.text(); ok {
				d.flagString(s)
			}
		}},
		{names: []string{"replace"}, takes: "list", doc: "see below", repeats: true, read: list(&replaceWords)},
		{names: []string{"rtcp-mux", "RTCP-mux"}, takes: "list", doc: "see below", repeats: true, read: list(&rtcpMuxWords)},
		{names: []string{"SDES", "sdes"}, takes: "list", doc: "see below", repeats: true, read: list(&sdesWords)},
		{names: []string{"OSRTP", "osrtp"}, takes: "list", doc: "see below", repeats: true, read: list(&osrtpWords)},
		{names: []string{"T.38", "T38", "t.38", "t38"}, takes: "list", doc: "see below", repeats: true, read: list(&t38Words)},
		{names: []string{"codec"}, takes: "dictionary", doc: "see below", repeats: true, read: (*decoder).codec},
		{names: []string{"sdp-attr", "SDP-attr"}, takes: "dictionary: section -> command -> list", doc: "see below", read: (*decoder).sdpAttr},
		{names: []string{"sdp-media-remove", "SDP-media-remove", "sdp_media_remove", "SDP_media_remove"}, takes: "list", doc: "media types to take out of the SDP", repeats: true, read: func(d *decoder, v value) { v.eachText(d.mediaRemove) }},

		// ICE, DTLS.
		{names: []string{"ICE", "ice"}, takes: "string", doc: "see below", read: choice(&iceModes)},
		{names: []string{"ICE-lite", "ice-lite"}, takes: "string", doc: "see below", read: choice(&iceLiteModes)},
		{names: []string{"DTLS", "dtls"}, takes: "string", doc: "see below", read: choice(&dtlsModes)},
		{names: []string{"DTLS-reverse", "dtls-reverse"}, takes: "string", doc: "as DTLS, towards the sender", read: (*decoder).dtlsReverse},
		{names: []string{"DTLS-fingerprint", "dtls-fingerprint"}, takes: "SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512", doc: "hash of a=fingerprint", needs: FeatureDTLS, read: func(d *decoder, v value) { d.r.DTLSFingerprint, _ = v.text() }},

		// Media.
		{names: []string{"ptime"}, takes: "integer, ms", doc: "a=ptime towards the receiver", read: number(func(r *Request, n int64) { r.Ptime = max(clamp(n), 0) })},
		{names: []string{"ptime-reverse"}, takes: "integer, ms", doc: "a=ptime towards the sender", read: number(func(r *Request, n int64) { r.PtimeReverse = max(clamp(n), 0) })},
		{names: []string{"TOS"}, takes: "integer", doc: "of sent packets; negative: leave, 256 and more: the configured one", read: number(func(r *Request, n int64) {
			if n < 256 {
				r.TOS, r.TOSSet = int(max(n, -1)), true
			}
		})},
		{names: []string{"endpoint-learning"}, takes: "string", doc: "see below", read: choice(&learningModes)},
		{names: []string{"drop-traffic"}, takes: "string", doc: "see below", repeats: true, read: choice(&dropModes)},
		{names: []string{"media-echo"}, takes: "string", doc: "see below", read: choice(&echoModes)},
		{names: []string{"generate-RTCP", "generate-rtcp"}, takes: "on or off", doc: "make own RTCP instead of forwarding it", needs: FeatureRTCP, read: onOff("generate-RTCP", func(r *Request) *Switch { return &r.GenerateRTCP })},
		{names: []string{"delay-buffer"}, takes: "integer, ms", doc: "delay all media", needs: FeatureDelay, read: number(func(r *Request, n int64) { r.DelayBuffer = max(clamp(n), 0) })},

		// Commands.
		{names: []string{"delete-delay"}, takes: "integer, s", doc: "how long a deleted call lives on", read: number(func(r *Request, n int64) {
			if n >= 0 {
				r.DeleteDelay, r.DeleteDelaySet = clamp(n), true
			}
		})},
		{names: []string{"limit"}, takes: "integer", doc: "how many calls list returns", read: number(func(r *Request, n int64) { r.Limit, r.LimitSet = clamp(n), true })},
		{names: []string{"setting"}, takes: "string", doc: "rtpgo set: name of an option", read: text(func(r *Request) *Text { return &r.Setting })},
		{names: []string{"value"}, takes: "string", doc: "rtpgo set: its new value; rtpgo debug: on or off", read: text(func(r *Request) *Text { return &r.Value })},
		{names: []string{"cursor"}, takes: "string", doc: "rtpgo status: only calls whose id sorts behind it", read: text(func(r *Request) *Text { return &r.Cursor })},

		// DTMF.
		{names: []string{"DTMF-security"}, takes: "drop, silence, tone, random, zero, DTMF or off", doc: "what replaces blocked DTMF", read: func(d *decoder, v value) {
			if s, ok := v.text(); ok {
				d.r.DTMFSecurity = Text{s, true}
				if s != "drop" && s != "off" {
					d.needs("DTMF-security="+s, FeatureDTMF)
				}
			}
		}},
		{names: []string{"DTMF-security-trigger"}, takes: "as DTMF-security", doc: "mode after trigger", needs: FeatureDTMF, read: text(func(r *Request) *Text { return &r.DTMFSecurityTrigger })},
		{names: []string{"DTMF-security-trigger-end"}, takes: "as DTMF-security", doc: "mode after trigger-end", needs: FeatureDTMF, read: text(func(r *Request) *Text { return &r.DTMFSecurityTriggerEnd })},
		{names: []string{"DTMF-delay"}, takes: "integer, ms", doc: "delay DTMF events", needs: FeatureDTMF, read: number(func(r *Request, n int64) { r.DTMFDelay = max(clamp(n), 0) })},
		{names: []string{"DTMF-log-dest"}, takes: "address:port", doc: "where DTMF events of this call are sent", read: func(d *decoder, v value) {
			if s, ok := v.text(); ok {
				to, err := netip.ParseAddrPort(s)
				if err != nil || to.Port() == 0 || to.Addr().IsUnspecified() {
					d.useless("DTMF-log-dest", s, "not an address and port that events can be sent to")
					return
				}
				d.r.DTMFLogDest = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
			}
		}},
		{names: []string{"trigger"}, takes: "digits", doc: "DTMF that switches to DTMF-security-trigger", needs: FeatureDTMF, read: text(func(r *Request) *Text { return &r.Trigger })},
		{names: []string{"trigger-end", "end-trigger"}, takes: "digits", doc: "DTMF that switches to DTMF-security-trigger-end", needs: FeatureDTMF, read: text(func(r *Request) *Text { return &r.TriggerEnd })},
		{names: []string{"trigger-end-time"}, takes: "integer, ms", doc: "the triggered mode ends after that time", needs: FeatureDTMF, read: number(func(r *Request, n int64) { r.TriggerEndTime = max(clamp(n), 0) })},
		{names: []string{"trigger-end-digits"}, takes: "integer", doc: "the triggered mode ends after so many digits", needs: FeatureDTMF, read: number(func(r *Request, n int64) { r.TriggerEndDigits = max(clamp(n), 0) })},
		{names: []string{"frequency", "frequencies"}, takes: "list of integers, or a string with commas; Hz", doc: "of DTMF-security=tone", needs: FeatureDTMF, read: (*decoder).frequencies},
		{names: []string{"volume"}, takes: "integer, dB", doc: "of tones and events", needs: FeatureDTMF, read: number(func(r *Request, n int64) { r.Volume, r.VolumeSet = clamp(n), true })},
		{names: []string{"code", "digit"}, takes: "digit or 0 to 15", doc: "event to play, or replacement of DTMF-security=DTMF", needs: FeatureDTMF, read: scalar(func(r *Request) *Text { return &r.Code })},
		{names: []string{"duration"}, takes: "integer, ms", doc: "of a played event", needs: FeatureDTMF, read: number(func(r *Request, n int64) { r.Duration = clamp(n) })},
		{names: []string{"pause"}, takes: "integer, ms; or yes", doc: "between played events; or as the flag pause", read: func(d *decoder, v value) {
			if n, ok := v.integer(); ok {
				d.r.Pause = clamp(n)
			} else if s, ok := v.text(); ok && s == "yes" {
				d.r.Flags.Pause = true
			}
		}},

		// Recording.
		{names: []string{"record-call"}, takes: "on, yes, off or no", doc: "record from the start", needs: FeatureRecording, read: onOff("record-call", func(r *Request) *Switch { return &r.RecordCall })},
		{names: []string{"recording-file"}, takes: "path", doc: "output file", needs: FeatureRecording, read: text(func(r *Request) *Text { return &r.RecordingFile })},
		{names: []string{"recording-dir"}, takes: "path", doc: "output directory", needs: FeatureRecording, read: text(func(r *Request) *Text { return &r.RecordingDir })},
		{names: []string{"recording-pattern"}, takes: "string", doc: "pattern of the file name", needs: FeatureRecording, read: text(func(r *Request) *Text { return &r.RecordingPattern })},
		{names: []string{"output-destination"}, takes: "path", doc: "output file of the recording", needs: FeatureRecording, read: text(func(r *Request) *Text { return &r.OutputDestination })},

		// Player.
		{names: []string{"file"}, takes: "path", doc: "media file to play", needs: FeaturePlayer, read: text(func(r *Request) *Text { return &r.File })},
		{names: []string{"blob"}, takes: "bytes", doc: "media to play", needs: FeaturePlayer, read: text(func(r *Request) *Text { return &r.Blob })},
		{names: []string{"db-id"}, takes: "integer", doc: "media to play, from the database", needs: FeaturePlayer, read: scalar(func(r *Request) *Text { return &r.DBID })},
		{names: []string{"repeat-times"}, takes: "integer", doc: "how often to play", needs: FeaturePlayer, read: number(func(r *Request, n int64) { r.RepeatTimes = max(clamp(n), 0) })},
		{names: []string{"start-pos"}, takes: "integer", doc: "frame to start at", needs: FeaturePlayer, read: number(func(r *Request, n int64) { r.StartPos = max(clamp(n), 0) })},
		{names: []string{"audio-player"}, takes: "default, transcoding, off or always", doc: "send all audio through the player", read: func(d *decoder, v value) {
			if s, ok := v.text(); ok {
				d.r.AudioPlayer = Text{s, true}
				if s != "default" && s != "off" {
					d.needs("audio-player="+s, FeaturePlayer)
				}
			}
		}},

		// Other.
		{names: []string{"template"}, takes: "string", doc: "signalling template of the configuration to apply", read: (*decoder).template},
		{names: []string{"xmlrpc-callback"}, takes: "address", doc: "told when the call times out", needs: FeatureCallback, read: text(func(r *Request) *Text { return &r.XMLRPCCallback })},
	}
}

// Readers of values, by kind.

func text(field func(*Request) *Text) func(*decoder, value) {
	return func(d *decoder, v value) {
		if s, ok := v.text(); ok {
			*field(d.r) = Text{s, true}
		}
	}
}

// scalar takes an integer as well as a string.
func scalar(field func(*Request) *Text) func(*decoder, value) {
	return func(d *decoder, v value) {
		if k := v.kind(); k == kindString || k == kindInt {
			*field(d.r) = Text{v.t.nodes[v.i].str, true}
		}
	}
}

func number(set func(*Request, int64)) func(*decoder, value) {
	return func(d *decoder, v value) {
		if n, ok := v.integer(); ok {
			set(d.r, n)
		}
	}
}

func choice(s *section) func(*decoder, value) {
	return func(d *decoder, v value) {
		if name, ok := v.text(); ok {
			d.word(s, name)
		}
	}
}

func list(s *section) func(*decoder, value) {
	return func(d *decoder, v value) {
		v.each(func(e value) {
			if name, ok := e.text(); ok {
				d.word(s, name)
			}
		})
	}
}

var switchModes = section{
	where: "switch", title: "Values of switches (`record-call`, `generate-RTCP`)",
	words: []word{
		{names: []string{"on", "yes"}, doc: "on", none: true},
		{names: []string{"off", "no"}, doc: "off", none: true},
	},
}

func onOff(key string, field func(*Request) *Switch) func(*decoder, value) {
	return func(d *decoder, v value) {
		s, ok := v.text()
		switch w := switchModes.find(s); {
		case !ok:
		case w == nil:
			d.useless(key, s, "on or off is expected")
		case w.id == 0:
			*field(d.r) = SwitchOn
		default:
			*field(d.r) = SwitchOff
		}
	}
}

// address takes an address that can be sent to; "0.0.0.0" has no effect in the
// reference either.
func (d *decoder) address(to *netip.Addr, v value) {
	if s, ok := v.text(); ok {
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" && !a.IsUnspecified() {
			*to = a.Unmap()
		} else {
			d.useless("media-address", s, "not an address that media can be sent to")
		}
	}
}

// clamp brings an integer from outside into the range of any field.
func clamp(n int64) int { return int(min(max(n, -1<<31), 1<<31-1)) }
