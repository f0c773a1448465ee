package srtp

import (
	"bytes"
	"testing"
)

// fuzzSeeds adds protected packets of every suite, and some that are none.
func fuzzSeeds(f *testing.F, rtcp bool) {
	for i, s := range Suites {
		for _, mki := range [][]byte{nil, {1, 2}} {
			pr := protector(f, Params{Suite: s, Key: testKey(s), MKI: mki})
			pkt := rtpPacket(1, 1, 40)
			if i%2 == 1 { // with two CSRCs and a header extension of one word
				pkt[0] |= 0x12
				copy(pkt[20:], []byte{0xbe, 0xde, 0, 1})
			}
			out, _ := pr.RTP(make([]byte, 400), pkt)
			if rtcp {
				out, _ = pr.RTCP(make([]byte, 400), rtcpPacket(1, 2))
			}
			f.Add(uint8(i), mki != nil, out)
		}
	}
	f.Add(uint8(0), false, []byte{})
	f.Add(uint8(6), true, append([]byte{0x9f}, make([]byte, 100)...))
	f.Add(uint8(7), false, append([]byte{0x90, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 9}, make([]byte, 40)...))
}

// A packet from outside never makes a context panic, and whatever is accepted
// is what a Protector of the key made: protecting it again gives the packet.
func fuzzUnprotect(t *testing.T, suite uint8, withMKI bool, pkt []byte, rtcp bool) {
	s := Suites[int(suite)%len(Suites)]
	p := Params{Suite: s, Key: testKey(s)}
	if withMKI {
		p.MKI = []byte{1, 2}
	}
	pr, un := pair(t, p)
	in := bytes.Clone(pkt)
	dst := make([]byte, len(pkt)+200)
	open, seal := un.RTP, pr.RTP
	if rtcp {
		open, seal = un.RTCP, pr.RTCP
	}
	out, err := open(dst, pkt)
	if !bytes.Equal(in, pkt) {
		t.Fatal("the packet was changed")
	}
	if err == nil {
		if rtcp {
			index, _ := un.rtcpIndex(pkt)
			if (index&rtcpE != 0) != (s.cipher != cipherNull) {
				return // authentic, but a Protector of these parameters sets the flag otherwise
			}
			pr.state.rtcp.next = index &^ rtcpE
		}
		again, err := seal(make([]byte, len(pkt)+200), out)
		if err != nil || !bytes.Equal(again, pkt) {
			t.Fatalf("accepted %x, which is %x, %v", pkt, again, err)
		}
	}
	// And anything can be protected that is RTP or RTCP.
	if out, err := seal(dst, pkt); err == nil {
		if len(out) <= len(pkt) {
			t.Fatal("a protected packet that is no longer")
		}
	}
}

func FuzzUnprotectRTP(f *testing.F) {
	fuzzSeeds(f, false)
	f.Fuzz(func(t *testing.T, suite uint8, withMKI bool, pkt []byte) {
		fuzzUnprotect(t, suite, withMKI, pkt, false)
	})
}

func FuzzUnprotectRTCP(f *testing.F) {
	fuzzSeeds(f, true)
	f.Fuzz(func(t *testing.T, suite uint8, withMKI bool, pkt []byte) {
		fuzzUnprotect(t, suite, withMKI, pkt, true)
	})
}

// FuzzProtect compares with pion/srtp whatever it takes as RTP.
func FuzzProtect(f *testing.F) {
	fuzzSeeds(f, false)
	f.Fuzz(func(t *testing.T, suite uint8, withMKI bool, pkt []byte) {
		s := Suites[int(suite)%len(Suites)]
		if _, ok := pionProfile(s); !ok || len(pkt) > 2000 {
			return
		}
		p := Params{Suite: s, Key: testKey(s)}
		if withMKI {
			p.MKI = []byte{1, 2}
		}
		want, err := pionContext(t, p).EncryptRTP(nil, pkt, nil)
		if err != nil || pkt[0]>>6 != 2 {
			return // it doesn't look at the version
		}
		got, err := protector(t, p).RTP(make([]byte, 3000), pkt)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s: %x, %v\npion: %x", s, got, err, want)
		}
	})
}

func FuzzKeyParams(f *testing.F) {
	f.Add("inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4")
	f.Add("inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|1:4")
	f.Add("inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj==|2^48")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range Suites {
			kp, err := s.ParseKeyParams(text)
			if err != nil {
				continue
			}
			if _, err := NewProtector(Params{Suite: s, Key: kp.Key, MKI: kp.MKI}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}
