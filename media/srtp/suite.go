package srtp

import "strings"

// Suite is one SRTP crypto suite: a cipher, its keys and its tags. The values
// are those of [Suites]; compare them by pointer.
type Suite struct {
	// Name as in a=crypto (RFC 4568, section 6.2).
	Name string
	// KeyLen and SaltLen are the octets of master key and master salt.
	KeyLen, SaltLen int
	// TagRTP and TagRTCP are the octets of the authentication tags.
	TagRTP, TagRTCP int
	// DTLS is the id of the DTLS-SRTP protection profile (RFC 5764, section
	// 4.1.2; RFC 7714, section 14.2), 0 if there is none.
	DTLS uint16

	cipher cipherKind
}

type cipherKind uint8

const (
	cipherCTR  cipherKind = iota // AES in counter mode (RFC 3711, section 4.1.1; RFC 6188)
	cipherF8                     // AES in f8 mode (RFC 3711, section 4.1.2)
	cipherNull                   // none (RFC 3711, section 4.1.3)
	cipherGCM                    // AES-GCM (RFC 7714)
)

// The suites, named as in SDP.
//
// The tag of RTCP is of 80 bits in the _32 suites as well (RFC 4568, section
// 6.2; RFC 5764, section 4.1.2; RFC 6188, section 3). F8_128_HMAC_SHA1_32 and
// the NULL suites are registered for SDES by nobody, but offered and taken by
// rtpengine; they follow their relatives.
var (
	AEAD_AES_256_GCM        = &Suite{"AEAD_AES_256_GCM", 32, 12, 16, 16, 0x0008, cipherGCM}
	AEAD_AES_128_GCM        = &Suite{"AEAD_AES_128_GCM", 16, 12, 16, 16, 0x0007, cipherGCM}
	AES_256_CM_HMAC_SHA1_80 = &Suite{"AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, 0, cipherCTR}
	AES_256_CM_HMAC_SHA1_32 = &Suite{"AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, 0, cipherCTR}
	AES_192_CM_HMAC_SHA1_80 = &Suite{"AES_192_CM_HMAC_SHA1_80", 24, 14, 10, 10, 0, cipherCTR}
	AES_192_CM_HMAC_SHA1_32 = &Suite{"AES_192_CM_HMAC_SHA1_32", 24, 14, 4, 10, 0, cipherCTR}
	AES_CM_128_HMAC_SHA1_80 = &Suite{"AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, 0x0001, cipherCTR}
	AES_CM_128_HMAC_SHA1_32 = &Suite{"AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, 0x0002, cipherCTR}
	F8_128_HMAC_SHA1_80     = &Suite{"F8_128_HMAC_SHA1_80", 16, 14, 10, 10, 0, cipherF8}
	F8_128_HMAC_SHA1_32     = &Suite{"F8_128_HMAC_SHA1_32", 16, 14, 4, 10, 0, cipherF8}
	NULL_HMAC_SHA1_80       = &Suite{"NULL_HMAC_SHA1_80", 16, 14, 10, 10, 0x0005, cipherNull}
	NULL_HMAC_SHA1_32       = &Suite{"NULL_HMAC_SHA1_32", 16, 14, 4, 10, 0x0006, cipherNull}
)

// Suites lists them all in the order in which they are offered, the strongest
// first. Don't change it.
var Suites = []*Suite{
	AEAD_AES_256_GCM, AEAD_AES_128_GCM,
	AES_256_CM_HMAC_SHA1_80, AES_256_CM_HMAC_SHA1_32,
	AES_192_CM_HMAC_SHA1_80, AES_192_CM_HMAC_SHA1_32,
	AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32,
	F8_128_HMAC_SHA1_80, F8_128_HMAC_SHA1_32,
	NULL_HMAC_SHA1_80, NULL_HMAC_SHA1_32,
}

// SuiteByName finds a suite by its name in SDP; nil if there is none. Upper and
// lower case are the same, as for rtpengine, though not for RFC 4568.
func SuiteByName(name string) *Suite {
	for _, s := range Suites {
		if strings.EqualFold(s.Name, name) {
			return s
		}
	}
	return nil
}

// SuiteByDTLS finds a suite by the id of its DTLS-SRTP protection profile; nil
// if there is none.
func SuiteByDTLS(profile uint16) *Suite {
	for _, s := range Suites {
		if s.DTLS != 0 && s.DTLS == profile {
			return s
		}
	}
	return nil
}

// AEAD tells whether encryption and authentication are one, so that neither
// can be left out of SRTP by a session parameter.
func (s *Suite) AEAD() bool { return s.cipher == cipherGCM }

// String is the name.
func (s *Suite) String() string { return s.Name }
