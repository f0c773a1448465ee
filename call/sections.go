package call

import (
	"slices"
	"strconv"
	"strings"

	"rtpgo/sdpedit"
)

// pairSections matches the m= lines of the sender's description with those
// that the receiver is shown. They are the same by index, but for sections
// that "sdp-media-remove" took out of an offer.
func (x *exchange) pairSections() {
	if x.offering {
		x.pairOffer()
	} else {
		x.pairAnswer()
	}
}

func (x *exchange) pairOffer() {
	next := 0
	skip := func() {
		for next < len(x.receiver.medias) && x.receiver.medias[next].removed {
			x.sections = append(x.sections, section{r: x.receiver.medias[next]})
			next++
		}
	}
	for i, sm := range x.sdp.Medias {
		skip()
		p := section{sm: sm, s: x.sender.media(i)}
		p.s.removed = x.removed(sm)
		if p.s.removed {
			p.s.pair = nil
			p.s.mid = strings.Clone(sm.MID)
		} else {
			p.r = x.receiver.media(next)
			next++
			p.link()
		}
		x.sections = append(x.sections, p)
	}
	skip()
	x.dropFrom(x.sender, len(x.sdp.Medias))
	x.dropFrom(x.receiver, next)
}

// dropFrom forgets the sections from index n on: a new offer no longer has them.
func (x *exchange) dropFrom(p *Party, n int) {
	for _, m := range p.medias[min(n, len(p.medias)):] {
		m.disabled = true
	}
}

// mediaTypes are the types of sections known to "sdp-media-remove" (RFC 8866
// section 5.14 and IANA's list); its word "other" means those that aren't here.
var mediaTypes = []string{"audio", "video", "image", "message", "text", "application"}

// removed tells whether "sdp-media-remove" takes a section out.
func (x *exchange) removed(sm *sdpedit.Media) bool {
	if len(x.req.SDPMediaRemove) == 0 {
		return false
	}
	typ := strings.ToLower(sm.Type)
	if !slices.Contains(mediaTypes, typ) {
		typ = "other"
	}
	return slices.Contains(x.req.SDPMediaRemove, typ)
}

// pairAnswer goes through the offerer's sections in their order, so that the
// answer it gets has them all (RFC 3264 section 6), then through surplus ones.
func (x *exchange) pairAnswer() {
	in := x.sdp.Medias
	next := 0
	for _, r := range append([]*Media(nil), x.receiver.medias...) {
		if r.removed {
			x.sections = append(x.sections, section{r: r})
			continue
		}
		p := section{r: r}
		if next < len(in) {
			p.sm, p.s = in[next], x.sender.media(next)
		}
		next++
		x.sections = append(x.sections, p.link())
	}
	for ; next < len(in); next++ {
		p := section{sm: in[next], s: x.sender.media(next), r: x.receiver.media(len(x.receiver.medias))}
		x.sections = append(x.sections, p.link())
	}
}

func (p section) link() section {
	if p.s != nil {
		p.s.pair, p.r.pair = p.r, p.s
	}
	return p
}

// rejectedFormats is the list of a section with port 0. It has no meaning (RFC
// 3264 section 6); where an answer names none of the offered audio codecs it
// is the offerer's first one, as in the reference.
func (x *exchange) rejectedFormats(r *Media, sm *sdpedit.Media) []string {
	if !r.isRTP() {
		return sm.Formats
	}
	if len(sm.Formats) == 0 {
		return noFormats
	}
	if x.offering || sm.Type != "audio" {
		return sm.Formats
	}
	for i := range sm.Codecs {
		if c := &sm.Codecs[i]; c.Encoding == "" || x.offeredCodec(r.codecs, c) {
			return sm.Formats
		}
	}
	for i := range r.codecs {
		if c, ok := sdpedit.StaticCodec(r.codecs[i].PT); ok && c.Same(&r.codecs[i]) {
			return []string{strconv.Itoa(c.PT)}
		}
	}
	return sm.Formats
}

// rejected is a section that the other side never saw, or didn't answer.
func rejected(r *Media) *sdpedit.OutMedia {
	m := &sdpedit.OutMedia{
		Type: r.typ, Protocol: r.protocolName(), Formats: []string{"0"}, Bandwidth: sdpedit.NoBandwidth,
		MID: r.mid,
	}
	if len(r.formats) > 0 && !r.isRTP() && !r.removed {
		m.Formats = r.formats
	}
	return m
}
