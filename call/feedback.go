package call

import "rtpgo/sdpedit"

// hasFeedback tells whether a section asks for RTCP feedback (RFC 4585 section
// 4.2).
func hasFeedback(sm *sdpedit.Media) bool {
	if len(sm.FeedbackAll) > 0 {
		return true
	}
	for i := range sm.Codecs {
		if len(sm.Codecs[i].Feedback) > 0 {
			return true
		}
	}
	return false
}

// takesFeedback tells whether m's party may be sent feedback packets: its
// profile has them (RFC 4585 section 4.1), or it asked for them all the same.
func (m *Media) takesFeedback() bool { return m.rtcpFeedback || m.protocol == nil || m.protocol.avpf }
