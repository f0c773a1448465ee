package srtp

import (
	"crypto/rand"
	"fmt"
)

// Key is a master key with its master salt.
type Key struct {
	Master, Salt []byte
}

// GenerateKey makes a random key for a suite.
func GenerateKey(s *Suite) Key {
	b := make([]byte, s.KeyLen+s.SaltLen)
	rand.Read(b) // never fails since Go 1.24
	return s.split(b)
}

// split divides key || salt; b is not copied and has the right length.
func (s *Suite) split(b []byte) Key {
	return Key{Master: b[:s.KeyLen:s.KeyLen], Salt: b[s.KeyLen:]}
}

// Wipe overwrites the key with zeros.
func (k Key) Wipe() {
	clear(k.Master)
	clear(k.Salt)
}

// ExporterLabel is the label under which DTLS exports the keys of DTLS-SRTP
// (RFC 5764, section 4.2).
const ExporterLabel = "EXTRACTOR-dtls_srtp"

// ExporterLen is how many octets DTLS has to export for a suite.
func (s *Suite) ExporterLen() int { return 2 * (s.KeyLen + s.SaltLen) }

// ExporterKeys divides what DTLS exported into the keys of both directions:
// client protects what the DTLS client sends (RFC 5764, section 4.2). The keys
// are copies.
func (s *Suite) ExporterKeys(material []byte) (client, server Key, err error) {
	if len(material) != s.ExporterLen() {
		return Key{}, Key{}, fmt.Errorf("%w: %d octets exported by DTLS where %s needs %d",
			ErrParams, len(material), s, s.ExporterLen())
	}
	next := func(n int) []byte {
		b := append([]byte(nil), material[:n]...)
		material = material[n:]
		return b
	}
	client.Master, server.Master = next(s.KeyLen), next(s.KeyLen)
	client.Salt, server.Salt = next(s.SaltLen), next(s.SaltLen)
	return client, server, nil
}
