package explain

import (
	"fmt"
	"strings"

	"rtpgo/media"
)

// ice: no pair works with one of the parties.
func (d *direction) ice() (Verdict, bool) {
	for _, s := range []*Side{d.from, d.to} {
		if s == nil || !s.ICE.Started || s.ICE.Valid {
			continue
		}
		if !s.ICE.Failed && d.since(s.ICE.Since) < iceGrace {
			continue
		}
		seen := fmt.Sprintf("none of its connectivity checks arrived at %s", port(s))
		if s.ICE.Checks > 0 {
			seen = fmt.Sprintf("%d of its connectivity checks arrived at %s, but it answers none of ours", s.ICE.Checks, port(s))
		}
		if s.ICE.Candidates == 0 {
			seen += ", and its SDP named no candidate that rtpgo can use"
		}
		return fault(ICENoPair, s.Tag,
			fmt.Sprintf("ICE found no working pair with %s: %s. No media passes without one: %s.", name(s), seen, d.nothing()),
			fmt.Sprintf("Compare the candidates of both sides in the SDP: can %s reach %s by UDP, does a firewall stop STUN, does the proxy pass ufrag and password on unchanged?", name(s), port(s)))
	}
	return no()
}

// dtls: no keys with one of the parties.
func (d *direction) dtls() (Verdict, bool) {
	for _, s := range []*Side{d.from, d.to} {
		if s == nil {
			continue
		}
		a := &s.Security.DTLS[0]
		if !a.Used || a.Established || s.Security.Mode == Plain || s.Security.Mode == SDES {
			continue
		}
		switch {
		case a.Fingerprint:
			return fault(DTLSFingerprint, s.Tag,
				fmt.Sprintf("The certificate that %s showed in the DTLS handshake isn't the one whose fingerprint its SDP names: no keys, %s.", who(s), d.nothing()),
				"Either somebody is in between, or the SDP was changed on its way, or belongs to another session (a cached fingerprint after a restart).")
		case !a.Heard && (a.Failure != "" || d.since(a.Since) > dtlsGrace):
			return d.dtlsSilent(s)
		case a.Failure != "":
			return fault(DTLSFailed, s.Tag,
				fmt.Sprintf("The DTLS handshake with %s failed (%s): no keys, %s.", who(s), a.Failure, d.nothing()),
				"Which DTLS versions, ciphers and SRTP profiles does it offer? A capture of the handshake shows its alert.")
		case a.Heard && d.since(a.Since) > dtlsGrace:
			return fault(DTLSFailed, s.Tag,
				fmt.Sprintf("The DTLS handshake with %s began and doesn't end: no keys, %s.", who(s), d.nothing()),
				"Are large packets lost on the way (fragments of the certificate)? --dtls-mtu makes ours smaller.")
		}
	}
	return no()
}

func (d *direction) dtlsSilent(s *Side) (Verdict, bool) {
	a := &s.Security.DTLS[0]
	text := fmt.Sprintf("%s never began the DTLS handshake that its SDP promised (a=setup:active): no keys, %s.", who(s), d.nothing())
	check := fmt.Sprintf("Does any packet of %s arrive at %s? Does its SDP promise DTLS (a=fingerprint) though it doesn't speak it?", name(s), port(s))
	if a.Active {
		text = fmt.Sprintf("%s doesn't answer the DTLS handshake that rtpgo begins (a=setup:passive in its SDP): no keys, %s.", who(s), d.nothing())
	}
	if n := drops(&s.Streams[0], media.DropKey); n > 0 {
		text += fmt.Sprintf(" %s of RTP came without keys and were dropped.", packets(n))
	}
	return fault(DTLSNotStarted, s.Tag, text, check)
}

// srtp: what the sender sends can't be decrypted, or what the receiver gets
// can't be encrypted.
func (d *direction) srtp() (Verdict, bool) {
	s := d.stream()
	bad := drops(s, media.DropAuth, media.DropKey)
	mode := d.from.Security.Mode
	if mode != Plain && most(bad, s.In) && (rtpIn(s) == 0 || d.idle(s) > staleAfter) {
		switch {
		case looksPlain(&s.Garbled, d.from.Even):
			return fault(SRTPExpected, d.from.Tag,
				fmt.Sprintf("%s sends plain RTP to %s though %s was agreed on: %s dropped, %s.", who(d.from), port(d.from), agreed(d.from), packets(bad), d.nothing()),
				fmt.Sprintf("%s negotiates SRTP and doesn't use it: look at its media encryption setting, and whether something behind it (an ALG, another proxy) takes the encryption off.", name(d.from)))
		case mode == Pending:
			return fault(SRTPKey, d.from.Tag,
				fmt.Sprintf("No SRTP key was agreed on with %s: %s dropped, %s.", who(d.from), packets(bad), d.nothing()),
				"The timeline shows the SDP: both sides need an a=crypto line with a common suite, or a=fingerprint.")
		}
		return fault(SRTPKey, d.from.Tag,
			fmt.Sprintf("%s of %s can't be decrypted with the key of its SDP (%s): %s.", packets(bad), who(d.from), agreed(d.from), d.nothing()),
			fmt.Sprintf("Does %s encrypt with the key that its last SDP names, and did that SDP come through unchanged? A re-INVITE or a forked call may have brought other keys.", name(d.from)))
	}
	if d.to != nil && d.to.Security.Mode == Pending && rtpIn(s) > 0 && d.to.Streams[0].Out == 0 {
		return fault(SRTPKey, d.to.Tag,
			fmt.Sprintf("No SRTP key was agreed on with %s, so nothing can be sent to it: %s.", who(d.to), d.nothing()),
			"The timeline shows the SDP: both sides need an a=crypto line with a common suite, or a=fingerprint.")
	}
	return no()
}

func agreed(s *Side) string {
	kind := "SRTP"
	if s.Security.Mode == DTLSSRTP {
		kind = "DTLS-SRTP"
	}
	if s.Security.Suite != "" {
		kind += " with " + s.Security.Suite
	}
	return kind
}

// looksPlain tells plain RTP among packets that could not be decrypted.
func looksPlain(l *media.Look, even [2]uint64) bool {
	switch {
	case l.RTP == 0:
		return l.RTCP > 0 && l.Whole == l.RTCP
	case has(even, l.PT):
		return l.Even*10 >= l.RTP*9
	case l.RTCP > 0 && l.Whole == l.RTCP:
		return true
	}
	// Codecs begin their payloads with a header that hardly changes, ciphertext
	// with any octet.
	return l.RTP >= 8 && l.Firsts*2 <= l.RTP
}

// unexpectedSRTP: payloads look like ciphertext where plain RTP was agreed on.
func (d *direction) unexpectedSRTP() (Verdict, bool) {
	s := d.stream()
	l := &s.Plain
	if d.from.Security.Mode != Plain || strings.Contains(d.from.Protocol, "SAVP") || d.from.Raw || l.RTP == 0 {
		return no()
	}
	if !has(d.from.Even, l.PT) || l.Tagged != l.RTP || l.Random*10 < l.RTP*9 {
		return no()
	}
	if l.RTP < 5 && !allTagged(s.Sources) { // the kernel has most of them
		return no()
	}
	return fault(SRTPUnexpected, d.from.Tag,
		fmt.Sprintf("%s sends SRTP to %s though plain RTP was agreed on: the packets pass, but %s hears noise or nothing.", who(d.from), port(d.from), name(d.to)),
		fmt.Sprintf("%s encrypts without having negotiated it: look at its media encryption setting, and whether its SDP lost RTP/SAVP or a=crypto on the way.", name(d.from)))
}

// allTagged tells whether all packets of the latest source are as long as G.711
// with a tag of SRTP: they are of one length.
func allTagged(list []media.SSRCStats) bool {
	const header = 12
	if len(list) == 0 || list[0].Packets < aFew || list[0].Octets%list[0].Packets != 0 {
		return false
	}
	switch (list[0].Octets/list[0].Packets - header) % 80 {
	case 4, 10, 16:
		return true
	}
	return false
}

func has(set [2]uint64, pt uint8) bool { return set[pt>>6&1]>>(pt&63)&1 != 0 }
