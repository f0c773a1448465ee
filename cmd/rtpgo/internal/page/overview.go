package page

import (
	"cmp"
	"math"
	"net/http"
	"net/netip"
	"slices"

	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/media"
	"rtpgo/ng"
)

// overviewJSON is what the first view shows. Rates are per second.
type overviewJSON struct {
	At         int64           `json:"at"` // ms since 1970
	Host       string          `json:"host"`
	Version    string          `json:"version"`
	Uptime     int64           `json:"uptime"` // seconds
	Draining   bool            `json:"draining"`
	Engine     string          `json:"engine"`
	Calls      int             `json:"calls"`
	Ended      int             `json:"ended"` // calls that are remembered
	Conditions map[string]int  `json:"conditions"`
	Measured   bool            `json:"measured"` // whether there are rates yet
	Ports      int             `json:"ports"`    // in use
	PortsSize  int             `json:"portsSize"`
	Streams    int             `json:"streams"`
	Kernel     int             `json:"kernel"` // of the streams, forwarded by the kernel
	Packets    float64         `json:"packets"`
	Bits       float64         `json:"bits"`
	Loss       float64         `json:"loss"` // 0 to 1
	Dropped    float64         `json:"dropped"`
	Drops      []dropJSON      `json:"drops"`
	Interfaces []interfaceJSON `json:"interfaces"`
	NG         ngJSON          `json:"ng"`
	Attention  attentionJSON   `json:"attention"`
	Took       float64         `json:"took"` // ms that the snapshot took
}

type dropJSON struct {
	Cause string  `json:"cause"`
	Total uint64  `json:"total"`
	Rate  float64 `json:"rate"`
	// Intended: a description or a command asked for it.
	Intended bool `json:"intended"`
}

type interfaceJSON struct {
	Name       string  `json:"name"`
	Address    string  `json:"address"`
	Advertised string  `json:"advertised,omitempty"`
	Device     string  `json:"device,omitempty"`
	Engine     string  `json:"engine"`
	Why        string  `json:"why,omitempty"`
	First      uint16  `json:"first"`
	Last       uint16  `json:"last"`
	Used       int     `json:"used"`
	Size       int     `json:"size"`
	Packets    float64 `json:"packets"`
	Bits       float64 `json:"bits"`
	Loss       float64 `json:"loss"`
	Dropped    float64 `json:"dropped"`
}

type ngJSON struct {
	Clients    int           `json:"clients"`
	Rate       float64       `json:"rate"`
	Errors     float64       `json:"errors"`
	Latency    float64       `json:"latency"` // ms, of the requests in the window
	Repeated   uint64        `json:"repeated"`
	Overloaded uint64        `json:"overloaded"`
	Rejected   uint64        `json:"rejected"`
	Commands   []commandJSON `json:"commands"`
}

type commandJSON struct {
	Name   string  `json:"name"`
	Count  uint64  `json:"count"`
	Errors uint64  `json:"errors"`
	Rate   float64 `json:"rate"`
	Mean   float64 `json:"mean"` // ms, since the start
	// Most is what 99 of 100 requests took at most, in ms; 0: longer than is
	// measured.
	Most float64 `json:"most"`
}

// attentionJSON are the calls that somebody should look at.
type attentionJSON struct {
	Count int       `json:"count"`
	Calls []rowJSON `json:"calls"` // the worst of them
}

func (p *Page) overview(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, p.collect.current().overview)
}

// describe makes the overview's JSON, once for all who ask.
func (s *snapshot) describe(sources Sources) {
	status := sources.Calls.StatusHead()
	size := 0
	for _, pool := range sources.Calls.Interfaces.Pools() {
		s.ports += pool.Used()
		size += pool.Size()
	}
	if !s.full {
		return // nobody reads it
	}
	s.overview = marshal(overviewJSON{
		At: s.at.UnixMilli(), Host: sources.Host,
		Version: status.Text("version"), Uptime: status.Int("uptime"), Draining: status.Int("draining") != 0,
		Engine: engineName(status.Dict("engine")),
		Calls:  len(s.calls), Ended: sources.Calls.EndedCount(), Conditions: s.conditions, Measured: s.window > 0,
		Ports: s.ports, PortsSize: size, Streams: s.streams, Kernel: s.kernel,
		Packets: round(s.sum.packets), Bits: round(s.sum.octets * 8), Loss: s.sum.loss(), Dropped: round(s.sum.dropped),
		Drops: s.drops(), Interfaces: s.interfaces(sources), NG: s.ngJSON(), Attention: s.attention(),
		Took: ms(s.took.Seconds()),
	})
}

func engineName(d ng.Dict) string {
	name := d.Text("name")
	if lower := d.Text("on top of"); lower != "" {
		name += " on top of " + lower
	}
	return name
}

// drops are the causes that ever occurred, the most frequent one first.
func (s *snapshot) drops() []dropJSON {
	list := []dropJSON{}
	total := s.figures.Total()
	for cause, n := range total.Drops {
		if n > 0 {
			list = append(list, dropJSON{media.DropCause(cause).String(), n, round(s.sum.drops[cause]), media.DropCause(cause).Intended()})
		}
	}
	slices.SortStableFunc(list, func(a, b dropJSON) int { return cmp.Compare(b.Total, a.Total) })
	return list
}

func (s *snapshot) interfaces(sources Sources) []interfaceJSON {
	placed := make(map[netip.Addr]engine.Placement)
	if sources.Placements != nil {
		for _, p := range sources.Placements() {
			placed[p.Address] = p
		}
	}
	list := []interfaceJSON{}
	for i := range s.figures.Addresses {
		a, sum := s.figures.Addresses[i].Address, &s.addresses[i]
		first, last := a.Ports.Range()
		where := placed[a.Local]
		row := interfaceJSON{
			Name: a.Logical.Name, Address: a.Local.String(), Device: where.Device, Engine: where.Engine, Why: where.Why,
			First: first, Last: last, Used: a.Ports.Used(), Size: a.Ports.Size(),
			Packets: round(sum.packets), Bits: round(sum.octets * 8), Loss: sum.loss(), Dropped: round(sum.dropped),
		}
		if a.Advertised != a.Local {
			row.Advertised = a.Advertised.String()
		}
		list = append(list, row)
	}
	return list
}

func (s *snapshot) ngJSON() ngJSON {
	n := ngJSON{
		Clients: len(s.ng.Peers), Rate: round(s.ngRate.requests), Errors: round(s.ngRate.errors),
		Latency:  ms(s.ngRate.latency.Seconds()),
		Repeated: s.ng.Repeated + s.ng.Joined, Overloaded: s.ng.Overloaded, Rejected: s.ng.NoCookie + s.ng.Malformed,
		Commands: []commandJSON{},
	}
	for i := range s.latencies {
		l := &s.latencies[i]
		count := l.Count()
		if count == 0 {
			continue
		}
		n.Commands = append(n.Commands, commandJSON{
			l.Command, count, l.Errors, round(s.ngRate.commands[i]), ms(l.Sum.Seconds() / float64(count)), most(l, count),
		})
	}
	slices.SortStableFunc(n.Commands, func(a, b commandJSON) int { return cmp.Compare(b.Count, a.Count) })
	return n
}

// most is the bound of the class that the 99th of 100 requests falls into, in
// ms; 0 if it is in the last class, which has none.
func most(l *ng.Latency, count uint64) float64 {
	var below uint64
	for i, bound := range ng.LatencyBounds {
		if below += l.Classes[i]; below*100 >= count*99 {
			return ms(bound.Seconds())
		}
	}
	return 0
}

// round leaves one decimal: more says nothing of a rate.
func round(f float64) float64 { return math.Round(f*10) / 10 }

// ms turns seconds into milliseconds with three decimals.
func ms(seconds float64) float64 { return math.Round(seconds*1e6) / 1e3 }
