package srtp

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestSuites(t *testing.T) {
	inline := map[string]int{ // characters of base64 without padding
		"AEAD_AES_256_GCM": 59, "AEAD_AES_128_GCM": 38,
		"AES_256_CM_HMAC_SHA1_80": 62, "AES_256_CM_HMAC_SHA1_32": 62,
		"AES_192_CM_HMAC_SHA1_80": 51, "AES_192_CM_HMAC_SHA1_32": 51,
		"AES_CM_128_HMAC_SHA1_80": 40, "AES_CM_128_HMAC_SHA1_32": 40,
		"F8_128_HMAC_SHA1_80": 40, "F8_128_HMAC_SHA1_32": 40,
		"NULL_HMAC_SHA1_80": 40, "NULL_HMAC_SHA1_32": 40,
	}
	if len(Suites) != len(inline) {
		t.Fatal(len(Suites), "suites")
	}
	for _, s := range Suites {
		if SuiteByName(s.Name) != s {
			t.Error(s, "is not found by its name")
		}
		if s.DTLS != 0 && SuiteByDTLS(s.DTLS) != s {
			t.Error(s, "is not found by its DTLS profile")
		}
		k := GenerateKey(s)
		if bytes.Equal(k.Master, GenerateKey(s).Master) {
			t.Error("the same key twice")
		}
		if got := len(k.Inline(false)); got != inline[s.Name] {
			t.Errorf("%s: key of %d characters, want %d", s, got, inline[s.Name])
		}
		for _, padded := range []bool{true, false} {
			back, err := s.ParseInline(k.Inline(padded))
			if err != nil || !bytes.Equal(back.Master, k.Master) || !bytes.Equal(back.Salt, k.Salt) {
				t.Errorf("%s: padded %t: %v", s, padded, err)
			}
		}
		if len(k.Inline(true))%4 != 0 {
			t.Error("not padded:", k.Inline(true))
		}
	}
	if SuiteByName("AES_CM_128_HMAC_SHA1") != nil || SuiteByName("aes_cm_128_hmac_sha1_80") != cm || SuiteByDTLS(0) != nil || SuiteByDTLS(3) != nil {
		t.Error("names that are no suite, or in lower case")
	}
}

func TestParseKeyParams(t *testing.T) {
	const key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz" // RFC 4568, section 6.1
	for _, c := range []struct {
		text     string
		lifetime uint64
		mki      []byte
		bad      bool
	}{
		{text: "inline:" + key},
		{text: "INLINE:" + key},
		{text: "inline:" + key + "|2^20|1:4", lifetime: 1 << 20, mki: []byte{0, 0, 0, 1}},
		{text: "inline:" + key + "|1:4", mki: []byte{0, 0, 0, 1}},
		{text: "inline:" + key + "|1066|66051:3", lifetime: 1066, mki: []byte{1, 2, 3}},
		{text: "inline:" + key + "|2^48", lifetime: 1 << 48},
		{text: "inline:" + key + "|0:128", mki: make([]byte, 128)},
		{text: "inline:" + key + "|2^49", bad: true},
		{text: "inline:" + key + "|0", bad: true},
		{text: "inline:" + key + "|1:0", bad: true},
		{text: "inline:" + key + "|1:129", bad: true},
		{text: "inline:" + key + "|256:1", bad: true},
		{text: "inline:" + key + "|-1:1", bad: true},
		{text: "inline:" + key + "|:1", bad: true},
		{text: "inline:" + key + "|1:4|2^20", bad: true},
		{text: "inline:" + key + "|1:4|1:4", bad: true},
		{text: "inline:" + key + "|" + strings.Repeat("9", 310) + ":128", bad: true},
		{text: "inline:" + key[1:], bad: true},
		{text: "inline:" + key + "AAAA", bad: true},
		{text: "inline:" + key[:39] + "!", bad: true},
		{text: "uri:" + key, bad: true},
		{text: key, bad: true},
		{text: "", bad: true},
	} {
		kp, err := cm.ParseKeyParams(c.text)
		if c.bad {
			if !errors.Is(err, ErrParams) {
				t.Errorf("%q was taken: %v", c.text, err)
			}
			if err != nil && strings.Contains(err.Error(), key) {
				t.Errorf("the error gives the key away: %v", err)
			}
			continue
		}
		if err != nil || kp.Key.Inline(false) != key || kp.Lifetime != c.lifetime || !bytes.Equal(kp.MKI, c.mki) {
			t.Errorf("%q: %+v, %v", c.text, kp, err)
		}
	}
}

func TestExporterKeys(t *testing.T) {
	for _, s := range Suites {
		material := make([]byte, s.ExporterLen())
		for i := range material {
			material[i] = byte(i)
		}
		c, srv, err := s.ExporterKeys(material)
		if err != nil {
			t.Fatal(err)
		}
		// client key, server key, client salt, server salt
		if got := cat(c.Master, srv.Master, c.Salt, srv.Salt); !bytes.Equal(got, material) {
			t.Errorf("%s: %x", s, got)
		}
		if len(c.Master) != s.KeyLen || len(srv.Salt) != s.SaltLen {
			t.Errorf("%s: lengths", s)
		}
		clear(material)
		if _, err := NewProtector(Params{Suite: s, Key: c}); err != nil {
			t.Error(err)
		}
		if srv.Salt[s.SaltLen-1] == 0 {
			t.Error("the keys are not copies")
		}
		if _, _, err := s.ExporterKeys(material[1:]); !errors.Is(err, ErrParams) {
			t.Error(err)
		}
	}
}

func TestParams(t *testing.T) {
	good := Params{Suite: cm, Key: testKey(cm)}
	for name, change := range map[string]func(*Params){
		"no suite":   func(p *Params) { p.Suite = nil },
		"short key":  func(p *Params) { p.Key.Master = p.Key.Master[1:] },
		"short salt": func(p *Params) { p.Key.Salt = p.Key.Salt[1:] },
		"long MKI":   func(p *Params) { p.MKI = make([]byte, 129) },
		"unauthenticated GCM": func(p *Params) {
			*p = Params{Suite: AEAD_AES_128_GCM, Key: testKey(AEAD_AES_128_GCM), UnauthenticatedSRTP: true}
		},
		"repeated GCM": func(p *Params) {
			*p = Params{Suite: AEAD_AES_128_GCM, Key: testKey(AEAD_AES_128_GCM), AllowRepeat: true}
		},
	} {
		p := good
		change(&p)
		if _, err := NewProtector(p); !errors.Is(err, ErrParams) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewUnprotector(p); !errors.Is(err, ErrParams) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*Params){
		"suite": func(p *Params) { p.Suite = AES_CM_128_HMAC_SHA1_32 },
		"key":   func(p *Params) { p.Key = GenerateKey(cm) },
		"MKI":   func(p *Params) { p.MKI = []byte{0} },
		"clear": func(p *Params) { p.UnencryptedSRTP = true },
	} {
		p := good
		if !p.Same(&good) {
			t.Error("not the same as itself")
		}
		change(&p)
		if p.Same(&good) {
			t.Errorf("another %s is the same", name)
		}
	}
}
