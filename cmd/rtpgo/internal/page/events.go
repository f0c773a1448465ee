package page

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// writeTimeout is how long a browser may take to accept one event.
const writeTimeout = 10 * time.Second

// events streams to one browser what it looks at: always the overview, with
// view=calls or view=ended a list, with view=call&id= a call. What did not
// change isn't sent again.
func (p *Page) events(w http.ResponseWriter, r *http.Request) {
	if p.streams.Add(1) > maxStreams {
		p.streams.Add(-1)
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("%d browsers look already; close one of them.", maxStreams), http.StatusServiceUnavailable)
		return
	}
	defer p.streams.Add(-1)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies pass events on at once
	control := http.NewResponseController(w)
	view := p.view(r)
	sent := make(map[string][]byte)
	t := time.NewTicker(p.every)
	defer t.Stop()
	for {
		s := p.collect.current()
		for _, e := range append([]event{{"overview", s.overview}}, view(s)...) {
			if e.data == nil || bytes.Equal(sent[e.name], e.data) {
				continue
			}
			sent[e.name] = e.data
			control.SetWriteDeadline(time.Now().Add(writeTimeout)) // not every server has them
			if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", e.name, e.data); err != nil {
				return
			}
		}
		if err := control.Flush(); err != nil {
			return
		}
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		case <-p.collect.quit:
			return
		}
	}
}

// event is one of a stream: data is JSON in one line.
type event struct {
	name string
	data []byte
}

// view is what a stream shows beside the overview.
func (p *Page) view(r *http.Request) func(*snapshot) []event {
	query := r.URL.Query()
	switch query.Get("view") {
	case "calls":
		q := parseList(query)
		return func(s *snapshot) []event { return []event{{"calls", s.list(q)}} }
	case "ended":
		q := parseList(query)
		return func(s *snapshot) []event { return []event{{"ended", s.endedList(p.sources.Calls, q)}} }
	case "call":
		id := query.Get("id")
		return func(s *snapshot) []event { return p.callEvents(s, id) }
	default:
		return func(*snapshot) []event { return nil }
	}
}
