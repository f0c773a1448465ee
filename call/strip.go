package call

import (
	"strconv"
	"strings"

	"rtpgo/sdpedit"
)

// stripCodecs applies codec-strip, -mask, -except and -offer to an offer
// (rtpengine's documentation of the "codec" dictionary). Without transcoding
// mask is the same as strip.
//
// The second list are those taken away.
func (x *exchange) stripCodecs(in []sdpedit.Codec) (shown, stripped []sdpedit.Codec) {
	f := x.req.Codec
	hidden := append(append([]string(nil), f.Strip...), f.Mask...)
	if len(hidden) == 0 {
		return in, nil
	}
	all := namesAll(hidden)
	var kept, gone []sdpedit.Codec
	for _, c := range in {
		if codecNamed(hidden, &c) || (all && !codecNamed(f.Except, &c)) {
			gone = append(gone, c)
		} else {
			kept = append(kept, c)
		}
	}
	for _, name := range f.Offer {
		kept, gone = moveNamed(kept, gone, name)
	}
	if len(kept) == 0 && !x.req.Flags.AllowNoCodecMedia {
		// Nothing would be left to talk with: the list stays as it is.
		return in, nil
	}
	out := dropOrphans(kept, gone)
	if !usable(out) && len(gone) > 0 {
		out = []sdpedit.Codec{}
	}
	return out, gone
}

// usable tells whether a list has more than supplementary codecs.
func usable(list []sdpedit.Codec) bool {
	for i := range list {
		if !supplementary(&list[i]) {
			return true
		}
	}
	return false
}

// moveNamed appends the codecs of that name from gone to kept.
func moveNamed(kept, gone []sdpedit.Codec, name string) (k, g []sdpedit.Codec) {
	for _, c := range gone {
		if codecNamed([]string{name}, &c) {
			kept = append(kept, c)
		} else {
			g = append(g, c)
		}
	}
	return kept, g
}

// dropOrphans removes supplementary codecs whose clock rate no other codec has
// any longer, though one of those taken away had it.
func dropOrphans(kept, gone []sdpedit.Codec) []sdpedit.Codec {
	has := func(list []sdpedit.Codec, rate int) bool {
		for i := range list {
			if list[i].ClockRate == rate && !supplementary(&list[i]) {
				return true
			}
		}
		return false
	}
	out := []sdpedit.Codec{}
	for i := range kept {
		c := &kept[i]
		if supplementary(c) && !has(kept, c.ClockRate) && has(gone, c.ClockRate) {
			continue
		}
		out = append(out, *c)
	}
	return out
}

func namesAll(names []string) bool {
	for _, n := range names {
		switch n {
		case "all", "full":
			return true
		}
	}
	return false
}

// codecNamed tells whether a list names a codec: by encoding ("PCMU"), with
// its clock rate and channels ("opus/48000/2"), or by payload type ("96").
func codecNamed(names []string, c *sdpedit.Codec) bool {
	for _, n := range names {
		encoding, rate, hasRate := strings.Cut(n, "/")
		if !hasRate {
			if c.Is(encoding) && encoding != "" {
				return true
			}
			continue
		}
		rate, channels, hasChannels := strings.Cut(rate, "/")
		channels, _, _ = strings.Cut(channels, "/")
		if c.Is(encoding) && rate == strconv.Itoa(c.ClockRate) &&
			(!hasChannels || channels == strconv.Itoa(max(c.Channels, 1))) {
			return true
		}
	}
	return false
}
