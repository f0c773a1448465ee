package call

import (
	"hash/maphash"
	"strconv"
	"strings"

	"rtpgo/sdpedit"
)

// sdpState is what the "replace" list needs of the descriptions written for a
// party.
type sdpState struct {
	username, sessionID string // of the first
	name                string // of the last
	kept                bool
	version             uint64
	keptVersion         bool
	bodyHash            uint64
	keptBody            bool
}

// replaceOrigin applies the "replace" list to o= and s= of a description for
// the receiver (rtpengine's documentation of "replace").
func (x *exchange) replaceOrigin(out *sdpedit.OutSession) {
	f, st := x.req.Replace, &x.receiver.sdp
	if !st.kept {
		st.username, st.sessionID = strings.Clone(out.Origin.Username), strings.Clone(out.Origin.SessionID)
		st.name, st.kept = strings.Clone(out.Name), true
	}
	if f.OriginFull {
		out.Origin.SessionID = st.sessionID
	}
	if f.Username || f.OriginFull {
		out.Origin.Username = st.username
	}
	if f.SessionName {
		out.Name = st.name
	} else if st.name != out.Name {
		st.name = strings.Clone(out.Name)
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
// force-increment-sdp-ver applied once the rest of it stands. The version of the
// first description counts, whoever asks for one when; what has changed since, by
// those that such a request had written.
func (x *exchange) withVersion(to []byte, out *sdpedit.OutSession) []byte {
	f, kept := x.req.Replace, &x.receiver.sdp
	own, err := strconv.ParseUint(out.Origin.Version, 10, 64)
	if !kept.keptVersion && err == nil {
		kept.version, kept.keptVersion = own, true
	}
	if !kept.keptVersion || !(f.SDPVersion || f.OriginFull || f.ForceIncrementSDPVersion) {
		return out.Append(to)
	}
	out.Origin.Version = ""
	body := out.Append(to)
	sum := maphash.Bytes(x.r.seed, body)
	if f.ForceIncrementSDPVersion || (kept.keptBody && sum != kept.bodyHash) {
		kept.version++
	}
	kept.bodyHash, kept.keptBody = sum, true
	return out.WithVersion(body, strconv.FormatUint(kept.version, 10))
}
