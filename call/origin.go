package call

import (
	"hash/maphash"
	"strconv"
	"strings"

	"rtpgo/sdpedit"
)

// sdpState is what the "replace" list keeps of the descriptions written for a
// party.
type sdpState struct {
	username, name         string
	keptUsername, keptName bool
	origin                 sdpedit.Origin // of origin-full
	keptOrigin             bool
	version                uint64
	keptVersion            bool
	bodyHash               uint64
}

// replaceOrigin applies the "replace" list to o= and s= of a description for
// the receiver (rtpengine's documentation of "replace").
func (x *exchange) replaceOrigin(out *sdpedit.OutSession) {
	f, kept := x.req.Replace, &x.receiver.sdp
	if f.OriginFull {
		if !kept.keptOrigin {
			kept.origin, kept.keptOrigin = out.Origin, true
			kept.origin.Username, kept.origin.SessionID = strings.Clone(out.Origin.Username), strings.Clone(out.Origin.SessionID)
			kept.origin.Version, kept.origin.Host = "", ""
		}
		out.Origin.Username, out.Origin.SessionID = kept.origin.Username, kept.origin.SessionID
	}
	if f.Username {
		if !kept.keptUsername {
			kept.username, kept.keptUsername = strings.Clone(out.Origin.Username), true
		}
		out.Origin.Username = kept.username
	}
	if f.SessionName {
		if !kept.keptName {
			kept.name, kept.keptName = strings.Clone(out.Name), true
		}
		out.Name = kept.name
	}
	if f.Origin || f.OriginFull {
		for _, m := range x.receiver.medias {
			if m.set != nil && !m.disabled {
				out.Origin.Address = m.set.primary().address.Advertised
				break
			}
		}
	}
}

// withVersion writes the description, with SDP-version and
// force-increment-sdp-ver applied once the rest of it stands.
func (x *exchange) withVersion(out *sdpedit.OutSession) []byte {
	f, kept := x.req.Replace, &x.receiver.sdp
	manage := f.SDPVersion || f.OriginFull || f.ForceIncrementSDPVersion
	own, err := strconv.ParseUint(out.Origin.Version, 10, 64)
	if err != nil && !(manage && kept.keptVersion) {
		return out.Write()
	}
	out.Origin.Version = ""
	body := out.Write()
	sum := maphash.Bytes(x.r.seed, body)
	switch {
	case !manage:
		kept.version, kept.keptVersion = own, true
	case !kept.keptVersion:
		kept.version, kept.keptVersion = own, true
		if f.ForceIncrementSDPVersion {
			kept.version++
		}
	case f.ForceIncrementSDPVersion || sum != kept.bodyHash:
		kept.version++
	}
	kept.bodyHash = sum
	return out.WithVersion(body, strconv.FormatUint(kept.version, 10))
}
