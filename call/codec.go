package call

import (
	"slices"
	"strings"

	"rtpgo/sdpedit"
)

// codecs negotiates the payload types of a section.
func (x *exchange) codecs(s, r *Media, sm *sdpedit.Media) {
	s.codecs = sdpedit.Detached(sm.Codecs)
	s.rtcpFeedback = hasFeedback(sm)
	if sm.Maxptime > 0 {
		r.toldMaxptime = sm.Maxptime
	}
	x.packetTime(s, r, sm)
	defer func() {
		s.clocks, r.clocks = clockRates(s.codecs, s.told), clockRates(r.codecs, r.told)
	}()
	if x.offering {
		r.told = x.offerCodecs(r, sm.Codecs)
		return
	}
	r.told = x.answerCodecs(s, r, sm.Codecs)
	s.payloadTypes, r.payloadTypes = nil, nil
	if sm.Type == "audio" {
		s.translate(r)
	}
}

// packetTime decides about a=ptime (ms). Each side is shown what the other wrote
// last; what a request named stays for the call, and with it what the other side
// was shown by then.
func (x *exchange) packetTime(s, r *Media, sm *sdpedit.Media) {
	if !x.offering {
		named := s.ptimeOverride || r.ptimeOverride
		s.ptimeOverride, r.ptimeOverride = named, named
	}
	if sm.Ptime > 0 {
		for _, m := range [...]*Media{s, r} {
			if !m.ptimeOverride {
				m.ptime = sm.Ptime
			}
		}
	}
	if !x.offering {
		return
	}
	if x.req.Ptime > 0 {
		r.ptime, r.ptimeOverride = x.req.Ptime, true
	}
	if x.req.PtimeReverse > 0 {
		s.ptime, s.ptimeOverride = x.req.PtimeReverse, true
	}
}

// offerCodecs is what the receiver of an offer is shown of the sender's codecs.
func (x *exchange) offerCodecs(r *Media, in []sdpedit.Codec) []sdpedit.Codec {
	out, stripped := x.stripCodecs(in)
	r.stripped = stripped
	r.accepted = slices.Concat(x.req.Codec.Accept, x.req.Codec.Consume)
	if f := x.req.Flags; f.ReuseCodecs || f.StaticCodecs {
		out = reuseCodecs(out, r.agreed, f.StaticCodecs)
	}
	return out
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
	out := in
	if offered != nil {
		out = dropOrphans(x.common(s, in, offered), s.stripped)
	}
	if x.req.Flags.ReuseCodecs {
		order := r.agreed
		if order == nil {
			order = r.codecs
		}
		out = inOrderOf(order, out)
	}
	s.agreed, r.agreed = out, out
	if x.req.Flags.SingleCodec {
		out = singleCodec(out)
	}
	s.told = out
	return out
}

// common are the codecs of in that were offered. An answer that shares none
// passes as it is: without transcoding there is nothing better to give.
func (x *exchange) common(s *Media, in, offered []sdpedit.Codec) []sdpedit.Codec {
	out := make([]sdpedit.Codec, 0, len(in))
	for i := range in {
		if x.offeredCodec(offered, &in[i]) && !containsCodec(out, &in[i]) {
			out = append(out, in[i])
		}
	}
	if s.typ == "audio" && (!usable(out) || len(s.accepted) > 0) {
		out = x.renumber(s, in, offered, out)
	}
	if len(out) == 0 {
		return in
	}
	return out
}

func (x *exchange) offeredCodec(offered []sdpedit.Codec, c *sdpedit.Codec) bool {
	for i := range offered {
		o := &offered[i]
		if o.Same(c) && annexB(o) == annexB(c) && (o.PT == c.PT || x.req.Flags.AllowAsymmetric) {
			return true
		}
	}
	return false
}

// annexB tells whether a codec is G.729 with Annex B. An answer that differs
// in it from the offer names another codec. Without the parameter the
// reference takes it for "no" (RFC 4856 section 2.1.9 says "yes").
func annexB(c *sdpedit.Codec) bool {
	return c.Is("G729") && strings.Contains(c.Fmtp, "annexb=yes")
}

// inOrderOf sorts codecs as another list has them.
func inOrderOf(order, in []sdpedit.Codec) []sdpedit.Codec {
	out := make([]sdpedit.Codec, 0, len(in))
	for i := range order {
		if containsCodec(in, &order[i]) && !containsCodec(out, &order[i]) {
			for j := range in {
				if in[j].PT == order[i].PT && in[j].Same(&order[i]) {
					out = append(out, in[j])
				}
			}
		}
	}
	for i := range in {
		if !containsCodec(out, &in[i]) {
			out = append(out, in[i])
		}
	}
	return out
}

// singleCodec keeps the first codec and the supplementary ones.
func singleCodec(in []sdpedit.Codec) []sdpedit.Codec {
	var out []sdpedit.Codec
	chosen := false
	for i := range in {
		if supplementary(&in[i]) {
			out = append(out, in[i])
		} else if !chosen {
			chosen = true
			out = append(out, in[i])
		}
	}
	return out
}

// reuseCodecs puts the codecs first that were agreed on last; only those when
// exclusive.
func reuseCodecs(in, chosen []sdpedit.Codec, exclusive bool) []sdpedit.Codec {
	var first, rest []sdpedit.Codec
	for i := range chosen {
		for j := range in {
			if in[j].PT == chosen[i].PT && in[j].Same(&chosen[i]) {
				first = append(first, in[j])
			}
		}
	}
	if len(first) == 0 {
		return in
	}
	if exclusive {
		return first
	}
	for i := range in {
		if !containsCodec(first, &in[i]) {
			rest = append(rest, in[i])
		}
	}
	return append(first, rest...)
}

func containsCodec(list []sdpedit.Codec, c *sdpedit.Codec) bool {
	for i := range list {
		if list[i].PT == c.PT && list[i].Same(c) {
			return true
		}
	}
	return false
}

// supplementary codecs accompany others: DTMF (RFC 4733) and comfort noise
// (RFC 3389).
func supplementary(c *sdpedit.Codec) bool { return c.Is("telephone-event") || c.Is("CN") }
