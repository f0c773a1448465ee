// Package page is the live web page of the daemon: what its calls do, for
// people. It changes nothing, and shows no key.
//
// A browser holds one stream of events (Server-Sent Events, WHATWG HTML section
// 9.2), which brings it what it looks at once a second. All browsers share one
// snapshot of the calls, taken at most once a second and only while somebody
// looks.
package page

import (
	"net/http"
	"sync/atomic"
	"time"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/cmd/rtpgo/internal/httpserver"
)

// Sources are what the page shows.
type Sources struct {
	Calls *call.Registry
	NG    NG
	// Placements tells which engine forwards what arrives at each address; may
	// be nil.
	Placements func() []engine.Placement
	// Host is the name of the machine.
	Host string
}

// maxStreams bounds the browsers that look at the same time.
const maxStreams = 32

// Page serves the page and what it shows. Close ends it.
type Page struct {
	sources Sources
	collect *collector
	mux     *http.ServeMux
	streams atomic.Int32
	every   time.Duration // between two events of a stream
}

// New makes the page and begins to collect. From now on the registry remembers
// the descriptions of calls, with keys masked.
func New(s Sources) *Page {
	s.Calls.KeepSignalling()
	p := &Page{sources: s, collect: newCollector(s), mux: http.NewServeMux(), every: time.Second}
	p.mux.Handle("GET /", assets())
	p.mux.HandleFunc("GET /api/overview", p.overview)
	p.mux.HandleFunc("GET /api/session", p.session)
	p.mux.HandleFunc("GET /api/history", p.history)
	p.mux.HandleFunc("GET /api/calls", p.calls)
	p.mux.HandleFunc("GET /api/ended", p.ended)
	p.mux.HandleFunc("GET /api/call", p.call)
	p.mux.HandleFunc("GET /api/events", p.events)
	p.collect.start()
	return p
}

// Close stops collecting.
func (p *Page) Close() {
	if p != nil {
		p.collect.stop()
	}
}

// policy lets the page load nothing but what this server has, and lets nobody
// frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	p.mux.ServeHTTP(w, r)
}

// session tells whether the browser came in by a login, which it can end.
func (p *Page) session(w http.ResponseWriter, r *http.Request) {
	_, err := r.Cookie(httpserver.SessionCookie)
	writeJSON(w, marshal(map[string]bool{"cookie": err == nil}))
}
