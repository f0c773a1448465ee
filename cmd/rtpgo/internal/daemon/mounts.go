package daemon

import (
	"io"
	"net/http"

	"rtpgo/cmd/rtpgo/internal/httpserver"
	"rtpgo/cmd/rtpgo/internal/metrics"
)

// mount tells the HTTP server what to serve.
func (d *daemon) mount(s *httpserver.Server) {
	s.Handle("GET /ping", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "pong\n")
	}))
	s.Handle("GET /metrics", metrics.Handler(metrics.Sources{
		Calls: d.calls, Server: d.server, Engine: d.engine, Version: d.calls.Version,
	}, d.log))
	d.page = d.newPage()
	s.Handle("GET /", s.Protected(d.page))
}
