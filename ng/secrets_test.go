package ng

import (
	"strings"
	"testing"
)

func TestWithoutSecrets(t *testing.T) {
	const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
	for _, c := range [][2]string{
		{"v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key + "|2^31|1:1 UNENCRYPTED_SRTCP\r\nm=audio 1 RTP/AVP 0\r\n",
			"v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^31|1:1 UNENCRYPTED_SRTCP\r\nm=audio 1 RTP/AVP 0\r\n"},
		{"A=Crypto:1 X INLINE:" + key + ";inline:" + key, "A=Crypto:1 X INLINE:***;inline:***"},
		{"a=crypto:1 X " + key, "a=crypto:***"},
		{"a=ice-ufrag:abcd\na=ice-pwd:" + key + "\na=fingerprint:sha-256 AA:BB", "a=ice-ufrag:abcd\na=ice-pwd:***\na=fingerprint:sha-256 AA:BB"},
		{"a=key-mgmt:mikey " + key + "\r\nk=base64:" + key, "a=key-mgmt:***\r\nk=***"},
		{"v=0\ra=ice-pwd:" + key + "\rs=-\r", "v=0\ra=ice-pwd:***\rs=-\r"},
		{"", ""},
	} {
		if got := WithoutSecrets(c[0]); got != c[1] {
			t.Errorf("%q\n became %q\n want %q", c[0], got, c[1])
		}
	}
}

func FuzzWithoutSecrets(f *testing.F) {
	f.Add("a=crypto:1 AES inline:", "|1:1\r\n")
	f.Add("a=ice-pwd:", "\n")
	f.Add(" k=", "\r")
	f.Fuzz(func(t *testing.T, before, after string) {
		const key = "tOpSeCrEt"
		if strings.ContainsAny(before, "\r\n|; \t") {
			before = "a=crypto:1 AES inline:"
		}
		for _, name := range []string{"a=crypto:1 AES inline:", "a=ice-pwd:", "k=clear:"} {
			if out := WithoutSecrets(before + "\r\n" + name + key + "\r\n" + after); strings.Contains(out, name+key) {
				t.Errorf("%q shows the key", out)
			}
		}
	})
}

func TestMaskSecrets(t *testing.T) {
	for _, c := range [][2]string{
		{"c d3:sdp60:a=crypto:1 X inline:ab+/9=|2^31|1:1\r\na=ice-pwd:se-cret\r\ne", "c d3:sdp60:a=crypto:1 X inline:******|2^31|1:1\r\na=ice-pwd:*******\r\ne"},
		{`c {"sdp":"a=crypto:1 X inline:ab\/9\r\na=crypto:2 Y inline:zz\r\n"}`, `c {"sdp":"a=crypto:1 X inline:*****\r\na=crypto:2 Y inline:**\r\n"}`},
		{"c d7:command4:pinge", "c d7:command4:pinge"},
		{"inline:", "inline:"},
	} {
		got := []byte(c[0])
		if MaskSecrets(got); string(got) != c[1] {
			t.Errorf("%q became\n%q want\n%q", c[0], got, c[1])
		}
	}
}
