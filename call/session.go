package call

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Session is a call as rtpengine's command line shows it. It shares nothing
// with the call.
type Session struct {
	ID         string
	Created    time.Time
	LastSignal time.Time      // zero before a description was understood
	Creator    netip.AddrPort // whose request began it; invalid where unknown
	Deleted    bool           // it lives on for its delete delay only
	Answered   bool
	IPv4, IPv6 bool // it has ports of that family
	TOS        int  // of outgoing packets; 0 leaves the field untouched
	Parties    []SessionParty
}

// SessionParty is one tag of a Session.
type SessionParty struct {
	Tag, Label, Branch string
	Age                time.Duration
	Medias             []SessionMedia
}

// SessionMedia is one section of a party.
type SessionMedia struct {
	Index          int // from 1 on
	Type, Protocol string
	Codec          string // that the party's packets carry, e.g. "PCMA/8000"; "" while unknown
	PeerTag        string // of whom it is joined with
	PeerIndex      int    // 0: nobody
	Streams        []SessionStream
}

// SessionStream is RTP or RTCP of a section.
type SessionStream struct {
	RTCP                    bool
	Local, Remote           netip.AddrPort
	SSRC                    uint32 // of the latest source, 0 before a packet
	Packets, Octets, Errors uint64 // received
	// LastUser and LastKernel are when the last packet came through user space
	// and through the kernel; before one LastUser is the time when the party
	// was made, as in the reference, and LastKernel zero.
	LastUser, LastKernel time.Time
}

// Sessions lists every call in the order of their ids, without the streams of
// their medias.
func (r *Registry) Sessions() []Session {
	list := make([]Session, 0, r.Count())
	for _, c := range r.all() {
		c.mu.Lock()
		if !c.dead {
			list = append(list, c.session(false))
		}
		c.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b Session) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// Session shows one call; false where there is none.
func (r *Registry) Session(callID string) (Session, bool) {
	c := r.lookup(callID)
	if c == nil {
		return Session{}, false
	}
	defer c.mu.Unlock()
	return c.session(true), true
}

func (c *Call) session(detail bool) Session {
	s := Session{
		ID: c.ID, Created: c.created, LastSignal: c.lastSignal, Creator: c.creator,
		Deleted: !c.deleteAt.IsZero(), Answered: c.answered, TOS: max(0, c.outgoingTOS()),
	}
	for _, p := range c.parties {
		party := SessionParty{Tag: p.tag, Label: p.label, Branch: p.viaBranch, Age: c.registry.now().Sub(p.created)}
		for _, m := range p.medias {
			if m.set != nil {
				is4 := m.set.primary().address.Local.Is4()
				s.IPv4, s.IPv6 = s.IPv4 || is4, s.IPv6 || !is4
			}
			if detail {
				party.Medias = append(party.Medias, m.session())
			}
		}
		s.Parties = append(s.Parties, party)
	}
	return s
}

func (m *Media) session() SessionMedia {
	s := SessionMedia{Index: m.index + 1, Type: m.typ, Protocol: m.protoText}
	if m.protocol != nil {
		s.Protocol = m.protocol.name
	}
	if peer := m.peer(); peer != nil {
		s.PeerTag, s.PeerIndex = peer.party.tag, peer.index+1
	}
	if m.set == nil || m.disabled {
		return s
	}
	for i := range m.streams {
		if local, ok := m.set.primary().addr(i); ok {
			s.Streams = append(s.Streams, m.sessionStream(i, local, &s.Codec))
		}
	}
	return s
}

func (m *Media) sessionStream(i int, local netip.AddrPort, codec *string) SessionStream {
	sum := m.counters(i)
	s := SessionStream{
		RTCP: i == rtcp, Local: local, Remote: m.streams[i].settled,
		Packets: sum.in.packets, Octets: sum.in.bytes, Errors: sum.in.errors,
		LastUser: m.party.created, LastKernel: sum.lastKernel,
	}
	later(&s.LastUser, sum.lastUser)
	if sum.learned.IsValid() {
		s.Remote = sum.learned
	}
	if len(sum.ingress) > 0 {
		s.SSRC = sum.ingress[0].SSRC
		if i == rtp {
			*codec = m.codecName(sum.ingress[0].LastPT)
		}
	}
	return s
}

// codecName names a payload type of the party's packets; "" for an unknown one.
func (m *Media) codecName(pt uint8) string {
	for i := range m.codecs {
		if k := &m.codecs[i]; k.PT == int(pt) {
			return k.Encoding + "/" + strconv.Itoa(k.ClockRate)
		}
	}
	return ""
}
