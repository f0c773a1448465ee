package media

import (
	"encoding/hex"
	"testing"
)

// samples are packets as seen on the wire: PCMU with marker, RFC 4733, an
// RTP header extension, SR+SDES, RR, BYE, PLI, STUN, DTLS, ZRTP.
var samples = []string{
	"80801f2300000000a1b2c3d4ffffffffffffffffffffffffffffffff",
	"80e51f2400000140a1b2c3d405000a00",
	"9060000100000bb81234567 8bede0001101f000048656c6c6f",
	"a0000001000000010000000100000003",
	"80c8000612345678e3b1f2c4a0000000000000a00000000a00000640" + "81ca000412345678010866726f6d406d6500",
	"81c9000712345678deadbeef0000000000000a0100000000000000000000000a",
	"81cb000112345678",
	"81ce000212345678deadbeef",
	"000100002112a4420102030405060708090a0b0c",
	"16feff0000000000000000002f",
	"10001000505254 5a00000001",
}

func FuzzReceive(f *testing.F) {
	for i, s := range samples {
		var clean []byte
		for _, c := range []byte(s) {
			if c != ' ' {
				clean = append(clean, c)
			}
		}
		p, err := hex.DecodeString(string(clean))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p, uint8(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, pkt []byte, kind, options uint8) {
		if len(pkt) > 1500 {
			return
		}
		s, sink := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000"), testStreamTo("203.0.113.1:30002", "198.51.100.1:7000")
		fl := &Flow{Stream: s, Kind: Kind(kind % 3), RTP: []Sink{{To: sink}}, RTCP: []Sink{{To: sink}, {To: sink}}}
		if options&1 != 0 {
			fl.Silence = &SilenceFill{}
		}
		if options&2 != 0 {
			fl.Unprotect = &fakeTransform{}
		}
		if options&4 != 0 {
			fl.RTP[0].Protect = &fakeTransform{seal: true}
		}
		n, class := len(pkt), Classify(pkt)
		b := newCatcher(t)
		for range 2 {
			fl.Receive(pkt, s.Advertised(), Now(), b.Batch)
		}
		out := b.take()
		v := s.Snapshot()
		var drops uint64
		for _, d := range v.Drops {
			drops += d
		}
		if len(out) == 0 && drops != 2 || len(out) > 0 && drops != 0 {
			t.Fatalf("%v: sent %d, dropped %d", class, len(out), drops)
		}
		if v.In.Packets+v.In.Errors != 2 {
			t.Fatalf("counted %+v", v.In)
		}
		for _, o := range out {
			want := n
			if fl.Kind != KindRaw && options&2 != 0 {
				want -= 4
			}
			if fl.Kind != KindRaw && class == ClassRTP && options&4 != 0 {
				want += 4
			}
			if len(o.Payload) != want {
				t.Fatalf("%d octets out of %d", len(o.Payload), n)
			}
			if fl.Kind == KindRTCP && Classify(o.Payload) != ClassRTCP {
				t.Fatalf("%x on an RTCP port", o.Payload)
			}
		}
	})
}

func FuzzClassify(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 0})
	f.Fuzz(func(t *testing.T, pkt []byte) {
		off, ok := RTPPayload(pkt)
		if ok && (off < 12 || off > len(pkt)) {
			t.Fatalf("payload at %d of %d", off, len(pkt))
		}
		if ValidRTCP(pkt) && Classify(pkt) != ClassRTCP {
			t.Fatal("RTCP of another class")
		}
	})
}
