package srtp

import (
	"bytes"
	"math/rand/v2"
	"testing"

	pion "github.com/pion/srtp/v3"
)

// pionProfile is a suite's name in pion/srtp; false if it has none.
func pionProfile(s *Suite) (pion.ProtectionProfile, bool) {
	p, ok := map[*Suite]pion.ProtectionProfile{
		AEAD_AES_256_GCM:        pion.ProtectionProfileAeadAes256Gcm,
		AEAD_AES_128_GCM:        pion.ProtectionProfileAeadAes128Gcm,
		AES_256_CM_HMAC_SHA1_80: pion.ProtectionProfileAes256CmHmacSha1_80,
		AES_256_CM_HMAC_SHA1_32: pion.ProtectionProfileAes256CmHmacSha1_32,
		AES_CM_128_HMAC_SHA1_80: pion.ProtectionProfileAes128CmHmacSha1_80,
		AES_CM_128_HMAC_SHA1_32: pion.ProtectionProfileAes128CmHmacSha1_32,
		NULL_HMAC_SHA1_80:       pion.ProtectionProfileNullHmacSha1_80,
		NULL_HMAC_SHA1_32:       pion.ProtectionProfileNullHmacSha1_32,
	}[s]
	return p, ok
}

func pionContext(t testing.TB, p Params) *pion.Context {
	t.Helper()
	profile, ok := pionProfile(p.Suite)
	if !ok {
		t.Fatal("pion/srtp has no", p.Suite)
	}
	var opts []pion.ContextOption
	if len(p.MKI) > 0 {
		opts = append(opts, pion.MasterKeyIndicator(p.MKI))
	}
	if p.UnencryptedSRTP {
		opts = append(opts, pion.SRTPNoEncryption())
	}
	if p.UnencryptedSRTCP {
		opts = append(opts, pion.SRTCPNoEncryption())
	}
	c, err := pion.CreateContext(p.Key.Master, p.Key.Salt, profile, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAgainstPion exchanges packets with pion/srtp in both directions, over two
// roll-overs, with lost and reordered packets.
func TestAgainstPion(t *testing.T) {
	for _, s := range Suites {
		if _, ok := pionProfile(s); !ok {
			continue
		}
		for _, p := range sessionParams(s) {
			if p.UnauthenticatedSRTP {
				continue // pion/srtp has no such thing
			}
			t.Run(describe(p), func(t *testing.T) {
				r := rand.New(rand.NewPCG(3, 4))
				pr, un := pair(t, p)
				to, from := pionContext(t, p), pionContext(t, p)
				buf, back := make([]byte, 2000), make([]byte, 2000)
				seq := uint16(1000)
				for range 200 {
					seq += uint16(r.IntN(1500))
					for _, n := range []uint16{seq, seq + 3, seq + 1} {
						pkt, _ := variants(r, n)
						got, err := pr.RTP(buf, pkt)
						if err != nil {
							t.Fatal(err)
						}
						plain, err := to.DecryptRTP(nil, got, nil)
						if err != nil || !bytes.Equal(plain, pkt) {
							t.Fatalf("pion: %x, %v\nwant %x", plain, err, pkt)
						}
						enc, err := from.EncryptRTP(nil, pkt, nil)
						if err != nil {
							t.Fatal(err)
						}
						if !bytes.Equal(enc, got) {
							t.Fatalf("%x\npion: %x", got, enc)
						}
						if plain, err = un.RTP(back, enc); err != nil || !bytes.Equal(plain, pkt) {
							t.Fatalf("RTP: %x, %v\nwant %x", plain, err, pkt)
						}
					}
					seq += 4
				}
				for i := range 20 {
					pkt := rtcpPacket(uint32(i%3), i%5)
					got, err := pr.RTCP(buf, pkt)
					if err != nil {
						t.Fatal(err)
					}
					plain, err := to.DecryptRTCP(nil, got, nil)
					if err != nil || !bytes.Equal(plain, pkt) {
						t.Fatalf("pion: %x, %v\nwant %x", plain, err, pkt)
					}
					enc, err := from.EncryptRTCP(nil, pkt, nil)
					if err != nil {
						t.Fatal(err)
					}
					if plain, err = un.RTCP(back, enc); err != nil || !bytes.Equal(plain, pkt) {
						t.Fatalf("RTCP: %x, %v\nwant %x", plain, err, pkt)
					}
				}
			})
		}
	}
}
