package daemon

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rtpgo/media"
	"rtpgo/media/srtp"
	"rtpgo/ng"
)

// The attack of ES2025-01 (CVE-2025-53399): somebody who can't see the call
// sends RTP to a port of the relay. It begins before the victim has sent
// anything, which is when an endpoint is learned, and goes on during the call.
const (
	attackAhead = 500 * time.Millisecond // before the victim's first packet
	attackTime  = 4500 * time.Millisecond
	attackPace  = 20 * time.Millisecond
	attackSSRC  = 0x0badbad0
)

// siege is a call under attack with its figures: packets of the attacker that
// reached B, and of B that reached the attacker, before and after the victim's
// first packet.
type siege struct {
	*dialogue
	mode, transport string
	strict          bool
	attacker        *net.UDPConn
	seq             uint16
	phase           atomic.Int32
	injected        [2]atomic.Int32
	leaked          [2]atomic.Int32
	heard           atomic.Int32 // packets of B that reached the victim
	dtls            *side
}

// TestBleedAndInject measures the attack for every way of learning and every
// kind of media. Its log is the table of docs/security.md.
func TestBleedAndInject(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as an endpoint is learned")
	}
	p := launchEngine(t, "sockets")
	var sieges []*siege
	for _, transport := range []string{"RTP", "SDES", "SDES passed through", "DTLS"} {
		for _, mode := range []string{"heuristic", "delayed", "immediate", "off", "asymmetric", "handover"} {
			for _, strict := range []bool{false, true} {
				sieges = append(sieges, newSiege(t, p, mode, transport, strict))
			}
		}
	}
	start := time.Now()
	for n := 1; ; n++ {
		at := time.Since(start)
		if at > attackTime {
			break
		}
		for _, s := range sieges {
			s.step(at >= attackAhead)
		}
		time.Sleep(time.Until(start.Add(time.Duration(n) * attackPace)))
	}
	until(t, "the last packets arrive", func() bool { // those of RTP that a call in peace would get
		last := sieges[0].heard.Load()
		time.Sleep(20 * time.Millisecond)
		return sieges[0].heard.Load() == last
	})
	for _, s := range sieges {
		s.judge(t)
	}
	t.Logf("\n%s", bleedTable(sieges))
}

func newSiege(t *testing.T, p *process, mode, transport string, strict bool) *siege {
	t.Helper()
	s := &siege{dialogue: sub(t, p), mode: mode, transport: transport, strict: strict}
	var flags []ng.Pair
	list := ng.List{}
	switch mode {
	case "asymmetric":
		list = append(list, "asymmetric")
	case "handover":
		list = append(list, "media handover")
	default:
		flags = append(flags, ng.Pair{Key: "endpoint-learning", Value: mode})
	}
	if strict {
		list = append(list, "strict source")
	}
	flags = append(flags, ng.Pair{Key: "flags", Value: list})
	suite := srtp.AES_CM_128_HMAC_SHA1_80
	key, answer := srtp.GenerateKey(suite), srtp.GenerateKey(suite)
	switch transport {
	case "RTP":
		s.command("offer", s.a.sdp("RTP/AVP"), flags...)
		s.command("answer", s.b.sdp("RTP/AVP"), flags...)
	case "SDES":
		s.command("offer", s.a.sdp("RTP/SAVP", crypto(1, suite, key, "")), append(flags, savp("RTP/AVP"))...)
		m := s.command("answer", s.b.sdp("RTP/AVP"), flags...)
		_, theirs := offered(t, m, suite)
		s.a.keyed(srtp.Params{Suite: suite, Key: theirs}, srtp.Params{Suite: suite, Key: key})
	case "SDES passed through":
		s.command("offer", s.a.sdp("RTP/SAVP", crypto(1, suite, key, "")), flags...)
		m := s.command("answer", s.b.sdp("RTP/SAVP", crypto(1, suite, answer, "")), flags...)
		_, theirs := offered(t, m, suite)
		s.a.keyed(srtp.Params{Suite: suite, Key: theirs}, srtp.Params{Suite: suite, Key: key})
		s.b.keyed(srtp.Params{Suite: suite, Key: key}, srtp.Params{Suite: suite, Key: answer})
	case "DTLS":
		a := newSecret(s.a, false)
		s.command("offer", s.a.sdp("UDP/TLS/RTP/SAVP", a.lines("active", "sha-256")...), append(flags, savp("RTP/AVP"))...)
		s.command("answer", s.b.sdp("RTP/AVP"), flags...)
		s.dtls = a.side(0, true)
		s.established("a", 0)
	}
	var err error
	// An address of its own, as the attacker has.
	if s.attacker, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 9)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.attacker.Close() })
	s.listen()
	return s
}

// step is one packet of everybody.
func (s *siege) step(begun bool) {
	s.seq++
	s.attacker.WriteToUDPAddrPort(rtpPacket(0xee3c+s.seq, attackSSRC), s.a.remote[0])
	s.b.send(0, rtpPacket(s.seq, 0xb0b0))
	if begun {
		s.phase.Store(1)
		if s.dtls != nil {
			s.dtls.send(rtpPacket(s.seq, 0xa0a0))
		} else {
			s.a.send(0, rtpPacket(s.seq, 0xa0a0))
		}
	}
}

// listen counts what arrives, under the phase in which it does.
func (s *siege) listen() {
	read := func(c *net.UDPConn, f func(pkt []byte)) {
		c.SetReadDeadline(time.Time{})
		go func() {
			buf := make([]byte, 2048)
			for {
				n, _, err := c.ReadFromUDPAddrPort(buf)
				if err != nil {
					return
				}
				f(buf[:n])
			}
		}()
	}
	read(s.attacker, func(pkt []byte) {
		if media.Classify(pkt) == media.ClassRTP {
			s.leaked[s.phase.Load()].Add(1)
		}
	})
	read(s.b.sock[0], func(pkt []byte) {
		if media.Classify(pkt) == media.ClassRTP && binary.BigEndian.Uint32(pkt[8:]) == attackSSRC {
			s.injected[s.phase.Load()].Add(1)
		}
	})
	if s.dtls == nil {
		read(s.a.sock[0], func([]byte) { s.heard.Add(1) })
		return
	}
	go func() {
		for range s.dtls.branches[0].media {
			s.heard.Add(1)
		}
	}()
}

// judge holds what rtpgo promises.
func (s *siege) judge(t *testing.T) {
	name := fmt.Sprintf("%s %s strict=%t", s.transport, s.mode, s.strict)
	none := func(what string, n int32) {
		if n != 0 {
			t.Errorf("%s: %d packets %s", name, n, what)
		}
	}
	encrypted := s.transport != "RTP"
	if encrypted || s.mode == "off" && s.strict || s.mode == "asymmetric" && s.strict {
		none("injected before the first packet", s.injected[0].Load())
		none("leaked before the first packet", s.leaked[0].Load())
	}
	if encrypted || s.mode == "heuristic" || s.mode == "off" || s.mode == "asymmetric" && s.strict {
		// A packet or two of the turn are on their way when the phase changes.
		none("injected during the call", max(0, s.injected[1].Load()-2))
		none("leaked during the call", max(0, s.leaked[1].Load()-2))
	}
	if encrypted {
		none("injected", s.injected[1].Load())
		none("leaked", s.leaked[1].Load())
	}
	if s.mode == "off" || s.mode == "asymmetric" {
		none("leaked", s.leaked[0].Load()+s.leaked[1].Load())
	}
	if s.heard.Load() == 0 && (encrypted || s.mode == "heuristic" || s.mode == "off" || s.mode == "asymmetric") {
		t.Errorf("%s: the victim hears nothing", name)
	}
}

func bleedTable(sieges []*siege) string {
	var b strings.Builder
	b.WriteString("| media | learning | strict source | injected before, after | leaked before, after | heard by the victim |\n|---|---|---|---|---|---|\n")
	for _, s := range sieges {
		fmt.Fprintf(&b, "| %s | %s | %s | %d, %d | %d, %d | %d |\n", s.transport, s.mode, map[bool]string{true: "yes", false: "no"}[s.strict],
			s.injected[0].Load(), s.injected[1].Load(), s.leaked[0].Load(), s.leaked[1].Load(), s.heard.Load())
	}
	return b.String()
}
