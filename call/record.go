package call

import (
	"net/netip"
	"time"

	"rtpgo/media"
)

// Record tells about a call that has ended, for those who bill, count or
// investigate calls. It shares nothing with the call. Its JSON is what
// docs/export.md describes.
type Record struct {
	CallID     string         `json:"call-id"`
	Creator    netip.AddrPort `json:"creator"` // whose request began it
	Created    time.Time      `json:"created"`
	Ended      time.Time      `json:"ended"`
	LastSignal time.Time      `json:"last-signal,omitzero"`
	Duration   float64        `json:"duration"` // seconds
	Answered   bool           `json:"answered"`
	// Reason is "deleted", "terminated" (by the operator), "shutdown", or the
	// name of the time-out that ended the call.
	Reason   string        `json:"reason"`
	TOS      int           `json:"tos"` // of outgoing packets, 0 leaves the field untouched
	Metadata string        `json:"metadata,omitempty"`
	Parties  []RecordParty `json:"parties"`
}

// RecordParty is one tag.
type RecordParty struct {
	Tag     string        `json:"tag"`
	Label   string        `json:"label,omitempty"`
	Branch  string        `json:"via-branch,omitempty"`
	Caller  bool          `json:"caller"` // its offer began the call
	Created time.Time     `json:"created"`
	Peers   []string      `json:"peers"` // tags of whom it talked to
	Medias  []RecordMedia `json:"medias"`
}

// RecordMedia is one section of a party's description.
type RecordMedia struct {
	Index     int            `json:"index"` // from 1 on
	Type      string         `json:"type"`
	Protocol  string         `json:"protocol"`
	Interface string         `json:"interface"`
	Codec     string         `json:"codec"`        // of the last RTP packet, else the first agreed; "" if unknown
	PT        int            `json:"payload-type"` // likewise; -1 if unknown
	Streams   []RecordStream `json:"streams"`
	Sources   []RecordSource `json:"sources,omitempty"`
}

// RecordStream is RTP or RTCP between the party and us.
type RecordStream struct {
	Kind      string         `json:"kind"` // "RTP" or "RTCP"
	Local     netip.AddrPort `json:"local"`
	Signalled netip.AddrPort `json:"signalled"`
	Remote    netip.AddrPort `json:"remote"` // as learned, else as signalled
	Security  string         `json:"security,omitempty"`
	// Of what came from the party, and of what was sent to it.
	Packets     uint64            `json:"packets"`
	Octets      uint64            `json:"octets"`
	Errors      uint64            `json:"errors"`
	SentPackets uint64            `json:"sent-packets"`
	SentOctets  uint64            `json:"sent-octets"`
	SentErrors  uint64            `json:"sent-errors"`
	Kernel      bool              `json:"kernel"` // some of it was forwarded in the kernel
	First       time.Time         `json:"first-packet,omitzero"`
	Last        time.Time         `json:"last-packet,omitzero"`
	Drops       map[string]uint64 `json:"drops,omitempty"` // by cause
}

// RecordSource is one RTP source of the party.
type RecordSource struct {
	SSRC       uint32  `json:"ssrc"`
	Packets    uint64  `json:"packets"`
	Lost       int64   `json:"lost"` // measured here
	Duplicates uint64  `json:"duplicates"`
	Jitter     float64 `json:"jitter-ms"` // measured here
	// The scores come from RTCP; all are 0 without a report.
	AverageMOS float64 `json:"mos-average,omitempty"`
	LowestMOS  float64 `json:"mos-lowest,omitempty"`
	HighestMOS float64 `json:"mos-highest,omitempty"`
	RTT        float64 `json:"rtt-ms,omitempty"` // average, end to end
}

// record describes a locked call that is about to end, with its ports open.
func (c *Call) record() *Record {
	now := c.registry.now()
	r := &Record{
		CallID: c.ID, Creator: c.creator, Created: c.created, Ended: now, LastSignal: c.lastSignal,
		Duration: now.Sub(c.created).Seconds(), Answered: c.answered, Reason: c.endReason,
		TOS: max(0, c.outgoingTOS()), Metadata: c.metadata, Parties: []RecordParty{},
	}
	for i, p := range c.parties {
		v := RecordParty{
			Tag: p.tag, Label: p.label, Branch: p.viaBranch, Caller: i == 0, Created: p.created,
			Peers: []string{}, Medias: []RecordMedia{},
		}
		for _, q := range p.peers {
			v.Peers = append(v.Peers, q.tag)
		}
		for _, m := range p.medias {
			v.Medias = append(v.Medias, m.record())
		}
		r.Parties = append(r.Parties, v)
	}
	return r
}

func (m *Media) record() RecordMedia {
	v := RecordMedia{Index: m.index + 1, Type: m.typ, Protocol: m.protoText, PT: -1, Streams: []RecordStream{}}
	if m.protocol != nil {
		v.Protocol = m.protocol.name
	}
	if m.iface != nil {
		v.Interface = m.iface.Name
	}
	if len(m.codecs) > 0 {
		v.PT = m.codecs[0].PT
	}
	for i := range m.streams {
		if i == rtcp && m.mux.on {
			continue // came to the port of RTP
		}
		sum := m.counters(i)
		if i == rtp && len(sum.ingress) > 0 {
			v.PT = int(sum.ingress[0].LastPT)
		}
		if m.set != nil || sum.in.packets+sum.out.packets > 0 {
			v.Streams = append(v.Streams, m.recordStream(i, &sum))
		}
	}
	if v.PT >= 0 {
		v.Codec = m.codecName(uint8(v.PT))
	}
	for _, q := range m.Quality() {
		v.Sources = append(v.Sources, RecordSource{
			SSRC: q.SSRC, Packets: q.Measured.Packets, Lost: q.Measured.Lost, Duplicates: q.Measured.Duplicates,
			Jitter:     milliseconds(q.Measured.JitterTime),
			AverageMOS: float64(q.AverageMOS) / 10, LowestMOS: float64(q.LowestMOS) / 10, HighestMOS: float64(q.HighestMOS) / 10,
			RTT: milliseconds(q.AverageRTT),
		})
	}
	return v
}

func (m *Media) recordStream(i int, sum *streamSum) RecordStream {
	s := RecordStream{
		Kind: [...]string{rtp: "RTP", rtcp: "RTCP"}[i], Signalled: m.streams[i].endpoint, Remote: m.streams[i].endpoint,
		Security: m.securityText(i),
		Packets:  sum.in.packets, Octets: sum.in.bytes, Errors: sum.in.errors,
		SentPackets: sum.out.packets, SentOctets: sum.out.bytes, SentErrors: sum.out.errors,
		Kernel: !sum.lastKernel.IsZero(), First: sum.firstPacket, Last: sum.lastPacket,
	}
	if m.set != nil {
		s.Local, _ = m.set.primary().addr(i)
	}
	if sum.learned.IsValid() {
		s.Remote = sum.learned
	}
	for cause, n := range sum.drops {
		if n > 0 {
			if s.Drops == nil {
				s.Drops = map[string]uint64{}
			}
			s.Drops[media.DropCause(cause).String()] = n
		}
	}
	return s
}

// milliseconds of a duration, with three digits behind the point.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
