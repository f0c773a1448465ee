package call

import (
	"rtpgo/sdpedit"
)

// codecs negotiates the payload types of a section.
func (x *exchange) codecs(s, r *Media, sm *sdpedit.Media) {
	s.codecs = sm.Codecs
	if sm.Maxptime > 0 {
		r.toldMaxptime = sm.Maxptime
	}
	x.packetTime(s, r, sm)
	if x.offering {
		r.told = x.offerCodecs(s, r, sm.Codecs)
		return
	}
	r.told = x.answerCodecs(s, r, sm.Codecs)
}

// packetTime decides about a=ptime (ms).
func (x *exchange) packetTime(s, r *Media, sm *sdpedit.Media) {
	if x.offering {
		s.ptime, r.ptime = sm.Ptime, sm.Ptime
		s.ptimeOverride, r.ptimeOverride = false, false
		if x.req.Ptime > 0 {
			r.ptime, r.ptimeOverride = x.req.Ptime, true
		}
		if x.req.PtimeReverse > 0 {
			s.ptime, s.ptimeOverride = x.req.PtimeReverse, true
		}
		return
	}
	if sm.Ptime > 0 {
		s.ptime = sm.Ptime
		if !s.ptimeOverride && !r.ptimeOverride {
			r.ptime = sm.Ptime
		}
	}
}

func (x *exchange) offerCodecs(s, r *Media, in []sdpedit.Codec) []sdpedit.Codec {
	return in
}

// answerCodecs are the answerer's codecs that were offered to it. An answer
// narrows the offer: a later one by the same party under another tag is held
// against what the earlier one left. A party that was never made an offer (new
// branch) is held against what the offerer sent.
func (x *exchange) answerCodecs(s, r *Media, in []sdpedit.Codec) []sdpedit.Codec {
	offered := s.told
	if offered == nil {
		offered = r.codecs
	}
	if offered == nil {
		return in
	}
	out := make([]sdpedit.Codec, 0, len(in))
	for i := range in {
		c := &in[i]
		if contains(offered, c) {
			out = append(out, *c)
		}
	}
	s.told = out
	return out
}

func contains(list []sdpedit.Codec, c *sdpedit.Codec) bool {
	for i := range list {
		if list[i].PT == c.PT && list[i].Same(c) {
			return true
		}
	}
	return false
}
