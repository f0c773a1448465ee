package media

import (
	"encoding/binary"
	"net/netip"
	"sync/atomic"
)

// Report is what a peer's RTCP said of one source: a sender report (RFC 3550
// section 6.4.1), or one report block of a sender or receiver report.
type Report struct {
	// At is when it arrived, by Now's clock.
	At int64
	// From is the SSRC of who reports.
	From uint32
	// Sent tells that this is a sender report about From itself; else it is
	// what From has received of Source.
	Sent bool

	// Of a sender report: wall-clock and RTP time of the same instant (NTP as
	// seconds since 1900 above their fraction), RTP packets and octets of
	// payload sent so far.
	NTP                      uint64
	RTPTime, Packets, Octets uint32

	// Of a report block: the source, the share of its packets lost since the
	// report before (in 1/256), how many were lost in all (it may be negative),
	// the extended highest sequence number, the interarrival jitter in ticks of
	// the RTP clock, the middle 32 bits of the NTP time of the last sender
	// report that From got of Source (0: none), and how long ago that was, in
	// 1/65536 s.
	Source               uint32
	Fraction             uint8
	Lost                 int32
	HighestSeq, Jitter   uint32
	LastSR, DelaySinceSR uint32
}

// MiddleNTP are the 32 bits of an NTP time that reports refer to.
func MiddleNTP(ntp uint64) uint32 { return uint32(ntp >> 16) }

// Types of RTCP packets (RFC 3550 section 12.1).
const (
	rtcpSR   = 200
	rtcpRR   = 201
	rtcpSDES = 202
)

// reportDepth bounds the reports of a stream that nobody has fetched yet. They
// are fetched once a second at least, and reports come every few seconds.
const reportDepth = 8

// reports carries what was read from the worker of a port to whoever fetches
// it, without a lock: one writes, one reads.
type reports struct {
	ring    [reportDepth]Report
	written atomic.Uint32
	fetched atomic.Uint32
	missed  atomic.Uint32
	// described tells that a source description came with them.
	described atomic.Bool
}

// put adds a report; one that finds no room is counted and lost.
func (q *reports) put(r *Report) {
	n := q.written.Load()
	if n-q.fetched.Load() == reportDepth {
		q.missed.Add(1)
		return
	}
	q.ring[n%reportDepth] = *r
	q.written.Store(n + 1)
}

// read takes the reports out of a compound packet in plain. It does not
// allocate.
func (q *reports) read(pkt []byte, now int64) {
	for len(pkt) > 0 {
		var p []byte
		var typ uint8
		if p, pkt, typ = nextRTCP(pkt); typ == rtcpSDES && !q.described.Load() {
			q.described.Store(true)
		}
		if (typ != rtcpSR && typ != rtcpRR) || len(p) < 8 || p[0]&0xc0 != 0x80 {
			continue
		}
		r := Report{At: now, From: binary.BigEndian.Uint32(p[4:])}
		blocks := p[8:]
		if typ == rtcpSR {
			if len(p) < 28 {
				continue
			}
			r.Sent = true
			r.NTP = binary.BigEndian.Uint64(p[8:])
			r.RTPTime = binary.BigEndian.Uint32(p[16:])
			r.Packets = binary.BigEndian.Uint32(p[20:])
			r.Octets = binary.BigEndian.Uint32(p[24:])
			q.put(&r)
			r = Report{At: now, From: r.From}
			blocks = p[28:]
		}
		for n := p[0] & 31; n > 0 && len(blocks) >= 24; n-- {
			r.Source = binary.BigEndian.Uint32(blocks)
			r.Fraction = blocks[4]
			r.Lost = int32(binary.BigEndian.Uint32(blocks[4:])<<8) >> 8
			r.HighestSeq = binary.BigEndian.Uint32(blocks[8:])
			r.Jitter = binary.BigEndian.Uint32(blocks[12:])
			r.LastSR = binary.BigEndian.Uint32(blocks[16:])
			r.DelaySinceSR = binary.BigEndian.Uint32(blocks[20:])
			q.put(&r)
			blocks = blocks[24:]
		}
	}
}

// readRTCP takes notice of an RTCP packet in plain.
func (f *Flow) readRTCP(pkt []byte, src netip.AddrPort, now int64) {
	in := &f.Stream.in
	q := in.reports.Load()
	if q == nil { // the first packet
		q = new(reports)
		in.reports.Store(q)
	}
	q.read(pkt, now)
	if f.TapRTCP != nil {
		f.TapRTCP(pkt, src)
	}
}

// HasReports tells whether FetchReports would find something.
func (s *Stream) HasReports() bool {
	q := s.in.reports.Load()
	return q != nil && q.written.Load() != q.fetched.Load()
}

// DescribesItself tells whether the peer's reports come with a source
// description, as RFC 3550 section 6.1 demands of every compound packet. Who
// leaves it out may leave out more.
func (s *Stream) DescribesItself() bool {
	q := s.in.reports.Load()
	return q != nil && q.described.Load()
}

// FetchReports calls f for each report that the stream's peer has sent since
// the last call, oldest first. One goroutine may call it at a time. The report
// is valid during the call only.
func (s *Stream) FetchReports(f func(*Report)) {
	q := s.in.reports.Load()
	if q == nil {
		return
	}
	for n := q.fetched.Load(); n != q.written.Load(); n++ {
		f(&q.ring[n%reportDepth])
		q.fetched.Store(n + 1)
	}
}
