package sdpedit

import (
	"strconv"
	"strings"
)

// opusParameters are the parameters of opus that the reference parses and
// prints anew, in its order, with their least and greatest values (RFC 7587
// section 6.1); others vanish.
var opusParameters = [...]struct {
	name     string
	min, max int
}{
	{"stereo", 0, 1}, {"sprop-stereo", 0, 1}, {"useinbandfec", 0, 1}, {"cbr", 0, 1},
	{"maxplaybackrate", 1, 1 << 30}, {"maxaveragebitrate", 1, 1 << 30}, {"sprop-maxcapturerate", 1, 1 << 30},
	{"minptime", 1, 1 << 30},
}

// canonicalFmtp rewrites the format parameters that the reference parses and
// prints anew: opus. Parameters of other codecs pass as written.
func (c *Codec) canonicalFmtp() {
	if !c.HasFmtp || !c.Is("opus") {
		return
	}
	var values [len(opusParameters)]string
	for p := range strings.SplitSeq(c.Fmtp, ";") {
		name, value, _ := strings.Cut(p, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		n, err := strconv.Atoi(value)
		if err != nil {
			continue
		}
		for i, o := range opusParameters {
			if o.name == name && n >= o.min && n <= o.max {
				values[i] = strconv.Itoa(n)
			}
		}
	}
	var out []string
	for i, v := range values {
		if v != "" {
			out = append(out, opusParameters[i].name+"="+v)
		}
	}
	c.Fmtp = strings.Join(out, "; ")
	c.HasFmtp = len(out) > 0
}
