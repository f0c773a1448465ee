package daemon

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"testing"

	"rtpgo/media"
	"rtpgo/media/kernel"
	"rtpgo/media/srtp"
	"rtpgo/ng"
)

// TestGenerateRTCP: RTCP of the daemon's own instead of that of the parties, in
// plain, encrypted on one side, and where SRTP passes from one side to the
// other as it is.
func TestGenerateRTCP(t *testing.T) {
	suite := srtp.Suites[6]
	for _, engine := range append([]string{"kernel"}, userSpaceEngines...) {
		t.Run(engine, func(t *testing.T) {
			options := []string{"--rtcp-interval=200", "--mos=LQ", "--measure-rtp"}
			if engine == "kernel" { // on top of batched
				if r := kernel.Probe([]netip.Addr{netip.MustParseAddr("127.0.0.1")}); len(r) == 0 || !r[0].Available {
					t.Skipf("no kernel tier: %v", r)
				}
				engine, options = "batched", append(options, "--table=0", "--engine=kernel")
			}
			p := launchEngine(t, engine, options...)
			on := ng.Pair{Key: "generate RTCP", Value: "on"}
			t.Run("plain", func(t *testing.T) {
				d := sub(t, p)
				d.command("offer", d.a.sdp("RTP/AVP"), on)
				d.command("answer", d.b.sdp("RTP/AVP"))
				d.generated()
			})
			t.Run("SRTP to RTP", func(t *testing.T) {
				d := sub(t, p)
				key := srtp.GenerateKey(suite)
				d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, key, "")), savp("RTP/AVP"), on)
				answerKeys(t, d, suite, key, d.b.sdp("RTP/AVP"))
				d.generated()
			})
			t.Run("SRTP that passes", func(t *testing.T) {
				d := sub(t, p)
				key, answer := srtp.GenerateKey(suite), srtp.GenerateKey(suite)
				c, _ := offered(t, d.command("offer", d.a.sdp("RTP/SAVP", crypto(1, suite, key, "")), on), suite)
				d.b.keyed(srtp.Params{Suite: suite, Key: key}, srtp.Params{Suite: suite, Key: answer})
				answerKeys(t, d, suite, key, d.b.sdp("RTP/SAVP", crypto(c.Tag, suite, answer, "")))
				d.generated()
			})
		})
	}
}

// generated plays the call: both send RTP and a report; each gets reports of
// the daemon, in the name of the other, that answer its own.
func (d *dialogue) generated() {
	defer d.end()
	const seconds = 0xabcdef
	ssrc := map[*peer]uint32{d.a: 5, d.b: 6}
	for _, way := range [2][2]*peer{{d.a, d.b}, {d.b, d.a}} {
		way[0].send(0, rtpPacket(7, ssrc[way[0]]))
		way[1].receive(0)
		way[0].send(1, media.AppendRTCP(nil, ssrc[way[0]], &media.Report{NTP: seconds << 32}, nil, "phone"))
	}
	for seq := uint16(8); ; seq++ {
		got := 0
		for _, way := range [2][2]*peer{{d.a, d.b}, {d.b, d.a}} {
			me, other := way[0], way[1]
			me.send(0, rtpPacket(seq, ssrc[me]))
			other.receive(0)
			pkt, _ := me.receive(1)
			if bytes.Contains(pkt, []byte("phone")) {
				d.t.Fatalf("%s gets the other side's RTCP: %x", me.name, pkt)
			}
			if binary.BigEndian.Uint32(pkt[4:]) != ssrc[other] {
				d.t.Fatalf("%s is sent a report of another source: %x", me.name, pkt)
			}
			// A sender report with a block about me that names my own.
			if pkt[1] == 200 && pkt[0]&31 == 1 && binary.BigEndian.Uint32(pkt[28:]) == ssrc[me] && binary.BigEndian.Uint32(pkt[44:]) == seconds<<16&0xffffffff {
				got++
			}
		}
		if got == 2 {
			break
		}
		if seq == 40 {
			d.t.Fatal("no sender report with a block")
		}
	}
	until(d.t, "both sides are rated by our measurement", func() bool {
		reply := d.query()
		for _, s := range ssrc {
			if reply.Dict("SSRC").Dict(strconv.Itoa(int(s))).Dict("average MOS").Int("MOS") < 40 {
				return false
			}
		}
		return true
	})
}

func (d *dialogue) query() ng.Dict {
	reply, err := d.client.Do(d.t.Context(), ng.Dict{{Key: "command", Value: "query"}, {Key: "call-id", Value: d.id}})
	if err != nil {
		d.t.Fatal(err)
	}
	return reply
}
