package page

import (
	"encoding/json"
	"net/http"
	"time"

	"rtpgo/ng"
)

// callEvents are the parts of the view of one call. They come as events of
// their own, for most of them seldom change.
func (p *Page) callEvents(s *snapshot, id string) []event {
	explanation := p.sources.Calls.Explain(id)
	head, status := p.status(s, id)
	if status == nil && explanation != nil {
		head.State = "ended"
	}
	return []event{
		{"head", marshal(head)},
		{"call", status},
		{"explain", explained(explanation)},
		{"signalling", p.signalling(id)},
	}
}

// headJSON says where a call is found.
type headJSON struct {
	ID    string   `json:"id"`
	State string   `json:"state"` // live, ended, or unknown
	Row   *rowJSON `json:"row,omitempty"`
}

// status shows a live call as `rtpgo query --json` does; nil when it isn't up.
func (p *Page) status(s *snapshot, id string) (headJSON, []byte) {
	head := headJSON{ID: id, State: "unknown"}
	d := p.sources.Calls.StatusOf(id)
	if d == nil {
		return head, nil
	}
	head.State = "live"
	if i, ok := s.byID[id]; ok {
		row := s.row(i)
		row.Age = 0 // the call itself tells
		head.Row = &row
	}
	return head, ng.JSON.Append(nil, ng.Dict{{Key: "at", Value: time.Now().UnixMilli()}, {Key: "call", Value: d}})
}

// explained is what `rtpgo explain --json` prints; nil when there is nothing.
func explained(d ng.Dict) []byte {
	if d == nil {
		return nil
	}
	return ng.JSON.Append(nil, d)
}

// exchangeJSON is one offer or answer, before and after.
type exchangeJSON struct {
	At      int64  `json:"at"` // ms since 1970
	Command string `json:"command"`
	From    string `json:"from"`
	To      string `json:"to"`
	Before  string `json:"before"`
	After   string `json:"after"`
}

func (p *Page) signalling(id string) []byte {
	list := []exchangeJSON{}
	for _, e := range p.sources.Calls.Signalling(id) {
		list = append(list, exchangeJSON{e.At.UnixMilli(), e.Command, e.From, e.To, e.Before, e.After})
	}
	return marshal(list)
}

// call answers with all parts of a call at once.
func (p *Page) call(w http.ResponseWriter, r *http.Request) {
	parts := make(map[string]json.RawMessage)
	for _, e := range p.callEvents(p.collect.current(), r.URL.Query().Get("id")) {
		if e.data != nil {
			parts[e.name] = e.data
		}
	}
	writeJSON(w, marshal(parts))
}
