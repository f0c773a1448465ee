package ng

import (
	"errors"
	"strconv"
)

// Limits of one message. They are far above what any client sends and keep a
// hostile datagram from costing more than its own size.
const (
	MaxMessage = 65535     // bytes of a datagram, cookie included
	MaxStream  = 256 << 10 // bytes of a message on a stream (TCP, HTTP, WebSocket)
	MaxCookie  = 1024      // bytes of a cookie on a stream
	maxDepth   = 32        // dictionaries and lists inside each other
	maxNodes   = 4096      // values and keys in one request
	maxUnknown = 16        // names remembered in Request.Unknown and Unsupported
)

// ErrDocument says that a document is neither a bencoded nor a JSON dictionary.
// The reference answers such a message with its cookie and nothing else.
var ErrDocument = errors.New("not a dictionary in bencode or JSON")

type kind uint8

const (
	kindOther  kind = iota // JSON null, booleans and fractions: ignored everywhere
	kindString             // str is the value
	kindInt                // str holds the digits
	kindList
	kindDict // children are key, value, key, value ...
)

// node is one value of a document. A document is kept as one slice in document
// order, so that reading it costs one growing slice and not one object per value.
type node struct {
	str  string
	next int32 // index behind this value and all that is inside it
	kind kind
}

// tree is a decoded document; node 0 is its root.
type tree struct {
	nodes []node
	reply bool // no limit to the nodes but that of the datagram
}

// reset empties the tree for another document; strings taken from it stay valid.
func (t *tree) reset() {
	clear(t.nodes) // don't keep the document alive
	t.nodes = t.nodes[:0]
}

func (t *tree) add(k kind, s string) (int32, error) {
	i := int32(len(t.nodes))
	if i >= maxNodes && !t.reply {
		return 0, errors.New("too many elements")
	}
	t.nodes = append(t.nodes, node{str: s, next: i + 1, kind: k})
	return i, nil
}

// close ends the container at index i after its last child was added.
func (t *tree) close(i int32) { t.nodes[i].next = int32(len(t.nodes)) }

// value is one value of a tree.
type value struct {
	t *tree
	i int32
}

func (v value) kind() kind { return v.t.nodes[v.i].kind }

// text is the value as a string; integers aren't strings (BEHAVIOUR: ignored).
func (v value) text() (string, bool) {
	n := &v.t.nodes[v.i]
	return n.str, n.kind == kindString
}

// integer is the value of an integer, or of a string that holds one.
func (v value) integer() (int64, bool) {
	n := &v.t.nodes[v.i]
	if n.kind != kindInt && n.kind != kindString {
		return 0, false
	}
	i, err := strconv.ParseInt(n.str, 10, 64)
	return i, err == nil
}

// each calls f for every element of a list, or once for a plain string: where
// a list is expected one string counts as a list of one.
func (v value) each(f func(value)) {
	switch n := &v.t.nodes[v.i]; n.kind {
	case kindString:
		f(v)
	case kindList:
		for j := v.i + 1; j < n.next; j = v.t.nodes[j].next {
			f(value{v.t, j})
		}
	}
}

// eachText calls f for every string of a list, or for the one plain string.
func (v value) eachText(f func(string)) {
	v.each(func(e value) {
		if s, ok := e.text(); ok {
			f(s)
		}
	})
}

// entries calls f for every key of a dictionary in document order, repeated
// keys included.
func (v value) entries(f func(key string, e value)) {
	n := &v.t.nodes[v.i]
	if n.kind != kindDict {
		return
	}
	for j := v.i + 1; j < n.next; {
		e := value{v.t, j + 1}
		f(v.t.nodes[j].str, e)
		j = v.t.nodes[e.i].next
	}
}
