package media

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtcp"
)

// octets reads hexadecimal text with blanks.
func octets(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Compound packets as phones send them: a sender report with one block and
// SDES; a receiver report with two blocks, the second with more packets than
// expected; a report without blocks before feedback and BYE.
const (
	phoneSR = "81c8000c 0000cafe e3b1f2c4a0000000 0000 1f40 0000000a 00000640" +
		"deadbeef 0a000003 000103e8 00000078 12345678 00018000 81ca0002 0000cafe 01016100"
	phoneRR = "82c9000d 0000beef 00000001 ff7fffff 00000001 00000002 00000003 00000004" +
		"00000002 00fffffe 00000005 00000006 00000000 00000000"
	phoneBye = "80c90001 00000007 81ce0002 00000007 00000008 81cb0001 00000007"
)

func fetched(s *Stream) (list []Report) {
	s.FetchReports(func(r *Report) { list = append(list, *r) })
	return list
}

func TestReadReports(t *testing.T) {
	s := testStreamTo("203.0.113.1:30001", "192.0.2.1:4001")
	f := &Flow{Stream: s, Kind: KindRTCP, ReadRTCP: true}
	b := newCatcher(t)
	for i, pkt := range []string{phoneSR, phoneRR, phoneBye} {
		f.Receive(octets(t, pkt), s.Remote(), int64(i+1), b.Batch)
	}
	if !s.HasReports() {
		t.Error("no reports")
	}
	want := []Report{
		{At: 1, From: 0xcafe, Sent: true, NTP: 0xe3b1f2c4a0000000, RTPTime: 8000, Packets: 10, Octets: 1600},
		{At: 1, From: 0xcafe, Source: 0xdeadbeef, Fraction: 10, Lost: 3, HighestSeq: 0x103e8, Jitter: 120, LastSR: 0x12345678, DelaySinceSR: 0x18000},
		{At: 2, From: 0xbeef, Source: 1, Fraction: 255, Lost: 1<<23 - 1, HighestSeq: 1, Jitter: 2, LastSR: 3, DelaySinceSR: 4},
		{At: 2, From: 0xbeef, Source: 2, Lost: -2, HighestSeq: 5, Jitter: 6},
	}
	if got := fetched(s); !slices.Equal(got, want) {
		t.Errorf("read %+v", got)
	}
	if MiddleNTP(want[0].NTP) != 0xf2c4a000 {
		t.Errorf("middle %x", MiddleNTP(want[0].NTP))
	}
	if s.HasReports() || fetched(s) != nil {
		t.Error("the same reports again")
	}
	for range 10 { // more than anybody fetches
		f.Receive(octets(t, phoneSR), s.Remote(), 9, b.Batch)
	}
	if got := fetched(s); len(got) != reportDepth {
		t.Errorf("%d reports are kept", len(got))
	}
}

// RTCP that is read ends where it shall, and nobody reads what isn't let in.
func TestEndOfRTCP(t *testing.T) {
	s, sink := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000"), testStreamTo("203.0.113.1:30002", "198.51.100.1:7000")
	var tapped []byte
	f := &Flow{Stream: s, RTCP: []Sink{{To: sink}}, ReadRTCP: true, EndRTCP: true,
		TapRTCP: func(pkt []byte, src netip.AddrPort) {
			if src == s.Remote() {
				tapped = slices.Clone(pkt)
			}
		}}
	b := newCatcher(t)
	pkt := octets(t, phoneSR)
	f.Receive(pkt, s.Remote(), 1, b.Batch)
	if out := b.take(); len(out) != 0 || len(fetched(s)) != 2 || !slices.Equal(tapped, pkt) {
		t.Errorf("%d packets sent, tapped %x", len(out), tapped)
	}
	v := s.Snapshot()
	if v.In.Packets != 1 || v.Drops != [DropCauses]uint64{} {
		t.Errorf("%+v", v)
	}
	f.Receive(pkt, ap("192.0.2.66:6"), 2, b.Batch)
	if s.HasReports() {
		t.Error("a stranger's report is read")
	}
	g := *f
	g.EndRTCP, g.Unprotect = false, opener{}
	g.Receive(pkt, s.Remote(), 3, b.Batch)
	if out := b.take(); len(out) != 1 || !slices.Equal(out[0].Payload, pkt) {
		t.Errorf("%v passes as it came", out)
	}
	if got := fetched(s); len(got) != 1 || got[0].From != 0xbabe {
		t.Errorf("read %+v", got)
	}
}

// opener lets packets pass, and sees an empty sender report in them.
type opener struct{}

func (opener) RTP(_, src []byte) ([]byte, error)  { return src, nil }
func (opener) RTCP(_, src []byte) ([]byte, error) { return src, nil }
func (opener) OpenRTCP(dst, _ []byte) ([]byte, error) {
	n := copy(dst, []byte{0x80, 200, 0, 6, 0, 0, 0xba, 0xbe, 27: 0})
	return dst[:n], nil
}

func TestReadingDoesNotAllocate(t *testing.T) {
	f, _ := benchFlow(KindRTCP)
	f.ReadRTCP = true
	b := NewBatch(64, make([]byte, 64<<10), nil, func([]Outgoing) {})
	pkt, src := octets(t, phoneRR), f.Stream.Advertised()
	f.Receive(pkt, src, 1, b)
	if n := testing.AllocsPerRun(100, func() {
		f.Receive(pkt, src, 2, b)
		f.Stream.FetchReports(func(*Report) {})
		b.Flush()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLastTimestamp(t *testing.T) {
	s := testStreamTo("203.0.113.1:30000", "192.0.2.1:4000")
	f := &Flow{Stream: s}
	f.Receive(testRTP(0, 1, 4711, 9, 20), s.Remote(), 1, newCatcher(t).Batch)
	if q := s.Snapshot().IngressSSRC[0]; q.LastTimestamp != 4711 || q.Clock != 8000 {
		t.Errorf("%+v", q)
	}
	s.AddKernelSSRC(&KernelSSRC{SSRC: 9, Packets: 1, HighestSeq: 2, LastTimestamp: 4871})
	if q := s.Snapshot().IngressSSRC[0]; q.LastTimestamp != 4871 || q.Clock != 8000 {
		t.Errorf("from the kernel: %+v", q)
	}
}

// Whatever the packet, the reader stays within it and within its bound.
func FuzzReports(f *testing.F) {
	for _, s := range []string{phoneSR, phoneRR, phoneBye, "81c8000c0000cafe", "9fc900010000cafe", "81c8ffff0000cafe"} {
		f.Add(octets(f, s))
	}
	f.Fuzz(func(t *testing.T, pkt []byte) {
		var q reports
		q.read(pkt, 1)
		n := q.written.Load()
		if n > reportDepth || int(n+q.missed.Load()) > len(pkt)/24+len(pkt)/28 {
			t.Errorf("%d and %d reports out of %d octets", n, q.missed.Load(), len(pkt))
		}
	})
}

// What we write, others read, and so do we.
func TestAppendRTCP(t *testing.T) {
	sent := Report{From: 7, Sent: true, NTP: 0xe3b1f2c4a0000000, RTPTime: 8000, Packets: 10, Octets: 1600}
	blocks := []Report{
		{From: 7, Source: 1, Fraction: 6, Lost: 1, HighestSeq: 0x107d0, Jitter: 12, LastSR: 3, DelaySinceSR: 4},
		{From: 7, Source: 2, Lost: -1 << 23, HighestSeq: 5},
	}
	for n := range 6 {
		cname := "abcdefghijkl"[:n+7]
		b := AppendRTCP(nil, 7, &sent, blocks, cname)
		var q reports
		q.read(b, 0)
		if q.written.Load() != 3 || q.ring[0] != sent || !slices.Equal(q.ring[1:3], blocks) {
			t.Errorf("read %+v", q.ring[:3])
		}
		packets, err := rtcp.Unmarshal(b)
		if err != nil || len(packets) != 2 {
			t.Fatalf("%v, %v", packets, err)
		}
		sr, sdes := packets[0].(*rtcp.SenderReport), packets[1].(*rtcp.SourceDescription)
		if sr.SSRC != 7 || sr.NTPTime != sent.NTP || len(sr.Reports) != 2 || sr.Reports[0].FractionLost != 6 {
			t.Errorf("%v", sr)
		}
		if c := sdes.Chunks[0]; c.Source != 7 || c.Items[0].Text != cname {
			t.Errorf("%v", sdes)
		}
	}
	packets, err := rtcp.Unmarshal(AppendRTCP(nil, 9, nil, make([]Report, 40), ""))
	if err != nil || len(packets) != 2 || len(packets[0].(*rtcp.ReceiverReport).Reports) != 31 {
		t.Errorf("%v, %v", packets, err)
	}
}
