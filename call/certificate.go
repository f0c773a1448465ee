package call

import (
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

// chooseCertificate chooses what one party is shown of us, once: the
// certificate, and the hash of its fingerprint, which is that of the party's own
// fingerprint, else the one asked for.
func (st *securityState) chooseCertificate(own *certificates, hash string) {
	if st.cert == nil {
		cert, err := own.current()
		if err != nil {
			panic(err) // nothing but a broken source of random numbers
		}
		st.cert = cert
	}
	if st.hash == "" {
		st.hash = chooseHash(st.fingerprint.Hash, hash)
	}
}

// chooseHash is the first of some names that is known, else the default.
func chooseHash(names ...string) string {
	for _, name := range names {
		if n := hashName(name); n != "" {
			return n
		}
	}
	return defaultHash
}

// ownFingerprint is that of the certificate shown to the party.
func (st *securityState) ownFingerprint() sdpedit.Fingerprint {
	f := st.cert.Fingerprint(st.hash)
	return sdpedit.Fingerprint{Hash: f.Hash, Value: f.Value}
}
