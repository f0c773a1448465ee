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

// secrets are what comes before a secret in a description, and whether the rest
// of the line is one; else it ends with the word. JSON writes line ends as two
// characters.
var secrets = []struct {
	name string
	line bool
}{
	{"inline:", false}, {"ice-pwd:", false}, {"key-mgmt:", true}, {"identity:", true}, {"\nk=", true}, {`\nk=`, true},
}

// MaskSecrets overwrites what [WithoutSecrets] leaves out of a description by
// asterisks, in a message of whatever encoding: its length stays the same.
func MaskSecrets(message []byte) {
	lower := bytes.Clone(message)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	for _, s := range secrets {
		for at := 0; ; {
			n := bytes.Index(lower[at:], []byte(s.name))
			if n < 0 {
				break
			}
			at += n + len(s.name)
			for at < len(message) && (secretOctet(message[at:]) || s.line && lineOctet(message[at])) {
				message[at] = '*'
				at++
			}
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

// lineOctet tells whether an octet may stand in the middle of a line.
func lineOctet(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }
