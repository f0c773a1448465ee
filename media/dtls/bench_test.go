package dtls

import (
	"net/netip"
	"testing"
)

// BenchmarkHandshake is a whole handshake, both sides of it, without a network.
func BenchmarkHandshake(b *testing.B) {
	for name, cfg := range map[string]CertificateConfig{"ECDSA": {}, "RSA": {RSA: true}} {
		b.Run(name, func(b *testing.B) {
			a, err := NewAgent(AgentConfig{})
			if err != nil {
				b.Fatal(err)
			}
			certA, err := NewCertificate(cfg)
			if err != nil {
				b.Fatal(err)
			}
			certB, err := NewCertificate(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				n := newNetwork()
				done := make(chan Keys, 2)
				report := func(k Keys) { done <- k }
				var active, passive *Association
				var portB Via
				portA := n.at(addrA, func(pkt []byte, src netip.AddrPort) { active.Receive(pkt, src, nil, nil) })
				portB = n.at(addrB, func(pkt []byte, src netip.AddrPort) { passive.Receive(pkt, src, portB, always(Peer)) })
				active = a.NewAssociation(Config{Role: Active, Certificate: certA, Established: report,
					Target: func() (Via, netip.AddrPort) { return portA, addrB }, Closed: func() {}})
				passive = a.NewAssociation(Config{Certificate: certB, Established: report, Closed: func() {}})
				active.Expect(certB.Fingerprint("sha-256"))
				passive.Expect(certA.Fingerprint("sha-256"))
				active.Wake()
				<-done
				<-done
				active.Close()
				passive.Close()
			}
		})
	}
}
