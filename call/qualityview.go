package call

import (
	"strconv"
	"time"

	"rtpgo/media"
	"rtpgo/ng"
)

// SSRCQuality is the quality of one RTP source of a party, for whatever shows
// it: event log, metrics, page.
type SSRCQuality struct {
	SSRC uint32
	// Measured is what we measured of the source's packets on their way here;
	// zero when none has come.
	Measured media.SSRCStats
	// Sent is the source's last sender report, Heard its last report of what it
	// receives, About what the other side reported last of the source. At is 0
	// where there was none.
	Sent, Heard, About media.Report
	// RTT is the round-trip time between us and the party; HasRTT tells whether
	// it is known.
	RTT    time.Duration
	HasRTT bool
	// Samples is how often the source's reports gave a score; the scores are
	// MOS times 10, Loss is in percent.
	Samples                                  int64
	AverageMOS, LowestMOS, HighestMOS        int
	AverageLoss                              int
	AverageJitter, AverageRTT, AverageLegRTT time.Duration
}

// Quality lists the RTP sources of the media's party, those heard of first
// before others. The call must be locked.
func (m *Media) Quality() []SSRCQuality {
	m.party.call.fetchReports()
	list := make([]SSRCQuality, 0, len(m.sources))
	for _, s := range m.sources {
		q := SSRCQuality{SSRC: s.ssrc, Sent: s.sent, Heard: s.heard, About: s.about, RTT: s.rtt, HasRTT: s.hasRTT, Samples: s.rating.n}
		q.Measured, _ = m.sends(s.ssrc)
		if q.Samples > 0 {
			a := s.rating.average()
			q.AverageMOS, q.LowestMOS, q.HighestMOS = int(a.score), int(s.rating.lowest.score), int(s.rating.highest.score)
			q.AverageLoss, q.AverageJitter = int(a.loss), time.Duration(a.jitter)*time.Millisecond
			q.AverageRTT, q.AverageLegRTT = time.Duration(a.rtt)*time.Microsecond, time.Duration(a.leg)*time.Microsecond
		}
		list = append(list, q)
	}
	for _, q := range m.counters(rtp).ingress {
		if m.rtpSource(q.SSRC) == nil {
			list = append(list, SSRCQuality{SSRC: q.SSRC, Measured: q})
		}
	}
	return list
}

// ssrcs are the rated sources of the call, as query and delete show them.
func (c *Call) ssrcs() ng.Dict {
	d := ng.Dict{}
	seen := map[uint32]bool{}
	for _, p := range c.parties {
		for _, m := range p.medias {
			for _, s := range m.sources {
				if s.rating.n > 0 && !seen[s.ssrc] {
					seen[s.ssrc] = true
					d = append(d, ng.Pair{Key: strconv.FormatUint(uint64(s.ssrc), 10), Value: s.dict()})
				}
			}
		}
	}
	return d
}
