package tcp

import (
	"errors"
	"fmt"

	"rtpgo/ng"
)

// Nothing but its own end divides a message on a TCP connection from the next:
// "COOKIE SP DOCUMENT COOKIE SP DOCUMENT ...". Line ends between two messages
// belong to the cookie of the second, as rtpengine has it, so that a client
// that ends its requests with a line end gets replies by the line.

// Why a stream can't be divided into messages. Whoever sends such things can't
// be understood any more.
var (
	errCookie   = fmt.Errorf("no blank within %d bytes where a cookie should be", ng.MaxCookie)
	errNoCookie = errors.New("a blank where a cookie should be")
	errDocument = ng.ErrDocument
	errLarge    = fmt.Errorf("a message of more than %d bytes", ng.MaxStream)
	errBencode  = errors.New("malformed bencode")
	errDeep     = errors.New("a document too deeply nested")
)

// maxDepth is somewhat more than what a request may have: this only divides,
// and leaves judging to package ng.
const maxDepth = 64

// scanner finds the end of the first message in what has been received. It goes
// on where it was when more comes, so that the cost doesn't depend on the
// pieces in which a message arrives.
type scanner struct {
	pos    int  // looked at
	inside bool // past the cookie
	json   bool
	depth  int
	quoted bool // in a JSON string
	escape bool // behind a backslash in one
}

// end is the length of the first message of b, or 0 when more is needed. After
// a message the scanner has to be reset.
func (s *scanner) end(b []byte) (int, error) {
	if !s.inside {
		if done, err := s.cookie(b); !done {
			return 0, err
		}
	}
	var n int
	var err error
	if s.json {
		n = s.braces(b)
	} else {
		n, err = s.bencode(b)
	}
	if err == nil && max(n, s.pos) > ng.MaxStream || err == nil && n == 0 && len(b) >= ng.MaxStream {
		err = errLarge
	}
	return n, err
}

// cookie passes the cookie and looks at the first byte of the document.
func (s *scanner) cookie(b []byte) (bool, error) {
	for ; s.pos < len(b) && b[s.pos] != ' '; s.pos++ {
		if s.pos == ng.MaxCookie {
			return false, errCookie
		}
	}
	if s.pos+1 >= len(b) {
		if s.pos < len(b) && s.pos == 0 {
			return false, errNoCookie
		}
		return false, nil
	}
	if s.pos == 0 {
		return false, errNoCookie
	}
	switch b[s.pos+1] {
	case 'd':
	case '{':
		s.json = true
	default:
		return false, errDocument
	}
	s.pos++
	s.inside = true
	return true, nil
}

// bencode goes from value to value; pos is at the start of one, or beyond the
// end of b within a string.
func (s *scanner) bencode(b []byte) (int, error) {
	for s.pos < len(b) {
		switch c := b[s.pos]; {
		case c == 'd' || c == 'l':
			if s.depth++; s.depth > maxDepth {
				return 0, errDeep
			}
			s.pos++
		case c == 'e':
			s.pos++
			if s.depth--; s.depth == 0 {
				return s.pos, nil
			}
		case c == 'i':
			n, _, err := number(b[s.pos+1:], 'e')
			if n == 0 || err != nil {
				return 0, err
			}
			s.pos += 1 + n
		case c >= '0' && c <= '9':
			n, length, err := number(b[s.pos:], ':')
			if n == 0 || err != nil {
				return 0, err
			}
			if s.pos += n + length; s.pos > ng.MaxStream {
				return 0, errLarge
			}
		default:
			return 0, errBencode
		}
	}
	return 0, nil
}

// maxDigits of a number, with its sign.
const maxDigits = 21

// number reads digits up to the byte end, and returns how long both are; 0 when
// more is needed. A value too large for any message is cut to that size.
func number(b []byte, end byte) (n, value int, err error) {
	for i, c := range b {
		switch {
		case c == end && i > 0:
			return i + 1, value, nil
		case i == maxDigits, c != '-' && (c < '0' || c > '9'), c == '-' && (i > 0 || end != 'e'):
			return 0, 0, errBencode
		case c != '-':
			value = min(value*10+int(c-'0'), ng.MaxStream+1)
		}
	}
	return 0, 0, nil
}

// braces goes from byte to byte and counts brackets outside of strings.
func (s *scanner) braces(b []byte) int {
	for ; s.pos < len(b); s.pos++ {
		c := b[s.pos]
		switch {
		case s.escape:
			s.escape = false
		case s.quoted && c == '\\':
			s.escape = true
		case c == '"':
			s.quoted = !s.quoted
		case s.quoted:
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			if s.depth--; s.depth == 0 {
				s.pos++
				return s.pos
			}
		}
	}
	return 0
}
