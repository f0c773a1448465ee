package httpserver

import (
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
)

// gate is what every request passes: bounds, then access, then the handler
// that was mounted for it.
func (s *Server) gate() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Done()
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if !bound(w, r) {
			return
		}
		if s.access.demanded() {
			if s.access.session(w, r) {
				return
			}
			if !s.access.granted(r) {
				s.access.refuse(w, r)
				return
			}
		}
		if p := s.protocolOf(r); p != nil {
			p.ServeHTTP(w, r)
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

// bound limits what is read of a request, and reports whether to go on.
func bound(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.Body == http.NoBody:
		// The time for reading is over with the headers. It mustn't end an
		// answer that takes longer, like a stream of events.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	case r.ContentLength > maxBody:
		http.Error(w, "The body is too large.", http.StatusRequestEntityTooLarge)
		return false
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	}
	return true
}

// protocolOf is the handler of the first subprotocol that a WebSocket request
// offers and that is known here.
func (s *Server) protocolOf(r *http.Request) http.Handler {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return nil
	}
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(line, ",") {
			if h := s.protocols[strings.TrimSpace(name)]; h != nil {
				return h
			}
		}
	}
	return nil
}

// Protected refuses everybody as long as neither token nor client authority is
// configured: for what must never be open to all. (With one of them configured
// everything is protected, whether wrapped or not.)
func (s *Server) Protected(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.access.demanded() {
			http.Error(w, "Closed: set http-token-file, or https-client-ca with listen-https, to open this to those who hold one.", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Commands is for what changes the daemon's state: it refuses requests that a
// page of another site, open in somebody's browser, makes behind the back of
// its user. Programs other than browsers aren't concerned.
func (s *Server) Commands(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reason := foreign(r, s.access.byToken(r)); reason != "" {
			s.access.log.Warn("HTTP request of a web page refused: "+reason, zap.String("peer", r.RemoteAddr),
				zap.String("path", r.URL.Path), zap.String("origin", r.Header.Get("Origin")), zap.String("host", r.Host))
			http.Error(w, "Refused: "+reason, http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}
