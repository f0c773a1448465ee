package call

import (
	"strings"
	"testing"

	"rtpgo/media/srtp"
	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// Short names of suites, in the order in which they are offered.
var suiteNames = strings.Fields("G256 G128 256/80 256/32 192/80 192/32 128/80 128/32 F8/80 F8/32 N/80 N/32")

func suiteNamed(short string) *srtp.Suite {
	for i, n := range suiteNames {
		if n == short {
			return srtp.Suites[i]
		}
	}
	return nil
}

func long(short ...string) (out []string) {
	for _, s := range short {
		out = append(out, suiteNamed(s).Name)
	}
	return out
}

// lines makes lines out of "tag:suite" or "tag:suite=key".
func lines(text string) (out []cryptoLine) {
	for _, f := range strings.Fields(text) {
		tag, rest, _ := strings.Cut(f, ":")
		suite, key, _ := strings.Cut(rest, "=")
		c := cryptoLine{suite: suiteNamed(suite).Name, key: []byte(key)}
		for _, d := range tag {
			c.tag = c.tag*10 + int(d-'0')
		}
		out = append(out, c)
	}
	return out
}

// show is the reverse; keys that a test didn't give are left out.
func show(list []cryptoLine) string {
	var out []string
	for _, c := range list {
		tag, _, _ := strings.Cut(c.text(&ng.SDES{}), " ")
		for i, s := range srtp.Suites {
			if s.Name == c.suite {
				tag += ":" + suiteNames[i]
			}
		}
		if len(c.key) > 0 && len(c.key) < 4 {
			tag += "=" + string(c.key)
		}
		out = append(out, tag)
	}
	return strings.Join(out, " ")
}

func TestOfferedCryptos(t *testing.T) {
	all := "G256 G128 256/80 256/32 192/80 192/32 128/80 128/32 F8/80 F8/32 N/80 N/32"
	numbered := func(from int, without string) string {
		var out []cryptoLine
		for _, n := range strings.Fields(all) {
			if !strings.Contains(" "+without+" ", " "+n+" ") {
				out = append(out, cryptoLine{tag: from, suite: suiteNamed(n).Name})
				from++
			}
		}
		return show(out)
	}
	for _, c := range []struct {
		name, received, before string
		flags                  ng.SDES
		want                   string
	}{
		{"nothing received", "", "", ng.SDES{}, numbered(1, "")},
		{"received first, with its keys", "1:128/80=a 2:G128=b", "", ng.SDES{}, "1:128/80=a 2:G128=b " + numbered(3, "128/80 G128")},
		{"tags count on from the highest", "5:G128=a 2:G256=b", "", ng.SDES{}, "5:G128=a 2:G256=b " + numbered(6, "G128 G256")},
		{"the same suite twice", "1:G128=a 2:G128=b", "", ng.SDES{}, "1:G128=a 2:G128=b " + numbered(3, "G128")},
		{"what was shown keeps its key", "1:G256=a", "1:128/80=b 4:G128=c", ng.SDES{Nonew: true}, "1:G256=a 2:128/80=b 4:G128=c"},
		{"and its tag unless it is taken", "1:G256=a 2:256/80=b", "4:G128=c 5:G256=d 6:128/80=e", ng.SDES{Nonew: true}, "1:G256=a 2:256/80=b 4:G128=c 6:128/80=e"},
		{"nonew, nothing known", "", "", ng.SDES{Nonew: true}, ""},
		{"nonew doesn't filter", "1:G128=a", "", ng.SDES{Nonew: true, No: long("G128")}, "1:G128=a"},
		{"no", "1:G128=a 2:G256=b", "", ng.SDES{No: long("G128", "N/80")}, "2:G256=b " + numbered(3, "G128 G256 N/80")},
		{"only", "1:G128=a 2:G256=b", "", ng.SDES{Only: long("256/80", "G256")}, "2:G256=b 3:256/80"},
		{"only before no", "", "", ng.SDES{Only: long("G128"), No: long("G128")}, "1:G128"},
		{"no leaves what was shown", "", "1:G128=a", ng.SDES{Only: long("G256")}, "1:G128=a 2:G256"},
		{"order moves, tags stay", "1:G128=a 2:G256=b 3:N/80=c", "", ng.SDES{Nonew: true, Order: append([]string{"x"}, long("N/80", "G256")...)}, "3:N/80=c 2:G256=b 1:G128=a"},
		{"order of what was shown", "", "2:G128=a 1:G256=b", ng.SDES{Nonew: true}, "2:G128=a 3:G256=b"},
	} {
		if got := show(offeredCryptos(lines(c.received), lines(c.before), &c.flags)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestOfferedCryptosSessionParameters(t *testing.T) {
	received := []cryptoLine{{tag: 1, suite: suiteNamed("G128").Name, session: sessionParameters{unencryptedSRTCP: true}}}
	before := lines("2:G256")
	got := offeredCryptos(received, before, &ng.SDES{UnencryptedSRTP: true, EncryptedSRTCP: true, Only: long("G128", "N/80")})
	want := []sessionParameters{{unencryptedSRTP: true}, {}, {unencryptedSRTP: true}}
	for i := range want {
		if got[i].session != want[i] {
			t.Errorf("line %d: %+v", i, got[i].session)
		}
	}
}

func TestAcceptable(t *testing.T) {
	for _, c := range []struct {
		in    string
		flags ng.SDES
		want  string
	}{
		{"1:G128 2:G256", ng.SDES{}, "1:G128 2:G256"},
		{"1:G128 2:G256", ng.SDES{No: long("G128")}, "2:G256"},
		{"1:G128", ng.SDES{No: long("G128")}, "1:G128"},
		{"1:G128 2:G256", ng.SDES{No: long("G128"), Nonew: true}, "1:G128 2:G256"},
	} {
		if got := show(acceptable(lines(c.in), &c.flags)); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

func TestPreferred(t *testing.T) {
	for _, c := range []struct {
		preferences []string
		acceptable  string
		want        string
		moved       bool
	}{
		{nil, "1:G128 2:G256 3:N/80", "1:G128 2:G256 3:N/80", false},
		{long("G128"), "1:G128 2:G256 3:N/80", "1:G128 2:G256 3:N/80", false},
		{long("F8/80", "N/80"), "1:G128 2:G256 3:N/80", "3:N/80 1:G128 2:G256", true},
		{long("G256", "N/80"), "1:G128 2:G256 3:N/80", "2:G256 1:G128 3:N/80", true},
		{long("N/80"), "2:G256", "3:N/80 2:G256", true}, // the other side is not offered it
		{long("G256"), "2:G256", "2:G256", false},
	} {
		got, moved := preferred(lines("1:G128 2:G256 3:N/80"), lines(c.acceptable), c.preferences)
		if show(got) != c.want || moved != c.moved {
			t.Errorf("%v: %s, %v", c.preferences, show(got), moved)
		}
	}
}

func TestAnsweredCrypto(t *testing.T) {
	for _, c := range []struct{ offered, answer, ours string }{
		{"1:G128=a 2:G256=b", "2:G256=x", "2:G256=b"},
		{"1:G128=a 2:G256=b", "1:G256=x", ""}, // the tag of another suite
		{"1:G128=a", "3:N/80=x", ""},
		{"1:G128=a", "", ""},
		{"1:G128=a 2:G256=b", "2:G256=x 1:G128=y", "2:G256=b"},
	} {
		ours, theirs := answeredCrypto(lines(c.offered), lines(c.answer))
		got := ""
		if ours != nil {
			got = show([]cryptoLine{*ours})
		}
		if got != c.ours || (theirs == nil) != (ours == nil) {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

func TestAnswerCrypto(t *testing.T) {
	for _, c := range []struct {
		name, offered  string
		reordered      bool
		other, before  string
		want, theirKey string
	}{
		{"own key", "1:G128=a 2:G256=b", false, "", "", "1:G128", "a"},
		{"the other side's suite and key", "1:G128=a 2:G256=b", false, "7:G256=x", "", "2:G256=x", "b"},
		{"the other side's suite wasn't offered", "1:G128=a", false, "7:G256=x", "", "1:G128", "a"},
		{"only its first line counts", "1:G128=a", false, "7:G256=x 8:G128=y", "", "1:G128", "a"},
		{"the key stays", "1:G128=a", false, "", "1:G128=k", "1:G128=k", "a"},
		{"the key stays though the other has a new one", "1:G128=a", false, "1:G128=x", "1:G128=k", "1:G128=k", "a"},
		{"another tag, another key", "4:G128=a", false, "4:G128=x", "1:G128=k", "4:G128=x", "a"},
		{"reordered", "2:G256=b 1:G128=a", true, "1:G128=x", "", "2:G256", "b"},
		{"reordered, and the other side agrees", "2:G256=b 1:G128=a", true, "3:G256=x", "", "2:G256=x", "b"},
		{"static: the suite stays", "1:G128=a 2:G256=b", false, "2:G256=x", "1:G128=k", "1:G128=k", "a"},
		{"static: its suite is offered no more", "2:G256=b", false, "2:G256=x", "1:G128=k", "2:G256=x", "b"},
	} {
		answer, taken := answerCrypto(lines(c.offered), c.reordered, strings.HasPrefix(c.name, "static"), lines(c.other), lines(c.before))
		if got := show([]cryptoLine{*answer}); got != c.want || string(taken.key) != c.theirKey {
			t.Errorf("%s: got %s, their key %s", c.name, got, taken.key)
		}
	}
}

func TestReadCrypto(t *testing.T) {
	const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
	for _, c := range []struct {
		name string
		in   sdpedit.Crypto
		want string // "" when the line is dropped
	}{
		{"plain", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key}, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key},
		{"lifetime goes", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Params: "|2^20"}, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key},
		{"MKI stays", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Params: "|2^20|0012:4"}, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|12:4"},
		{"MKI of no length", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Params: "|1:0"}, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key},
		{"MKI too large", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Params: "|99999999999:8"}, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|4294967295:8"},
		{"lifetime behind the MKI", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Params: "|1:4|2^20"}, ""},
		{"empty field", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Params: "|"}, ""},
		{"session parameters", sdpedit.Crypto{Tag: 1, Suite: "AES_CM_128_HMAC_SHA1_80", Key: key, Session: "KDR=1 UNAUTHENTICATED_SRTP UNENCRYPTED_SRTCP WSH=64"}, "1 AES_CM_128_HMAC_SHA1_80 inline:" + key + " UNENCRYPTED_SRTCP UNAUTHENTICATED_SRTP"},
		{"key of a wrong length", sdpedit.Crypto{Tag: 1, Suite: "AEAD_AES_256_GCM", Key: key}, ""},
		{"unknown suite", sdpedit.Crypto{Tag: 1, Suite: "ROT13", Key: key}, ""},
	} {
		got := ""
		if l, ok := readCrypto(&c.in); ok {
			got = l.text(&ng.SDES{})
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.name, got, c.want)
		}
	}
}
