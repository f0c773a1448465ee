package srtp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"rtpgo/media"
)

var (
	_ media.Transform = (*Protector)(nil)
	_ media.Transform = (*Unprotector)(nil)
	_ media.Transform = Verifier{}
)

// testKey is the same for every run.
func testKey(s *Suite) Key {
	b := make([]byte, s.KeyLen+s.SaltLen)
	for i := range b {
		b[i] = byte(i*7 + 3)
	}
	return s.split(b)
}

func protector(t testing.TB, p Params) *Protector {
	t.Helper()
	c, err := NewProtector(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func unprotector(t testing.TB, p Params) *Unprotector {
	t.Helper()
	c, err := NewUnprotector(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pair makes a Protector and an Unprotector of the same parameters.
func pair(t testing.TB, p Params) (*Protector, *Unprotector) {
	return protector(t, p), unprotector(t, p)
}

// rtpPacket makes a packet with n octets of payload.
func rtpPacket(ssrc uint32, seq uint16, n int) []byte {
	b := make([]byte, 12+n)
	b[0], b[1] = 0x80, 96
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], uint32(seq)*160)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	for i := range b[12:] {
		b[12+i] = byte(i*3) ^ byte(seq)
	}
	return b
}

// rtcpPacket makes a receiver report with n report blocks.
func rtcpPacket(ssrc uint32, n int) []byte {
	b := make([]byte, 8+24*n)
	b[0], b[1] = 0x80|byte(n), 201
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	binary.BigEndian.PutUint32(b[4:], ssrc)
	for i := range b[8:] {
		b[8+i] = byte(i * 11)
	}
	return b
}

// variants are packets whose payload begins at different places.
func variants(r *rand.Rand, seq uint16) (pkt []byte, payload int) {
	pkt = rtpPacket(0xdeadbeef, seq, 0)
	if cc := r.IntN(16); r.IntN(2) == 0 {
		pkt[0] |= byte(cc)
		pkt = append(pkt, make([]byte, 4*cc)...)
	}
	if words := r.IntN(5); r.IntN(2) == 0 {
		pkt[0] |= 0x10
		pkt = append(pkt, 0xbe, 0xde, 0, byte(words))
		pkt = append(pkt, make([]byte, 4*words)...)
	}
	payload = len(pkt)
	for range r.IntN(400) {
		pkt = append(pkt, byte(r.Uint32()))
	}
	return pkt, payload
}

// sessionParams are all combinations of session parameters and MKI for a suite.
func sessionParams(s *Suite) []Params {
	var out []Params
	for bits := range 16 {
		p := Params{Suite: s, Key: testKey(s),
			UnencryptedSRTP: bits&1 != 0, UnencryptedSRTCP: bits&2 != 0, UnauthenticatedSRTP: bits&4 != 0}
		if bits&8 != 0 {
			p.MKI = []byte{1, 2, 3, 4}
		}
		if p.check() == nil {
			out = append(out, p)
		}
	}
	return out
}

func describe(p Params) string {
	return fmt.Sprintf("%s/clear=%t,%t/noauth=%t/mki=%x", p.Suite, p.UnencryptedSRTP, p.UnencryptedSRTCP,
		p.UnauthenticatedSRTP, p.MKI)
}

// TestAgainstModel compares every HMAC suite with the model, and takes the
// model's packets back.
func TestAgainstModel(t *testing.T) {
	for _, s := range Suites {
		if s.AEAD() {
			continue // the RFC's vectors and the cross-check with pion/srtp tell
		}
		for _, p := range sessionParams(s) {
			t.Run(describe(p), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				pr, un := pair(t, p)
				m := model{p}
				buf, back := make([]byte, 2000), make([]byte, 2000)
				index := uint64(65500)
				for i := range 80 { // over a roll-over
					index++
					pkt, payload := variants(r, uint16(index))
					if i == 40 {
						pkt = append(pkt, make([]byte, 1000)...)
					}
					got, err := pr.RTP(buf, pkt)
					want := m.rtp(pkt, payload, index)
					if err != nil || !bytes.Equal(got, want) {
						t.Fatalf("SRTP %x, %v\nwant %x", got, err, want)
					}
					if got, err = un.RTP(back, want); err != nil || !bytes.Equal(got, pkt) {
						t.Fatalf("RTP %x, %v\nwant %x", got, err, pkt)
					}
				}
				for i := range uint32(5) {
					pkt := rtcpPacket(0xcafe, int(i))
					got, err := pr.RTCP(buf, pkt)
					want := m.rtcp(pkt, i)
					if err != nil || !bytes.Equal(got, want) {
						t.Fatalf("SRTCP %x, %v\nwant %x", got, err, want)
					}
					if got, err = un.RTCP(back, want); err != nil || !bytes.Equal(got, pkt) {
						t.Fatalf("RTCP %x, %v\nwant %x", got, err, pkt)
					}
				}
			})
		}
	}
}

// TestInPlace protects and unprotects in the buffer of the packet.
func TestInPlace(t *testing.T) {
	for _, s := range Suites {
		for _, p := range sessionParams(s) {
			pr, un := pair(t, p)
			for _, n := range []int{0, 1, 15, 16, 17, 160, 255, 256, 257, 1188} {
				pkt := rtpPacket(7, uint16(n), n)
				buf := append(make([]byte, 0, 2000), pkt...)
				out, err := pr.RTP(buf, buf)
				if err != nil {
					t.Fatal(describe(p), n, err)
				}
				if out, err = un.RTP(out, out); err != nil || !bytes.Equal(out, pkt) {
					t.Fatal(describe(p), n, err)
				}
			}
			for n := range 4 {
				pkt := rtcpPacket(7, n)
				buf := append(make([]byte, 0, 2000), pkt...)
				out, err := pr.RTCP(buf, buf)
				if err != nil {
					t.Fatal(describe(p), n, err)
				}
				if out, err = un.RTCP(out, out); err != nil || !bytes.Equal(out, pkt) {
					t.Fatal(describe(p), n, err)
				}
			}
		}
	}
}

// TestForgery flips each bit of a packet in turn: none gets through, and the
// true packet does afterwards.
func TestForgery(t *testing.T) {
	for _, s := range Suites {
		for _, mki := range [][]byte{nil, {9, 8}} {
			p := Params{Suite: s, Key: testKey(s), MKI: mki}
			pr, un := pair(t, p)
			buf, back := make([]byte, 200), make([]byte, 200)
			rtp, _ := pr.RTP(buf, rtpPacket(7, 1, 20))
			for i := range len(rtp) * 8 {
				rtp[i/8] ^= 1 << (i % 8)
				if _, err := un.RTP(back, rtp); err == nil {
					t.Errorf("%s: SRTP with bit %d flipped was accepted", s, i)
				}
				rtp[i/8] ^= 1 << (i % 8)
			}
			if _, err := un.RTP(back, rtp); err != nil {
				t.Errorf("%s: SRTP after forgeries: %v", s, err)
			}
			rtcp, _ := pr.RTCP(buf, rtcpPacket(7, 1))
			for i := range len(rtcp) * 8 {
				rtcp[i/8] ^= 1 << (i % 8)
				if _, err := un.RTCP(back, rtcp); err == nil {
					t.Errorf("%s: SRTCP with bit %d flipped was accepted", s, i)
				}
				rtcp[i/8] ^= 1 << (i % 8)
			}
			if _, err := un.RTCP(back, rtcp); err != nil {
				t.Errorf("%s: SRTCP after forgeries: %v", s, err)
			}
		}
	}
}

// TestUnencryptedPeer takes RTCP that the peer authenticates but does not
// encrypt, which the E flag says, though encryption was negotiated.
func TestUnencryptedPeer(t *testing.T) {
	for _, s := range Suites {
		p := Params{Suite: s, Key: testKey(s)}
		un := unprotector(t, p)
		p.UnencryptedSRTCP = true
		pr := protector(t, p)
		pkt := rtcpPacket(7, 2)
		out, err := pr.RTCP(make([]byte, 200), pkt)
		if err != nil || !bytes.Equal(out[:len(pkt)], pkt) {
			t.Fatal(s, err)
		}
		if out, err = un.RTCP(make([]byte, 200), out); err != nil || !bytes.Equal(out, pkt) {
			t.Errorf("%s: %v", s, err)
		}
	}
}
