package web

import (
	"context"
	"net"
	"net/http"

	"go.uber.org/zap"

	"rtpgo/ng"
	"rtpgo/ng/stream"
)

// Subprotocols of WebSocket.
const (
	ProtocolNG    = "ng.rtpengine.com"       // messages with a cookie
	ProtocolPlain = "ng-plain.rtpengine.com" // documents alone
	ProtocolCLI   = "cli.rtpengine.com"      // command lines
	ProtocolEcho  = "echo.rtpengine.com"     // a test
)

// NG answers NG messages over WebSocket, each in a message of its own; plain is
// for documents without cookies. log is for few lines.
func NG(server *ng.Server, plain bool, log *zap.Logger) http.Handler {
	protocol := ProtocolNG
	if plain {
		protocol = ProtocolPlain
	}
	return accept(protocol, log, func(s *socket) speaker {
		return conversation{stream.Converse(requestContext(s.request), stream.Link{
			Server: server, Peer: peerOf(s.request), Plain: plain, Write: s.send,
			Fail: func(reason string) {
				log.Warn("WebSocket connection closed", zap.String("peer", s.request.RemoteAddr), zap.String("reason", reason))
				s.conn.CloseNow()
			},
		})}
	})
}

// requestContext is for what an HTTP request asks for: it outlives the client.
func requestContext(r *http.Request) context.Context {
	ctx := context.WithoutCancel(r.Context())
	if a, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr); ok {
		ctx = ng.WithLocal(ctx, stream.AddrPort(a), true)
	}
	return ctx
}

type conversation struct{ *stream.Conversation }

func (c conversation) take(message []byte) bool { return c.Take(message) }
func (c conversation) end()                     { c.Close() }

// Echo sends back what comes. log is for few lines.
func Echo(log *zap.Logger) http.Handler {
	return accept(ProtocolEcho, log, func(s *socket) speaker { return echo{s} })
}

type echo struct{ *socket }

func (e echo) take(message []byte) bool { return e.send(message) == nil }
func (e echo) end()                     {}
