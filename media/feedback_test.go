package media

import (
	"bytes"
	"testing"
)

// rtcpOf makes an RTCP packet of a type with n words behind the header.
func rtcpOf(typ uint8, n int) []byte {
	p := make([]byte, 4+4*n)
	p[0], p[1], p[3] = 0x80, typ, byte(n)
	for i := 4; i < len(p); i++ {
		p[i] = typ
	}
	return p
}

func TestWithoutFeedback(t *testing.T) {
	sr, sdes, nack, pli, bye := rtcpOf(200, 6), rtcpOf(202, 3), rtcpOf(205, 3), rtcpOf(206, 2), rtcpOf(203, 1)
	join := func(p ...[]byte) []byte { return bytes.Join(p, nil) }
	for name, c := range map[string]struct{ in, out []byte }{
		"none":                 {join(sr, sdes), join(sr, sdes)},
		"at the end":           {join(sr, sdes, pli), join(sr, sdes)},
		"between":              {join(sr, nack, pli, bye), join(sr, bye)},
		"nothing else":         {join(nack, pli), nil},
		"broken tail":          {join(sr, pli, []byte{0x80, 205, 0, 9}), join(sr, []byte{0x80, 205, 0, 9})},
		"tail of three octets": {join(sr, pli, []byte{0x80, 205, 0}), join(sr, []byte{0x80, 205, 0})},
	} {
		if got, want := hasFeedback(c.in), len(c.in) != len(c.out); got != want {
			t.Errorf("%s: hasFeedback is %t", name, got)
		}
		dst := make([]byte, len(c.in))
		if n := withoutFeedback(dst, c.in); !bytes.Equal(dst[:n], c.out) {
			t.Errorf("%s: %x, want %x", name, dst[:n], c.out)
		}
	}
}

// Two peers get one packet: one takes feedback, the other doesn't, and is
// encrypted to as well.
func TestSinkWithoutFeedback(t *testing.T) {
	plain, sealed := testStreamTo("203.0.113.1:30002", "198.51.100.1:5000"), testStreamTo("203.0.113.1:30004", "198.51.100.2:5000")
	f := &Flow{Stream: testStreamTo("203.0.113.1:30000", "192.0.2.1:4000"), RTCP: []Sink{
		{To: sealed, NoFeedback: true, Protect: &fakeTransform{seal: true}}, {To: plain},
	}}
	sr, pli := rtcpOf(200, 6), rtcpOf(206, 2)
	compound := append(append([]byte(nil), sr...), pli...)
	b := newCatcher(t)
	src := ap("192.0.2.1:4000")
	f.Receive(append([]byte(nil), compound...), src, Now(), b.Batch)
	got := map[*Stream][]byte{}
	for _, o := range b.take() {
		got[o.To] = o.Payload
	}
	if !bytes.Equal(got[plain], compound) {
		t.Errorf("to the one with feedback: %x", got[plain])
	}
	if want := append(append([]byte(nil), sr...), 0xde, 0xad, 0xbe, 0xef); !bytes.Equal(got[sealed], want) {
		t.Errorf("to the one without: %x, want %x", got[sealed], want)
	}
	f.RTCP = f.RTCP[:1]
	f.Receive(append([]byte(nil), pli...), src, Now(), b.Batch)
	if n := f.Stream.Snapshot().Drops[DropFeedback]; b.Len() != 0 || n != 1 {
		t.Errorf("nothing but feedback: %d packets sent, %d dropped", b.Len(), n)
	}
	f.RTCP[0].Protect = nil
	discard := NewBatch(8, make([]byte, 8<<10), nil, func([]Outgoing) {})
	if n := testing.AllocsPerRun(100, func() { f.Receive(compound, src, Now(), discard); discard.Flush() }); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
