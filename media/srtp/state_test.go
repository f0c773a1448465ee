package srtp

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"rtpgo/media"
)

var cm = AES_CM_128_HMAC_SHA1_80

// TestIndex is RFC 3711, section 3.3.1, and what it leaves open before the
// first roll-over.
func TestIndex(t *testing.T) {
	for _, c := range []struct {
		name string
		top  uint64
		seq  uint16
		want uint64
	}{
		{"next", 10, 11, 11},
		{"late", 10, 9, 9},
		{"jump ahead by half before the first roll-over", 10, 40000, 40000},
		{"roll-over", 65535, 0, 1 << 16},
		{"roll-over with loss", 65000, 200, 1<<16 | 200},
		{"late, from before the roll-over", 1<<16 | 3, 65530, 65530},
		{"late, from before the second roll-over", 2<<16 | 3, 65530, 1<<16 | 65530},
		{"exactly half ahead", 1<<16 | 100, 100 + 1<<15, 1<<16 | (100 + 1<<15)},
		{"more than half ahead is late", 1<<16 | 100, 101 + 1<<15, 101 + 1<<15},
		{"exactly half behind", 1<<16 | 40000, 40000 - 1<<15, 1<<16 | (40000 - 1<<15)},
		{"more than half behind is ahead", 1<<16 | 40000, 39999 - 1<<15, 2<<16 | (39999 - 1<<15)},
	} {
		w := window{}
		w.mark(c.top)
		if got := w.index(c.seq); got != c.want {
			t.Errorf("%s: %#x, want %#x", c.name, got, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	for _, size := range []uint64{64, 100, 1024} {
		var w window
		seen := map[uint64]bool{}
		top := uint64(0)
		// Steps that stay, go back, go ahead by blocks and by more than the ring.
		for n, step := range []int64{5000, 1, 1, -3, 0, 1, 63, 64, 65, -200, 300, 1023, 1024, 1025, -1023, 5000, -63, -1, 2, 128} {
			for i := range int64(70) {
				k := uint64(int64(top) + step - i)
				want := error(nil)
				switch {
				case w.seen && k <= top && top-k >= size:
					want = ErrTooOld
				case seen[k]:
					want = ErrReplay
				}
				if got := w.check(k, size); got != want {
					t.Fatalf("window %d, step %d: index %d with top %d: %v, want %v", size, n, k, top, got, want)
				}
				if want == nil {
					w.mark(k)
					seen[k] = true
					top = max(top, k)
				}
			}
		}
	}
}

func TestReplay(t *testing.T) {
	for _, s := range Suites {
		pr, un := pair(t, Params{Suite: s, Key: testKey(s), ReplayWindow: 64})
		buf, back := make([]byte, 300), make([]byte, 300)
		packets := map[uint16][]byte{}
		for seq := uint16(0); seq < 300; seq++ {
			out, err := pr.RTP(buf, rtpPacket(1, seq, 50))
			if err != nil {
				t.Fatal(err)
			}
			packets[seq] = append([]byte(nil), out...)
		}
		for _, c := range []struct {
			seq  uint16
			want error
		}{{100, nil}, {100, ErrReplay}, {99, nil}, {99, ErrReplay}, {37, nil}, {36, ErrTooOld},
			{299, nil}, {236, nil}, {235, ErrTooOld}, {100, ErrTooOld}} {
			if _, err := un.RTP(back, packets[c.seq]); err != c.want {
				t.Errorf("%s: packet %d: %v, want %v", s, c.seq, err, c.want)
			}
		}
		rtcp, _ := pr.RTCP(buf, rtcpPacket(1, 1))
		if _, err := un.RTCP(back, rtcp); err != nil {
			t.Error(s, err)
		}
		if _, err := un.RTCP(back, rtcp); err != ErrReplay {
			t.Errorf("%s: RTCP again: %v", s, err)
		}
	}
}

func TestErrorsAreCounted(t *testing.T) {
	for _, c := range []struct{ err, cause error }{
		{ErrAuth, media.ErrAuth}, {ErrMKI, media.ErrAuth}, {ErrReplay, media.ErrReplay}, {ErrTooOld, media.ErrReplay},
	} {
		if !errors.Is(c.err, c.cause) {
			t.Errorf("%v is no %v", c.err, c.cause)
		}
	}
}

// TestRepeat is what a Protector does with a packet that came twice.
func TestRepeat(t *testing.T) {
	buf := make([]byte, 300)
	pr := protector(t, Params{Suite: cm, Key: testKey(cm)})
	for i, want := range []error{nil, ErrReplay} {
		if _, err := pr.RTP(buf, rtpPacket(1, 5000, 50)); err != want {
			t.Errorf("time %d: %v, want %v", i, err, want)
		}
	}
	pr.RTP(buf, rtpPacket(1, 5000+1024, 50))
	if _, err := pr.RTP(buf, rtpPacket(1, 5000, 50)); err != ErrTooOld {
		t.Errorf("behind the window: %v", err)
	}
	pr = protector(t, Params{Suite: cm, Key: testKey(cm), AllowRepeat: true})
	first, err := pr.RTP(buf, rtpPacket(1, 5000, 50))
	if err != nil {
		t.Fatal(err)
	}
	again, err := pr.RTP(make([]byte, 300), rtpPacket(1, 5000, 50))
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("allowed to repeat: %v", err)
	}
}

// TestSources keeps roll-over counters apart by SSRC.
func TestSources(t *testing.T) {
	pr, un := pair(t, Params{Suite: cm, Key: testKey(cm)})
	buf, back := make([]byte, 300), make([]byte, 300)
	const packets = 30000
	for i := range packets {
		ssrc := uint32(1 + i%3)
		pkt := rtpPacket(ssrc, uint16(i*7*int(ssrc)), 20) // wraps at another time for each
		out, err := pr.RTP(buf, pkt)
		if err != nil {
			t.Fatal(i, err)
		}
		if out, err = un.RTP(back, out); err != nil || !bytes.Equal(out, pkt) {
			t.Fatal(i, err)
		}
	}
	for i, s := range un.Streams() {
		want := StreamState{SSRC: uint32(1 + i), Index: uint64((packets - 3 + i) * 7 * (1 + i))}
		if s != want {
			t.Errorf("source %d: %+v, want %+v", i, s, want)
		}
	}
}

// TestManySources: the number of sources kept is bounded, the oldest goes, and
// forged packets make none.
func TestManySources(t *testing.T) {
	pr, un := pair(t, Params{Suite: cm, Key: testKey(cm), MaxSSRC: 4})
	buf, back := make([]byte, 300), make([]byte, 300)
	send := func(ssrc uint32, seq uint16, forge bool) error {
		out, err := pr.RTP(buf, rtpPacket(ssrc, seq, 20))
		if err != nil {
			return err
		}
		if forge {
			out[20] ^= 1
		}
		_, err = un.RTP(back, out)
		return err
	}
	for ssrc := range uint32(4) {
		if err := send(ssrc, 1, false); err != nil {
			t.Fatal(err)
		}
	}
	send(0, 2, false) // 1 is the oldest now
	for ssrc := range uint32(100) {
		if err := send(1000+ssrc%2, uint16(ssrc), true); err != ErrAuth {
			t.Fatal("forged packet:", err)
		}
	}
	if n := len(un.Streams()); n != 4 {
		t.Error(n, "sources after forgeries")
	}
	if err := send(50, 1, false); err != nil {
		t.Error(err)
	}
	got := map[uint32]bool{}
	for _, s := range un.Streams() {
		got[s.SSRC] = true
	}
	if len(got) != 4 || got[1] || !got[0] || !got[50] {
		t.Error("sources kept:", got)
	}
}

// TestInherit is a re-INVITE that keeps the key: roll-over, replay window and
// SRTCP index go on.
func TestInherit(t *testing.T) {
	p := Params{Suite: cm, Key: testKey(cm)}
	pr, un := pair(t, p)
	buf, back := make([]byte, 300), make([]byte, 300)
	var last []byte
	for seq := 65530; seq < 65536+10; seq++ {
		out, err := pr.RTP(buf, rtpPacket(1, uint16(seq), 20))
		if err != nil {
			t.Fatal(err)
		}
		last = append(last[:0], out...)
		if _, err = un.RTP(back, out); err != nil {
			t.Fatal(err)
		}
	}
	rtcp, _ := pr.RTCP(buf, rtcpPacket(1, 1))
	lastRTCP := append([]byte(nil), rtcp...)
	if _, err := un.RTCP(back, rtcp); err != nil {
		t.Fatal(err)
	}

	p.MKI = []byte{1} // something changed, but not the key
	pr2, un2 := pair(t, p)
	if !pr2.Inherit(pr) || !un2.Inherit(un) {
		t.Fatal("state of the same key was not inherited")
	}
	out, err := pr2.RTP(buf, rtpPacket(1, 10, 20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := un2.RTP(back, out); err != nil {
		t.Error("after the roll-over:", err)
	}
	if _, err := un2.RTP(back, append(last[:len(last)-10:len(last)-10], append([]byte{1}, last[len(last)-10:]...)...)); err != ErrReplay {
		t.Error("packet from before:", err)
	}
	// The old context, if still in use, spends the same SRTCP indices.
	out, _ = pr.RTCP(buf, rtcpPacket(1, 1))
	if _, err := un.RTCP(back, out); err != nil {
		t.Error(err)
	}
	out, _ = pr2.RTCP(buf, rtcpPacket(1, 1))
	if _, err := un2.RTCP(back, out); err != nil {
		t.Error("SRTCP index was spent twice:", err)
	}
	if _, err := un.RTCP(back, lastRTCP); err != ErrReplay {
		t.Error("RTCP from before:", err)
	}
	pr.Close()
	if _, err := pr.RTP(buf, rtpPacket(1, 11, 20)); err != ErrClosed {
		t.Error("closed:", err)
	}
	if _, err := pr2.RTP(buf, rtpPacket(1, 11, 20)); err != nil {
		t.Error("heir of a closed context:", err)
	}

	p.Key = GenerateKey(cm)
	pr3, un3 := pair(t, p)
	if pr3.Inherit(pr2) || un3.Inherit(un2) || pr3.Inherit(nil) || un3.Inherit(nil) {
		t.Error("state of another key was inherited")
	}
}

func TestMKI(t *testing.T) {
	for _, s := range Suites {
		buf, back := make([]byte, 300), make([]byte, 300)
		pr := protector(t, Params{Suite: s, Key: testKey(s), MKI: []byte{0, 0, 0, 1}})
		un := unprotector(t, Params{Suite: s, Key: testKey(s), MKI: []byte{0, 0, 0, 2}})
		rtp, _ := pr.RTP(buf, rtpPacket(1, 1, 20))
		if _, err := un.RTP(back, rtp); err != ErrMKI {
			t.Errorf("%s: RTP: %v", s, err)
		}
		rtcp, _ := pr.RTCP(buf, rtcpPacket(1, 1))
		if _, err := un.RTCP(back, rtcp); err != ErrMKI {
			t.Errorf("%s: RTCP: %v", s, err)
		}
	}
}

func TestVerifier(t *testing.T) {
	for _, s := range Suites {
		pr, un := pair(t, Params{Suite: s, Key: testKey(s)})
		v := NewVerifier(un)
		buf, scratch := make([]byte, 300), make([]byte, 300)
		for i, f := range []func(dst, src []byte) ([]byte, error){v.RTP, v.RTCP} {
			out, _ := pr.RTP(buf, rtpPacket(1, 1, 20))
			if i == 1 {
				out, _ = pr.RTCP(buf, rtcpPacket(1, 1))
			}
			want := append([]byte(nil), out...)
			got, err := f(scratch, out)
			if err != nil || &got[0] != &out[0] || !bytes.Equal(got, want) {
				t.Errorf("%s: %x, %v, want %x", s, got, err, want)
			}
			if _, err := f(scratch, out); err != ErrReplay {
				t.Errorf("%s: again: %v", s, err)
			}
			out[15] ^= 1
			out[3]++ // another sequence number or length
			if _, err := f(scratch, out); err == nil {
				t.Errorf("%s: forged packet was passed on", s)
			}
		}
	}
}

// TestVerifierAhead: a Protector takes over from packets that passed, and from
// there on uses neither their indices nor another rollover counter.
func TestVerifierAhead(t *testing.T) {
	for _, suite := range []*Suite{cm, AEAD_AES_128_GCM} {
		params := Params{Suite: suite, Key: GenerateKey(suite)}
		sender, _ := NewProtector(params)
		check, _ := NewUnprotector(params)
		ours, _ := NewProtector(params)
		receiver, _ := NewUnprotector(params)
		v := NewVerifier(check).Ahead(ours)
		buf, scratch := make([]byte, 300), make([]byte, 300)
		for i := range 70000 { // beyond a roll-over
			p, err := sender.RTP(buf, rtpPacket(7, uint16(i), 20))
			if err != nil {
				t.Fatal(err)
			}
			if p, err = v.RTP(scratch, p); err != nil {
				t.Fatal(err)
			}
			if _, err = receiver.RTP(scratch, p); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			p, err := sender.RTCP(buf, rtcpPacket(7, 1))
			if err != nil {
				t.Fatal(err)
			}
			if p, err = v.RTCP(scratch, p); err != nil {
				t.Fatal(err)
			}
			if _, err = receiver.RTCP(scratch, p); err != nil {
				t.Fatal(err)
			}
		}
		n := 70000 % 65536
		if _, err := ours.RTP(buf, rtpPacket(7, uint16(n-1), 20)); !errors.Is(err, ErrReplay) {
			t.Errorf("%s: an index that passed is used again: %v", suite, err)
		}
		p, err := ours.RTP(buf, rtpPacket(7, uint16(n), 20))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := receiver.RTP(scratch, p); err != nil {
			t.Errorf("%s: after the change: %v", suite, err)
		}
		if p, err = ours.RTCP(buf, rtcpPacket(7, 1)); err != nil {
			t.Fatal(err)
		}
		if _, err := receiver.RTCP(scratch, p); err != nil {
			t.Errorf("%s: RTCP after the change: %v", suite, err)
		}
	}
}

func TestKeyLifetime(t *testing.T) {
	pr, un := pair(t, Params{Suite: cm, Key: testKey(cm)})
	buf, back := make([]byte, 300), make([]byte, 300)
	if _, err := pr.RTP(buf, rtpPacket(1, 1, 20)); err != nil {
		t.Fatal(err)
	}
	pr.state.rtp.win[0].mark(maxRTPIndex - 2)
	out, err := pr.RTP(buf, rtpPacket(1, 0xffff, 20))
	if err != nil {
		t.Fatal(err)
	}
	un.state.rtp.mark(nil, 1, maxRTPIndex-1)
	if _, err := un.RTP(back, out); err != nil {
		t.Error(err)
	}
	for name, f := range map[string]func(dst, src []byte) ([]byte, error){"protect": pr.RTP, "unprotect": un.RTP} {
		if _, err := f(buf, rtpPacket(1, 0, 40)); err != ErrKeyExpired {
			t.Errorf("%s past the last index: %v", name, err)
		}
	}
	pr.state.rtcp.next = maxRTCPIndex
	if out, err = pr.RTCP(buf, rtcpPacket(1, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := un.RTCP(back, out); err != nil {
		t.Error(err)
	}
	if _, err := pr.RTCP(buf, rtcpPacket(1, 0)); err != ErrKeyExpired {
		t.Error("SRTCP past the last index:", err)
	}
}

// TestClose: nothing goes out under wiped keys, whoever is in the middle of it.
func TestClose(t *testing.T) {
	for _, s := range Suites {
		pr, un := pair(t, Params{Suite: s, Key: testKey(s)})
		want, _ := pr.RTP(make([]byte, 300), rtpPacket(1, 1, 20))
		if _, err := un.RTP(make([]byte, 300), want); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for g := range 2 {
			wg.Go(func() {
				buf, ref := make([]byte, 300), protector(t, Params{Suite: s, Key: testKey(s)})
				for i := 0; ; i++ {
					pkt := rtpPacket(uint32(10+g), uint16(i), 20)
					out, err := pr.RTP(buf, pkt)
					if err == ErrClosed {
						return
					}
					want, _ := ref.RTP(make([]byte, 300), pkt)
					if err != nil || !bytes.Equal(out, want) {
						t.Errorf("%s: %v", s, err)
						return
					}
				}
			})
		}
		wg.Go(func() {
			for {
				if _, err := pr.RTCP(make([]byte, 300), rtcpPacket(1, 2)); err == ErrClosed {
					return
				}
			}
		})
		pr.Close()
		un.Close()
		wg.Wait()
		if _, err := un.RTP(make([]byte, 300), want); err != ErrClosed {
			t.Errorf("%s: %v", s, err)
		}
		if _, err := un.RTCP(make([]byte, 300), rtcpPacket(1, 1)); err != ErrClosed {
			t.Errorf("%s: %v", s, err)
		}
		pr.Close() // twice is fine
	}
}

func TestWipe(t *testing.T) {
	pr := protector(t, Params{Suite: cm, Key: testKey(cm)})
	c := pr.crypter.(*hmacCrypter)
	ks := c.rtpStream.(*counterMode)
	before := fmt.Sprint(ks.block.sched)
	pr.Close()
	after := fmt.Sprint(ks.block.sched)
	for name, b := range map[string][]byte{"inner": c.rtpMAC.inner, "outer": c.rtcpMAC.outer, "salt": ks.salt[:]} {
		if !bytes.Equal(b, make([]byte, len(b))) {
			t.Errorf("%s was not overwritten", name)
		}
	}
	if before == after && ks.block.block == nil {
		t.Error("round keys were not overwritten")
	}
}

func TestBadPackets(t *testing.T) {
	for _, s := range Suites {
		pr, un := pair(t, Params{Suite: s, Key: testKey(s), MKI: []byte{1}})
		for name, pkt := range map[string][]byte{
			"empty":                    {},
			"11 octets":                rtpPacket(1, 1, 0)[:11],
			"version 1":                append([]byte{0x40}, rtpPacket(1, 1, 40)[1:]...),
			"CSRCs cut off":            append([]byte{0x8f}, rtpPacket(1, 1, 20)[1:]...),
			"no extension header":      append([]byte{0x90}, rtpPacket(1, 1, 2)[1:]...),
			"extension of 64 K words":  append(append([]byte{0x90}, rtpPacket(1, 1, 0)[1:]...), 0, 0, 0xff, 0xff, 1, 2, 3, 4),
			"RTCP of less than header": rtcpPacket(1, 0)[:7],
		} {
			for i, f := range []func(dst, src []byte) ([]byte, error){pr.RTP, un.RTP, pr.RTCP, un.RTCP} {
				out, err := f(make([]byte, 400), pkt)
				if err == nil && i%2 == 1 || err == nil && len(out) < len(pkt) || i < 2 && err != ErrTruncated {
					t.Errorf("%s: %s: function %d: %v", s, name, i, err)
				}
			}
		}
		for n := range 50 { // every length from header alone
			if _, err := un.RTP(make([]byte, 400), rtpPacket(1, 1, n)); err == nil {
				t.Errorf("%s: %d octets of payload accepted", s, n)
			}
			pkt := append(rtcpPacket(1, 0), make([]byte, n)...)
			if _, err := un.RTCP(make([]byte, 400), pkt); err == nil {
				t.Errorf("%s: RTCP of %d octets accepted", s, len(pkt))
			}
		}
		out, err := pr.RTP(make([]byte, 0, 400), rtpPacket(1, 1, 20))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := un.RTP(make([]byte, 31), out); err != ErrShortBuffer {
			t.Errorf("%s: unprotect into a short buffer: %v", s, err)
		}
		if _, err := pr.RTP(make([]byte, 33), rtpPacket(1, 2, 20)); err != ErrShortBuffer {
			t.Errorf("%s: protect into a short buffer: %v", s, err)
		}
		if _, err := pr.RTCP(make([]byte, 10), rtcpPacket(1, 1)); err != ErrShortBuffer {
			t.Errorf("%s: protect RTCP into a short buffer: %v", s, err)
		}
	}
}

// TestSourceBeginsAnew: a source whose sequence numbers start again far behind
// goes on under numbers that the receiver takes, and no index is used twice.
func TestSourceBeginsAnew(t *testing.T) {
	for _, suite := range Suites {
		p := Params{Suite: suite, Key: GenerateKey(suite)}
		pr, err := NewProtector(p)
		if err != nil {
			t.Fatal(err)
		}
		un, err := NewUnprotector(p)
		if err != nil {
			t.Fatal(err)
		}
		buf, back := make([]byte, 500), make([]byte, 500)
		passes := func(seq, want uint16) {
			t.Helper()
			in := rtpPacket(7, seq, 20)
			out, err := pr.RTP(buf, in)
			if err != nil {
				t.Fatalf("%s: packet %d: %v", suite, seq, err)
			}
			if !bytes.Equal(in, rtpPacket(7, seq, 20)) {
				t.Errorf("%s: packet %d was changed where it stands", suite, seq)
			}
			out, err = un.RTP(back, out)
			if err != nil || rtpSeq(out) != want || !bytes.Equal(out[12:], in[12:]) {
				t.Fatalf("%s: packet %d arrives as %d, %v; want %d", suite, seq, rtpSeq(out), err, want)
			}
		}
		refused := func(seq uint16) {
			t.Helper()
			if _, err := pr.RTP(buf, rtpPacket(7, seq, 20)); !errors.Is(err, ErrReplay) {
				t.Errorf("%s: packet %d: %v", suite, seq, err)
			}
		}
		for seq := range uint16(300) {
			passes(65400+seq, 65400+seq) // across the roll-over, to 163
		}
		refused(162) // a duplicate
		refused(163)
		passes(164, 164)
		refused(20) // late by far
		passes(165, 165)
		refused(21) // not in a row
		refused(23)
		passes(166, 166)
		refused(40000) // begins anew
		for seq := uint16(40001); seq < 40100; seq++ {
			passes(seq, seq-40001+167)
		}
		refused(40050)
		refused(39934) // and once more
		passes(39935, 266)
		passes(39937, 268)
		passes(39936, 267)
	}
}
