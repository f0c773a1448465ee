// Package sip is a minimal SIP (RFC 3261) user agent over UDP for tests: it
// speaks to a proxy on a network that loses nothing, remembers every message,
// and lets a scenario decide each step. It repeats nothing by itself, and
// shows repetitions of others only in Agent.Repeated.
package sip

import (
	"fmt"
	"strconv"
	"strings"
)

// Header is one header line.
type Header struct{ Name, Value string }

// Message is a request (Method set) or a response (Status set).
type Message struct {
	Method, URI string
	Status      int
	Reason      string
	Headers     []Header
	Body        string
}

// longNames are the compact forms of RFC 3261 section 7.3.3.
var longNames = map[string]string{
	"v": "Via", "f": "From", "t": "To", "i": "Call-ID", "m": "Contact",
	"c": "Content-Type", "l": "Content-Length",
}

// Parse reads one datagram.
func Parse(datagram []byte) (*Message, error) {
	head, body, ok := strings.Cut(string(datagram), "\r\n\r\n")
	if !ok {
		return nil, fmt.Errorf("no end of headers in %q", head)
	}
	lines := strings.Split(head, "\r\n")
	m := &Message{Body: body}
	first := strings.SplitN(lines[0], " ", 3)
	if len(first) != 3 {
		return nil, fmt.Errorf("bad first line %q", lines[0])
	}
	if first[0] == "SIP/2.0" {
		status, err := strconv.Atoi(first[1])
		if err != nil {
			return nil, fmt.Errorf("bad status line %q", lines[0])
		}
		m.Status, m.Reason = status, first[2]
	} else {
		m.Method, m.URI = first[0], first[1]
	}
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("bad header %q", line)
		}
		name = strings.TrimSpace(name)
		if long, compact := longNames[strings.ToLower(name)]; compact {
			name = long
		}
		m.Headers = append(m.Headers, Header{name, strings.TrimSpace(value)})
	}
	return m, nil
}

// Get returns the first header of a name, or "".
func (m *Message) Get(name string) string {
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// All returns the values of a header, one for each element of a list.
func (m *Message) All(name string) []string {
	var values []string
	for _, h := range m.Headers {
		if strings.EqualFold(h.Name, name) {
			for _, v := range strings.Split(h.Value, ",") {
				values = append(values, strings.TrimSpace(v))
			}
		}
	}
	return values
}

// Add appends a header.
func (m *Message) Add(name, value string) { m.Headers = append(m.Headers, Header{name, value}) }

// Bytes writes the message, with Content-Length and, where there is a body,
// its type.
func (m *Message) Bytes() []byte {
	var b strings.Builder
	if m.Status > 0 {
		fmt.Fprintf(&b, "SIP/2.0 %d %s\r\n", m.Status, m.Reason)
	} else {
		fmt.Fprintf(&b, "%s %s SIP/2.0\r\n", m.Method, m.URI)
	}
	for _, h := range m.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	if m.Body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(m.Body), m.Body)
	return []byte(b.String())
}

// String is the first line with the CSeq, for error messages.
func (m *Message) String() string {
	if m.Status > 0 {
		return fmt.Sprintf("%d %s (%s)", m.Status, m.Reason, m.Get("CSeq"))
	}
	return fmt.Sprintf("%s (%s)", m.Method, m.Get("CSeq"))
}

// cseq splits the CSeq header.
func (m *Message) cseq() (number, method string) {
	number, method, _ = strings.Cut(m.Get("CSeq"), " ")
	return number, strings.TrimSpace(method)
}

// branch is the branch of the topmost Via.
func (m *Message) branch() string { return param(m.Get("Via"), "branch") }

// param finds ;name=value in a header.
func param(header, name string) string {
	// Parameters inside of <> belong to the address.
	if i := strings.LastIndexByte(header, '>'); i >= 0 {
		header = header[i:]
	}
	for _, p := range strings.Split(header, ";")[1:] {
		if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// address is the URI inside of a name-addr.
func address(header string) string {
	if _, rest, ok := strings.Cut(header, "<"); ok {
		uri, _, _ := strings.Cut(rest, ">")
		return uri
	}
	uri, _, _ := strings.Cut(header, ";")
	return uri
}
