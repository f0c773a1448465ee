package sdpedit

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Bounds on outside input.
const (
	MaxMedias     = 128
	MaxAttributes = 4096 // in the whole description
	MaxFormats    = 256  // of one section
)

// usualAttributes is how many a description of one audio section has.
const usualAttributes = 8

// ErrSyntax is wrapped by every error of Parse.
var ErrSyntax = errors.New("not a session description")

func syntax(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrSyntax}, args...)...)
}

// Parse reads a description. It takes bare LF, missing s= and t= lines, lines
// out of order, unknown lines, non-numeric session ids and unknown
// transports; it refuses what the reference refuses: no v=, no o=, ports that
// aren't numbers, addresses that aren't literal unicast IP addresses. An empty
// body is a description without sections, and a blank line ends any.
func Parse(body string) (*Session, error) {
	s := &Session{Bandwidth: NoBandwidth, Timing: "0 0"}
	r := reader{s: s}
	for len(body) > 0 {
		var line string
		if i := strings.IndexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			line, body = body, ""
		}
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			break
		}
		if err := r.line(line); err != nil {
			return nil, err
		}
	}
	if r.lines > 0 && !r.origin {
		return nil, syntax("no o= line")
	}
	r.finish()
	return s, nil
}

type reader struct {
	s      *Session
	m      *Media // nil while in the session part
	own    []bool // whether section i has a c= of its own
	lines  int
	attrs  int
	origin bool
}

func (r *reader) line(line string) error {
	if len(line) < 2 || line[1] != '=' {
		return syntax("line without '=': %.40q", line)
	}
	value := line[2:]
	if r.lines == 0 && line[0] != 'v' {
		return syntax("the first line is not v=")
	}
	r.lines++
	switch line[0] {
	case 'v':
		if value != "0" {
			return syntax("version %.20q", value)
		}
	case 'o':
		if r.m == nil && !r.origin {
			return r.readOrigin(value)
		}
	case 's':
		if r.m == nil {
			r.s.Name = value
		}
	case 't':
		if r.m == nil {
			r.s.Timing = value
		}
	case 'c':
		return r.connection(value)
	case 'b':
		r.bandwidth(value)
	case 'm':
		return r.media(value)
	case 'a':
		return r.attribute(value)
	}
	return nil
}

func (r *reader) readOrigin(value string) error {
	f := strings.Fields(value)
	if len(f) < 6 {
		return syntax("o= has %d fields", len(f))
	}
	// A user name with blanks: the last five fields count.
	n := len(f)
	if f[n-3] != "IN" || (f[n-2] != "IP4" && f[n-2] != "IP6") {
		return syntax("o= with address type %.20q", f[n-3]+" "+f[n-2])
	}
	addr, _ := address(f[n-3], f[n-2], f[n-1])
	r.s.Origin = Origin{
		Username:  strings.Join(f[:n-5], " "),
		SessionID: f[n-5], Version: f[n-4], Address: addr, Host: strings.Join(f[n-3:], " "),
	}
	r.origin = true
	return nil
}

// address reads "IN IP4 192.0.2.1"; names, TTLs and lower case are refused, as
// the reference does.
func address(net, family, addr string) (netip.Addr, error) {
	if net != "IN" || (family != "IP4" && family != "IP6") {
		return netip.Addr{}, syntax("address type %.20q", net+" "+family)
	}
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" || a.Is4() != (family == "IP4") {
		return netip.Addr{}, syntax("address %.60q", family+" "+addr)
	}
	return a, nil
}

func (r *reader) connection(value string) error {
	f := strings.Fields(value)
	if len(f) != 3 {
		return syntax("c= has %d fields", len(f))
	}
	a, err := address(f[0], f[1], f[2])
	if err != nil {
		return fmt.Errorf("c=: %w", err)
	}
	if r.m == nil {
		r.s.Connection = a
		return nil
	}
	r.m.Connection = a
	r.own[len(r.own)-1] = true
	return nil
}

func (r *reader) bandwidth(value string) {
	typ, num, ok := strings.Cut(value, ":")
	n, err := strconv.ParseInt(strings.TrimSpace(num), 10, 63)
	if !ok || err != nil || n < 0 {
		return
	}
	b := &r.s.Bandwidth
	if r.m != nil {
		b = &r.m.Bandwidth
	}
	switch typ {
	case "AS":
		b.AS = n
	case "CT":
		// CT is a session matter; in a section it moves up.
		r.s.Bandwidth.CT = n
	case "RR":
		b.RR = n
	case "RS":
		b.RS = n
	case "TIAS":
		b.TIAS = n
	}
}

func (r *reader) media(value string) error {
	if len(r.s.Medias) >= MaxMedias {
		return syntax("more than %d sections", MaxMedias)
	}
	f := strings.Fields(value)
	if len(f) < 3 {
		return syntax("m= has %d fields", len(f))
	}
	ports, _, _ := strings.Cut(f[1], "/")
	port, err := strconv.ParseUint(ports, 10, 16)
	if err != nil {
		return syntax("port %.20q", f[1])
	}
	if len(f)-3 > MaxFormats {
		return syntax("more than %d formats", MaxFormats)
	}
	r.m = &Media{Type: intern(f[0]), Port: int(port), Protocol: intern(f[2]), Formats: f[3:], Bandwidth: NoBandwidth}
	r.s.Medias = append(r.s.Medias, r.m)
	r.own = append(r.own, false)
	return nil
}

func (r *reader) attribute(value string) error {
	if r.attrs++; r.attrs > MaxAttributes {
		return syntax("more than %d attributes", MaxAttributes)
	}
	a := Attribute{Name: value}
	if i := strings.IndexByte(value, ':'); i >= 0 {
		a = Attribute{Name: value[:i], Value: value[i+1:], HasValue: true}
	}
	list := &r.s.Attributes
	if r.m != nil {
		list = &r.m.Attributes
	}
	if *list == nil {
		*list = make([]Attribute, 0, usualAttributes)
	}
	*list = append(*list, a)
	return nil
}

// finish fills the typed views once all lines are known, for attributes may
// stand before the lines that they refer to.
func (r *reader) finish() {
	r.s.readAttributes()
	for i, m := range r.s.Medias {
		if !r.own[i] {
			m.Connection = r.s.Connection
		}
		m.readAttributes(r.s)
	}
}
