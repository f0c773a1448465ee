package page

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rtpgo/call"
)

// Bounds of a request for a list.
const (
	pageSize    = 50
	maxPageSize = 200
	maxSearch   = 200 // bytes
)

// listQuery asks for a part of the calls.
type listQuery struct {
	search        string // lower case; in id, tags, addresses, codec, interface
	condition     string // "" for all, "fault" for those that need attention
	sort          string
	down          bool
	offset, limit int
}

// parseList reads a query. What makes no sense counts as not given.
func parseList(v url.Values) listQuery {
	q := listQuery{
		search: strings.ToLower(strings.TrimSpace(v.Get("q"))), condition: v.Get("state"),
		sort: v.Get("sort"), down: v.Get("order") == "down", limit: pageSize,
	}
	if len(q.search) > maxSearch {
		q.search = q.search[:maxSearch]
	}
	if n, err := strconv.Atoi(v.Get("offset")); err == nil && n > 0 {
		q.offset = n
	}
	if n, err := strconv.Atoi(v.Get("limit")); err == nil && n > 0 {
		q.limit = min(n, maxPageSize)
	}
	return q
}

// listJSON is a part of the calls.
type listJSON struct {
	At         int64          `json:"at"` // ms since 1970
	Total      int            `json:"total"`
	Matched    int            `json:"matched"`
	Offset     int            `json:"offset"`
	Conditions map[string]int `json:"conditions"`
	Faults     int            `json:"faults"`
	Calls      []rowJSON      `json:"calls"`
}

// rowJSON is one call of a list.
type rowJSON struct {
	ID        string    `json:"id"`
	Age       int64     `json:"age"` // seconds
	Condition string    `json:"condition"`
	Fault     string    `json:"fault,omitempty"`
	Media     string    `json:"media"`
	Codec     string    `json:"codec"`
	Ends      []endJSON `json:"ends"`
	Packets   float64   `json:"packets"` // per second
	Loss      float64   `json:"loss"`    // 0 to 1, since the start, of the worst stream
	LossNow   float64   `json:"lossNow"`
	Jitter    float64   `json:"jitter"` // ms, the worst
	Dropped   uint64    `json:"dropped"`
	Kernel    int       `json:"kernel"`
	Streams   int       `json:"streams"`
}

// endJSON is one party as a list shows it.
type endJSON struct {
	Tag       string `json:"tag"`
	Interface string `json:"interface"`
	Address   string `json:"address"`
	Packets   uint64 `json:"packets"` // received from it
}

// listCache keeps the answers of one snapshot: browsers that look at the same
// get the same.
type listCache struct {
	mu      sync.Mutex
	answers map[listQuery][]byte
}

// maxAnswers bounds the answers of one snapshot.
const maxAnswers = 2 * maxStreams

func (s *snapshot) list(q listQuery) []byte {
	s.lists.mu.Lock()
	defer s.lists.mu.Unlock()
	if b, ok := s.lists.answers[q]; ok {
		return b
	}
	b := marshal(s.find(q))
	if s.lists.answers == nil {
		s.lists.answers = make(map[listQuery][]byte)
	}
	if len(s.lists.answers) < maxAnswers {
		s.lists.answers[q] = b
	}
	return b
}

func (s *snapshot) find(q listQuery) listJSON {
	found := make([]int, 0, len(s.calls))
	for i := range s.calls {
		if q.condition == "fault" && s.fault(i) == "" || q.condition != "" && q.condition != "fault" && q.condition != s.calls[i].Condition {
			continue
		}
		if q.search == "" || matches(&s.calls[i], q.search) {
			found = append(found, i)
		}
	}
	s.sortBy(found, q)
	l := listJSON{
		At: s.at.UnixMilli(), Total: len(s.calls), Matched: len(found), Offset: min(q.offset, len(found)),
		Conditions: s.conditions, Faults: s.faults, Calls: []rowJSON{},
	}
	for _, i := range found[l.Offset:min(l.Offset+q.limit, len(found))] {
		l.Calls = append(l.Calls, s.row(i))
	}
	return l
}

// sortBy sorts calls by what the query says; without, the newest come first.
func (s *snapshot) sortBy(list []int, q listQuery) {
	number := func(of func(i int) float64) func(a, b int) int {
		values := make(map[int]float64, len(list))
		for _, i := range list {
			values[i] = of(i)
		}
		return func(a, b int) int { return cmp.Compare(values[a], values[b]) }
	}
	var order func(a, b int) int
	switch q.sort {
	case "id":
		order = func(a, b int) int { return strings.Compare(s.calls[a].ID, s.calls[b].ID) }
	case "condition":
		order = func(a, b int) int { return strings.Compare(s.calls[a].Condition, s.calls[b].Condition) }
	case "packets":
		order = number(func(i int) float64 { return s.rates[i].packets })
	case "loss":
		order = number(func(i int) float64 { return loss(&s.calls[i]) })
	case "jitter":
		order = number(func(i int) float64 { return float64(jitter(&s.calls[i])) })
	case "dropped":
		order = number(func(i int) float64 { return float64(dropped(&s.calls[i])) })
	default: // age; s.calls has the oldest first
		order = func(a, b int) int { return cmp.Compare(b, a) }
	}
	slices.SortStableFunc(list, func(a, b int) int {
		if q.down {
			return order(b, a)
		}
		return order(a, b)
	})
}

// matches tells whether a text occurs in what an operator knows of a call.
func matches(c *call.Summary, text string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if has(c.ID) {
		return true
	}
	for i := range c.Streams {
		t := &c.Streams[i]
		if has(t.Tag) || has(t.Codec) || has(t.Interface) || t.Remote.IsValid() && has(t.Remote.String()) ||
			t.Local.IsValid() && has(t.Local.String()) {
			return true
		}
	}
	return false
}

func (s *snapshot) row(i int) rowJSON {
	c := &s.calls[i]
	r := rowJSON{
		ID: c.ID, Age: int64(max(0, s.at.Sub(c.Created)) / time.Second), Condition: c.Condition, Fault: s.fault(i),
		Packets: round(s.rates[i].packets), Loss: loss(c), LossNow: s.rates[i].loss,
		Jitter: ms(jitter(c).Seconds()), Dropped: dropped(c), Ends: []endJSON{},
	}
	var kinds, codecs []string
	for k := range c.Streams {
		t := &c.Streams[k]
		if t.Type != "" && !slices.Contains(kinds, t.Type) {
			kinds = append(kinds, t.Type)
		}
		if t.Codec != "" && !slices.Contains(codecs, t.Codec) {
			codecs = append(codecs, t.Codec)
		}
		if t.Local.IsValid() {
			r.Streams++
			if t.Kernelized {
				r.Kernel++
			}
		}
		if n := len(r.Ends); n > 0 && r.Ends[n-1].Tag == t.Tag && k > 0 && t.Media > 1 {
			r.Ends[n-1].Packets += t.Received
			continue
		}
		e := endJSON{Tag: t.Tag, Interface: t.Interface, Packets: t.Received}
		if t.Remote.IsValid() {
			e.Address = t.Remote.String()
		}
		r.Ends = append(r.Ends, e)
	}
	r.Media, r.Codec = strings.Join(kinds, ", "), strings.Join(codecs, ", ")
	return r
}

// loss is that of the worst stream.
func loss(c *call.Summary) (worst float64) {
	for i := range c.Streams {
		worst = max(worst, share(float64(c.Streams[i].Lost), float64(c.Streams[i].Received)))
	}
	return worst
}

func jitter(c *call.Summary) (worst time.Duration) {
	for i := range c.Streams {
		worst = max(worst, c.Streams[i].Jitter)
	}
	return worst
}

func dropped(c *call.Summary) (n uint64) {
	for i := range c.Streams {
		n += c.Streams[i].Dropped
	}
	return n
}

func (p *Page) calls(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, p.collect.current().list(parseList(r.URL.Query())))
}
