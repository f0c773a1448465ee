package page

import (
	"net/http"
	"slices"
	"strings"

	"rtpgo/call"
)

// endedJSON is a part of the ended calls that are remembered.
type endedJSON struct {
	Total   int            `json:"total"`
	Matched int            `json:"matched"`
	Offset  int            `json:"offset"`
	Faults  int            `json:"faults"`
	Calls   []endedRowJSON `json:"calls"`
}

type endedRowJSON struct {
	ID       string  `json:"id"`
	Ended    int64   `json:"ended"`    // ms since 1970
	Duration float64 `json:"duration"` // seconds
	Reason   string  `json:"reason"`
	Verdict  string  `json:"verdict"`
	Fault    bool    `json:"fault"`
	Text     string  `json:"text"`
}

// endedCalls are the ended calls as of the snapshot, listed when somebody asks.
func (s *snapshot) endedCalls(calls *call.Registry) []call.EndedSummary {
	s.endedOnce.Do(func() { s.ended = calls.EndedSummaries() })
	return s.ended
}

// endedList answers a query; the latest calls come first.
func (s *snapshot) endedList(calls *call.Registry, q listQuery) []byte {
	all := s.endedCalls(calls)
	l := endedJSON{Total: len(all), Calls: []endedRowJSON{}}
	for i := range all {
		c := &all[i]
		if c.Fault {
			l.Faults++
		}
		if q.condition == "fault" && !c.Fault || q.search != "" && !endedMatches(c, q.search) {
			continue
		}
		if l.Matched++; l.Matched <= q.offset || len(l.Calls) == q.limit {
			continue
		}
		l.Calls = append(l.Calls, endedRowJSON{
			c.ID, c.Ended.UnixMilli(), c.Ended.Sub(c.Created).Seconds(), c.Reason, c.Verdict, c.Fault, c.Text,
		})
	}
	l.Offset = min(q.offset, l.Matched)
	return marshal(l)
}

func endedMatches(c *call.EndedSummary, text string) bool {
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return has(c.ID) || has(c.Verdict) || has(c.Reason) || has(c.Text) || slices.ContainsFunc(c.Tags, has)
}

func (p *Page) ended(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, p.collect.current().endedList(p.sources.Calls, parseList(r.URL.Query())))
}
