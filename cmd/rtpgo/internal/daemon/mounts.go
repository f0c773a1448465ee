package daemon

import (
	"io"
	"net/http"

	"rtpgo/cmd/rtpgo/internal/httpserver"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/cmd/rtpgo/internal/metrics"
	"rtpgo/ng/stream"
	"rtpgo/ng/web"
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
	d.mountNG(s)
}

// mountNG mounts the NG protocol and the command line.
func (d *daemon) mountNG(s *httpserver.Server) {
	log := stream.Seldom(d.log.Named(logs.HTTP))
	s.Handle("POST /ng", s.Commands(web.Post(d.server, false)))
	s.Handle("POST /ng-plain", s.Commands(web.Post(d.server, true)))
	s.HandleProtocol(web.ProtocolNG, s.Commands(web.NG(d.server, false, log)))
	s.HandleProtocol(web.ProtocolPlain, s.Commands(web.NG(d.server, true, log)))
	s.HandleProtocol(web.ProtocolEcho, s.Commands(web.Echo(log)))
	s.HandleProtocol("janus-protocol", notBuilt("janus-protocol"))
	s.Handle("GET "+web.GetPrefix, s.Commands(web.Get(d.commands.Execute)))
	s.HandleProtocol(web.ProtocolCLI, s.Commands(web.CLI(d.commands.Execute, log)))
	for _, path := range []string{"/janus", "/janus/", "/admin", "/admin/"} {
		s.Handle("POST "+path, notBuilt("the Janus protocol"))
	}
}

// notBuilt refuses by name what the reference has there.
func notBuilt(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, name+" isn't built.", http.StatusNotImplemented)
	})
}
