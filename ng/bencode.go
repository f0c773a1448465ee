package ng

import (
	"errors"
	"fmt"
	"strconv"
)

// readBencode reads one bencoded value from the start of doc into t. Bytes
// behind it are ignored, as the reference does. The strings of the tree share
// doc's memory.
//
// Accepted is what the reference accepts: keys in any order, repeated keys,
// but no leading zero in a length.
func readBencode(t *tree, doc string) error {
	r := bencodeReader{t: t, doc: doc}
	if err := r.value(); err != nil {
		return fmt.Errorf("bencode, byte %d: %w", r.pos, err)
	}
	return nil
}

type bencodeReader struct {
	t     *tree
	doc   string
	pos   int
	depth int
	open  [maxDepth]int32 // the containers around the current position
}

var (
	errTruncated = errors.New("truncated")
	errKey       = errors.New("a dictionary key has to be a string")
	errOdd       = errors.New("dictionary ends behind a key")
	errDeep      = errors.New("nested too deeply")
	errByte      = errors.New("unexpected byte")
	errLength    = errors.New("bad string length")
	errInteger   = errors.New("bad integer")
)

// value is a loop and not a recursion: depth is bounded by the array, and a
// hostile document costs no stack.
func (r *bencodeReader) value() error {
	key := false // the next value is a dictionary key
	for {
		if r.pos >= len(r.doc) {
			return errTruncated
		}
		c := r.doc[r.pos]
		if key && c != 'e' && (c < '0' || c > '9') {
			return errKey
		}
		switch {
		case c >= '0' && c <= '9':
			s, err := r.str()
			if err != nil {
				return err
			}
			if _, err = r.t.add(kindString, s); err != nil {
				return err
			}
			if key {
				key = false
				continue
			}
		case c == 'i':
			s, err := r.integer()
			if err != nil {
				return err
			}
			if _, err = r.t.add(kindInt, s); err != nil {
				return err
			}
		case c == 'd', c == 'l':
			k := kindDict
			if c == 'l' {
				k = kindList
			}
			i, err := r.t.add(k, "")
			if err != nil {
				return err
			}
			if r.depth == maxDepth {
				return errDeep
			}
			r.open[r.depth] = i
			r.depth++
			r.pos++
			key = k == kindDict
			continue
		case c == 'e':
			if r.depth == 0 {
				return errByte
			}
			i := r.open[r.depth-1]
			if r.t.nodes[i].kind == kindDict && !key {
				return errOdd
			}
			r.depth--
			r.pos++
			r.t.close(i)
		default:
			return errByte
		}
		if r.depth == 0 {
			return nil
		}
		key = r.t.nodes[r.open[r.depth-1]].kind == kindDict
	}
}

func (r *bencodeReader) str() (string, error) {
	n, i := 0, r.pos
	for ; i < len(r.doc) && r.doc[i] >= '0' && r.doc[i] <= '9'; i++ {
		if i > r.pos && n == 0 { // leading zero
			return "", errLength
		}
		if n = n*10 + int(r.doc[i]-'0'); n > len(r.doc) {
			return "", errLength
		}
	}
	if i >= len(r.doc) {
		return "", errTruncated
	}
	if r.doc[i] != ':' {
		return "", errLength
	}
	i++
	if n > len(r.doc)-i {
		return "", errTruncated
	}
	r.pos = i + n
	return r.doc[i:r.pos], nil
}

func (r *bencodeReader) integer() (string, error) {
	const maxDigits = 20
	start := r.pos + 1
	i := start
	if i < len(r.doc) && r.doc[i] == '-' {
		i++
	}
	first := i
	for i < len(r.doc) && r.doc[i] >= '0' && r.doc[i] <= '9' {
		i++
	}
	switch {
	case i >= len(r.doc):
		return "", errTruncated
	case i == first || i-first > maxDigits || r.doc[i] != 'e':
		return "", errInteger
	}
	r.pos = i + 1
	return r.doc[start:i], nil
}

// appendBencodeDict appends the pairs in their order: the protocol asks for none
// and the reference doesn't sort either.
func appendBencodeDict(dst []byte, d Dict) []byte {
	dst = append(dst, 'd')
	for _, p := range d {
		dst = appendBencode(appendText(dst, p.Key), p.Value)
	}
	return append(dst, 'e')
}

// appendText appends a string. Nearly all are shorter than a hundred octets.
func appendText(dst []byte, s string) []byte {
	switch n := len(s); {
	case n < 10:
		dst = append(dst, '0'+byte(n), ':')
	case n < 100:
		dst = append(dst, '0'+byte(n/10), '0'+byte(n%10), ':')
	default:
		dst = append(strconv.AppendInt(dst, int64(n), 10), ':')
	}
	return append(dst, s...)
}

func appendBencode(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendText(dst, v)
	case int64:
		if v >= 0 && v < 10 {
			return append(dst, 'i', '0'+byte(v), 'e')
		}
		return append(strconv.AppendInt(append(dst, 'i'), v, 10), 'e')
	case Dict:
		return appendBencodeDict(dst, v)
	case List:
		dst = append(dst, 'l')
		for _, e := range v {
			dst = appendBencode(dst, e)
		}
		return append(dst, 'e')
	default:
		return appendBencode(dst, plain(v))
	}
}

// plain turns the other types a handler may put into a reply into the four of
// the protocol.
func plain(v any) any {
	switch v := v.(type) {
	case string, int64, Dict, List:
		return v
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return int64(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	case []string:
		l := make(List, len(v))
		for i, s := range v {
			l[i] = s
		}
		return l
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}
