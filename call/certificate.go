package call

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"rtpgo/media/dtls"
	"rtpgo/sdpedit"
)

// defaultHash is the fingerprint's unless the peer or a flag names another.
const defaultHash = "sha-256"

// certificates hold the certificate that DTLS-SRTP shows to new medias (RFC
// 5763 section 5). A media keeps the one it has shown.
type certificates struct {
	cfg dtls.CertificateConfig

	mu  sync.Mutex
	now *dtls.Certificate
}

// current is the certificate for a media that has none. It is made anew from
// time to time; if that fails the old one goes on.
func (c *certificates) current() (*dtls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now != nil && !c.now.Due(time.Now()) {
		return c.now, nil
	}
	made, err := dtls.NewCertificate(c.cfg)
	if err != nil && c.now == nil {
		return nil, err
	}
	if err == nil {
		c.now = made
	}
	return c.now, nil
}

// hashName is the canonical name of a fingerprint's hash, "" when unknown.
func hashName(name string) string { return dtls.HashName(name) }

// certificate chooses certificate, hash and tls-id (RFC 8842) towards one
// party.
func (x *exchange) certificate(r *Media, hash string) {
	st := &r.security
	if h := hashName(hash); h != "" {
		st.hash = h
	} else if st.hash == "" {
		st.hash = defaultHash
	}
	if st.cert == nil {
		cert, err := x.r.certificates.current()
		if err != nil {
			panic(err) // nothing but a broken source of random numbers
		}
		st.cert = cert
	}
	if st.tlsID == "" {
		id := make([]byte, 16)
		rand.Read(id)
		st.tlsID = hex.EncodeToString(id)
	}
}

// ownFingerprint is that of the certificate shown to the party.
func (st *securityState) ownFingerprint() sdpedit.Fingerprint {
	f := st.cert.Fingerprint(st.hash)
	return sdpedit.Fingerprint{Hash: f.Hash, Value: f.Value}
}
