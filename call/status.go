package call

import (
	"net/netip"
	"slices"
	"strconv"
	"time"

	"rtpgo/media"
	"rtpgo/ng"
)

// StatusCommand is rtpgo's own NG command, for its operator's tool. The
// reference's commands can't show all that an operator asks for: their replies
// hold what the reference's hold and nothing else.
//
// With call-id it shows that call, else all calls in the order of their ids,
// as many as fit into a datagram: at most "limit", those behind the id
// "cursor". "more" is 1 in a reply that could go on.
const StatusCommand = "rtpgo status"

// A status reply has to fit into a UDP datagram: statusBytes bounds its calls
// in the shorter of the two encodings, bencode, less the room for the last one
// to run over; statusCalls bounds their number, so that finding them is cheap.
const (
	statusBytes = 40 << 10
	statusRoom  = 60 << 10
	statusCalls = 128
)

func (r *Registry) status(req *ng.Request) (ng.Dict, error) {
	ids := []string{req.CallID.Value}
	if !req.CallID.Set {
		ids = r.idsAfter(req.Cursor, statusCalls)
	}
	calls, more := r.page(req, ids, statusCalls, func(c *Call, size int) ng.Dict {
		d := c.status(true)
		if size+weight(d) > statusRoom {
			d = c.status(false)
		}
		return d
	})
	if req.CallID.Set && len(calls) == 0 {
		return nil, errReply("Unknown call-id")
	}
	return append(r.StatusHead(),
		ng.Pair{Key: "calls", Value: calls},
		ng.Pair{Key: "more", Value: more},
		ng.Pair{Key: "result", Value: "ok"}), nil
}

// StatusHead is the part of a status reply that is about the daemon.
func (r *Registry) StatusHead() ng.Dict {
	engine := ng.Dict{{Key: "name", Value: r.Engine.Name()}}
	if r.EngineStatus != nil {
		engine = r.EngineStatus()
	}
	return ng.Dict{
		{Key: "version", Value: r.Version},
		{Key: "engine", Value: engine},
		{Key: "uptime", Value: seconds(r.now().Sub(r.started))},
		{Key: "draining", Value: truth(r.draining.Load())},
		{Key: "live calls", Value: int64(r.Count())},
	}
}

// StatusOf is the part of a status reply that is about one call; nil when
// there is no such call.
func (r *Registry) StatusOf(id string) ng.Dict {
	c := r.lookup(id)
	if c == nil {
		return nil
	}
	defer c.mu.Unlock()
	return c.status(true)
}

// page shows the calls of these ids, as many as the request wants and a reply
// has room for, each locked while it is shown. show is told the size of those
// before. more is 1 where the list may go on: full is how many ids make a page.
func (r *Registry) page(req *ng.Request, ids []string, full int, show func(c *Call, size int) ng.Dict) (calls ng.List, more int64) {
	calls, more = ng.List{}, truth(len(ids) == full)
	size := 0
	for _, id := range ids {
		if size >= statusBytes || (req.LimitSet && len(calls) >= req.Limit) {
			return calls, 1
		}
		c := r.lookup(id)
		if c == nil {
			continue // ended meanwhile
		}
		d := show(c, size)
		c.mu.Unlock()
		calls = append(calls, d)
		size += weight(d)
	}
	return calls, more
}

// idsAfter lists the ids of the first n calls that sort behind the cursor.
func (r *Registry) idsAfter(cursor ng.Text, n int) []string {
	ids := make([]string, 0, n+1)
	for i := range r.shards {
		s := &r.shards[i]
		s.mu.Lock()
		for id := range s.calls {
			if cursor.Set && id <= cursor.Value || len(ids) == n && id > ids[n-1] {
				continue
			}
			at, _ := slices.BinarySearch(ids, id)
			ids = slices.Insert(ids, at, id)[:min(len(ids)+1, n)]
		}
		s.mu.Unlock()
	}
	return ids
}

// status shows a locked call to the operator; without detail, only how many
// parties it has.
func (c *Call) status(detail bool) ng.Dict {
	parties := ng.List{}
	for _, p := range c.parties {
		medias := ng.List{}
		for _, m := range p.medias {
			if detail {
				medias = append(medias, m.status())
			}
		}
		peers := ng.List{}
		for _, q := range p.peers {
			peers = append(peers, q.tag)
		}
		parties = append(parties, ng.Dict{
			{Key: "tag", Value: p.tag}, {Key: "label", Value: p.label}, {Key: "peers", Value: peers}, {Key: "medias", Value: medias},
		})
	}
	return ng.Dict{
		{Key: "call-id", Value: c.ID},
		{Key: "created", Value: c.created.Unix()},
		{Key: "age", Value: seconds(c.registry.now().Sub(c.created))},
		{Key: "state", Value: c.state()},
		{Key: "parties", Value: parties},
	}
}

func (m *Media) status() ng.Dict {
	protocol := m.protoText
	if m.protocol != nil {
		protocol = m.protocol.name
	}
	name := ""
	if m.iface != nil {
		name = m.iface.Name
	}
	codecs := ng.List{}
	for _, k := range m.codecs {
		codecs = append(codecs, k.Encoding+"/"+strconv.Itoa(k.ClockRate))
	}
	streams := ng.List{}
	if m.set != nil && !m.disabled {
		for i := range m.streams {
			if addr, ok := m.set.primary().addr(i); ok {
				streams = append(streams, m.streamStatus(i, addr))
			}
		}
	}
	return ng.Dict{
		{Key: "index", Value: int64(m.index + 1)},
		{Key: "type", Value: m.typ},
		{Key: "protocol", Value: protocol},
		{Key: "interface", Value: name},
		{Key: "codecs", Value: codecs},
		{Key: "send", Value: truth(m.weSend)},
		{Key: "receive", Value: truth(m.weReceive)},
		{Key: "streams", Value: streams},
	}
}

func (m *Media) streamStatus(i int, local netip.AddrPort) ng.Dict {
	sum := m.counters(i)
	var lost int64
	var jitter time.Duration
	for k, s := range sum.ingress {
		lost += max(0, s.Lost)
		if k == 0 { // the latest source
			jitter = s.JitterTime
		}
	}
	drops := ng.Dict{}
	for cause, n := range sum.drops {
		if n > 0 {
			drops = append(drops, ng.Pair{Key: media.DropCause(cause).String(), Value: int64(n)})
		}
	}
	idle := int64(-1) // no packet yet
	if !sum.lastPacket.IsZero() {
		idle = seconds(time.Since(sum.lastPacket))
	}
	d := ng.Dict{
		{Key: "kind", Value: [...]string{rtp: "RTP", rtcp: "RTCP"}[i]},
		{Key: "local", Value: local.String()},
		{Key: "signalled", Value: endpointText(m.streams[i].endpoint)},
		{Key: "learned", Value: endpointText(sum.learned)},
		{Key: "security", Value: m.securityText(i)},
		{Key: "ice", Value: m.iceText(i)},
		{Key: "in", Value: sum.in.dict()},
		{Key: "out", Value: sum.out.dict()},
		{Key: "lost", Value: lost},
		{Key: "jitter us", Value: jitter.Microseconds()},
		{Key: "idle", Value: idle},
		{Key: "kernel", Value: truth(sum.kernelized)},
		{Key: "drops", Value: drops},
	}
	if i == rtp {
		d = append(d, m.heardQuality()...)
	}
	return d
}

// heardQuality is how the party hears the other side, as its last report has it
// that gave a score: nothing before there is one.
func (m *Media) heardQuality() ng.Dict {
	var latest *rtpSource
	for _, s := range m.sources {
		if s.rating.n > 0 && (latest == nil || s.rating.latest.at > latest.rating.latest.at) {
			latest = s
		}
	}
	if latest == nil {
		return nil
	}
	x := &latest.rating.latest
	return ng.Dict{
		{Key: "MOS", Value: int64(x.score)}, // times 10
		{Key: "lowest MOS", Value: int64(latest.rating.lowest.score)},
		{Key: "round-trip time us", Value: int64(x.rtt)},
	}
}

func endpointText(ep netip.AddrPort) string {
	if !ep.IsValid() {
		return ""
	}
	return ep.String()
}

func seconds(d time.Duration) int64 { return int64(max(0, d) / time.Second) }

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// weight estimates the encoded size of a value in bytes.
func weight(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) + 4
	case ng.List:
		n := 2
		for _, e := range v {
			n += weight(e)
		}
		return n
	case ng.Dict:
		n := 2
		for _, p := range v {
			n += len(p.Key) + 4 + weight(p.Value)
		}
		return n
	default:
		return 12
	}
}
