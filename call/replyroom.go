package call

import "rtpgo/ng"

// replyRoom is memory for the many small dictionaries and lists of one reply:
// they are pieces of a few large ones.
type replyRoom struct {
	pairs  []ng.Pair
	values []any
}

// The usual size of a piece of memory: enough for a call of two parties with one
// section, and what fills a size class of the allocator.
const (
	pairRoom  = 127
	valueRoom = 31
)

// dict is an empty dictionary with room for n entries.
func (r *replyRoom) dict(n int) ng.Dict {
	if n > len(r.pairs) {
		r.pairs = make([]ng.Pair, max(n, pairRoom))
	}
	d := r.pairs[:0:n]
	r.pairs = r.pairs[n:]
	return d
}

// list is an empty list with room for n elements.
func (r *replyRoom) list(n int) ng.List {
	if n > len(r.values) {
		r.values = make([]any, max(n, valueRoom))
	}
	l := r.values[:0:n]
	r.values = r.values[n:]
	return l
}
