package ng

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// logRequest writes one line at debug level per request, and warns of what the
// request asked for and won't get.
func (s *Server) logRequest(r *Request, peer netip.AddrPort, cookie, document []byte, result string, reply Dict, took time.Duration) {
	if e := s.log.Check(zap.DebugLevel, "NG request"); e != nil {
		// Texts are made when the line is written: most lines are not where
		// single calls are debugged.
		fields := []zap.Field{zap.String("command", r.Command.Value), zap.String("call", r.CallID.Value),
			zap.String("tag", r.FromTag.Value), zap.Stringer("peer", peer),
			zap.ByteString("cookie", printable(cookie)), zap.String("result", result),
			zap.String("reason", reply.Text("error-reason")), zap.Duration("took", took),
			zap.Stringer("request", withoutSDP(document))}
		if r.SDP.Set {
			fields = append(fields, zap.Stringer("sdp", description(r.SDP.Value)))
		}
		if sdp := reply.Text("sdp"); sdp != "" {
			fields = append(fields, zap.Stringer("reply sdp", description(sdp)))
		}
		e.Write(fields...)
	}
	if len(r.Unknown) > 0 {
		s.warnUnknown(r)
	}
	if len(r.Unsupported) > 0 {
		var names []string
		for _, name := range r.Unsupported {
			if s.unknown.first("unsupported", name) {
				names = append(names, name)
			}
		}
		if names != nil {
			s.log.Warn("NG flags without effect: this version has no such feature",
				zap.String("call", r.CallID.Value), zap.String("command", r.Command.Value), zap.Strings("flags", names))
		}
	}
}

// withoutSDP is a document as JSON without its description.
type withoutSDP []byte

func (w withoutSDP) String() string {
	d, _, err := Unmarshal(w)
	if err != nil {
		return ""
	}
	d = slices.DeleteFunc(d, func(p Pair) bool { return p.Key == "sdp" })
	return string(JSON.Append(nil, d))
}

// description is an SDP body for the log.
type description string

func (d description) String() string { return WithoutSecrets(string(d)) }

// logMalformed warns of each client once in a while, so that noise from
// outside doesn't fill the disk; the rest is at debug level.
func (s *Server) logMalformed(peer netip.AddrPort, cookie []byte, err error) {
	level := zap.DebugLevel
	if s.unknown.first("malformed", peer.Addr().String()) {
		level = zap.WarnLevel
	}
	s.log.Log(level, "NG message malformed", zap.Stringer("peer", peer),
		zap.ByteString("cookie", printable(cookie)), zap.Error(err))
}

func (s *Server) warnUnknown(r *Request) {
	var names []string
	for _, u := range r.Unknown {
		if !s.unknown.first(u.Where, u.Name) {
			continue
		}
		names = append(names, u.String())
	}
	if names != nil {
		s.log.Warn("NG flags unknown, ignored",
			zap.String("call", r.CallID.Value), zap.String("command", r.Command.Value), zap.Strings("flags", names))
	}
}

// logLimit lets each name pass once in a while: a script sends the same flags
// with every call.
type logLimit struct {
	mu    sync.Mutex
	seen  map[[2]string]struct{}
	since time.Time
}

const (
	logEvery = 10 * time.Minute
	logNames = 512
)

func (l *logLimit) first(where, name string) bool {
	if len(name) > maxName {
		name = name[:maxName]
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.seen == nil || now.Sub(l.since) > logEvery {
		l.seen, l.since = make(map[[2]string]struct{}), now
	}
	k := [2]string{where, strings.Clone(name)}
	if _, ok := l.seen[k]; ok || len(l.seen) >= logNames {
		return false
	}
	l.seen[k] = struct{}{}
	return true
}

// printable is a cookie for the log; cookies come from outside and may hold
// anything, at any length.
func printable(cookie []byte) []byte { return cookie[:min(len(cookie), 64)] }
