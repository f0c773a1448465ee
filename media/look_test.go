package media

import (
	"crypto/rand"
	"testing"
	"time"
)

// TestLook: plain payloads and ciphertext are told apart by what was counted.
func TestLook(t *testing.T) {
	random := func(n int) []byte {
		b := make([]byte, n)
		rand.Read(b)
		return b
	}
	rtp := func(pt uint8, payload []byte) []byte { return append(testRTP(pt, 1, 0, 7, 0), payload...) }
	for _, c := range []struct {
		name    string
		packets func(i int) []byte
		want    func(Look) bool
	}{
		{"G.711", func(int) []byte { return rtp(0, make([]byte, 160)) },
			func(l Look) bool { return l.Even == lookAtMost && l.Tagged == 0 && l.Random == 0 && l.Firsts == 1 }},
		{"G.711 as SRTP", func(int) []byte { return rtp(0, random(170)) },
			func(l Look) bool {
				return l.Even == 0 && l.Tagged == lookAtMost && l.Random == lookAtMost && l.Firsts > 8
			}},
		{"Opus", func(i int) []byte { return rtp(96, append([]byte{0x78}, random(70+i)...)) },
			func(l Look) bool { return l.Firsts == 1 && l.PT == 96 }},
	} {
		f := &Flow{Stream: testStreamTo("192.0.2.1:1", "198.51.100.1:4000"), Kind: KindRTP}
		out := newCatcher(t)
		for i := range 40 {
			f.Receive(c.packets(i), ap("198.51.100.1:4000"), int64(i)*2e7, out.Batch)
			out.take()
		}
		if l := f.Stream.Snapshot().Plain; l.RTP != lookAtMost || !c.want(l) {
			t.Errorf("%s: %+v", c.name, l)
		}
	}
}

// TestLookAtGarbled: what can't be decrypted is looked at, a part of each 64
// packets.
func TestLookAtGarbled(t *testing.T) {
	f := &Flow{Stream: testStreamTo("192.0.2.1:1", "198.51.100.1:4000"), Kind: KindRTP, Unprotect: Unkeyed{}}
	out := newCatcher(t)
	send := func(n int, pkt []byte) {
		for i := range n {
			f.Receive(append([]byte(nil), pkt...), ap("198.51.100.1:4000"), int64(i), out.Batch)
			out.take()
		}
	}
	send(20, testRTP(0, 1, 0, 7, 160))
	send(20, testRTCP(7))
	l := f.Stream.Snapshot().Garbled
	if l.RTP != lookAtMost || l.Even != lookAtMost {
		t.Errorf("at first: %+v", l)
	}
	send(24, testRTP(0, 1, 0, 7, 170))
	send(16, testRTCP(7))
	if l = f.Stream.Snapshot().Garbled; l.RTCP != lookAtMost || l.Whole != lookAtMost || l.RTP != 0 {
		t.Errorf("then: %+v", l)
	}
	if f.Stream.Dropped(DropKey) != 80 || !f.Stream.Snapshot().FirstPacket.IsZero() {
		t.Errorf("%d dropped", f.Stream.Dropped(DropKey))
	}
}

// TestFirstAndLongest: the first packet's time, and the longest one's length.
func TestFirstAndLongest(t *testing.T) {
	f := &Flow{Stream: testStreamTo("192.0.2.1:1", "198.51.100.1:4000"), Kind: KindRTP}
	out := newCatcher(t)
	for i, n := range []int{160, 1200, 20} {
		f.Receive(testRTP(0, uint16(i), 0, 7, n), ap("198.51.100.1:4000"), int64(100+i), out.Batch)
		out.take()
	}
	f.Receive(testRTCP(7), ap("198.51.100.1:4000"), 200, out.Batch)
	if s := f.Stream.Snapshot(); s.Longest != 1212 || s.RTCP != 1 || f.Stream.FirstPacket() != 100 {
		t.Errorf("longest %d, RTCP %d, first %d", s.Longest, s.RTCP, f.Stream.FirstPacket())
	}
}

// TestSendFailures: they are divided by reason, and are all of what was not sent.
func TestSendFailures(t *testing.T) {
	s := testStream("192.0.2.1:1")
	s.SendFailed(2, FailedRoute)
	s.SendFailed(3, FailedDenied)
	if v := s.Snapshot(); v.Out.Errors != 5 || v.Drops[DropSend] != 5 || v.Failed[FailedRoute] != 2 || s.Failed(FailedDenied) != 3 {
		t.Errorf("%+v", v)
	}
}

// TestPathErrors: those of one kind are counted from the first one on.
func TestPathErrors(t *testing.T) {
	s := testStream("192.0.2.1:1")
	at := time.Now()
	for i, p := range []PathProblem{PathPort, PathPort, PathHost} {
		s.PathFailed(PathError{Problem: p, Last: at.Add(time.Duration(i))})
		want := []uint64{1, 2, 1}[i]
		if e := s.Path(); e.Problem != p || e.Count != want || e.Last.Sub(e.First) != time.Duration(want-1) {
			t.Errorf("%d: %+v", i, e)
		}
	}
}
