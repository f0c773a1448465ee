package media

import "encoding/binary"

// maxReportBlocks fit into one packet (RFC 3550 section 6.4.1).
const maxReportBlocks = 31

// AppendRTCP appends a compound packet of the source from: a sender report if
// sent isn't nil, else a receiver report, with the blocks, of which 31 fit, and
// the source's CNAME (RFC 3550 sections 6.4 and 6.5).
func AppendRTCP(b []byte, from uint32, sent *Report, blocks []Report, cname string) []byte {
	blocks = blocks[:min(len(blocks), maxReportBlocks)]
	typ, words := byte(rtcpRR), 1+6*len(blocks)
	if sent != nil {
		typ, words = rtcpSR, words+5
	}
	b = append(b, 0x80|byte(len(blocks)), typ, byte(words>>8), byte(words))
	b = binary.BigEndian.AppendUint32(b, from)
	if sent != nil {
		b = binary.BigEndian.AppendUint64(b, sent.NTP)
		b = binary.BigEndian.AppendUint32(b, sent.RTPTime)
		b = binary.BigEndian.AppendUint32(b, sent.Packets)
		b = binary.BigEndian.AppendUint32(b, sent.Octets)
	}
	for i := range blocks {
		r := &blocks[i]
		lost := uint32(min(max(r.Lost, -1<<23), 1<<23-1)) & 0xffffff
		for _, v := range [...]uint32{r.Source, uint32(r.Fraction)<<24 | lost, r.HighestSeq, r.Jitter, r.LastSR, r.DelaySinceSR} {
			b = binary.BigEndian.AppendUint32(b, v)
		}
	}
	cname = cname[:min(len(cname), 255)]
	// One chunk: SSRC, one item, and one to four zeros up to the next word.
	words = 1 + (2+len(cname))/4 + 1
	b = append(b, 0x81, rtcpSDES, byte(words>>8), byte(words))
	b = binary.BigEndian.AppendUint32(b, from)
	b = append(append(b, 1, byte(len(cname))), cname...)
	return append(b, make([]byte, 4-(2+len(cname))%4)...)
}

// CountSent counts a packet of octets that was sent to the stream's peer with
// Port.Send.
func (s *Stream) CountSent(octets int) { s.out.count(octets) }
