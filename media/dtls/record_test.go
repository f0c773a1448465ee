package dtls

import (
	"encoding/hex"
	"net/netip"
	"testing"

	"rtpgo/media"
)

// clientHelloSample is a ClientHello with use_srtp, without a cookie.
var clientHelloSample = func() []byte {
	b, err := hex.DecodeString("16fefd0000000000000000" + "0058" + // record
		"0100004c" + "0000" + "000000" + "00004c" + // handshake message
		"fefd" + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" + "00" + "00" +
		"0004c02bc009" + "0100" + "001e" +
		"000a00040002001d" + "000b00020100" + "000d000400020403" + "000e000500020001" + "00")
	if err != nil {
		panic(err)
	}
	return b
}()

func TestParseRecord(t *testing.T) {
	r, ok := parseRecord(clientHelloSample)
	if !ok || !r.clientHello() || r.forged() {
		t.Errorf("ClientHello: %+v, %v", r, ok)
	}
	for name, pkt := range map[string][]byte{
		"empty":           {},
		"header alone":    clientHelloSample[:13],
		"truncated":       clientHelloSample[:40],
		"another version": append([]byte{22, 3, 1}, clientHelloSample[3:]...),
	} {
		if _, ok := parseRecord(pkt); ok {
			t.Errorf("%s: taken for a record", name)
		}
	}
	alert := []byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40}
	if r, ok := parseRecord(alert); !ok || !r.forged() {
		t.Errorf("alert in the clear: %+v, %v", r, ok)
	}
}

// nowhere is a port that sends nothing.
type nowhere struct{}

func (nowhere) Send([]byte, netip.AddrPort) error { return nil }

// FuzzReceive throws datagrams at both roles the way a port does.
func FuzzReceive(f *testing.F) {
	f.Add(clientHelloSample)
	f.Add([]byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40})
	f.Add([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0})
	a, err := NewAgent(AgentConfig{})
	if err != nil {
		f.Fatal(err)
	}
	cert, err := NewCertificate(CertificateConfig{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pkt []byte) {
		var stun, dtls int
		media.Demux(func([]byte, netip.AddrPort) { stun++ }, func([]byte, netip.AddrPort) { dtls++ })(pkt, addrA)
		if stun+dtls != 1 {
			t.Fatalf("taken by %d handlers", stun+dtls)
		}
		if r, ok := parseRecord(pkt); ok && dtls == 0 {
			t.Fatalf("a record %+v is no DTLS", r)
		}
		for _, role := range []Role{Passive, Active} {
			s := a.NewAssociation(Config{
				Role: role, Certificate: cert,
				Target:      func() (Via, netip.AddrPort) { return nowhere{}, addrA },
				Established: func(Keys) { t.Error("keys out of nowhere") },
				Failed:      func(error) {}, Closed: func() {},
			})
			s.Wake()
			s.Receive(pkt, addrA, nowhere{}, always(Stranger))
			s.Receive(pkt, addrA, nowhere{}, always(Stranger))
			s.Close()
		}
	})
}
