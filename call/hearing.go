package call

import (
	"time"

	"rtpgo/media"
)

// hearing follows the report blocks of a party: whether more and more reaches
// it. One that gets nothing any more repeats the highest sequence number (RFC
// 3550 section 6.4.1), and reports no loss.
type hearing struct {
	source, highest uint32 // of the last block
	known           bool

	// same counts the blocks in a row that repeat it; since and last are the
	// times of the first and last of them, before and sent how many packets had
	// been sent to the party then.
	same         int
	since, last  int64
	before, sent uint64
}

// A party has stalled when it has repeated itself stallReports times, for
// stallSpan, while stallPackets and more were sent to it.
const (
	stallReports = 3
	stallSpan    = 4 * time.Second
	stallPackets = 100
)

// report takes notice of a block. sent tells how many packets were sent to the
// party so far.
func (h *hearing) report(r *media.Report, sent func() uint64) {
	same := h.known && h.source == r.Source && h.highest == r.HighestSeq
	h.source, h.highest, h.known = r.Source, r.HighestSeq, true
	if !same {
		h.same = 0
		return
	}
	n := sent()
	if h.same == 0 {
		h.since, h.before = r.At, n
	}
	h.same++
	h.last, h.sent = r.At, n
}

func (h *hearing) stalled() bool {
	return h.same >= stallReports && h.last-h.since >= int64(stallSpan) && h.sent-h.before >= stallPackets
}

// sentTo is how many packets of RTP were sent to m's party.
func (m *Media) sentTo() uint64 { return m.counters(rtp).out.packets }
