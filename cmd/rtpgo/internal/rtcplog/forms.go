package rtcplog

import (
	"fmt"
	"strings"
)

// jsonOf makes the JSON that HOMER knows for RTCP: an object for each reporter,
// the source descriptions with the first one. Nothing for a packet without
// reports.
func jsonOf(list []packet) (out [][]byte) {
	var items []item
	described := 0
	for _, p := range list {
		items = append(items, p.chunks...)
		if p.typ == typeSDES {
			described += int(p.count)
		}
	}
	for i := range list {
		p := &list[i]
		if p.typ != typeSR && p.typ != typeRR {
			continue
		}
		b := []byte("{ ")
		if s := p.sender; s != nil {
			b = fmt.Appendf(b, `"sender_information":{"ntp_timestamp_sec":%d,"ntp_timestamp_usec":%d,"octets":%d,"rtp_timestamp":%d, "packets":%d},`,
				s.ntpSec, s.ntpFraction, s.octets, s.timestamp, s.packets)
		}
		b = fmt.Appendf(b, `"ssrc":%d,"type":%d,"report_count":%d,"report_blocks":[`, p.ssrc, p.typ, len(p.blocks))
		for i, r := range p.blocks {
			b = comma(b, i)
			b = fmt.Appendf(b, `{"source_ssrc":%d,"highest_seq_no":%d,"fraction_lost":%d,"ia_jitter":%d,"packets_lost":%d,"lsr":%d,"dlsr":%d}`,
				r.ssrc, r.high, r.fraction, r.jitter, r.lost, r.lsr, r.dlsr)
		}
		b = append(b, ']')
		if len(out) == 0 && len(items) > 0 {
			b = fmt.Appendf(b, `,"sdes_report_count":%d,"sdes_information": [ `, described)
			for i, t := range items {
				b = comma(b, i)
				b = fmt.Appendf(b, `{"sdes_chunk_ssrc":%d,"type":%d,"text":"%s"}`, t.ssrc, t.typ, plain(t.text))
			}
			b = append(b, ']')
		}
		out = append(out, append(b, " }"...))
	}
	return out
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

// plain is a text from outside that can stand in quotes.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, s)
}

// lineOf is what the reference logs of a packet.
func lineOf(callID string, list []packet) string {
	b := []byte("[" + callID + "] ")
	for i, p := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = fmt.Appendf(b, "version=2, padding=%d, count=%d, payloadtype=%d, length=%d", p.padding, p.count, p.typ, p.length)
		if p.typ == typeSR || p.typ == typeRR {
			b = fmt.Appendf(b, ", ssrc=%d", p.ssrc)
		}
		if s := p.sender; s != nil {
			b = fmt.Appendf(b, ", ntp_sec=%d, ntp_fractions=%d, rtp_ts=%d, sender_packets=%d, sender_bytes=%d",
				s.ntpSec, s.ntpFraction, s.timestamp, s.packets, s.octets)
		}
		for _, r := range p.blocks {
			b = fmt.Appendf(b, ", ssrc=%d, fraction_lost=%d, packet_loss=%d, last_seq=%d, jitter=%d, last_sr=%d, delay_since_last_sr=%d",
				r.ssrc, r.fraction, r.lost, r.high, r.jitter, r.lsr, r.dlsr)
		}
	}
	return string(b)
}
