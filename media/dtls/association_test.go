package dtls

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	pion "github.com/pion/dtls/v3"

	"rtpgo/media/srtp"
)

var (
	addrA = netip.MustParseAddrPort("192.0.2.1:1000")
	addrB = netip.MustParseAddrPort("192.0.2.2:2000")
	addrC = netip.MustParseAddrPort("192.0.2.3:3000")
)

// network delivers datagrams between addresses; lose may throw some away.
type network struct {
	mu   sync.Mutex
	ends map[netip.AddrPort]func(pkt []byte, src netip.AddrPort)
	lose func(pkt []byte, src netip.AddrPort) bool
}

func newNetwork() *network {
	return &network{ends: map[netip.AddrPort]func([]byte, netip.AddrPort){}}
}

func (n *network) at(a netip.AddrPort, f func(pkt []byte, src netip.AddrPort)) Via {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ends[a] = f
	return &networkPort{n, a}
}

type networkPort struct {
	n    *network
	addr netip.AddrPort
}

func (p *networkPort) Send(pkt []byte, to netip.AddrPort) error {
	p.n.mu.Lock()
	f := p.n.ends[to]
	lost := p.n.lose != nil && p.n.lose(pkt, p.addr)
	p.n.mu.Unlock()
	if f != nil && !lost {
		f(append([]byte(nil), pkt...), p.addr)
	}
	return nil
}

// party is an association with what it reported.
type party struct {
	*Association
	cert   *Certificate
	keys   chan Keys
	failed chan error
	closed chan struct{}
}

func newParty(t *testing.T, a *Agent, cert *Certificate, role Role, target func() (Via, netip.AddrPort)) *party {
	t.Helper()
	p := &party{cert: cert, keys: make(chan Keys, 8), failed: make(chan error, 8), closed: make(chan struct{}, 1)}
	p.Association = a.NewAssociation(Config{
		Role: role, Certificate: cert, Target: target,
		Established: func(k Keys) { p.keys <- k },
		Failed:      func(err error) { p.failed <- err },
		Closed:      func() { close(p.closed) },
	})
	t.Cleanup(p.Close)
	return p
}

func agent(t *testing.T, cfg AgentConfig) *Agent {
	t.Helper()
	if cfg.Flight == 0 {
		cfg.Flight = 50 * time.Millisecond
	}
	a, err := NewAgent(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func certificate(t *testing.T, cfg CertificateConfig) *Certificate {
	t.Helper()
	c, err := NewCertificate(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wait[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("%s: nothing happens", what)
		panic("unreachable")
	}
}

func always(a Admission) func(netip.AddrPort) Admission {
	return func(netip.AddrPort) Admission { return a }
}

// join makes two associations of ours on one network, the active one at A.
func join(t *testing.T, n *network, a *Agent, certs CertificateConfig) (active, passive *party) {
	t.Helper()
	certA, certB := certificate(t, certs), certificate(t, certs)
	portA := n.at(addrA, func(pkt []byte, src netip.AddrPort) { active.Receive(pkt, src, nil, nil) })
	var portB Via
	portB = n.at(addrB, func(pkt []byte, src netip.AddrPort) { passive.Receive(pkt, src, portB, always(Peer)) })
	active = newParty(t, a, certA, Active, func() (Via, netip.AddrPort) { return portA, addrB })
	passive = newParty(t, a, certB, Passive, nil)
	return active, passive
}

func TestBothRoles(t *testing.T) {
	for name, certs := range map[string]CertificateConfig{"ECDSA": {}, "RSA": {RSA: true}} {
		t.Run(name, func(t *testing.T) {
			a := agent(t, AgentConfig{})
			active, passive := join(t, newNetwork(), a, certs)
			active.Expect(passive.cert.Fingerprint("sha-512"))
			passive.Expect(active.cert.Fingerprint("sha-1"))
			active.Wake()
			ka, kp := wait(t, "active", active.keys), wait(t, "passive", passive.keys)
			if ka.Suite != srtp.AEAD_AES_256_GCM || kp.Suite != ka.Suite {
				t.Errorf("suites %v, %v", ka.Suite, kp.Suite)
			}
			if string(ka.Ours.Master) != string(kp.Theirs.Master) || string(ka.Theirs.Salt) != string(kp.Ours.Salt) {
				t.Error("the keys of the two sides differ")
			}
			if kp.Peer != addrA || ka.Peer != addrB {
				t.Errorf("peers %v, %v", ka.Peer, kp.Peer)
			}
			if a.Running() != 0 {
				t.Errorf("%d handshakes are still counted", a.Running())
			}
			active.Close()
			wait(t, "close_notify", passive.closed)
			if passive.State() != StateClosed {
				t.Errorf("state %v", passive.State())
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	for _, hash := range []string{"sha-1", "SHA-224", "sha-256", "sha-384", "sha-512"} {
		c := certificate(t, CertificateConfig{})
		f := c.Fingerprint(hash)
		if !f.Matches(c.tls.Certificate[0]) {
			t.Errorf("%s: doesn't match its own certificate", hash)
		}
		if f.Matches(certificate(t, CertificateConfig{}).tls.Certificate[0]) {
			t.Errorf("%s: matches another certificate", hash)
		}
	}
	for _, f := range []Fingerprint{{}, {"md5", "AA:BB"}, {"sha-256", ""}, {"sha-256", "zz"}} {
		if f.Matches([]byte("certificate")) {
			t.Errorf("%v matches", f)
		}
	}
}

func TestWrongFingerprint(t *testing.T) {
	a := agent(t, AgentConfig{})
	wrong := certificate(t, CertificateConfig{}).Fingerprint("sha-256")
	t.Run("of the server", func(t *testing.T) {
		active, passive := join(t, newNetwork(), a, CertificateConfig{})
		active.Expect(wrong)
		passive.Expect(active.cert.Fingerprint("sha-256"))
		active.Wake()
		if err := wait(t, "failure", active.failed); !errors.Is(err, ErrFingerprint) {
			t.Errorf("error %v", err)
		}
		if active.State() != StateFailed || len(passive.keys) != 0 {
			t.Errorf("state %v, keys of the other side %d", active.State(), len(passive.keys))
		}
	})
	t.Run("of the client", func(t *testing.T) {
		active, passive := join(t, newNetwork(), a, CertificateConfig{})
		active.Expect(passive.cert.Fingerprint("sha-256"))
		passive.Expect(wrong)
		active.Wake()
		if err := wait(t, "failure", passive.failed); !errors.Is(err, ErrFingerprint) {
			t.Errorf("error %v", err)
		}
		if len(passive.keys) != 0 {
			t.Error("keys in spite of the wrong fingerprint")
		}
	})
	t.Run("known late", func(t *testing.T) {
		active, passive := join(t, newNetwork(), a, CertificateConfig{})
		active.Expect(passive.cert.Fingerprint("sha-256"))
		active.Wake()
		wait(t, "active", active.keys)
		for passive.State() != StateUnverified {
			time.Sleep(time.Millisecond)
		}
		if len(passive.keys) != 0 {
			t.Error("keys before the fingerprint is known")
		}
		passive.Expect(wrong)
		if err := wait(t, "failure", passive.failed); !errors.Is(err, ErrFingerprint) {
			t.Errorf("error %v", err)
		}
	})
}

func TestFingerprintAfterHandshake(t *testing.T) {
	active, passive := join(t, newNetwork(), agent(t, AgentConfig{}), CertificateConfig{})
	active.Expect(passive.cert.Fingerprint("sha-256"))
	active.Wake()
	wait(t, "active", active.keys)
	for passive.State() != StateUnverified {
		time.Sleep(time.Millisecond)
	}
	passive.Expect(active.cert.Fingerprint("sha-256"))
	wait(t, "passive", passive.keys)
}

// TestLoss loses the first packet of every kind once: both sides repeat.
func TestLoss(t *testing.T) {
	n := newNetwork()
	seen := map[string]bool{}
	n.lose = func(pkt []byte, src netip.AddrPort) bool {
		r, _ := parseRecord(pkt)
		kind := src.String() + string([]byte{r.contentType, byte(r.epoch), r.message})
		lost := !seen[kind]
		seen[kind] = true
		return lost
	}
	active, passive := join(t, n, agent(t, AgentConfig{}), CertificateConfig{})
	active.Expect(passive.cert.Fingerprint("sha-256"))
	passive.Expect(active.cert.Fingerprint("sha-256"))
	active.Wake()
	wait(t, "active", active.keys)
	wait(t, "passive", passive.keys)
}

// TestLastFlightLost: a server whose last flight gets lost, and which doesn't
// send it again, has the keys; the client takes them too.
func TestLastFlightLost(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
	}{{"while waiting", 0}, {"after giving up", 400 * time.Millisecond}} {
		t.Run(c.name, func(t *testing.T) {
			n := newNetwork()
			n.lose = func(pkt []byte, src netip.AddrPort) bool {
				r, _ := parseRecord(pkt)
				return src == addrB && (r.contentType == 20 || r.epoch > 0)
			}
			a := agent(t, AgentConfig{Timeout: c.timeout})
			active, passive := join(t, n, a, CertificateConfig{})
			active.Expect(passive.cert.Fingerprint("sha-256"))
			passive.Expect(active.cert.Fingerprint("sha-256"))
			active.Wake()
			ours, theirs := wait(t, "active", active.keys), wait(t, "passive", passive.keys)
			if ours.Suite != theirs.Suite || !bytes.Equal(ours.Ours.Master, theirs.Theirs.Master) || !bytes.Equal(ours.Theirs.Master, theirs.Ours.Master) {
				t.Error("the keys differ")
			}
			if c.timeout != 0 {
				for a.Running() > 0 {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(2 * retryPause) // no other handshake may begin
			}
			if s := active.State(); s != StateUnconfirmed || a.Running() > 1 {
				t.Errorf("state %v, %d handshakes", s, a.Running())
			}
			select {
			case <-active.keys:
				t.Error("keys twice")
			case err := <-active.failed:
				t.Error(err)
			default:
			}
		})
	}
}

// TestLastFlightLate: keys that were taken early aren't taken again, for the
// packets since then have used up their indices.
func TestLastFlightLate(t *testing.T) {
	n := newNetwork()
	var lost atomic.Int32
	n.lose = func(pkt []byte, src netip.AddrPort) bool {
		r, _ := parseRecord(pkt)
		return src == addrB && (r.contentType == 20 || r.epoch > 0) && lost.Add(1) < 3
	}
	active, passive := join(t, n, agent(t, AgentConfig{}), CertificateConfig{})
	active.Expect(passive.cert.Fingerprint("sha-256"))
	passive.Expect(active.cert.Fingerprint("sha-256"))
	active.Wake()
	wait(t, "active", active.keys)
	for end := time.Now().Add(20 * time.Second); active.State() != StateEstablished; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(active.State())
		}
	}
	select {
	case <-active.keys:
		t.Error("keys twice")
	case <-time.After(50 * time.Millisecond):
	}
}

// TestNoAnticipation: without the signalled fingerprint nothing is taken early.
func TestNoAnticipation(t *testing.T) {
	n := newNetwork()
	n.lose = func(pkt []byte, src netip.AddrPort) bool {
		r, _ := parseRecord(pkt)
		return src == addrB && (r.contentType == 20 || r.epoch > 0)
	}
	a := agent(t, AgentConfig{Timeout: 400 * time.Millisecond})
	active, passive := join(t, n, a, CertificateConfig{})
	passive.Expect(active.cert.Fingerprint("sha-256"))
	active.Wake()
	select {
	case <-active.keys:
		t.Error("keys of a peer that nobody named")
	case err := <-active.failed:
		if !errors.Is(err, ErrTimeout) {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("nothing happens")
	}
}

func TestTimeout(t *testing.T) {
	n := newNetwork()
	a := agent(t, AgentConfig{Timeout: 200 * time.Millisecond})
	port := n.at(addrA, func([]byte, netip.AddrPort) {})
	p := newParty(t, a, certificate(t, CertificateConfig{}), Active, func() (Via, netip.AddrPort) { return port, addrB })
	p.Expect(certificate(t, CertificateConfig{}).Fingerprint("sha-256"))
	p.Wake()
	if err := wait(t, "failure", p.failed); !errors.Is(err, ErrTimeout) {
		t.Errorf("error %v", err)
	}
	if p.State() != StateFailed || a.Running() != 0 {
		t.Errorf("state %v, %d running", p.State(), a.Running())
	}
}

// client is a DTLS client of pion's own at an address of the network.
func client(t *testing.T, n *network, at, to netip.AddrPort, cert *Certificate, profiles ...pion.SRTPProtectionProfile) <-chan error {
	t.Helper()
	c := &packetConn{
		queue: make(chan []byte, queueDepth), closed: make(chan struct{}), sent: func([]byte) {},
		peer: net.UDPAddrFromAddrPort(to),
	}
	port := n.at(at, func(pkt []byte, _ netip.AddrPort) { c.push(pkt) })
	c.target = func() (Via, netip.AddrPort) { return port, to }
	conn, err := pion.ClientWithOptions(c, c.peer, pion.WithCertificates(cert.tls), pion.WithInsecureSkipVerify(true),
		pion.WithSRTPProtectionProfiles(profiles...), pion.WithFlightInterval(50*time.Millisecond), pion.WithLoggerFactory(silence{}))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }()
	t.Cleanup(func() { conn.Close() })
	return done
}

func TestProfiles(t *testing.T) {
	for profile, suite := range map[pion.SRTPProtectionProfile]*srtp.Suite{
		pion.SRTP_AEAD_AES_256_GCM:       srtp.AEAD_AES_256_GCM,
		pion.SRTP_AEAD_AES_128_GCM:       srtp.AEAD_AES_128_GCM,
		pion.SRTP_AES128_CM_HMAC_SHA1_80: srtp.AES_CM_128_HMAC_SHA1_80,
		pion.SRTP_AES128_CM_HMAC_SHA1_32: srtp.AES_CM_128_HMAC_SHA1_32,
	} {
		n := newNetwork()
		var p *party
		var port Via
		port = n.at(addrB, func(pkt []byte, src netip.AddrPort) { p.Receive(pkt, src, port, always(Peer)) })
		p = newParty(t, agent(t, AgentConfig{}), certificate(t, CertificateConfig{}), Passive, nil)
		cert := certificate(t, CertificateConfig{})
		p.Expect(cert.Fingerprint("sha-256"))
		client(t, n, addrA, addrB, cert, profile)
		if k := wait(t, "keys", p.keys); k.Suite != suite {
			t.Errorf("profile %v gives suite %v", profile, k.Suite)
		}
	}
}

// TestStrangers: none of those that come first takes the peer's place.
func TestStrangers(t *testing.T) {
	for name, rank := range map[string]Admission{"refused": Refused, "let in": Stranger} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork()
			a := agent(t, AgentConfig{})
			var p *party
			var port Via
			admit := func(src netip.AddrPort) Admission {
				if src == addrA {
					return Peer
				}
				return rank
			}
			port = n.at(addrB, func(pkt []byte, src netip.AddrPort) { p.Receive(pkt, src, port, admit) })
			p = newParty(t, a, certificate(t, CertificateConfig{}), Passive, nil)
			cert := certificate(t, CertificateConfig{})
			p.Expect(cert.Fingerprint("sha-256"))
			other := certificate(t, CertificateConfig{})
			for i := range uint16(20) {
				client(t, n, netip.AddrPortFrom(addrC.Addr(), 3000+i), addrB, other, pion.SRTP_AES128_CM_HMAC_SHA1_80)
			}
			if running := a.Running(); running > MaxStrangers {
				t.Errorf("%d handshakes of strangers run", running)
			}
			client(t, n, addrA, addrB, cert, pion.SRTP_AES128_CM_HMAC_SHA1_80)
			if k := wait(t, "keys", p.keys); k.Peer != addrA {
				t.Errorf("keys of %v", k.Peer)
			}
		})
	}
}

// TestStrangerBehindNAT: the peer comes from an address that nobody knew.
func TestStrangerBehindNAT(t *testing.T) {
	n := newNetwork()
	var p *party
	var port Via
	port = n.at(addrB, func(pkt []byte, src netip.AddrPort) { p.Receive(pkt, src, port, always(Stranger)) })
	p = newParty(t, agent(t, AgentConfig{}), certificate(t, CertificateConfig{}), Passive, nil)
	cert := certificate(t, CertificateConfig{})
	p.Expect(cert.Fingerprint("sha-256"))
	// Others occupy every place with hellos whose answers they never see.
	for i := range uint16(MaxStrangers) {
		p.Receive(clientHelloSample, netip.AddrPortFrom(addrC.Addr(), 3000+i), port, always(Stranger))
	}
	client(t, n, addrA, addrB, cert, pion.SRTP_AES128_CM_HMAC_SHA1_80)
	if k := wait(t, "keys", p.keys); k.Peer != addrA {
		t.Errorf("keys of %v", k.Peer)
	}
}

func TestLimitOfHandshakes(t *testing.T) {
	a := agent(t, AgentConfig{MaxHandshakes: 2})
	n := newNetwork()
	var p [3]*party
	for i := range p {
		p[i] = newParty(t, a, certificate(t, CertificateConfig{}), Passive, nil)
		p[i].Receive(clientHelloSample, addrA, n.at(addrB, nil), always(Peer))
	}
	if a.Running() != 2 || p[2].State() != StateWaiting {
		t.Errorf("%d running, the third is %v", a.Running(), p[2].State())
	}
	p[0].Close()
	for a.Running() != 1 {
		time.Sleep(time.Millisecond)
	}
}

func TestCiphers(t *testing.T) {
	if _, err := NewAgent(AgentConfig{Ciphers: []string{"NULL-MD5"}}); err == nil {
		t.Error("an unknown cipher is accepted")
	}
	a := agent(t, AgentConfig{Ciphers: []string{"ECDHE-ECDSA-AES256-GCM-SHA384"}})
	active, passive := join(t, newNetwork(), a, CertificateConfig{})
	active.Expect(passive.cert.Fingerprint("sha-256"))
	passive.Expect(active.cert.Fingerprint("sha-256"))
	active.Wake()
	wait(t, "keys", passive.keys)
}

// TestNothingStays: closed associations leave no goroutine, wherever they are
// in the handshake.
func TestNothingStays(t *testing.T) {
	before := runtime.NumGoroutine()
	a := agent(t, AgentConfig{})
	for i := range 12 {
		active, passive := join(t, newNetwork(), a, CertificateConfig{})
		if i%3 != 0 {
			active.Expect(passive.cert.Fingerprint("sha-256"))
			passive.Expect(active.cert.Fingerprint("sha-256"))
		}
		active.Wake()
		if i%3 == 1 {
			wait(t, "keys", passive.keys)
		}
		active.Close()
		if i%2 == 0 {
			passive.Close()
			continue
		}
		time.Sleep(time.Duration(i) * time.Millisecond)
		passive.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
	if a.Running() != 0 {
		t.Errorf("%d handshakes are counted", a.Running())
	}
}
