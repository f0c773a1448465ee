package call

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"strings"
	"sync"
	"time"

	"rtpgo/sdpedit"
)

// defaultHash is the fingerprint's unless the peer or a flag names another.
const defaultHash = "sha-256"

// certificates holds the certificate that DTLS-SRTP shows (RFC 5763 section 5:
// self-signed, bound to the call by its fingerprint in the description).
type certificates struct {
	once sync.Once
	cert tls.Certificate
	der  []byte
}

// load makes the certificate when it is first needed.
func (c *certificates) load() {
	c.once.Do(func() {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
		t := &x509.Certificate{
			SerialNumber: serial,
			Subject:      pkix.Name{CommonName: "rtpgo"},
			NotBefore:    time.Now().Add(-24 * time.Hour),
			NotAfter:     time.Now().Add(30 * 24 * time.Hour),
		}
		c.der, err = x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
		if err != nil {
			panic(err)
		}
		c.cert = tls.Certificate{Certificate: [][]byte{c.der}, PrivateKey: key}
	})
}

// fingerprint of the certificate under a hash (RFC 8122 section 5).
func (c *certificates) fingerprint(hash string) sdpedit.Fingerprint {
	c.load()
	var sum []byte
	switch hash {
	case "sha-1":
		h := sha1.Sum(c.der)
		sum = h[:]
	case "sha-224":
		h := sha256.Sum224(c.der)
		sum = h[:]
	case "sha-384":
		h := sha512.Sum384(c.der)
		sum = h[:]
	case "sha-512":
		h := sha512.Sum512(c.der)
		sum = h[:]
	default:
		hash = defaultHash
		h := sha256.Sum256(c.der)
		sum = h[:]
	}
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = strings.ToUpper(hex.EncodeToString([]byte{b}))
	}
	return sdpedit.Fingerprint{Hash: hash, Value: strings.Join(parts, ":")}
}

// hashName is the canonical name of a fingerprint's hash, "" when unknown.
func hashName(name string) string {
	switch n := strings.ToLower(name); n {
	case "sha-1", "sha-224", "sha-256", "sha-384", "sha-512":
		return n
	}
	return ""
}

// certificate chooses hash and tls-id (RFC 8842) towards one party.
func (x *exchange) certificate(r *Media, hash string) {
	st := &r.security
	if h := hashName(hash); h != "" {
		st.hash = h
	} else if st.hash == "" {
		st.hash = defaultHash
	}
	if st.tlsID == "" {
		id := make([]byte, 16)
		rand.Read(id)
		st.tlsID = hex.EncodeToString(id)
	}
}
