package dtls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// Lifetime of a certificate, and the age at which a new one is made for calls
// to come.
const (
	CertificateLifetime = 30 * 24 * time.Hour
	CertificateRotation = 7 * 24 * time.Hour
)

// CertificateConfig says what key a certificate has: ECDSA on P-256, or RSA.
type CertificateConfig struct {
	RSA     bool
	RSABits int // 0 for 2048
}

// Certificate is one of ours: self-signed, bound to a call by its fingerprint
// in the description (RFC 5763 section 5).
type Certificate struct {
	tls  tls.Certificate
	made time.Time
}

// NewCertificate makes a key and its certificate.
func NewCertificate(cfg CertificateConfig) (*Certificate, error) {
	var key crypto.Signer
	var err error
	if cfg.RSA {
		bits := cfg.RSABits
		if bits == 0 {
			bits = 2048
		}
		key, err = rsa.GenerateKey(rand.Reader, bits)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return nil, fmt.Errorf("key of the DTLS certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, fmt.Errorf("DTLS certificate: %w", err)
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "rtpgo"},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.Add(CertificateLifetime),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("DTLS certificate: %w", err)
	}
	return &Certificate{tls: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, made: now}, nil
}

// Fingerprint of the certificate; sha-256 for a hash that isn't known.
func (c *Certificate) Fingerprint(hash string) Fingerprint {
	if HashName(hash) == "" {
		hash = "sha-256"
	}
	return Of(hash, c.tls.Certificate[0])
}

// Due tells whether new calls should get a new certificate.
func (c *Certificate) Due(now time.Time) bool { return now.Sub(c.made) >= CertificateRotation }
