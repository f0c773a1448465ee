package daemon

import (
	"io"
	"net/http"

	"rtpgo/cmd/rtpgo/internal/httpserver"
)

// mount tells the HTTP server what to serve.
func (d *daemon) mount(s *httpserver.Server) {
	s.Handle("GET /ping", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "pong\n")
	}))
}
