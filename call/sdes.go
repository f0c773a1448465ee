package call

import (
	"crypto/rand"
	"encoding/base64"
	"strconv"
	"strings"

	"rtpgo/media/srtp"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// cryptoLine is one a=crypto line (RFC 4568 section 9.1), with the key decoded.
type cryptoLine struct {
	tag     int
	suite   string
	key     []byte // master key and salt
	mki     mki
	session sessionParameters
}

// mki is a master key identifier (RFC 4568 section 6.1); length 0 for none.
type mki struct {
	value  uint32
	length int // octets
}

// String is the identifier as a=crypto has it.
func (id mki) String() string {
	return strconv.FormatUint(uint64(id.value), 10) + ":" + strconv.Itoa(id.length)
}

// sessionParameters are those of RFC 4568 section 6.3 that we know; the others
// are dropped.
type sessionParameters struct {
	unencryptedSRTP, unencryptedSRTCP, unauthenticatedSRTP bool
}

// readCryptos keeps the lines whose suite and key we understand.
func readCryptos(in []sdpedit.Crypto) []cryptoLine {
	var out []cryptoLine
	for i := range in {
		if c, ok := readCrypto(&in[i]); ok {
			out = append(out, c)
		}
	}
	return out
}

func readCrypto(in *sdpedit.Crypto) (cryptoLine, bool) {
	suite := srtp.SuiteByName(in.Suite)
	if suite == nil {
		return cryptoLine{}, false
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(in.Key, "="))
	if err != nil || len(key) != suite.KeyLen+suite.SaltLen {
		return cryptoLine{}, false
	}
	id, ok := readMKI(in.Params)
	if !ok {
		return cryptoLine{}, false
	}
	return cryptoLine{tag: in.Tag, suite: suite.Name, key: key, mki: id, session: readSession(in.Session)}, true
}

// readMKI reads what follows the key: a lifetime, which has no effect on us,
// then an MKI. Of an MKI as lenient as rtpengine: what is no number is 0.
func readMKI(params string) (id mki, ok bool) {
	if params == "" {
		return id, true
	}
	seen := false
	for _, p := range strings.Split(params[1:], "|") {
		value, length, isMKI := strings.Cut(p, ":")
		if p == "" || (seen && !isMKI) {
			return mki{}, false
		}
		if !isMKI {
			continue
		}
		seen = true
		v, _ := strconv.ParseUint(value, 10, 32) // the largest when out of range
		n, err := strconv.ParseUint(length, 10, 8)
		if err != nil {
			n = 0
		}
		id = mki{uint32(v), int(n)}
	}
	return id, true
}

func readSession(s string) (p sessionParameters) {
	for _, f := range strings.Fields(s) {
		switch f {
		case "UNENCRYPTED_SRTP":
			p.unencryptedSRTP = true
		case "UNENCRYPTED_SRTCP":
			p.unencryptedSRTCP = true
		case "UNAUTHENTICATED_SRTP":
			p.unauthenticatedSRTP = true
		}
	}
	return p
}

// with applies the SDES flags that set and clear session parameters.
func (p sessionParameters) with(f *ng.SDES) sessionParameters {
	p.unencryptedSRTP = f.UnencryptedSRTP || (p.unencryptedSRTP && !f.EncryptedSRTP)
	p.unencryptedSRTCP = f.UnencryptedSRTCP || (p.unencryptedSRTCP && !f.EncryptedSRTCP)
	p.unauthenticatedSRTP = f.UnauthenticatedSRTP || (p.unauthenticatedSRTP && !f.AuthenticatedSRTP)
	return p
}

func newCrypto(tag int, suite *srtp.Suite) cryptoLine {
	key := make([]byte, suite.KeyLen+suite.SaltLen)
	rand.Read(key)
	return cryptoLine{tag: tag, suite: suite.Name, key: key}
}

// text is the value of the a=crypto line.
func (c *cryptoLine) text(f *ng.SDES) string {
	encoding := base64.RawStdEncoding
	if f.Pad {
		encoding = base64.StdEncoding
	}
	s := strconv.Itoa(c.tag) + " " + c.suite + " inline:" + encoding.EncodeToString(c.key)
	if f.Lifetime {
		s += "|2^31"
	}
	if c.mki.length > 0 {
		s += "|" + c.mki.String()
	}
	if c.session.unencryptedSRTP {
		s += " UNENCRYPTED_SRTP"
	}
	if c.session.unencryptedSRTCP {
		s += " UNENCRYPTED_SRTCP"
	}
	if c.session.unauthenticatedSRTP {
		s += " UNAUTHENTICATED_SRTP"
	}
	return s
}

func findSuite(list []cryptoLine, suite string) *cryptoLine {
	for i := range list {
		if list[i].suite == suite {
			return &list[i]
		}
	}
	return nil
}
