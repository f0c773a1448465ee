package call

import (
	"slices"

	"rtpgo/media"
	"rtpgo/sdpedit"
)

// renumber adds to the codecs that an answer shares with the offer those that
// it names under another payload type: the offerer is shown its own number,
// and packets get the right one on their way (RFC 3264 section 6.1 lets an
// answer number codecs anew, but few ends cope with it). It is done where
// nothing else would be left to talk with, and for codecs that "accept" names.
func (x *exchange) renumber(s *Media, in, offered, shared []sdpedit.Codec) []sdpedit.Codec {
	all := !usable(shared)
	out := make([]sdpedit.Codec, 0, len(in))
	for i := range in {
		c := in[i]
		switch {
		case containsCodec(shared, &c):
		case all || codecNamed(s.accepted, &c):
			o := sameCodec(offered, &c)
			if o == nil || !renumbered(&c) {
				continue
			}
			c.PT = o.PT
		default:
			continue
		}
		if !containsCodec(out, &c) {
			out = append(out, c)
		}
	}
	return out
}

// renumberedCodecs are those that the reference shows the offerer under its own
// number, since it could convert them; others it passes as they were answered.
var renumberedCodecs = []string{"PCMU", "PCMA", "G722", "G723", "G729", "GSM", "opus", "speex", "telephone-event"}

func renumbered(c *sdpedit.Codec) bool {
	return slices.ContainsFunc(renumberedCodecs, c.Is)
}

// sameCodec finds a codec whatever its payload type.
func sameCodec(list []sdpedit.Codec, c *sdpedit.Codec) *sdpedit.Codec {
	for i := range list {
		if o := &list[i]; o.Same(c) && annexB(o) == annexB(c) {
			return o
		}
	}
	return nil
}

// translate sets up the payload types of an answer of s, of which r was shown
// some under other numbers. What arrives under a number that the end itself
// gave to a codec is taken for that codec.
func (m *Media) translate(r *Media) {
	for i := range r.told {
		c := &r.told[i]
		if containsCodec(m.codecs, c) {
			continue
		}
		own := sameCodec(m.codecs, c)
		if own == nil {
			continue
		}
		if m.payloadTypes == nil {
			m.payloadTypes, r.payloadTypes = media.SamePayloadTypes(), media.SamePayloadTypes()
		}
		m.payloadTypes[own.PT], r.payloadTypes[c.PT] = uint8(c.PT), uint8(own.PT)
	}
}
