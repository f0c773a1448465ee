package call

import (
	"strconv"
	"strings"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// others are the attributes that pass untouched, without those that the
// request strips.
func (x *exchange) others(sm *sdpedit.Media) []sdpedit.Attribute {
	if !x.req.Flags.StripExtmap {
		return sm.Other
	}
	out := make([]sdpedit.Attribute, 0, len(sm.Other))
	for _, a := range sm.Other {
		if a.Name != "extmap" {
			out = append(out, a)
		}
	}
	return out
}

// mid is the a=mid of a section (RFC 5888): an answer shows the offerer the
// one it knows, generate-mid numbers sections that have none. What a side has
// once said or been shown stays.
func (x *exchange) mid(s, r *Media, sm *sdpedit.Media) string {
	if !x.offering {
		return r.mid
	}
	if sm.MID != "" {
		s.mid = strings.Clone(sm.MID)
	}
	if r.mid == "" {
		r.mid = s.mid
	}
	if r.mid == "" && (x.req.Flags.GenerateMID || x.req.Flags.WebRTC) {
		r.mid = strconv.Itoa(s.index + 1)
	}
	return r.mid
}

// looped tells whether a description has been here before (loop-protect): it
// is returned as it came.
func (r *Registry) looped(req *ng.Request) (string, bool) {
	if !req.Flags.LoopProtect {
		return "", false
	}
	body := req.SDP.Value
	i := strings.Index(body, "a=rtpengine:")
	if i < 0 {
		return "", false
	}
	return body, strings.HasPrefix(body[i+len("a=rtpengine:"):], r.loopToken)
}
