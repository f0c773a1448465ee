package call

import (
	"testing"
	"time"

	"rtpgo/media"
)

// A party has stalled when its reports go on to repeat the highest sequence
// number while packets are sent to it.
func TestHearing(t *testing.T) {
	for _, c := range []struct {
		reports string // each a highest sequence number, two seconds after the one before
		sent    uint64 // packets between two reports
		stalled bool
	}{
		{"", 100, false},
		{"aaa", 100, false},
		{"aaaa", 100, true},
		{"abcc", 100, false},
		{"abcccc", 100, true},
		{"aaaab", 100, false},
		{"aaaaaaaaa", 0, false}, // the sender pauses
	} {
		h := hearing{}
		for i, r := range c.reports {
			h.report(&media.Report{At: int64(i) * int64(2*time.Second), Source: 1, HighestSeq: uint32(r)},
				func() uint64 { return uint64(i) * c.sent })
		}
		if h.stalled() != c.stalled {
			t.Errorf("%q, %d packets each: stalled is %v", c.reports, c.sent, h.stalled())
		}
	}
}
