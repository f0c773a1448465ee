package call

import (
	"rtpgo/sdpedit"
)

// codecs negotiates the payload types of a section.
func (x *exchange) codecs(s, r *Media, sm *sdpedit.Media) {
	s.codecs = sm.Codecs
	s.maxptime = sm.Maxptime
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

// answerCodecs are the answerer's codecs that the offerer can take.
func (x *exchange) answerCodecs(s, r *Media, in []sdpedit.Codec) []sdpedit.Codec {
	out := make([]sdpedit.Codec, 0, len(in))
	for _, c := range in {
		for i := range s.told {
			if o := &s.told[i]; o.PT == c.PT && o.Same(&c) {
				out = append(out, c)
				break
			}
		}
	}
	return out
}
