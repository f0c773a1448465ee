package media

import "testing"

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		name  string
		first []byte
		want  Class
	}{
		{"empty", nil, ClassOther},
		{"one octet", []byte{0x80}, ClassOther},
		{"STUN", []byte{0, 1}, ClassSTUN},
		{"STUN last", []byte{3, 0xff}, ClassSTUN},
		{"unassigned 4", []byte{4, 0}, ClassOther},
		{"ZRTP", []byte{16, 0}, ClassOther},
		{"DTLS first", []byte{20, 254}, ClassDTLS},
		{"DTLS last", []byte{63, 254}, ClassDTLS},
		{"TURN channel", []byte{64, 0}, ClassOther},
		{"RTP PCMU", []byte{0x80, 0}, ClassRTP},
		{"RTP, marker, dynamic", []byte{0x80, 0x80 | 96}, ClassRTP},
		{"RTP 63 with marker", []byte{0x80, 0x80 | 63}, ClassRTP},
		{"RTP 72 without marker", []byte{0x80, 72}, ClassRTP},
		{"RTCP first", []byte{0x80, 192}, ClassRTCP},
		{"RTCP SR", []byte{0x80, 200}, ClassRTCP},
		{"RTCP XR with padding", []byte{0xa1, 207}, ClassRTCP},
		{"RTCP last", []byte{0xbf, 223}, ClassRTCP},
		{"RTP 96 with marker", []byte{0xbf, 224}, ClassRTP},
		{"version 3", []byte{0xc0, 0}, ClassOther},
	} {
		if got := Classify(c.first); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRTPPayload(t *testing.T) {
	plain := testRTP(0, 1, 2, 3, 20)
	change := func(f func(p []byte) []byte) []byte { return f(append([]byte(nil), plain...)) }
	for _, c := range []struct {
		name   string
		pkt    []byte
		offset int
		ok     bool
	}{
		{"plain", plain, 12, true},
		{"no payload", plain[:12], 12, true},
		{"short", plain[:11], 0, false},
		{"two CSRC", change(func(p []byte) []byte { p[0] |= 2; return p }), 20, true},
		{"CSRC to the end", change(func(p []byte) []byte { p[0] |= 5; return p }), 32, true},
		{"CSRC beyond the end", change(func(p []byte) []byte { p[0] |= 6; return p }), 0, false},
		{"extension", change(func(p []byte) []byte { p[0] |= 0x10; p[14], p[15] = 0, 2; return p }), 24, true},
		{"extension beyond the end", change(func(p []byte) []byte { p[0] |= 0x10; p[14], p[15] = 0, 5; return p }), 0, false},
		{"extension header cut", change(func(p []byte) []byte { p[0] |= 0x10; return p[:14] }), 0, false},
		{"version 1", change(func(p []byte) []byte { p[0] = 0x40; return p }), 0, false},
	} {
		if n, ok := RTPPayload(c.pkt); n != c.offset || ok != c.ok {
			t.Errorf("%s: %d %v, want %d %v", c.name, n, ok, c.offset, c.ok)
		}
	}
}

func TestValidRTCP(t *testing.T) {
	rr := testRTCP(1)
	if !ValidRTCP(rr) || !ValidRTCP(append(rr, 1, 2, 3)) {
		t.Error("whole packet refused")
	}
	long := append([]byte(nil), rr...)
	long[3] = 2
	if ValidRTCP(rr[:7]) || ValidRTCP(long) || ValidRTCP(testRTP(0, 0, 0, 0, 0)) {
		t.Error("broken packet accepted")
	}
}
