package dtls

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// Fingerprint is a hash of a certificate as a=fingerprint shows it (RFC 8122
// section 5): "AB:CD:...".
type Fingerprint struct{ Hash, Value string }

// Known tells whether there is a fingerprint at all.
func (f Fingerprint) Known() bool { return f.Hash != "" }

// HashName is the canonical name of a hash function that fingerprints are made
// with, "" for others. MD5 and MD2 must not be used (RFC 8122 section 5).
func HashName(name string) string {
	switch n := strings.ToLower(name); n {
	case "sha-1", "sha-224", "sha-256", "sha-384", "sha-512":
		return n
	}
	return ""
}

// Digest is the hash of a certificate in DER; nil if the hash isn't known.
func Digest(hash string, der []byte) []byte {
	switch HashName(hash) {
	case "sha-1":
		h := sha1.Sum(der)
		return h[:]
	case "sha-224":
		h := sha256.Sum224(der)
		return h[:]
	case "sha-256":
		h := sha256.Sum256(der)
		return h[:]
	case "sha-384":
		h := sha512.Sum384(der)
		return h[:]
	case "sha-512":
		h := sha512.Sum512(der)
		return h[:]
	}
	return nil
}

// Of makes the fingerprint of a certificate in DER; the zero Fingerprint if the
// hash isn't known.
func Of(hash string, der []byte) Fingerprint {
	sum := Digest(hash, der)
	if sum == nil {
		return Fingerprint{}
	}
	text := strings.ToUpper(hex.EncodeToString(sum))
	var b strings.Builder
	for i := 0; i < len(text); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(text[i : i+2])
	}
	return Fingerprint{Hash: HashName(hash), Value: b.String()}
}

// Matches tells whether it is the fingerprint of a certificate in DER.
func (f Fingerprint) Matches(der []byte) bool {
	want, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(f.Value), ":", ""))
	if err != nil {
		return false
	}
	got := Digest(f.Hash, der)
	return got != nil && subtle.ConstantTimeCompare(got, want) == 1
}

// Same tells whether two fingerprints are written for the same value.
func (f Fingerprint) Same(g Fingerprint) bool {
	return strings.EqualFold(f.Hash, g.Hash) && strings.EqualFold(strings.TrimSpace(f.Value), strings.TrimSpace(g.Value))
}
