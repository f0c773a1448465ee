package daemon

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	pion "github.com/pion/dtls/v3"
	"github.com/pion/transport/v4/packetio"

	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/media/srtp"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// branch is one component of a peer that speaks DTLS-SRTP: its socket, divided
// between DTLS and media.
type branch struct {
	net.PacketConn
	hello atomic.Pointer[packetio.Buffer]
	media chan []byte
	peer  net.Addr
}

func (b *branch) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := b.hello.Load().Read(p)
	return n, b.peer, err
}

func (b *branch) SetReadDeadline(t time.Time) error { return b.hello.Load().SetReadDeadline(t) }
func (b *branch) Close() error                      { return nil } // the socket serves the next connection, too

// secret is a peer with a certificate.
type secret struct {
	*peer
	cert     tls.Certificate
	der      []byte
	branches [2]*branch
	conns    [2]*pion.Conn
}

func newSecret(p *peer, withRSA bool) *secret {
	p.t.Helper()
	s := &secret{peer: p}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	var err error
	if withRSA {
		key, _ := rsa.GenerateKey(rand.Reader, 2048)
		s.der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		s.cert.PrivateKey = key
	} else {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		s.der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		s.cert.PrivateKey = key
	}
	if err != nil {
		p.t.Fatal(err)
	}
	s.cert.Certificate = [][]byte{s.der}
	return s
}

func (s *secret) lines(setup, hash string) []string {
	f := dtls.Of(hash, s.der)
	return []string{"setup:" + setup, "fingerprint:" + f.Hash + " " + f.Value, "tls-id:" + strings.Repeat("1a", 16)}
}

// open divides the sockets.
func (s *secret) open() {
	for c, sock := range s.sock {
		if s.branches[c] != nil {
			continue
		}
		b := &branch{PacketConn: sock, media: make(chan []byte, 64), peer: net.UDPAddrFromAddrPort(s.remote[c])}
		b.hello.Store(packetio.NewBuffer())
		s.branches[c] = b
		sock.SetReadDeadline(time.Time{})
		go func() {
			for {
				pkt := make([]byte, 2048)
				n, _, err := sock.ReadFromUDPAddrPort(pkt)
				if err != nil {
					return
				}
				if media.Classify(pkt[:n]) == media.ClassDTLS {
					b.hello.Load().Write(pkt[:n])
				} else {
					b.media <- pkt[:n]
				}
			}
		}()
	}
}

// shake runs the peer's part of the handshake of a component, and gives it the
// keys.
func (s *secret) shake(c int, client bool) (in, out *srtp.Params) {
	s.t.Helper()
	s.open()
	b := s.branches[c]
	shared := []pion.Option{
		pion.WithCertificates(s.cert), pion.WithInsecureSkipVerify(true), pion.WithFlightInterval(100 * time.Millisecond),
		pion.WithSRTPProtectionProfiles(pion.SRTP_AES128_CM_HMAC_SHA1_80),
	}
	var conn *pion.Conn
	var err error
	if client {
		var o []pion.ClientOption
		for _, x := range shared {
			o = append(o, x)
		}
		conn, err = pion.ClientWithOptions(b, b.peer, o...)
	} else {
		o := []pion.ServerOption{pion.WithClientAuth(pion.RequireAnyClientCert)}
		for _, x := range shared {
			o = append(o, x)
		}
		conn, err = pion.ServerWithOptions(b, b.peer, o...)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.conns[c] = conn
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }()
	select {
	case err = <-done:
	case <-time.After(20 * time.Second):
		s.t.Fatalf("%s: no handshake", s.name)
	}
	if err != nil {
		s.t.Fatalf("%s: handshake: %v", s.name, err)
	}
	state, _ := conn.ConnectionState()
	suite := srtp.AES_CM_128_HMAC_SHA1_80
	material, err := state.ExportKeyingMaterial(srtp.ExporterLabel, nil, suite.ExporterLen())
	if err != nil {
		s.t.Fatal(err)
	}
	of, to, err := suite.ExporterKeys(material)
	if err != nil {
		s.t.Fatal(err)
	}
	if !client {
		of, to = to, of
	}
	return &srtp.Params{Suite: suite, Key: to}, &srtp.Params{Suite: suite, Key: of}
}

// side is the media of one component of a secret peer.
type side struct {
	*secret
	c   int
	in  *srtp.Unprotector
	out *srtp.Protector
}

func (s *secret) side(c int, client bool) *side {
	in, out := s.shake(c, client)
	return &side{s, c, unprotector(s.t, *in), protector(s.t, *out)}
}

func (s *side) send(pkt []byte) {
	s.t.Helper()
	f := s.out.RTP
	if isRTCP(pkt) {
		f = s.out.RTCP
	}
	pkt, err := f(make([]byte, len(pkt)+200), pkt)
	if err != nil {
		s.t.Fatal(err)
	}
	s.sendRaw(s.c, pkt)
}

func (s *side) receive() []byte {
	s.t.Helper()
	select {
	case pkt := <-s.branches[s.c].media:
		f := s.in.RTP
		if isRTCP(pkt) {
			f = s.in.RTCP
		}
		out, err := f(make([]byte, len(pkt)+200), pkt)
		if err != nil {
			s.t.Fatalf("%s: %v", s.name, err)
		}
		return out
	case <-time.After(5 * time.Second):
		s.t.Fatalf("%s receives nothing", s.name)
		return nil
	}
}

func (d *dialogue) established(tag string, component int) {
	d.t.Helper()
	until(d.t, tag+" established: "+d.security(tag, component), func() bool {
		return strings.HasPrefix(d.security(tag, component), "DTLS established")
	})
}

// exchange passes a packet either way between a plain peer and a secret one.
func (d *dialogue) exchange(plain *peer, c int, s *side, pkt []byte) {
	d.t.Helper()
	plain.send(c, pkt)
	if got := s.receive(); string(got) != string(pkt) {
		d.t.Errorf("%s got %x", s.name, got)
	}
	s.send(pkt)
	if got, _ := plain.receive(c); string(got) != string(pkt) {
		d.t.Errorf("%s got %x", plain.name, got)
	}
}

// TestDTLS: DTLS-SRTP on one side of a call and RTP on the other, in both
// roles, with RTCP multiplexed and apart.
func TestDTLS(t *testing.T) {
	for _, engine := range userSpaceEngines {
		t.Run(engine, func(t *testing.T) {
			p := launchEngine(t, engine)
			for name, c := range map[string]struct {
				setup, shown string
				rsa, mux     bool
				hash         string
			}{
				"peer active":         {"active", "passive", false, false, "sha-256"},
				"peer passive":        {"passive", "active", false, false, "sha-512"},
				"peer actpass":        {"actpass", "active", false, true, "sha-384"},
				"RSA, peer active":    {"active", "passive", true, true, "sha-1"},
				"RSA, peer passive":   {"passive", "active", true, false, "sha-224"},
				"peer active and mux": {"active", "passive", false, true, "sha-256"},
			} {
				t.Run("offerer "+name, func(t *testing.T) {
					d := sub(t, p)
					defer d.end()
					a := newSecret(d.a, c.rsa)
					lines := a.lines(c.setup, c.hash)
					flags := []ng.Pair{savp("RTP/AVP")}
					if c.mux {
						lines = append(lines, "rtcp-mux")
						flags = append(flags, ng.Pair{Key: "rtcp-mux", Value: ng.List{"demux"}})
					}
					d.command("offer", d.a.sdp("UDP/TLS/RTP/SAVP", lines...), flags...)
					m := d.command("answer", d.b.sdp("RTP/AVP"))
					if string(m.Setup) != c.shown || m.Fingerprint.Hash == "" {
						t.Fatalf("A is answered %s %+v", m.Setup, m.Fingerprint)
					}
					both(d, d.b, a, c.shown == "passive", c.mux)
				})
				if c.setup == "actpass" {
					continue
				}
				t.Run("answerer "+name, func(t *testing.T) {
					d := sub(t, p)
					defer d.end()
					b := newSecret(d.b, c.rsa)
					lines := b.lines(c.setup, c.hash)
					flags := []ng.Pair{savp("UDP/TLS/RTP/SAVPF")}
					if c.mux {
						lines = append(lines, "rtcp-mux")
						flags = append(flags, ng.Pair{Key: "rtcp-mux", Value: ng.List{"offer"}})
					}
					m := d.command("offer", d.a.sdp("RTP/AVP"), flags...)
					if m.Setup != sdpedit.SetupActpass {
						t.Fatalf("B is offered %s", m.Setup)
					}
					d.command("answer", d.b.sdp("UDP/TLS/RTP/SAVPF", lines...))
					both(d, d.a, b, c.setup == "active", c.mux)
				})
			}
		})
	}
}

// both shakes hands for each component and passes media.
func both(d *dialogue, plain *peer, s *secret, client, mux bool) {
	d.t.Helper()
	r := s.side(0, client)
	tag := strings.ToLower(s.name)
	d.established(tag, 0)
	for i := range uint16(3) {
		d.exchange(plain, 0, r, rtpPacket(i, 4))
	}
	if mux {
		plain.send(1, report(4))
		if got := r.receive(); string(got) != string(report(4)) {
			d.t.Errorf("%s got %x", s.name, got)
		}
		return
	}
	c := s.side(1, client)
	d.established(tag, 1)
	d.exchange(plain, 1, c, report(4))
}

// TestDTLSOnBothSides is a call between two DTLS peers.
func TestDTLSOnBothSides(t *testing.T) {
	p := launchEngine(t, "sockets")
	d := newDialogue(p)
	a, b := newSecret(d.a, false), newSecret(d.b, true)
	d.command("offer", d.a.sdp("UDP/TLS/RTP/SAVPF", a.lines("actpass", "sha-256")...))
	d.command("answer", d.b.sdp("UDP/TLS/RTP/SAVPF", b.lines("active", "sha-256")...))
	sa, sb := a.side(0, false), b.side(0, true)
	d.established("a", 0)
	d.established("b", 0)
	sa.send(rtpPacket(1, 1))
	if got := sb.receive(); string(got) != string(rtpPacket(1, 1)) {
		t.Errorf("B got %x", got)
	}
	sb.send(rtpPacket(1, 2))
	if got := sa.receive(); string(got) != string(rtpPacket(1, 2)) {
		t.Errorf("A got %x", got)
	}
	// The end of the call is told to the peers.
	d.end()
	buf := make([]byte, 100)
	if _, err := a.conns[0].Read(buf); err == nil {
		t.Error("A doesn't hear of the end")
	}
}

// TestNoMediaBeforeKeys: nothing passes in either direction until the
// handshake is done.
func TestNoMediaBeforeKeys(t *testing.T) {
	p := launchEngine(t, "sockets")
	d := newDialogue(p)
	a := newSecret(d.a, false)
	d.command("offer", d.a.sdp("UDP/TLS/RTP/SAVP", a.lines("active", "sha-256")...), savp("RTP/AVP"))
	d.command("answer", d.b.sdp("RTP/AVP"))
	d.a.sendRaw(0, rtpPacket(1, 1))
	d.b.send(0, rtpPacket(1, 1))
	until(t, "both packets are counted", func() bool { return d.drops("a", "no key") == 2 })
	d.a.silent("before the keys")
	d.b.silent("before the keys")
	if state := d.security("a", 0); state != "DTLS waiting" {
		t.Errorf("state %q", state)
	}
	r := a.side(0, true)
	d.established("a", 0)
	d.exchange(d.b, 0, r, rtpPacket(2, 1))
}

func TestWrongCertificate(t *testing.T) {
	p := launchEngine(t, "sockets")
	for _, client := range []bool{true, false} {
		d := newDialogue(p)
		a, other := newSecret(d.a, false), newSecret(d.a, false)
		setup := map[bool]string{true: "active", false: "passive"}[client]
		d.command("offer", d.a.sdp("UDP/TLS/RTP/SAVP", other.lines(setup, "sha-256")...), savp("RTP/AVP"))
		d.command("answer", d.b.sdp("RTP/AVP"))
		a.open()
		go func() {
			var conn *pion.Conn
			if client {
				conn, _ = pion.ClientWithOptions(a.branches[0], a.branches[0].peer, pion.WithCertificates(a.cert), pion.WithInsecureSkipVerify(true),
					pion.WithSRTPProtectionProfiles(pion.SRTP_AES128_CM_HMAC_SHA1_80))
			} else {
				conn, _ = pion.ServerWithOptions(a.branches[0], a.branches[0].peer, pion.WithCertificates(a.cert),
					pion.WithSRTPProtectionProfiles(pion.SRTP_AES128_CM_HMAC_SHA1_80))
			}
			conn.Handshake()
		}()
		until(t, "the failure is shown", func() bool { return strings.HasPrefix(d.security("a", 0), "DTLS failed: ") })
		if state := d.security("a", 0); !strings.Contains(state, "fingerprint") {
			t.Errorf("state %q", state)
		}
		d.b.send(0, rtpPacket(1, 1))
		until(t, "the packet is counted", func() bool { return d.drops("a", "no key") == 1 })
		if n := strings.Count(p.log.String(), "DTLS-SRTP failed"); client && n != 1 {
			t.Errorf("%d lines in the log", n)
		}
	}
}

// TestStrangersHello: a ClientHello that comes first, from somebody else,
// neither gets keys nor keeps the peer from getting them.
func TestStrangersHello(t *testing.T) {
	for _, learning := range []string{"heuristic", "immediate", "delayed", "off"} {
		t.Run(learning, func(t *testing.T) {
			p := launchEngine(t, "sockets", "--endpoint-learning="+learning)
			d := newDialogue(p)
			a := newSecret(d.a, false)
			d.command("offer", d.a.sdp("UDP/TLS/RTP/SAVP", a.lines("active", "sha-256")...), savp("RTP/AVP"))
			d.command("answer", d.b.sdp("RTP/AVP"))
			stranger := newSecret(newPeer(t, "stranger"), false)
			stranger.remote = d.a.remote
			stranger.open()
			conn, err := pion.ClientWithOptions(stranger.branches[0], stranger.branches[0].peer, pion.WithCertificates(stranger.cert), pion.WithInsecureSkipVerify(true),
				pion.WithSRTPProtectionProfiles(pion.SRTP_AES128_CM_HMAC_SHA1_80), pion.WithFlightInterval(20*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- conn.Handshake() }()
			if learning != "off" { // where nothing is learned it isn't even answered
				select {
				case err := <-done:
					if err == nil {
						t.Log("the stranger takes its handshake for done: the alert comes after it")
					}
				case <-time.After(10 * time.Second):
					t.Fatal("the stranger's handshake doesn't end")
				}
			}
			r := a.side(0, true)
			d.established("a", 0)
			d.exchange(d.b, 0, r, rtpPacket(1, 1))
			select {
			case pkt := <-stranger.branches[0].media:
				t.Errorf("the stranger got %x", pkt)
			default:
			}
			conn.Close()
		})
	}
}

// TestDTLSReinvite: an association stays while nothing about it changes, and
// gives way to another one when tls-id or certificate do.
func TestDTLSReinvite(t *testing.T) {
	p := launchEngine(t, "sockets")
	d := newDialogue(p)
	a := newSecret(d.a, false)
	offer := d.a.sdp("UDP/TLS/RTP/SAVP", a.lines("actpass", "sha-256")...)
	d.command("offer", offer, savp("RTP/AVP"))
	d.command("answer", d.b.sdp("RTP/AVP"))
	r := a.side(0, false)
	d.established("a", 0)
	d.exchange(d.b, 0, r, rtpPacket(1, 1))
	for _, sdp := range []string{offer + "a=sendonly\r\n", offer, offer} {
		d.command("offer", sdp, savp("RTP/AVP"))
		m := d.command("answer", d.b.sdp("RTP/AVP"))
		if m.Setup != sdpedit.SetupActive {
			t.Errorf("setup %s", m.Setup)
		}
	}
	d.exchange(d.b, 0, r, rtpPacket(2, 1))
	if n := strings.Count(p.log.String(), "DTLS-SRTP established"); n != 1 {
		t.Errorf("%d handshakes", n)
	}
	d.command("offer", strings.ReplaceAll(offer, "tls-id:1a", "tls-id:2b"), savp("RTP/AVP"))
	d.exchange(d.b, 0, r, rtpPacket(3, 1)) // until the answer the old one counts
	d.command("answer", d.b.sdp("RTP/AVP"))
	a.branches[0].hello.Swap(packetio.NewBuffer()).Close() // the old connection's
	r = a.side(0, false)
	until(t, "another handshake", func() bool { return strings.Count(p.log.String(), "DTLS-SRTP established") == 2 })
	d.exchange(d.b, 0, r, rtpPacket(4, 1))
}

// TestHelloBeforeICE: where ICE is spoken nobody shakes hands whom a
// connectivity check has not proved, not even from the signalled address.
func TestHelloBeforeICE(t *testing.T) {
	d := newDialogue(launchEngine(t, "sockets"))
	a := newSecret(d.a, false)
	lines := append(a.lines("active", "sha-256"), "ice-ufrag:abcd", "ice-pwd:abcdefghijklmnopqrstuvwx",
		"candidate:1 1 UDP 2130706431 127.0.0.1 "+strconv.Itoa(d.a.port())+" typ host")
	d.command("offer", d.a.sdp("UDP/TLS/RTP/SAVPF", lines...), savp("RTP/AVP"), ng.Pair{Key: "ICE", Value: "remove"})
	d.command("answer", d.b.sdp("RTP/AVP"))
	stranger := newPeer(t, "stranger")
	stranger.remote = d.a.remote
	hello := append([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12}, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, p := range []*peer{d.a, stranger} {
		p.sendRaw(0, hello)
		p.sendRaw(0, rtpPacket(1, 1)) // the port handles one after the other
	}
	until(t, "what follows is counted", func() bool {
		return d.drops("a", "no key")+d.drops("a", "stranger") == 2
	})
	if state := d.security("a", 0); state != "DTLS waiting" {
		t.Errorf("state %q", state)
	}
	stranger.silent("ClientHello of a stranger")
}
