package call

import (
	"fmt"
	"strings"

	"rtpgo/ng"
	"rtpgo/sdpedit"
)

// Limits of the fragments that wait for their description.
const (
	maxFragments       = 16
	maxRemoteCandidate = 64
)

// fragment is a body of application/trickle-ice-sdpfrag (RFC 8840) that came
// before the description it belongs to.
type fragment struct {
	tag string
	sdp *sdpedit.Session
}

// fragmentHead makes a description of a fragment, for the reader.
const fragmentHead = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"

// trickle handles an offer (or answer) with the flag "fragment": more
// candidates of the party that sends it. The reply has no description.
func (r *Registry) trickle(req *ng.Request, tag string) (ng.Dict, error) {
	body := strings.Clone(req.SDP.Value)
	if !strings.HasPrefix(body, "v=") {
		body = fragmentHead + body
	}
	sdp, err := sdpedit.Parse(body)
	if err != nil {
		return nil, fmt.Errorf("%w: fragment: %w", errReply("Failed to parse SDP"), err)
	}
	c := r.lookup(req.CallID.Value)
	if c == nil {
		if reply, err := r.limited(req); reply != nil || err != nil {
			return reply, err
		}
		c = r.begin(req)
	}
	defer c.mu.Unlock()
	f := fragment{tag, sdp}
	switch p := c.party(tag); {
	case p != nil && p.takeFragment(sdp):
		c.installFlows()
	case len(c.fragments) < maxFragments:
		c.fragments = append(c.fragments, f)
	}
	return ng.Dict{{Key: "result", Value: "ok"}}, nil
}

// takeFragments gives the fragments that waited for a party's description to
// it.
func (c *Call) takeFragments(p *Party) {
	rest := c.fragments[:0]
	for _, f := range c.fragments {
		if c.party(f.tag) != p || !p.takeFragment(f.sdp) {
			rest = append(rest, f)
		}
	}
	clear(c.fragments[len(rest):])
	c.fragments = rest
}

// takeFragment adds the candidates of a fragment to the medias that it is
// about; false if none is.
func (p *Party) takeFragment(sdp *sdpedit.Session) (taken bool) {
	for i := range sdp.Medias {
		if m := p.fragmentMedia(sdp.Medias[i], i); m != nil {
			m.addCandidates(&sdp.Medias[i].ICE)
			taken = true
		}
	}
	return taken
}

// fragmentMedia finds the section of a fragment: by its a=mid, else by its
// place (RFC 8840 section 9). Its credentials must be those of the description:
// others belong to another session of ICE.
func (p *Party) fragmentMedia(sm *sdpedit.Media, index int) *Media {
	for i, m := range p.medias {
		found := i == index
		if sm.MID != "" && m.mid != "" {
			found = sm.MID == m.mid
		}
		same := sm.ICE.Ufrag == "" || sm.ICE.Ufrag == m.ice.remoteUfrag && sm.ICE.Pwd == m.ice.remotePwd
		if found && same && m.ice.remoteUfrag != "" {
			return m
		}
	}
	return nil
}

// addCandidates adds to what the party's description said.
func (m *Media) addCandidates(add *sdpedit.ICE) {
	list := append([]sdpedit.Candidate(nil), m.ice.remote...)
	for _, c := range add.Candidates {
		if len(list) < maxRemoteCandidate && !hasCandidate(list, c) {
			list = append(list, c)
		}
	}
	m.ice.remote = list
	m.iceHeard.fresh = true
	m.iceHeard.end = m.iceHeard.end || add.EndOfCandidates
}

func hasCandidate(list []sdpedit.Candidate, c sdpedit.Candidate) bool {
	for i := range list {
		if list[i].Raw == c.Raw {
			return true
		}
	}
	return false
}
