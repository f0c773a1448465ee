package ng

import (
	"net/netip"
	"reflect"
	"testing"
)

// bencoded makes a document of a literal.
func bencoded(d Dict) []byte { return Bencode.Append(nil, d) }

func decode(t *testing.T, d Dict) *Request {
	t.Helper()
	r, _, err := Decode(bencoded(d))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDecodeSpellings(t *testing.T) {
	text := func(s string) Text { return Text{s, true} }
	for _, c := range []struct {
		name string
		in   Dict
		want Request
	}{
		{"key with hyphen", Dict{{"transport-protocol", "RTP/SAVP"}}, Request{TransportProtocol: text("RTP/SAVP")}},
		{"key with blank", Dict{{"transport protocol", "RTP/SAVP"}}, Request{TransportProtocol: text("RTP/SAVP")}},
		{"first of repeated keys", Dict{{"command", "ping"}, {"command", "offer"}}, Request{Command: text("ping")}},
		{"integer as string", Dict{{"ptime", "30"}, {"limit", "7"}}, Request{Ptime: 30, Limit: 7, LimitSet: true}},
		{"delete delay twice, as Kamailio", Dict{{"delete delay", 5}, {"delete-delay", "5"}}, Request{DeleteDelay: 5, DeleteDelaySet: true}},
		{"negative delete delay", Dict{{"delete delay", -1}}, Request{}},
		{"integer for a string", Dict{{"call-id", 4711}, {"label", 77}}, Request{}},
		{"empty string", Dict{{"call-id", ""}}, Request{CallID: text("")}},
		{"TOS", Dict{{"TOS", 184}}, Request{TOS: 184, TOSSet: true}},
		{"TOS negative", Dict{{"TOS", -7}}, Request{TOS: -1, TOSSet: true}},
		{"TOS too large", Dict{{"TOS", 300}}, Request{}},
		{"list of one as string", Dict{{"replace", "origin"}, {"rtcp-mux", "offer"}}, Request{Replace: Replace{Origin: true}, RTCPMux: RTCPMux{Offer: true}}},
		{"RTCP-mux", Dict{{"RTCP-mux", List{"offer", "accept"}}}, Request{RTCPMux: RTCPMux{Offer: true, Accept: true}}},
		{"replace spellings", Dict{{"replace", List{"origin_full", "sdp-version", "zero address"}}}, Request{Replace: Replace{OriginFull: true, SDPVersion: true, ZeroAddress: true}}},
		{"direction", Dict{{"direction", List{"priv", "pub"}}}, Request{Direction: []string{"priv", "pub"}}},
		{"media address", Dict{{"media-address", "2001:db8::1"}}, Request{MediaAddress: netip.MustParseAddr("2001:db8::1")}},
		{"received from", Dict{{"received from", List{"IP4", "198.51.100.1"}}}, Request{ReceivedFrom: netip.MustParseAddr("198.51.100.1")}},
		{"received from of the wrong family", Dict{{"received-from", List{"IP6", "198.51.100.1"}}}, Request{}},
		{"received from with three elements", Dict{{"received-from", List{"IP4", "198.51.100.1", "x"}}}, Request{}},
		{"address family", Dict{{"address family", "IP6"}}, Request{AddressFamily: FamilyIPv6}},
		{"later address flag counts", Dict{{"flags", List{"SIP source address", "trust-address"}}}, Request{Flags: Flags{TrustAddress: true}}},
		{"later address flag counts, reversed", Dict{{"flags", List{"trust-address", "SIP-source-address"}}}, Request{Flags: Flags{SIPSourceAddress: true}}},
		{"prefixes", Dict{{"flags", List{"replace-origin", "replace session-name", "rtcp-mux-offer", "codec-strip-PCMU", "codec-except-telephone-event", "endpoint-learning-off", "from-tags-abc"}}},
			Request{Replace: Replace{Origin: true, SessionName: true}, RTCPMux: RTCPMux{Offer: true},
				Codec:            CodecFlags{Strip: []string{"PCMU"}, Except: []string{"telephone-event"}},
				EndpointLearning: LearningOff, FromTags: []string{"abc"}}},
		{"attributes in flags", Dict{{"flags", List{"sdp-attr-add-audio-x-y:z", "sdp-attr-remove-none-sess", "sdp-attr-substitute-none-sess:one..two>sess:x--y"}}},
			Request{SDPAttr: map[string]*SDPAttr{
				"audio": {Add: []string{"x-y:z"}},
				"none":  {Remove: []string{"sess"}, Substitute: [][2]string{{"sess:one two", "sess:x=y"}}}}}},
		{"attributes", Dict{{"sdp-attr", Dict{{"global", Dict{{"add", "g:2"}}}, {"audio", Dict{{"substitute", List{List{"a", "b"}, List{"c", "d..e", "f"}}}}}}}},
			Request{SDPAttr: map[string]*SDPAttr{"none": {Add: []string{"g:2"}}, "audio": {Substitute: [][2]string{{"a", "b"}, {"c", "d..e"}}}}}},
		{"flat substitution", Dict{{"sdp-attr", Dict{{"audio", Dict{{"substitute", List{"sendrecv", "recvonly"}}}}}}},
			Request{SDPAttr: map[string]*SDPAttr{"audio": {}}}},
		{"media remove", Dict{{"sdp_media_remove", List{"video", "Image"}}}, Request{SDPMediaRemove: []string{"video", "image"}}},
		{"stop has priority over start", Dict{{"drop-traffic", "stop"}, {"drop traffic", "start"}}, Request{DropTraffic: DropStop}},
		{"all as flag", Dict{{"flags", List{"all"}}}, Request{All: text("all"), Flags: Flags{All: true}}},
		{"supports", Dict{{"supports", List{"load limit"}}}, Request{SupportsLoadLimit: true}},
		{"digits as integer", Dict{{"code", 7}}, Request{Code: text("7")}},
		{"flags string beside flags list, as Kamailio", Dict{{"flags", "reset"}, {"flags", List{"trust-address"}}}, Request{Flags: Flags{TrustAddress: true, Reset: true}}},
		{"from-label", Dict{{"from-label", "A"}}, Request{Label: text("A")}},

		{"rtpp: direction twice", Dict{{"rtpp_flags", "direction=priv direction=pub"}}, Request{Direction: []string{"priv", "pub"}}},
		{"rtpp: received-from twice", Dict{{"rtpp-flags", "received-from=IP4 received-from=198.18.1.1"}}, Request{ReceivedFrom: netip.MustParseAddr("198.18.1.1")}},
		{"rtpp: received-from list", Dict{{"rtpp-flags", "received-from=[IP4 198.18.1.1]"}}, Request{ReceivedFrom: netip.MustParseAddr("198.18.1.1")}},
		{"rtpp: internal external", Dict{{"rtpp_flags", "internal external"}}, Request{Direction: []string{"internal", "external"}}},
		{"rtpp: lists", Dict{{"rtpp_flags", "codec=[strip=[all]  offer=[PCMA telephone-event]]  ptime=30 replace=[origin]"}},
			Request{Ptime: 30, Replace: Replace{Origin: true}, Codec: CodecFlags{Strip: []string{"all"}, Offer: []string{"PCMA", "telephone-event"}}}},
		{"rtpp: attributes", Dict{{"rtpp-flags", "sdp-attr=[audio=[add=[x-y:z..w]  remove=[sendrecv]]]"}},
			Request{SDPAttr: map[string]*SDPAttr{"audio": {Add: []string{"x-y:z w"}, Remove: []string{"sendrecv"}}}}},
		{"rtpp: values", Dict{{"rtpp_flags", "transport-protocol=RTP/AVP address-family=IP4 label=callee to-tag ICE=remove"}},
			Request{TransportProtocol: text("RTP/AVP"), AddressFamily: FamilyIPv4, Label: text("callee"), ICE: ICERemove, Flags: Flags{ToTag: true}}},
		{"WebRTC", Dict{{"flags", List{"webrtc"}}}, Request{TransportProtocol: text("UDP/TLS/RTP/SAVPF"), ICE: ICEForce,
			RTCPMux: RTCPMux{Offer: true, Require: true}, SDES: SDES{Off: true},
			Flags: Flags{WebRTC: true, TrickleICE: true, NoRTCPAttribute: true, GenerateMID: true}}},
		{"WebRTC with another transport", Dict{{"flags", List{"WebRTC"}}, {"transport protocol", "RTP/SAVPF"}, {"ICE", "default"}},
			Request{TransportProtocol: text("RTP/SAVPF"), ICE: ICEDefault,
				RTCPMux: RTCPMux{Offer: true, Require: true}, SDES: SDES{Off: true},
				Flags: Flags{WebRTC: true, TrickleICE: true, NoRTCPAttribute: true, GenerateMID: true}}},
		{"SDES", Dict{{"SDES", List{"no-A_1", "only-B_2", "order:C;D;", "offerer_pref:E;F", "UNENCRYPTED_SRTP", "no"}}, {"flags", List{"SDES-pad", "SDES-no-G", "pad crypto", "SDES off"}}},
			Request{SDES: SDES{No: []string{"A_1", "G"}, Only: []string{"B_2"}, Order: []string{"C", "D"}, OffererPref: []string{"E", "F"}, UnencryptedSRTP: true, Off: true, Pad: true}}},
		{"OSRTP", Dict{{"OSRTP", List{"accept", "offer-RFC"}}, {"flags", List{"OSRTP-offer-legacy"}}}, Request{OSRTP: OSRTP{Offer: true, OfferLegacy: true, Accept: true, AcceptLegacy: true}}},
		{"T.38", Dict{{"T38", List{"force", "no-V.27ter"}}, {"flags", List{"T.38-FEC", "T38-no-ECM"}}}, Request{T38: T38{Force: true, NoV27ter: true, FEC: true, NoECM: true}}},
		{"DTLS both ways", Dict{{"DTLS", "passive"}, {"DTLS-reverse", "active"}, {"DTLS fingerprint", "SHA-512"}}, Request{DTLS: DTLSPassive, DTLSReverse: DTLSActive, DTLSFingerprint: "SHA-512"}},
		{"reject ICE", Dict{{"flags", List{"ICE-reject"}}, {"ICE", "force_relay"}, {"ICE-lite", "both"}}, Request{ICE: ICEForceRelay, ICELite: ICELiteBoth, Flags: Flags{RejectICE: true}}},
		{"codecs", Dict{{"codec", Dict{{"strip", List{"all"}}, {"transcode", List{"iLBC/8000/1///mode--30"}}, {"offer", "PCMA"}}}, {"flags", List{"transcode-G722", "codec-set-opus/48000/2"}}},
			Request{Codec: CodecFlags{Strip: []string{"all"}, Transcode: []string{"iLBC/8000/1///mode=30", "G722"}, Offer: []string{"PCMA"}, Set: []string{"opus/48000/2"}}}},
		{"codec as a list", Dict{{"codec", List{"strip", "PCMU"}}}, Request{}},
		{"switches", Dict{{"record call", "yes"}, {"generate-rtcp", "off"}}, Request{RecordCall: SwitchOn, GenerateRTCP: SwitchOff}},
		{"frequencies", Dict{{"frequencies", List{400, "500", "600,700"}}}, Request{Frequency: []int{400, 500, 600, 700}}},
		{"pause as integer and as yes", Dict{{"pause", 100}}, Request{Pause: 100}},
		{"pause as yes", Dict{{"pause", "yes"}}, Request{Flags: Flags{Pause: true}}},
		{"media address that nobody can use", Dict{{"media address", "0.0.0.0"}}, Request{}},
		{"address family in lower case", Dict{{"address-family", "ip6"}}, Request{}},
		{"value in a flag", Dict{{"flags", List{"ICE=remove", "direction=priv", "transport-protocol=RTP/SAVP", "RTP/SAVP"}}}, Request{}},
		{"direction as a string", Dict{{"direction", "pub"}}, Request{}},
		{"flags of the wrong type", Dict{{"flags", Dict{{"trust-address", "1"}}}, {"replace", 5}}, Request{}},
		{"bytes", Dict{{"label", "caf\u00e9"}, {"sdp", "v=0\r\ns=\u00fc\x00"}}, Request{Label: text("café"), SDP: text("v=0\r\ns=ü\x00")}},

		{"rtpp: what Kamailio fills in", Dict{{"via-branch", "z9hG4bK1"}, {"rtpp_flags", "via-branch=auto-next via-branch=z9hG4bK2 call-id=x"}, {"call-id", "c"}},
			Request{ViaBranch: text("z9hG4bK1"), CallID: text("c")}},
		{"rtpp: branch alone", Dict{{"rtpp_flags", "via-branch=z9hG4bK2"}}, Request{ViaBranch: text("z9hG4bK2")}},
		{"rtpp: branch for Kamailio", Dict{{"rtpp_flags", "via-branch=auto"}}, Request{}},
		{"rtpp: unclosed", Dict{{"rtpp_flags", "replace=[origin session-name"}}, Request{Replace: Replace{Origin: true, SessionName: true}}},
		{"rtpp: blanks", Dict{{"rtpp_flags", "    "}}, Request{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for f := range numFeatures {
				build(t, f, true)
			}
			r := decode(t, c.in)
			r.Unknown = nil
			if !reflect.DeepEqual(*r, c.want) {
				t.Errorf("got  %+v\nwant %+v", *r, c.want)
			}
			asJSON, enc, err := Decode(JSON.Append(nil, c.in))
			if err != nil || enc != JSON {
				t.Fatal(enc, err)
			}
			asJSON.Unknown = nil
			if !reflect.DeepEqual(*asJSON, c.want) {
				t.Errorf("as JSON: got  %+v\nwant %+v", *asJSON, c.want)
			}
		})
	}
}

func TestCallID(t *testing.T) {
	for doc, want := range map[string]string{
		"d7:command4:ping7:call-id1:x7:call-id1:ye": "x",
		`{"call-ID":"é"}`:                           "é",
		"d7:call-idi5ee":                            "",
		"d4:listd7:call-id1:xee":                    "",
		"d7:call-id1:x":                             "",
		"":                                          "",
		"d7:command4:pinge7:call-id1:x":             "",
	} {
		if got := CallID([]byte(doc)); got != want {
			t.Errorf("%q: got %q, want %q", doc, got, want)
		}
	}
}
