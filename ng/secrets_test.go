package ng

import (
	"strings"
	"testing"
)

func TestWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"v=0\r\ns=-\r\n": "v=0\r\ns=-\r\n",
		"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20|1:4 UNENCRYPTED_SRTCP\r\n": "a=crypto:1 AES_CM_128_HMAC_SHA1_80 (hidden)\r\n",
		"A=Crypto: 1  X inline:c2VjcmV0;inline:c2VjcmV0":                                    "A=Crypto:1 X (hidden)",
		"a=crypto:1 inline:c2VjcmV0":                                                        "a=crypto:1 (hidden)",
		"a=crypto:c2VjcmV0":                                                                 "a=crypto:(hidden)",
		"a=crypto:":                                                                         "a=crypto:(hidden)",
		"a=ice-ufrag:u\na=ice-pwd:c2VjcmV0\na=fingerprint:sha-256 AA":                       "a=ice-ufrag:u\na=ice-pwd:(hidden)\na=fingerprint:sha-256 AA",
		"a=key-mgmt:mikey c2VjcmV0\rk=clear:c2VjcmV0\rc=":                                   "a=key-mgmt:(hidden)\rk=(hidden)\rc=",
		" a = ICE-PWD : c2VjcmV0":                                                           " a = ICE-PWD :(hidden)",
	} {
		if got := WithoutSecrets(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func FuzzWithoutSecrets(f *testing.F) {
	f.Add("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET", "x")
	f.Add("v=0\r\na=ice-pwd:SECRET\n", "a=")
	f.Fuzz(func(t *testing.T, before, after string) {
		const key = "c2VjcmV0IQ"
		if strings.Contains(before+after, key) {
			t.Skip()
		}
		got := WithoutSecrets(before + "\na=crypto:1 S inline:" + key + " \na=ice-pwd:" + key + "\r\nk=" + key + "\n" + after)
		if strings.Contains(got, key) {
			t.Errorf("a key is shown in %q", got)
		}
		if strings.Count(got, "\n") != strings.Count(before+after, "\n")+4 {
			t.Errorf("lines are lost in %q", got)
		}
	})
}

func TestMaskSecrets(t *testing.T) {
	for _, c := range [][2]string{
		{"c d3:sdp60:a=crypto:1 X inline:ab+/9=|2^31|1:1\r\na=ice-pwd:se-cret\r\ne", "c d3:sdp60:a=crypto:1 X inline:******|2^31|1:1\r\na=ice-pwd:*******\r\ne"},
		{`c {"sdp":"a=crypto:1 X inline:ab\/9\r\na=crypto:2 Y inline:zz\r\n"}`, `c {"sdp":"a=crypto:1 X inline:*****\r\na=crypto:2 Y inline:**\r\n"}`},
		{"v=0\r\nk=base64:ab cd\r\na=Key-Mgmt:mikey ab+/\r\na=identity:ab;x=1\r\nA=CRYPTO:1 X INLINE:ab\r\n",
			"v=0\r\nk=************\r\na=Key-Mgmt:**********\r\na=identity:******\r\nA=CRYPTO:1 X INLINE:**\r\n"},
		{`{"sdp":"v=0\r\nk=base64:ab cd\r\na=key-mgmt:mikey ab\/\r\n"}`, `{"sdp":"v=0\r\nk=************\r\na=key-mgmt:**********\r\n"}`},
		{"c d7:command4:pinge", "c d7:command4:pinge"},
		{"inline:", "inline:"},
	} {
		got := []byte(c[0])
		if MaskSecrets(got); string(got) != c[1] {
			t.Errorf("%q became\n%q want\n%q", c[0], got, c[1])
		}
	}
}
