package call

import (
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"rtpgo/media"
	"rtpgo/ng"
)

// view is a snapshot of a call: query, delete, list, metrics and the CLI all
// tell the same story from it.
type view struct {
	call    *Call
	parties []*Party
	noPorts bool
	room    replyRoom
	sums    *[]mediaSum // of the medias shown
}

// mediaSum is what was counted for a media.
type mediaSum struct {
	m       *Media
	streams [2]streamSum
}

// view selects the parties that a request names: all without tags, else the
// named ones and those they talk to.
func (c *Call) view(from, to string) *view {
	c.fetchReports()
	v := &view{call: c}
	if from == "" && to == "" {
		v.parties = c.parties
		return v
	}
	add := func(p *Party) {
		for _, q := range v.parties {
			if q == p {
				return
			}
		}
		v.parties = append(v.parties, p)
	}
	for _, tag := range []string{from, to} {
		if p := c.party(tag); p != nil {
			add(p)
			for _, q := range p.peers {
				add(q)
			}
		}
	}
	return v
}

// hidePorts leaves the local ports out: they are being released.
func (v *view) hidePorts() { v.noPorts = true }

// mediaSums are lists that no view has in its hands: they are large, and a view
// needs one for a moment.
var mediaSums = sync.Pool{New: func() any { return new([]mediaSum) }}

func (v *view) dict() ng.Dict {
	c := v.call
	v.sums = mediaSums.Get().(*[]mediaSum)
	defer func() {
		clear(*v.sums)
		*v.sums = (*v.sums)[:0]
		mediaSums.Put(v.sums)
	}()
	tags := v.room.dict(len(v.parties))
	var sum [2]counters
	for _, p := range v.parties {
		name := p.tag
		if name == "" {
			name = fmt.Sprintf("<untagged %d>", p.id)
		}
		tags = append(tags, ng.Pair{Key: name, Value: v.party(p)})
	}
	for _, p := range c.parties {
		for _, m := range p.medias {
			s := v.counters(m)
			for i := range sum {
				sum[i].add(s[i].in)
			}
		}
	}
	d := append(v.room.dict(9),
		ng.Pair{Key: "created", Value: c.created.Unix()},
		ng.Pair{Key: "created_us", Value: int64(c.created.Nanosecond() / 1000)},
		ng.Pair{Key: "last signal", Value: unix(c.lastSignal)},
		ng.Pair{Key: "last redis update", Value: int64(0)})
	if c.metadata != "" {
		d = append(d, ng.Pair{Key: "metadata", Value: c.metadata})
	}
	return append(d,
		ng.Pair{Key: "SSRC", Value: c.ssrcs()},
		ng.Pair{Key: "tags", Value: tags},
		ng.Pair{Key: "totals", Value: append(v.room.dict(2),
			ng.Pair{Key: "RTP", Value: sum[rtp].dict()}, ng.Pair{Key: "RTCP", Value: sum[rtcp].dict()})},
		ng.Pair{Key: "result", Value: "ok"})
}

// counters are those of a media, read once.
func (v *view) counters(m *Media) *[2]streamSum {
	for i := range *v.sums {
		if s := &(*v.sums)[i]; s.m == m {
			return &s.streams
		}
	}
	*v.sums = append(*v.sums, mediaSum{m, [2]streamSum{rtp: m.counters(rtp), rtcp: m.counters(rtcp)}})
	return &(*v.sums)[len(*v.sums)-1].streams
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func (v *view) party(p *Party) ng.Dict {
	d := append(v.room.dict(10), ng.Pair{Key: "tag", Value: p.tag})
	if p.viaBranch != "" {
		d = append(d, ng.Pair{Key: "via-branch", Value: p.viaBranch})
	}
	if p.label != "" {
		d = append(d, ng.Pair{Key: "label", Value: p.label})
	}
	if len(p.aliases) > 0 {
		l := ng.List{}
		for _, a := range p.aliases {
			l = append(l, a)
		}
		d = append(d, ng.Pair{Key: "tag-aliases", Value: l})
	}
	if p.metadata != "" {
		d = append(d, ng.Pair{Key: "metadata", Value: p.metadata})
	}
	subs := v.room.list(len(p.peers))
	for _, q := range p.peers {
		if len(p.medias) == 0 {
			break // subscriptions are those of medias
		}
		subs = append(subs, append(v.room.dict(2), ng.Pair{Key: "tag", Value: q.tag}, ng.Pair{Key: "type", Value: "offer/answer"}))
	}
	medias := v.room.list(len(p.medias))
	for _, m := range p.medias {
		medias = append(medias, v.media(m))
	}
	return append(d,
		ng.Pair{Key: "created", Value: p.created.Unix()},
		ng.Pair{Key: "subscriptions", Value: subs},
		ng.Pair{Key: "subscribers", Value: subs},
		ng.Pair{Key: "medias", Value: medias},
		ng.Pair{Key: "VSC", Value: none})
}

func (v *view) media(m *Media) ng.Dict {
	d := append(v.room.dict(6),
		ng.Pair{Key: "index", Value: int64(m.index + 1)},
		ng.Pair{Key: "type", Value: m.typ},
	)
	if m.protocol != nil {
		d = append(d, ng.Pair{Key: "protocol", Value: m.protocol.name})
	}
	streams := v.room.list(len(m.streams))
	sum := v.counters(m)
	if len(sum[rtp].ingress) > 0 {
		if k := m.codecSent(sum[rtp].ingress[0].LastPT); k != nil {
			d = append(d, ng.Pair{Key: "codec", Value: k.RTPMap()})
		}
	}
	for _, l := range v.locals(m) {
		for i := range m.streams {
			streams = append(streams, v.stream(m, l, i, sum))
		}
	}
	return append(d, ng.Pair{Key: "streams", Value: streams}, ng.Pair{Key: "flags", Value: m.flags(v.room.list(4))})
}

var noLocals = []*localPorts{nil}

// locals are the ports to show; one entry of nil when there are none.
func (v *view) locals(m *Media) []*localPorts {
	if m.set == nil || v.noPorts || m.disabled {
		return noLocals
	}
	return m.set.locals[:1]
}

// lastPort is the port of a stream in l, or the one it had before RTCP came to
// share that of RTP; 0 if it never had one.
func (m *Media) lastPort(l *localPorts, i int) int {
	port := l.port(i)
	for n := len(m.sets) - 1; n >= 0 && port == 0; n-- {
		port = m.sets[n].primary().port(i)
	}
	return port
}

func (v *view) stream(m *Media, l *localPorts, i int, sums *[2]streamSum) ng.Dict {
	s := &m.streams[i]
	d := v.room.dict(15)
	if l != nil {
		d = append(d,
			ng.Pair{Key: "local port", Value: int64(m.lastPort(l, i))},
			ng.Pair{Key: "local address", Value: l.address.Local.String()},
			ng.Pair{Key: "family", Value: familyName(l.address.Local)})
	}
	sum := &sums[i]
	ep := s.settled
	if sum.learned.IsValid() {
		ep = sum.learned
	}
	endpoint := any(v.endpoint(ep))
	advertised := endpoint
	if ep != s.endpoint {
		advertised = v.endpoint(s.endpoint)
	}
	d = append(d, ng.Pair{Key: "endpoint", Value: endpoint}, ng.Pair{Key: "advertised endpoint", Value: advertised})
	if m.security.suite != "" {
		d = append(d, ng.Pair{Key: "crypto suite", Value: m.security.suite})
	}
	flags := m.streamFlags(v.room.list(3), i)
	if sum.kernelized {
		flags = append(flags, "kernelized")
	}
	last := m.party.created
	if sum.lastPacket.After(last) {
		last = sum.lastPacket
	}
	lastUser := m.party.created
	if sum.lastUser.After(lastUser) {
		lastUser = sum.lastUser
	}
	d = append(d,
		ng.Pair{Key: "last packet", Value: last.Unix()},
		ng.Pair{Key: "last kernel packet", Value: unix(sum.lastKernel)},
		ng.Pair{Key: "last user packet", Value: lastUser.Unix()},
		ng.Pair{Key: "flags", Value: flags})
	// The sources are those of the RTP stream, for its RTCP too. Kamailio looks
	// for the key SSRC, which older releases of the reference have.
	ingress, egress := sums[rtp].ingress, sums[rtp].egress
	if len(ingress) > 0 {
		d = append(d, ng.Pair{Key: "SSRC", Value: int64(ingress[0].SSRC)})
	}
	return append(d,
		ng.Pair{Key: "ingress SSRCs", Value: ssrcList(ingress)},
		ng.Pair{Key: "egress SSRCs", Value: ssrcList(m.timed(egress))},
		ng.Pair{Key: "stats", Value: sum.in.dict()},
		ng.Pair{Key: "stats_out", Value: sum.out.dict()})
}

// timed fills in the RTP timestamps of sources that are sent to m's party, as
// they were measured where they came from.
func (m *Media) timed(list []media.SSRCStats) []media.SSRCStats {
	from := m.hears()
	if from == nil {
		return list
	}
	for i := range list {
		q, _ := from.sends(list[i].SSRC)
		list[i].LastTimestamp = q.LastTimestamp
	}
	return list
}

func ssrcList(in []media.SSRCStats) any {
	if len(in) == 0 {
		return none
	}
	out := make(ng.List, 0, len(in))
	for _, s := range in {
		out = append(out, ng.Dict{
			{Key: "SSRC", Value: int64(s.SSRC)},
			{Key: "bytes", Value: int64(s.Octets)},
			{Key: "packets", Value: int64(s.Packets)},
			{Key: "last RTP timestamp", Value: int64(s.LastTimestamp)},
			{Key: "last RTP seq", Value: int64(s.HighestSeq & 0xffff)},
			{Key: "cumulative loss", Value: int64(s.Lost)},
		})
	}
	return out
}

// none and nothing are what replies hold most often: an empty list, and counters
// of a stream without packets.
var (
	none    any = ng.List{}
	nothing any = ng.Dict{
		{Key: "packets", Value: int64(0)}, {Key: "bytes", Value: int64(0)}, {Key: "errors", Value: int64(0)},
	}
)

func familyName(a netip.Addr) string {
	if a.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

func (v *view) endpoint(ep netip.AddrPort) ng.Dict {
	if !ep.IsValid() {
		return ng.Dict{}
	}
	return append(v.room.dict(3),
		ng.Pair{Key: "family", Value: familyName(ep.Addr())},
		ng.Pair{Key: "address", Value: ep.Addr().String()},
		ng.Pair{Key: "port", Value: int64(ep.Port())})
}

// counters of one stream or a sum of them.
type counters struct{ packets, bytes, errors uint64 }

func (c *counters) add(o counters) {
	c.packets += o.packets
	c.bytes += o.bytes
	c.errors += o.errors
}

func (c counters) dict() any {
	if c == (counters{}) {
		return nothing
	}
	return ng.Dict{
		{Key: "packets", Value: int64(c.packets)},
		{Key: "bytes", Value: int64(c.bytes)},
		{Key: "errors", Value: int64(c.errors)},
	}
}

// streamSum adds up the ports that a stream ever had.
type streamSum struct {
	in, out                          counters
	learned                          netip.AddrPort
	lastPacket, lastKernel, lastUser time.Time
	kernelized                       bool
	ingress, egress                  []media.SSRCStats
	drops                            [media.DropCauses]uint64
	failed                           [media.SendFailures]uint64
	rtcp                             uint64
	longest                          int
	firstPacket                      time.Time
	latest                           []media.SSRCStats // of the port that packets came to last
	latestAt                         time.Time
	plain, garbled                   media.Look
	path                             media.PathError
}

func (m *Media) counters(i int) (sum streamSum) {
	if m.retired != nil {
		sum = m.retired[i]
	}
	for _, s := range m.sets {
		for _, l := range s.locals {
			if l.streams[i] != nil {
				sum.addStream(l.streams[i], s == m.sending() && l == m.selected(s.primary(), i))
			}
		}
	}
	return sum
}

func (sum *streamSum) addStream(st *media.Stream, current bool) {
	n := st.Snapshot()
	sum.in.add(counters{n.In.Packets, n.In.Octets, n.In.Errors})
	sum.out.add(counters{n.Out.Packets, n.Out.Octets, n.Out.Errors})
	later(&sum.lastPacket, n.LastPacket)
	later(&sum.lastKernel, n.LastKernelPacket)
	later(&sum.lastUser, n.LastUserPacket)
	for i, d := range n.Drops {
		sum.drops[i] += d
	}
	for i, d := range n.Failed {
		sum.failed[i] += d
	}
	sum.rtcp += n.RTCP
	sum.longest = max(sum.longest, n.Longest)
	if t := n.FirstPacket; !t.IsZero() && (sum.firstPacket.IsZero() || t.Before(sum.firstPacket)) {
		sum.firstPacket = t
	}
	if current || sum.plain.RTP == 0 {
		sum.plain = n.Plain
	}
	if n.Garbled.RTP+n.Garbled.RTCP > 0 {
		sum.garbled = n.Garbled
	}
	if n.Path.Count > 0 {
		sum.path = n.Path
	}
	sum.ingress = append(sum.ingress, n.IngressSSRC...)
	if len(n.IngressSSRC) > 0 && (sum.latest == nil || !n.LastPacket.Before(sum.latestAt)) {
		sum.latest, sum.latestAt = n.IngressSSRC, n.LastPacket
	}
	sum.egress = append(sum.egress, n.EgressSSRC...)
	if current {
		sum.kernelized = n.Kernelized
		if n.Confirmed {
			sum.learned = n.Remote
		}
	}
}

func later(t *time.Time, n time.Time) {
	if n.After(*t) {
		*t = n
	}
}

// String names a party for logs.
func (p *Party) String() string {
	if p.tag == "" {
		return "untagged " + strconv.FormatUint(p.id, 10)
	}
	return p.tag
}
