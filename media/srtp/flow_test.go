package srtp_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"rtpgo/media"
	"rtpgo/media/srtp"
)

// port is one that sends nothing.
type port struct{ media.Port }

// TestFlowDoesNotAllocate: packets that are decrypted, encrypted anew, or
// verified on their way through a flow cost no memory; nor do forged ones.
func TestFlowDoesNotAllocate(t *testing.T) {
	src := netip.MustParseAddrPort("192.0.2.1:4000")
	for _, suite := range srtp.Suites {
		from := srtp.Params{Suite: suite, Key: srtp.GenerateKey(suite)}
		to := srtp.Params{Suite: srtp.AES_CM_128_HMAC_SHA1_80, Key: srtp.GenerateKey(srtp.AES_CM_128_HMAC_SHA1_80)}
		for name, verify := range map[string]bool{"encrypted anew": false, "passed through": true} {
			sender, _ := srtp.NewProtector(from)
			in, _ := srtp.NewUnprotector(from)
			out, _ := srtp.NewProtector(to)
			a, b := media.NewStream(port{}), media.NewStream(port{})
			a.SetRemote(src)
			b.SetRemote(netip.MustParseAddrPort("198.51.100.1:7000"))
			f := &media.Flow{Stream: a, Unprotect: in, RTP: []media.Sink{{To: b, Protect: out}}}
			if verify {
				ahead, _ := srtp.NewProtector(from)
				f.Unprotect, f.RTP[0].Protect = srtp.NewVerifier(in).Ahead(ahead), nil
			}
			f.RTCP, f.ReadRTCP = f.RTP, true
			var sent, reports int
			batch := media.NewBatch(8, make([]byte, 32<<10), nil, func(o []media.Outgoing) { sent += len(o) })
			var packets [][]byte
			for i := range uint16(600) {
				pkt := make([]byte, 172)
				pkt[0] = 0x80
				binary.BigEndian.PutUint16(pkt[2:], i)
				f := sender.RTP
				if i%3 == 2 {
					pkt = media.AppendRTCP(nil, 0, nil, []media.Report{{Source: 0xcafe, HighestSeq: uint32(i)}}, "")
					f = sender.RTCP
				}
				pkt, err := f(make([]byte, 400), pkt)
				if err != nil {
					t.Fatal(err)
				}
				if i%5 == 4 {
					at := len(pkt) - 1
					if i%3 == 2 {
						at = 10 // its last octets may be the index, and an earlier one
					}
					pkt[at] ^= 1
				}
				packets = append(packets, pkt)
			}
			next := 0
			one := func() {
				f.Receive(packets[next], src, media.Now(), batch)
				batch.Flush()
				a.FetchReports(func(r *media.Report) {
					if r.Source == 0xcafe && r.HighestSeq == uint32(next) {
						reports++
					}
				})
				next++
			}
			for range 10 {
				one()
			}
			if n := testing.AllocsPerRun(500, one); n != 0 {
				t.Errorf("%s, %s: %v allocations", suite, name, n)
			}
			if v := a.Snapshot(); sent < 400 || v.Drops[media.DropAuth] < 100 || v.Drops[media.DropReplay] != 0 || reports < 130 {
				t.Errorf("%s, %s: %d sent, %d reports read, drops %v", suite, name, sent, reports, v.Drops)
			}
		}
	}
}
