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

// cryptoLine is one a=crypto line (RFC 4568), with the key decoded.
type cryptoLine struct {
	tag     int
	suite   string
	key     []byte // master key and salt
	mki     string // "value:length", "" when none
	session []string
}

// readCryptos keeps the lines whose suite and key we understand.
func readCryptos(in []sdpedit.Crypto) []cryptoLine {
	var out []cryptoLine
	for _, c := range in {
		suite := srtp.SuiteByName(c.Suite)
		if suite == nil {
			continue
		}
		key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(c.Key, "="))
		if err != nil || len(key) != suite.KeyLen+suite.SaltLen {
			continue
		}
		out = append(out, cryptoLine{tag: c.Tag, suite: suite.Name, key: key, mki: c.MKI, session: strings.Fields(c.Session)})
	}
	return out
}

func newCrypto(tag int, suite *srtp.Suite) cryptoLine {
	key := make([]byte, suite.KeyLen+suite.SaltLen)
	rand.Read(key)
	return cryptoLine{tag: tag, suite: suite.Name, key: key}
}

// text is the value of the a=crypto line.
func (c *cryptoLine) text(f ng.SDES) string {
	encoding := base64.RawStdEncoding
	if f.Pad {
		encoding = base64.StdEncoding
	}
	s := strconv.Itoa(c.tag) + " " + c.suite + " inline:" + encoding.EncodeToString(c.key)
	if f.Lifetime {
		s += "|2^31"
	}
	if c.mki != "" {
		s += "|" + c.mki
	}
	for _, p := range c.session {
		s += " " + p
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

// offerCryptos builds the list for the receiver of an offer: what the sender
// offered comes first, with its tags and keys, so that packets can pass
// without being encrypted anew; the other suites follow with keys of ours.
func (x *exchange) offerCryptos(s, r *Media) {
	st, f := &r.security, x.req.SDES
	before := st.ownCryptos
	var list []cryptoLine
	next := 1
	add := func(c cryptoLine) {
		if findSuite(list, c.suite) == nil {
			list = append(list, c)
			next = max(next, c.tag+1)
		}
	}
	for _, c := range s.security.offered {
		if sdesAllowed(f, c.suite) {
			c.session = nil
			add(c)
		}
	}
	if !f.Nonew {
		for _, suite := range srtp.Suites {
			if !sdesAllowed(f, suite.Name) || findSuite(list, suite.Name) != nil {
				continue
			}
			if old := findSuite(before, suite.Name); old != nil {
				c := *old
				c.tag = next
				add(c)
			} else {
				add(newCrypto(next, suite))
			}
		}
	}
	params := sessionParameters(f)
	for i := range list {
		list[i].session = params
	}
	st.ownCryptos = append([]cryptoLine(nil), list...)
	st.shown = orderCryptos(list, f.Order)
	if len(st.shown) > 0 {
		st.suite = st.shown[0].suite
	}
}

func sessionParameters(f ng.SDES) (out []string) {
	if f.UnencryptedSRTP {
		out = append(out, "UNENCRYPTED_SRTP")
	}
	if f.UnencryptedSRTCP {
		out = append(out, "UNENCRYPTED_SRTCP")
	}
	if f.UnauthenticatedSRTP {
		out = append(out, "UNAUTHENTICATED_SRTP")
	}
	return out
}

// sdesAllowed applies SDES-no-X and SDES-only-X; only goes first.
func sdesAllowed(f ng.SDES, suite string) bool {
	if len(f.Only) > 0 {
		return named(f.Only, suite)
	}
	return !named(f.No, suite)
}

func named(list []string, name string) bool {
	for _, n := range list {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// orderCryptos puts the named suites first (SDES-order); tags stay.
func orderCryptos(list []cryptoLine, order []string) []cryptoLine {
	if len(order) == 0 {
		return list
	}
	var first, rest []cryptoLine
	for _, n := range order {
		if c := findSuite(list, n); c != nil {
			first = append(first, *c)
		}
	}
	for _, c := range list {
		if findSuite(first, c.suite) == nil {
			rest = append(rest, c)
		}
	}
	return append(first, rest...)
}

// answerCryptos answers an offer of SDES: with the suite and key that the
// other side answered where the offerer offered that suite, else with the
// offerer's first line and a key of ours.
func (x *exchange) answerCryptos(s, r *Media) {
	st := &r.security
	chosen := &st.offered[0]
	c := cryptoLine{tag: chosen.tag, suite: chosen.suite}
	if their := s.security.theirs; their != nil {
		if o := findSuite(st.offered, their.suite); o != nil {
			chosen = o
			c = cryptoLine{tag: o.tag, suite: o.suite, key: their.key, mki: their.mki}
		}
	}
	if c.key == nil {
		if st.ours != nil && st.ours.suite == c.suite {
			c.key = st.ours.key
		} else {
			c = newCrypto(chosen.tag, srtp.SuiteByName(chosen.suite))
		}
	}
	st.ours, st.theirs, st.suite = &c, chosen, c.suite
	st.sdes, st.dtls, st.role = true, false, roleNone
	st.shown = []cryptoLine{c}
}
