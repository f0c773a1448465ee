package call

import (
	"testing"

	"rtpgo/sdpedit"
)

func proto(name string) transport {
	switch name {
	case "":
		return transport{}
	case "osrtp":
		return transport{protocols["rtp/avp"].opportunistic(), "RTP/AVP"}
	}
	return transport{findProtocol(name), name}
}

func TestReceiverTransport(t *testing.T) {
	for _, c := range []struct {
		before, sent, receiver string
		named                  string
		follow                 bool
		want                   string
	}{
		{"", "RTP/AVP", "", "", true, "RTP/AVP"},
		{"", "RTP/AVP", "", "RTP/SAVP", true, "RTP/SAVP"},
		{"RTP/AVP", "RTP/AVP", "RTP/SAVP", "", true, "RTP/SAVP"}, // what was agreed stays
		{"RTP/SAVP", "RTP/AVP", "RTP/SAVPF", "", true, "RTP/AVP"},
		{"RTP/SAVP", "RTP/AVP", "RTP/SAVP", "", false, "RTP/SAVP"}, // an answer doesn't change the offerer's
		{"RTP/SAVP", "RTP/SAVP", "RTP/AVP", "UDP/TLS/RTP/SAVPF", false, "UDP/TLS/RTP/SAVPF"},
		{"", "UDP/DTLS/SCTP", "", "RTP/SAVP", true, "UDP/DTLS/SCTP"},
		{"", "TCP/BFCP", "", "", true, "TCP/BFCP"},
		{"", "osrtp", "", "", true, "osrtp"},
		{"", "osrtp", "", "RTP/AVP", true, "RTP/AVP"},
	} {
		got := receiverTransport(proto(c.before), proto(c.sent), proto(c.receiver), findProtocol(c.named), c.follow)
		if !got.same(proto(c.want)) {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestSentTransport(t *testing.T) {
	for _, c := range []struct {
		name     string
		keys     bool
		accepted bool
		before   string
		want     string
	}{
		{"RTP/AVP", false, true, "", "RTP/AVP"},
		{"RTP/AVP", true, true, "", "osrtp"},
		{"RTP/SAVP", true, true, "", "RTP/SAVP"},
		{"RTP/AVP", true, false, "RTP/SAVP", "RTP/SAVP"}, // answered under the wrong name
		{"RTP/AVP", true, false, "osrtp", "osrtp"},
		{"RTP/AVP", false, false, "osrtp", "RTP/AVP"}, // declined
		{"RTP/AVP", true, true, "RTP/SAVP", "osrtp"},
	} {
		got := sentTransport(&sdpedit.Media{Protocol: c.name}, c.keys, c.accepted, proto(c.before))
		if !got.same(proto(c.want)) {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestProtocolVariants(t *testing.T) {
	for _, c := range []struct{ name, plain, secure string }{
		{"RTP/AVP", "RTP/AVP", "RTP/SAVP"},
		{"RTP/SAVPF", "RTP/AVPF", "RTP/SAVPF"},
		{"UDP/TLS/RTP/SAVPF", "RTP/AVPF", "RTP/SAVPF"},
	} {
		p := findProtocol(c.name)
		if p.plain().name != c.plain || p.secure().name != c.secure {
			t.Errorf("%s: %s, %s", c.name, p.plain().name, p.secure().name)
		}
		if o := p.opportunistic(); !o.srtp || o.name != p.name || o.osrtp == p.srtp {
			t.Errorf("%s: opportunistic %+v", c.name, *o)
		}
	}
}
