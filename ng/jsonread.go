package ng

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// readJSON reads a JSON object (RFC 8259) into t; behind it only blanks may
// follow. It is a reader of our own because strings are bytes in this
// protocol: encoding/json replaces what isn't UTF-8, and an SDP may well hold
// Latin-1. For the same reason control characters in strings are taken as they
// are.
func readJSON(t *tree, doc string) error {
	r := jsonReader{t: t, doc: doc}
	err := r.value(0)
	if r.blanks(); err == nil && r.pos < len(doc) {
		err = errBehind
	}
	if err != nil {
		return fmt.Errorf("JSON, byte %d: %w", r.pos, err)
	}
	return nil
}

var (
	errBehind = errors.New("text behind the document")
	errEscape = errors.New("bad escape in a string")
	errColon  = errors.New("a colon is missing")
	errComma  = errors.New("a comma is missing")
	errNumber = errors.New("bad number")
)

type jsonReader struct {
	t   *tree
	doc string
	pos int
}

// next is the next byte that isn't blank, 0 at the end.
func (r *jsonReader) next() byte {
	r.blanks()
	return r.peek()
}

func (r *jsonReader) blanks() {
	for r.pos < len(r.doc) {
		switch r.doc[r.pos] {
		case ' ', '\t', '\r', '\n':
			r.pos++
		default:
			return
		}
	}
}

func (r *jsonReader) peek() byte {
	if r.pos < len(r.doc) {
		return r.doc[r.pos]
	}
	return 0
}

func (r *jsonReader) value(depth int) error {
	switch c := r.next(); {
	case c == '{':
		return r.container(kindDict, '}', depth)
	case c == '[':
		return r.container(kindList, ']', depth)
	case c == '"':
		return r.str()
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case r.pos >= len(r.doc):
		return errTruncated
	}
	for _, word := range [...]string{"null", "true", "false"} {
		if strings.HasPrefix(r.doc[r.pos:], word) {
			r.pos += len(word)
			_, err := r.t.add(kindOther, "")
			return err
		}
	}
	return errByte
}

func (r *jsonReader) container(k kind, end byte, depth int) error {
	if depth == maxDepth {
		return errDeep
	}
	i, err := r.t.add(k, "")
	if err != nil {
		return err
	}
	r.pos++
	for first := true; ; first = false {
		c := r.next()
		if c == end && first {
			break
		}
		if k == kindDict {
			if c != '"' {
				return errKey
			}
			if err = r.str(); err != nil {
				return err
			}
			if r.next() != ':' {
				return errColon
			}
			r.pos++
		}
		if err = r.value(depth + 1); err != nil {
			return err
		}
		if c = r.next(); c == end {
			break
		}
		if c != ',' {
			return errComma
		}
		r.pos++
	}
	r.pos++
	r.t.close(i)
	return nil
}

func (r *jsonReader) number() error {
	start, k := r.pos, kindInt
	digits := func() bool {
		first := r.pos
		for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
			r.pos++
		}
		return r.pos > first
	}
	if r.peek() == '-' {
		r.pos++
	}
	if r.peek() == '0' {
		r.pos++
	} else if !digits() {
		return errNumber
	}
	if r.peek() == '.' {
		r.pos++
		if k = kindOther; !digits() {
			return errNumber
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c = r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		if k = kindOther; !digits() {
			return errNumber
		}
	}
	_, err := r.t.add(k, r.doc[start:r.pos])
	return err
}

func (r *jsonReader) str() error {
	r.pos++
	rest := r.doc[r.pos:]
	end := strings.IndexAny(rest, `"\`)
	if end < 0 {
		return errTruncated
	}
	if rest[end] == '"' { // nothing to undo
		r.pos += end + 1
		_, err := r.t.add(kindString, rest[:end])
		return err
	}
	var b strings.Builder
	b.Grow(end + 64)
	for {
		rest = r.doc[r.pos:]
		if end = strings.IndexAny(rest, `"\`); end < 0 {
			return errTruncated
		}
		b.WriteString(rest[:end])
		r.pos += end + 1
		if rest[end] == '"' {
			_, err := r.t.add(kindString, b.String())
			return err
		}
		if err := r.escape(&b); err != nil {
			return err
		}
	}
}

// escape undoes one escape, the backslash having been read.
func (r *jsonReader) escape(b *strings.Builder) error {
	c := r.peek()
	r.pos++
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		u, ok := r.hex()
		if !ok {
			return errEscape
		}
		if utf16.IsSurrogate(u) {
			u = r.lowSurrogate(u)
		}
		b.WriteRune(u)
	default:
		return errEscape
	}
	return nil
}

// lowSurrogate completes a surrogate pair; half of one becomes U+FFFD.
func (r *jsonReader) lowSurrogate(high rune) rune {
	if start := r.pos; strings.HasPrefix(r.doc[r.pos:], `\u`) {
		r.pos += 2
		if low, ok := r.hex(); ok {
			if u := utf16.DecodeRune(high, low); u != utf8.RuneError {
				return u
			}
		}
		r.pos = start
	}
	return utf8.RuneError
}

func (r *jsonReader) hex() (rune, bool) {
	if len(r.doc)-r.pos < 4 {
		return 0, false
	}
	var u rune
	for _, c := range []byte(r.doc[r.pos : r.pos+4]) {
		switch {
		case c >= '0' && c <= '9':
			u = u<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			u = u<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			u = u<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	r.pos += 4
	return u, true
}
