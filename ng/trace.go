package ng

import (
	"bytes"
	"context"
	"net/netip"
)

// Traced is a request or a reply as it is on the wire, for systems that capture
// signalling. What it points to is valid only during the call.
type Traced struct {
	Peer, Local netip.AddrPort // Local is zero where the transport doesn't tell it
	TCP         bool
	Reply       bool
	CallID      string
	Message     []byte // cookie and document
}

type localKey struct{}

type local struct {
	address netip.AddrPort
	tcp     bool
}

// WithLocal tells the server, in the context of requests, to which address of
// ours they came, and whether over TCP.
func WithLocal(ctx context.Context, address netip.AddrPort, tcp bool) context.Context {
	return context.WithValue(ctx, localKey{}, local{netip.AddrPortFrom(address.Addr().Unmap(), address.Port()), tcp})
}

// Traces tells whether requests are traced, so that it matters what WithLocal
// says.
func (s *Server) Traces() bool { return s.Trace != nil }

// trace shows a request or its reply; a ping is of no interest.
func (s *Server) trace(ctx context.Context, r *Request, reply bool, message []byte) {
	if s.Trace == nil || r.Command.Value == "ping" {
		return
	}
	l, _ := ctx.Value(localKey{}).(local)
	s.Trace(Traced{Peer: r.Peer, Local: l.address, TCP: l.tcp, Reply: reply, CallID: r.CallID.Value, Message: message})
}

// MaskSecrets overwrites the keys of SDES and the passwords of ICE in a message
// by asterisks, whatever its encoding: its length stays the same. See
// [WithoutSecrets].
func MaskSecrets(message []byte) {
	for _, name := range []string{"inline:", "ice-pwd:"} {
		for rest := message; ; {
			_, behind, found := bytes.Cut(rest, []byte(name))
			if !found {
				break
			}
			n := 0
			for n < len(behind) && secretOctet(behind[n:]) {
				behind[n] = '*'
				n++
			}
			rest = behind[n:]
		}
	}
}

// secretOctet tells whether the first octet may be part of a key in base64 or of
// a password; in JSON a slash may have a backslash before it.
func secretOctet(b []byte) bool {
	switch c := b[0]; {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/', c == '=', c == '-', c == '_':
		return true
	case c == '\\':
		return len(b) > 1 && b[1] == '/'
	}
	return false
}
