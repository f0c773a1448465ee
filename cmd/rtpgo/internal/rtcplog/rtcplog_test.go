package rtcplog

import (
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"testing"
	"time"
)

func words(first uint32, rest ...uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, first)
	for _, w := range rest {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// compound is a sender report with a block and a source description, a reporter
// of its own behind it, and something else.
func compound() []byte {
	b := words(0x81c8000c, 43690, 3758096385, 1<<31, 1600, 10, 1600, 48059, 5<<24|3, 110, 20, 98304, 4096)
	b = append(b, words(0x81ca0004, 43690)...)
	b = append(b, 1, 8)
	b = append(b, "a\"b.test\x00\x00"...)
	b = append(b, words(0x81c90007, 7, 43690, 0xfffffe, 111, 21, 1, 2)...)
	return append(b, words(0x80cb0000)...)
}

const (
	wantSR = `{ "sender_information":{"ntp_timestamp_sec":3758096385,"ntp_timestamp_usec":2147483648,"octets":1600,"rtp_timestamp":1600, "packets":10},` +
		`"ssrc":43690,"type":200,"report_count":1,"report_blocks":[{"source_ssrc":48059,"highest_seq_no":110,"fraction_lost":5,"ia_jitter":20,"packets_lost":3,"lsr":98304,"dlsr":4096}],` +
		`"sdes_report_count":1,"sdes_information": [ {"sdes_chunk_ssrc":43690,"type":1,"text":"a_b.test"}] }`
	wantRR = `{ "ssrc":7,"type":201,"report_count":1,"report_blocks":[{"source_ssrc":43690,"highest_seq_no":111,"fraction_lost":0,"ia_jitter":21,"packets_lost":-2,"lsr":1,"dlsr":2}] }`

	wantLine = "[call-1] version=2, padding=0, count=1, payloadtype=200, length=12, ssrc=43690, ntp_sec=3758096385, ntp_fractions=2147483648, rtp_ts=1600, " +
		"sender_packets=10, sender_bytes=1600, ssrc=48059, fraction_lost=5, packet_loss=3, last_seq=110, jitter=20, last_sr=98304, delay_since_last_sr=4096, " +
		"version=2, padding=0, count=1, payloadtype=202, length=4, version=2, padding=0, count=1, payloadtype=201, length=7, ssrc=7, " +
		"ssrc=43690, fraction_lost=0, packet_loss=-2, last_seq=111, jitter=21, last_sr=1, delay_since_last_sr=2, " +
		"version=2, padding=0, count=0, payloadtype=203, length=0"
)

func TestForms(t *testing.T) {
	list := parse(compound())
	texts := jsonOf(list)
	if len(texts) != 2 || string(texts[0]) != wantSR || string(texts[1]) != wantRR {
		t.Errorf("JSON\n%s\nwant\n%s\n%s", texts, wantSR, wantRR)
	}
	if got := lineOf("call-1", list); got != wantLine {
		t.Errorf("line\n%s\nwant\n%s", got, wantLine)
	}
}

func TestTap(t *testing.T) {
	from, to := netip.MustParseAddrPort("198.51.100.1:4001"), netip.MustParseAddrPort("192.0.2.1:30001")
	var got []string
	hold := make(chan struct{})
	tap := New(Config{
		JSON: func(call string, f, l netip.AddrPort, at time.Time, text []byte) {
			if call != "call-1" || f != from || l != to || time.Since(at) > time.Minute {
				t.Errorf("%s from %s to %s at %s", call, f, l, at)
			}
			got = append(got, string(text))
		},
		Line: func(s string) error { <-hold; got = append(got, s); return nil },
	})
	tap.Take("call-1", from, to, compound())
	tap.Take("call-1", from, to, []byte("no RTCP"))
	tap.Take("call-1", from, to, make([]byte, longest+1))
	if n := testing.AllocsPerRun(100, func() { tap.Take("", from, to, []byte("no RTCP")) }); n != 0 {
		t.Errorf("%v allocations on the packet path", n)
	}
	for range 2 * depth { // more than there is room for, while nobody takes them
		tap.Take("", from, to, []byte("no RTCP"))
	}
	close(hold)
	tap.Close()
	if len(got) != 3 || got[0] != wantLine || got[1] != wantSR || got[2] != wantRR {
		t.Errorf("handed out %q", got)
	}
	if tap.Lost() < depth {
		t.Errorf("%d lost", tap.Lost())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(compound())
	f.Add([]byte{0x81, 202, 0, 1, 0, 0, 0, 1})
	f.Add([]byte{0x9f, 200, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		list := parse(b)
		for _, text := range jsonOf(list) {
			if !json.Valid(text) {
				t.Errorf("no JSON: %s", text)
			}
		}
		lineOf("call", list)
	})
}
