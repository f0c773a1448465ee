package media

import (
	"encoding/binary"
	"testing"
)

// benchFlow is a flow in the state in which most packets meet it.
func benchFlow(kind Kind) (*Flow, []byte) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	f := &Flow{Stream: s, Kind: kind, Silence: &SilenceFill{}}
	f.RTP = []Sink{{To: testStreamTo("203.0.113.1:30002", "198.51.100.1:7000")}}
	f.RTCP = f.RTP
	if kind == KindRTCP {
		return f, testRTCP(1)
	}
	return f, testRTP(0, 1, 1, 1, 160)
}

func TestReceiveDoesNotAllocate(t *testing.T) {
	stranger := ap("192.0.2.66:6")
	b := NewBatch(64, make([]byte, 64<<10), nil, func([]Outgoing) {})
	for name, change := range map[string]func(*Flow){
		"plain":      func(*Flow) {},
		"transforms": func(f *Flow) { f.Unprotect, f.RTP[0].Protect = &fakeTransform{}, &fakeTransform{seal: true} },
		"blocked":    func(f *Flow) { f.Block = DropBlocked },
		"bad auth":   func(f *Flow) { f.Unprotect = &fakeTransform{err: ErrAuth} },
		"raw":        func(f *Flow) { f.Kind = KindRaw },
	} {
		f, pkt := benchFlow(KindRTP)
		change(f)
		src := f.Stream.Advertised()
		f.Receive(pkt, src, Now(), b)
		f.Receive(pkt, stranger, Now(), b)
		if n := testing.AllocsPerRun(100, func() {
			pkt[3]++
			f.Receive(pkt, src, Now(), b)
			f.Receive(pkt, stranger, Now(), b)
			f.Receive(pkt[:5], src, Now(), b)
			b.Flush()
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	f, pkt := benchFlow(KindRTP)
	i := 0
	for ; i < MaxSSRC+1; i++ {
		f.Receive(pkt, f.Stream.Advertised(), Now(), b)
	}
	if n := testing.AllocsPerRun(100, func() {
		pkt[8]++
		f.Receive(pkt, f.Stream.Advertised(), Now(), b)
	}); n != 0 {
		t.Errorf("new SSRC: %v allocations", n)
	}
}

func BenchmarkReceive(b *testing.B) {
	batch := NewBatch(64, make([]byte, 64<<10), nil, func([]Outgoing) {})
	for name, kind := range map[string]Kind{"RTP": KindRTP, "RTCP": KindRTCP, "raw": KindRaw} {
		b.Run(name, func(b *testing.B) {
			f, pkt := benchFlow(kind)
			f.Silence = nil
			src, now := f.Stream.Advertised(), Now()
			b.ReportAllocs()
			for b.Loop() {
				now += 20e6
				if kind == KindRTP {
					binary.BigEndian.PutUint16(pkt[2:], binary.BigEndian.Uint16(pkt[2:])+1)
				}
				f.Receive(pkt, src, now, batch)
			}
		})
	}
	b.Run("reports", func(b *testing.B) {
		f, _ := benchFlow(KindRTCP)
		f.ReadRTCP = true
		pkt, src := octets(b, phoneSR), f.Stream.Advertised()
		b.ReportAllocs()
		for b.Loop() {
			f.Receive(pkt, src, 1, batch)
			f.Stream.FetchReports(func(*Report) {})
		}
	})
	b.Run("stranger", func(b *testing.B) {
		f, pkt := benchFlow(KindRTP)
		f.Receive(pkt, f.Stream.Advertised(), Now(), batch)
		src := ap("192.0.2.66:6")
		for b.Loop() {
			f.Receive(pkt, src, 1, batch)
		}
	})
}

func BenchmarkNow(b *testing.B) {
	for b.Loop() {
		Now()
	}
}
