package ng

// Words of the lists and of the keys that take one of a few values.

var replaceWords = section{
	where: "replace", title: "Entries of `replace`",
	intro: "Also in `flags` with the prefix `replace-`. What of the SDP is rewritten.",
	words: []word{
		{names: []string{"origin"}, doc: "address in o=", set: func(r *Request) { r.Replace.Origin = true }},
		{names: []string{"origin-full", "origin_full"}, doc: "all fields of o= stay the same towards one receiver", set: func(r *Request) { r.Replace.OriginFull = true }},
		{names: []string{"session-connection"}, doc: "address in the session's c= (always done)", set: func(r *Request) { r.Replace.SessionConnection = true }},
		{names: []string{"session-name"}, doc: "s= stays the same towards one receiver", set: func(r *Request) { r.Replace.SessionName = true }},
		{names: []string{"username"}, doc: "user name in o= stays the same towards one receiver", set: func(r *Request) { r.Replace.Username = true }},
		{names: []string{"SDP-version", "sdp-version"}, doc: "version in o= grows exactly when the SDP changes", set: func(r *Request) { r.Replace.SDPVersion = true }},
		{names: []string{"force-increment-sdp-ver", "force-increment-SDP-ver"}, doc: "version in o= grows each time", set: func(r *Request) { r.Replace.ForceIncrementSDPVersion = true }},
		{names: []string{"zero-address"}, doc: "a zero address (old style hold) becomes a real one", set: func(r *Request) { r.Replace.ZeroAddress = true }},
	},
}

var rtcpMuxWords = section{
	where: "rtcp-mux", title: "Entries of `rtcp-mux`",
	intro: "Also in `flags` with the prefix `rtcp-mux-`. RTP and RTCP on one port, RFC 5761.",
	words: []word{
		{names: []string{"offer"}, doc: "offer it even when the sender doesn't", set: func(r *Request) { r.RTCPMux.Offer = true }},
		{names: []string{"require"}, doc: "offer it as if already accepted: no RTCP port", set: func(r *Request) { r.RTCPMux.Require = true }},
		{names: []string{"demux"}, doc: "accept it from the sender without offering it on", set: func(r *Request) { r.RTCPMux.Demux = true }},
		{names: []string{"accept"}, doc: "accept it and offer it on when offered", set: func(r *Request) { r.RTCPMux.Accept = true }},
		{names: []string{"reject"}, doc: "reject it when offered", set: func(r *Request) { r.RTCPMux.Reject = true }},
	},
}

var sdesWords = section{
	where: "SDES", title: "Entries of `SDES`",
	intro: "Also in `flags` with the prefix `SDES-`. Keys in the SDP, RFC 4568.",
	words: []word{
		{names: []string{"off", "no", "disable"}, doc: "don't offer SDES", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Off = true }},
		{names: []string{"static"}, doc: "keep the suite negotiated before", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Static = true }},
		{names: []string{"nonew"}, doc: "add no suite to the offered ones", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Nonew = true }},
		{names: []string{"prefer"}, doc: "SDES before DTLS when both are offered", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Prefer = true }},
		{names: []string{"pad"}, doc: "leave the padding of base64 in place", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Pad = true }},
		{names: []string{"lifetime"}, doc: "add the key lifetime 2^31", needs: FeatureSRTP, set: func(r *Request) { r.SDES.Lifetime = true }},
		{names: []string{"unencrypted_srtp", "UNENCRYPTED_SRTP"}, doc: "session parameter, RFC 4568 section 6.3", needs: FeatureSRTP, set: func(r *Request) { r.SDES.UnencryptedSRTP = true }},
		{names: []string{"unencrypted_srtcp", "UNENCRYPTED_SRTCP"}, doc: "session parameter", needs: FeatureSRTP, set: func(r *Request) { r.SDES.UnencryptedSRTCP = true }},
		{names: []string{"unauthenticated_srtp", "UNAUTHENTICATED_SRTP"}, doc: "session parameter", needs: FeatureSRTP, set: func(r *Request) { r.SDES.UnauthenticatedSRTP = true }},
		{names: []string{"encrypted_srtp", "ENCRYPTED_SRTP"}, doc: "take the parameter away", needs: FeatureSRTP, set: func(r *Request) { r.SDES.EncryptedSRTP = true }},
		{names: []string{"encrypted_srtcp", "ENCRYPTED_SRTCP"}, doc: "take the parameter away", needs: FeatureSRTP, set: func(r *Request) { r.SDES.EncryptedSRTCP = true }},
		{names: []string{"authenticated_srtp", "AUTHENTICATED_SRTP"}, doc: "take the parameter away", needs: FeatureSRTP, set: func(r *Request) { r.SDES.AuthenticatedSRTP = true }},
		{names: []string{"no-"}, doc: "leave this suite out", takes: "suite", needs: FeatureSRTP, rest: func(d *decoder, s string) { d.r.SDES.No = append(d.r.SDES.No, s) }},
		{names: []string{"only-"}, doc: "only these suites", takes: "suite", needs: FeatureSRTP, rest: func(d *decoder, s string) { d.r.SDES.Only = append(d.r.SDES.Only, s) }},
		{names: []string{"order:"}, doc: "order of the suites in the offer", takes: "suite;suite;...", needs: FeatureSRTP, rest: func(d *decoder, s string) { d.r.SDES.Order = appendSplit(d.r.SDES.Order, s, ';') }},
		{names: []string{"offerer_pref:"}, doc: "suites to pick for the offering side", takes: "suite;suite;...", needs: FeatureSRTP, rest: func(d *decoder, s string) { d.r.SDES.OffererPref = appendSplit(d.r.SDES.OffererPref, s, ';') }},
	},
}

var osrtpWords = section{
	where: "OSRTP", title: "Entries of `OSRTP`",
	intro: "Also in `flags` with the prefix `OSRTP-`. Opportunistic SRTP, RFC 8643.",
	words: []word{
		{names: []string{"offer", "offer-RFC"}, doc: "offer OSRTP where plain RTP was offered", needs: FeatureSRTP, set: func(r *Request) { r.OSRTP.Offer = true }},
		{names: []string{"offer-legacy"}, doc: "offer each section twice, as RTP and as SRTP", needs: FeatureSRTP, set: func(r *Request) { r.OSRTP.OfferLegacy = true }},
		{names: []string{"accept-RFC"}, doc: "accept an OSRTP offer though the other side didn't", needs: FeatureSRTP, set: func(r *Request) { r.OSRTP.Accept = true }},
		{names: []string{"accept-legacy"}, doc: "take doubled sections for one", needs: FeatureSRTP, set: func(r *Request) { r.OSRTP.AcceptLegacy = true }},
		{names: []string{"accept"}, doc: "accept-RFC and accept-legacy", needs: FeatureSRTP, set: func(r *Request) { r.OSRTP.Accept, r.OSRTP.AcceptLegacy = true, true }},
	},
}

var t38Words = section{
	where: "T.38", title: "Entries of `T.38`",
	intro: "Also in `flags` with the prefix `T.38-` or `T38-`. Fax gateway; offers only.",
	words: []word{
		{names: []string{"decode"}, doc: "turn an offered T.38 section into audio", needs: FeatureT38, set: func(r *Request) { r.T38.Decode = true }},
		{names: []string{"force"}, doc: "turn an offered audio section into T.38", needs: FeatureT38, set: func(r *Request) { r.T38.Force = true }},
		{names: []string{"stop"}, doc: "end a gateway started before", needs: FeatureT38, set: func(r *Request) { r.T38.Stop = true }},
		{names: []string{"FEC"}, doc: "UDPTL with FEC instead of redundancy", needs: FeatureT38, set: func(r *Request) { r.T38.FEC = true }},
		{names: []string{"no-ECM"}, doc: "without error correction mode", needs: FeatureT38, set: func(r *Request) { r.T38.NoECM = true }},
		{names: []string{"no-V.17"}, doc: "without this modem", needs: FeatureT38, set: func(r *Request) { r.T38.NoV17 = true }},
		{names: []string{"no-V.27ter"}, doc: "without this modem", needs: FeatureT38, set: func(r *Request) { r.T38.NoV27ter = true }},
		{names: []string{"no-V.29"}, doc: "without this modem", needs: FeatureT38, set: func(r *Request) { r.T38.NoV29 = true }},
		{names: []string{"no-V.34"}, doc: "without this modem", needs: FeatureT38, set: func(r *Request) { r.T38.NoV34 = true }},
		{names: []string{"no-IAF"}, doc: "not Internet aware", needs: FeatureT38, set: func(r *Request) { r.T38.NoIAF = true }},
	},
}

var iceModes = section{
	where: "ICE", title: "Values of `ICE`",
	words: []word{
		{names: []string{"remove"}, doc: "take ICE out of the SDP", set: func(r *Request) { r.ICE = ICERemove }},
		{names: []string{"force"}, doc: "offer ICE with this proxy as the only candidate", needs: FeatureICE, set: func(r *Request) { r.ICE = ICEForce }},
		{names: []string{"default"}, doc: "as force when the SDP has ICE, else nothing", set: func(r *Request) { r.ICE = ICEDefault }},
		{names: []string{"optional"}, doc: "add this proxy as a candidate of low priority", needs: FeatureICE, set: func(r *Request) { r.ICE = ICEOptional }},
		{names: []string{"force-relay", "force_relay"}, doc: "this proxy as a relay candidate; c= and m= stay", needs: FeatureICE, set: func(r *Request) { r.ICE = ICEForceRelay }},
	},
}

var iceLiteModes = section{
	where: "ICE-lite", title: "Values of `ICE-lite`",
	intro: "RFC 8445 lite implementation, towards which side; offers only.",
	words: []word{
		{names: []string{"forward"}, doc: "towards the receiver", needs: FeatureICE, set: func(r *Request) { r.ICELite = ICELiteForward }},
		{names: []string{"backward"}, doc: "towards the sender", needs: FeatureICE, set: func(r *Request) { r.ICELite = ICELiteBackward }},
		{names: []string{"both"}, doc: "towards both", needs: FeatureICE, set: func(r *Request) { r.ICELite = ICELiteBoth }},
		{names: []string{"off"}, doc: "full ICE again", needs: FeatureICE, set: func(r *Request) { r.ICELite = ICELiteOff }},
	},
}

var dtlsModes = section{
	where: "DTLS", title: "Values of `DTLS`",
	intro: "DTLS-SRTP, RFC 5764.",
	words: []word{
		{names: []string{"off", "no", "disable"}, doc: "neither offer nor accept it", set: func(r *Request) { r.DTLS = DTLSOff }},
		{names: []string{"passive"}, doc: "prefer the role of the server", needs: FeatureDTLS, set: func(r *Request) { r.DTLS = DTLSPassive }},
		{names: []string{"active"}, doc: "undo passive", needs: FeatureDTLS, set: func(r *Request) { r.DTLS = DTLSActive }},
	},
}

var learningModes = section{
	where: "endpoint-learning", title: "Values of `endpoint-learning`",
	intro: "Also in `flags` with the prefix `endpoint-learning-`.",
	words: []word{
		{names: []string{"off"}, doc: "the signalled address counts", set: func(r *Request) { r.EndpointLearning = LearningOff }},
		{names: []string{"immediate"}, doc: "the first packet counts", set: func(r *Request) { r.EndpointLearning = LearningImmediate }},
		{names: []string{"delayed"}, doc: "a packet after the first seconds counts", set: func(r *Request) { r.EndpointLearning = LearningDelayed }},
		{names: []string{"heuristic"}, doc: "the packet that fits the signalled address best counts", set: func(r *Request) { r.EndpointLearning = LearningHeuristic }},
	},
}

var dropModes = section{
	where: "drop-traffic", title: "Values of `drop-traffic`",
	words: []word{
		{names: []string{"start"}, doc: "drop all media of the call", set: func(r *Request) {
			if r.DropTraffic != DropStop { // stop has priority over start
				r.DropTraffic = DropStart
			}
		}},
		{names: []string{"stop"}, doc: "forward it again", set: func(r *Request) { r.DropTraffic = DropStop }},
	},
}

var echoModes = section{
	where: "media-echo", title: "Values of `media-echo`",
	words: []word{
		{names: []string{"forward", "fwd", "fw"}, doc: "the receiver of the SDP hears itself", set: func(r *Request) { r.MediaEcho = EchoForward }},
		{names: []string{"backwards", "backward", "back", "bkw", "bk"}, doc: "the sender of the SDP hears itself", set: func(r *Request) { r.MediaEcho = EchoBackwards }},
		{names: []string{"both"}, doc: "each side hears itself", set: func(r *Request) { r.MediaEcho = EchoBoth }},
		{names: []string{"blackhole", "sinkhole"}, doc: "media of both sides is dropped", set: func(r *Request) { r.MediaEcho = EchoBlackhole }},
	},
}

var families = section{
	where: "address-family", title: "Values of `address-family`",
	words: []word{
		{names: []string{"IP4"}, doc: "IPv4", set: func(r *Request) { r.AddressFamily = FamilyIPv4 }},
		{names: []string{"IP6"}, doc: "IPv6", set: func(r *Request) { r.AddressFamily = FamilyIPv6 }},
	},
}

var supportWords = section{
	where: "supports", title: "Entries of `supports`",
	words: []word{
		{names: []string{"load-limit"}, doc: "a limit is answered `load limit` instead of an error", set: func(r *Request) { r.SupportsLoadLimit = true }},
	},
}
