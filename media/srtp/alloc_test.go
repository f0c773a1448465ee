package srtp

import (
	"testing"

	pion "github.com/pion/srtp/v3"
)

func TestNoAllocation(t *testing.T) {
	for _, s := range Suites {
		for _, p := range sessionParams(s) {
			pr, un := pair(t, p)
			v := NewVerifier(unprotector(t, p))
			rtp, rtcp := rtpPacket(1, 0, 160), rtcpPacket(1, 2)
			buf, back, scratch := make([]byte, 400), make([]byte, 400), make([]byte, 400)
			seq := uint16(0)
			packet := func() {
				seq++
				rtp[2], rtp[3] = byte(seq>>8), byte(seq)
				out, err := pr.RTP(buf, rtp)
				if err != nil {
					t.Fatal(err)
				}
				if _, err = v.RTP(scratch, out); err != nil {
					t.Fatal(err)
				}
				if _, err = un.RTP(back, out); err != nil {
					t.Fatal(err)
				}
				out[len(out)-1] ^= 1
				un.RTP(back, out) // replayed
				if !p.UnauthenticatedSRTP {
					out[3]++
					un.RTP(back, out) // forged
				}
				if out, err = pr.RTCP(buf, rtcp); err != nil {
					t.Fatal(err)
				}
				if _, err = un.RTCP(back, out); err != nil {
					t.Fatal(err)
				}
				out[9] ^= 1
				un.RTCP(back, out)
			}
			packet() // the source is new once
			if n := testing.AllocsPerRun(100, packet); n != 0 {
				t.Errorf("%s: %v allocations per packet", describe(p), n)
			}
		}
	}
}

// The slowest and the fastest way, beside pion/srtp. Unprotecting is measured
// with a window that is cleared each time, so that one packet serves.
func BenchmarkRTP(b *testing.B) {
	for _, size := range []int{160, 1188} {
		for _, s := range Suites {
			if s.TagRTP == 4 {
				continue // as with 10
			}
			p := Params{Suite: s, Key: testKey(s)}
			name := map[int]string{160: "172", 1188: "1200"}[size] + "/" + s.Name
			b.Run("protect/"+name, func(b *testing.B) {
				pr := protector(b, p)
				pkt, dst := rtpPacket(1, 0, size), make([]byte, 1500)
				b.ReportAllocs()
				for seq := uint16(0); b.Loop(); seq++ {
					pkt[2], pkt[3] = byte(seq>>8), byte(seq)
					if _, err := pr.RTP(dst, pkt); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("unprotect/"+name, func(b *testing.B) {
				pr, un := pair(b, p)
				pkt, _ := pr.RTP(make([]byte, 1500), rtpPacket(1, 0, size))
				dst := make([]byte, 1500)
				un.RTP(dst, pkt)
				b.ReportAllocs()
				for b.Loop() {
					un.state.rtp.win[0].seen = false
					if _, err := un.RTP(dst, pkt); err != nil {
						b.Fatal(err)
					}
				}
			})
			if _, ok := pionProfile(s); !ok {
				continue
			}
			b.Run("protect-pion/"+name, func(b *testing.B) {
				c := pionContext(b, p)
				pkt, dst := rtpPacket(1, 0, size), make([]byte, 1500)
				b.ReportAllocs()
				for seq := uint16(0); b.Loop(); seq++ {
					pkt[2], pkt[3] = byte(seq>>8), byte(seq)
					if _, err := c.EncryptRTP(dst[:0], pkt, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("unprotect-pion/"+name, func(b *testing.B) {
				profile, _ := pionProfile(s)
				c, err := pion.CreateContext(p.Key.Master, p.Key.Salt, profile, pion.SRTPNoReplayProtection())
				if err != nil {
					b.Fatal(err)
				}
				pkt, _ := protector(b, p).RTP(make([]byte, 1500), rtpPacket(1, 0, size))
				dst := make([]byte, 1500)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.DecryptRTP(dst[:0], pkt, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkPortable is the key stream without assembly.
func BenchmarkPortable(b *testing.B) {
	p := Params{Suite: cm, Key: testKey(cm)}
	pr := protector(b, p)
	ks := pr.crypter.(*hmacCrypter).rtpStream.(*counterMode)
	k, _, _ := derive(&p)
	ks.block, _ = newPortableCTR(k.key)
	for name, size := range map[string]int{"172": 160, "1200": 1188} {
		b.Run("protect/"+name, func(b *testing.B) {
			pkt, dst := rtpPacket(1, 0, size), make([]byte, 1500)
			b.ReportAllocs()
			for seq := uint16(0); b.Loop(); seq++ {
				pkt[2], pkt[3] = byte(seq>>8), byte(seq)
				if _, err := pr.RTP(dst, pkt); err != nil && err != ErrReplay {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNew tells what a context costs to set up and to keep.
func BenchmarkNew(b *testing.B) {
	for _, s := range []*Suite{AEAD_AES_128_GCM, cm, F8_128_HMAC_SHA1_80} {
		b.Run(s.Name, func(b *testing.B) {
			p := Params{Suite: s, Key: testKey(s)}
			b.ReportAllocs()
			for b.Loop() {
				protector(b, p)
			}
		})
	}
}
