package sdpedit

import (
	"strconv"
	"strings"
)

// opusOrder is the order in which the reference prints the parameters of opus
// (RFC 7587 section 6.1); others vanish.
var opusOrder = []string{
	"stereo", "sprop-stereo", "useinbandfec", "usedtx", "cbr",
	"maxplaybackrate", "sprop-maxcapturerate", "maxaveragebitrate", "minptime",
}

// canonicalFmtp rewrites the format parameters that the reference parses and
// prints anew: opus. Parameters of other codecs pass as written.
func (c *Codec) canonicalFmtp() {
	if !c.HasFmtp || !c.Is("opus") {
		return
	}
	values := map[string]string{}
	for _, p := range strings.Split(c.Fmtp, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(p), "=")
		if !ok {
			continue
		}
		if _, err := strconv.Atoi(value); err == nil {
			values[strings.ToLower(name)] = value
		}
	}
	var out []string
	for _, name := range opusOrder {
		if v, ok := values[name]; ok {
			out = append(out, name+"="+v)
		}
	}
	c.Fmtp = strings.Join(out, "; ")
	c.HasFmtp = len(out) > 0
}
