package srtp

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 3711, appendix B.2; RFC 6188, sections 7.1 and 7.2.
func TestCounterModeVectors(t *testing.T) {
	for _, v := range []struct{ name, key, stream, later string }{
		{"RFC 3711 B.2", "2B7E151628AED2A6ABF7158809CF4F3C",
			"E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0",
			"EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44"},
		{"RFC 6188 7.1", "57f82fe3613fd170a85ec93c40b1f092 2ec4cb0dc025b58272147cc438944a98",
			"92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac 63c4868b7096d88421b563b8c94c9a31",
			"cea518c90fd91ced9cbb18c078a54711 3dbc4814f4da5f00a08772b63c6a046d 6eb246913062a16891433e97dd01a57f"},
		{"RFC 6188 7.2", "eab234764e517b2d3d160d587d8c8621 9740f65f99b6bcf7",
			"35096cba4610028dc1b57503804ce37c 5de986291dcce161d5165ec4568f5c9a 474a40c77894bc17180202272a4c264d", ""},
	} {
		for _, portable := range []bool{false, true} {
			c, err := newCTR(unhex(t, v.key))
			if portable {
				c, err = newPortableCTR(unhex(t, v.key))
			}
			if err != nil {
				t.Fatal(err)
			}
			m := counterMode{block: c}
			copy(m.salt[:], unhex(t, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))
			head := make([]byte, 12) // SSRC 0, index 0
			out := make([]byte, 0xff02*16)
			m.rtp(out, out, head, 0)
			if want := unhex(t, v.stream); !bytes.Equal(out[:len(want)], want) {
				t.Errorf("%s: key stream %x, want %x", v.name, out[:len(want)], want)
			}
			if want := unhex(t, v.later); !bytes.Equal(out[0xfeff*16:][:len(want)], want) {
				t.Errorf("%s: key stream from block 0xfeff %x, want %x", v.name, out[0xfeff*16:], want)
			}
		}
	}
}

// RFC 3711, appendix B.1.
func TestF8Vector(t *testing.T) {
	f, err := f8From(unhex(t, "234829008467be186c3de14aae72d62c"), unhex(t, "32f2870d"))
	if err != nil {
		t.Fatal(err)
	}
	head := unhex(t, "806e5cba50681de55c621599")
	payload := unhex(t, "70736575646f72616e646f6d6e657373 20697320746865206e65787420626573 74207468696e67")
	want := unhex(t, "019ce7a26e7854014a6366aa95d4eefd 1ad4172a14f9faf455b7f1d4b62bd08f 562c0eef7c4802")
	got := make([]byte, len(payload))
	f.rtp(got, payload, head, 0xd462564a<<16|0x5cba)
	if !bytes.Equal(got, want) {
		t.Errorf("got %x\nwant %x", got, want)
	}
}

// RFC 3711, appendix B.3; RFC 6188, sections 7.3 and 7.4.
func TestKeyDerivationVectors(t *testing.T) {
	for _, v := range []struct {
		suite                          *Suite
		master, msalt, key, salt, auth string
	}{
		{AES_CM_128_HMAC_SHA1_80, "E1F97A0D3E018BE0D64FA32C06DE4139", "0EC675AD498AFEEBB6960B3AABE6",
			"C61E7A93744F39EE10734AFE3FF7A087", "30CBBC08863D8C85D49DB34A9AE1",
			"CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"},
		{AES_256_CM_HMAC_SHA1_80, "f0f04914b513f2763a1b1fa130f10e29 98f6f6e43e4309d1e622a0e332b9f1b6",
			"3b04803de51ee7c96423ab5b78d2",
			"5ba1064e30ec51613cad926c5a28ef73 1ec7fb397f70a960653caf06554cd8c4", "fa31791685ca444a9e07c6c64e93",
			"fd9c32d39ed5fbb5a9dc96b30818454d1313dc05"},
		{AES_192_CM_HMAC_SHA1_80, "73edc66c4fa15776fb57f9505c171365 50ffda71f3e8e5f1",
			"c8522f3acd4ce86d5add78edbb11",
			"31874736a8f1143870c26e4857d8a5b2 c4a354407faadabb", "2372b82d639b6d8503a47adc0a6c",
			"355b10973cd95b9eacf4061c7e1a7151e7cfbfcb"},
	} {
		k, _, err := derive(&Params{Suite: v.suite, Key: Key{unhex(t, v.master), unhex(t, v.msalt)}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			what string
			got  []byte
			want string
		}{{"key", k.key, v.key}, {"salt", k.salt, v.salt}, {"auth", k.auth, v.auth}} {
			if !bytes.Equal(c.got, unhex(t, c.want)) {
				t.Errorf("%s: session %s %x, want %s", v.suite, c.what, c.got, c.want)
			}
		}
	}
}

// RFC 7714, sections 16 and 17: the session keys are given.
func TestGCMVectors(t *testing.T) {
	const (
		rtp   = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573"
		rtcp  = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef"
		index = 0x5d4
	)
	for _, v := range []struct{ name, key, rtp, rtpClear, rtcp, rtcpClear string }{
		{"AEAD_AES_128_GCM", "000102030405060708090a0b0c0d0e0f",
			"8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
			rtp + "2249 3f82d2bc e397e9d7 9e3b19aa 4216",
			"81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
			rtcp + "841dd968 3dd78ec9 2ae58790 125f62b3 000005d4"},
		{"AEAD_AES_256_GCM", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
			"8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff d6b0f9bb 7878d7a7 6c13",
			rtp + "a866 d5910f88 7463067c eefec452 15d4",
			"81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4",
			rtcp + "91db4afb feee5a97 8fab4393 ed2615fe 000005d4"},
	} {
		for _, encrypted := range []bool{true, false} {
			c := &gcmCrypter{clearRTP: !encrypted}
			wantRTP, wantRTCP := unhex(t, v.rtpClear), unhex(t, v.rtcpClear)
			if encrypted {
				c.e, wantRTP, wantRTCP = rtcpE, unhex(t, v.rtp), unhex(t, v.rtcp)
			}
			k := sessionKeys{key: unhex(t, v.key), salt: unhex(t, "51756964 2070726f 2071756f")}
			for _, g := range []*gcmKey{&c.rtpGCM, &c.rtcpGCM} {
				if err := g.init(&k); err != nil {
					t.Fatal(err)
				}
			}
			buf, back := make([]byte, 200), make([]byte, 200)
			got, err := c.sealRTP(buf, unhex(t, rtp), 12, 0xf17b)
			if err != nil || !bytes.Equal(got, wantRTP) {
				t.Errorf("%s: SRTP (encrypted: %t) %x, %v", v.name, encrypted, got, err)
			}
			if got, err = c.openRTP(back, got, 12, 0xf17b); err != nil || !bytes.Equal(got, unhex(t, rtp)) {
				t.Errorf("%s: RTP (encrypted: %t) %x, %v", v.name, encrypted, got, err)
			}
			got, err = c.sealRTCP(buf, unhex(t, rtcp), index)
			if err != nil || !bytes.Equal(got, wantRTCP) {
				t.Errorf("%s: SRTCP (encrypted: %t) %x, %v", v.name, encrypted, got, err)
			}
			word, err := c.rtcpIndex(got)
			if err != nil || word != index|c.e {
				t.Errorf("%s: index %x, %v", v.name, word, err)
			}
			if got, err = c.openRTCP(back, got, word); err != nil || !bytes.Equal(got, unhex(t, rtcp)) {
				t.Errorf("%s: RTCP (encrypted: %t) %x, %v", v.name, encrypted, got, err)
			}
		}
	}
}
