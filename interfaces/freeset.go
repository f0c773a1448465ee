package interfaces

// freeSet is the free ports of a range, kept so that a random pair or a random
// port is found in constant time. A free port whose neighbour (the other port
// of even/odd) is free too stands in pairs under the even number; any other
// free port stands in singles.
type freeSet struct {
	min, max uint16
	pairs    []uint16
	singles  []uint16
	// at is where a port stands: its index + 1 in pairs (of the even port) or
	// in singles; 0 where it stands in neither. kind tells which.
	at   []uint16
	kind []place
}

type place uint8

const (
	placeNone place = iota
	placeSingle
	placePair
)

// The share of pairs, as a divisor, below which drawOne spares them: a port
// drawn from a pair leaves its neighbour useless for RTP with RTCP.
const sparePairsBelow = 4

func newFreeSet(first, last uint16) freeSet {
	size := int(last) - int(first) + 1
	f := freeSet{min: first, max: last, at: make([]uint16, size), kind: make([]place, size),
		pairs: make([]uint16, 0, size/2), singles: make([]uint16, 0, 16)}
	for p := int(first); p <= int(last); p++ {
		f.add(uint16(p))
	}
	return f
}

// neighbour returns the other port of even/odd and whether it is in the range.
func (f *freeSet) neighbour(port uint16) (uint16, bool) {
	n := port ^ 1
	return n, n >= f.min && n <= f.max
}

// add puts a port in that is not in the set.
func (f *freeSet) add(port uint16) {
	n, ok := f.neighbour(port)
	if !ok || f.kind[n-f.min] != placeSingle {
		f.insert(&f.singles, port, placeSingle)
		return
	}
	f.remove(&f.singles, n)
	f.insert(&f.pairs, port&^1, placePair)
	f.kind[(port|1)-f.min] = placePair
}

// drawPair takes a random pair out and returns its even port. below(n) is a
// random number in [0,n).
func (f *freeSet) drawPair(below func(uint32) uint32) (uint16, bool) {
	if len(f.pairs) == 0 {
		return 0, false
	}
	port := f.pairs[below(uint32(len(f.pairs)))]
	f.remove(&f.pairs, port)
	f.kind[port+1-f.min] = placeNone
	return port, true
}

// drawOne takes a random port out.
func (f *freeSet) drawOne(below func(uint32) uint32) (uint16, bool) {
	fromPairs := uint32(2 * len(f.pairs))
	if len(f.singles) > 0 && len(f.pairs) < cap(f.pairs)/sparePairsBelow {
		fromPairs = 0
	}
	n := fromPairs + uint32(len(f.singles))
	if n == 0 {
		return 0, false
	}
	i := below(n)
	if i >= fromPairs {
		port := f.singles[i-fromPairs]
		f.remove(&f.singles, port)
		return port, true
	}
	even := f.pairs[i/2]
	f.remove(&f.pairs, even)
	f.kind[even+1-f.min] = placeNone
	port := even + uint16(i%2)
	f.insert(&f.singles, port^1, placeSingle)
	return port, true
}

func (f *freeSet) insert(list *[]uint16, port uint16, k place) {
	*list = append(*list, port)
	f.at[port-f.min] = uint16(len(*list))
	f.kind[port-f.min] = k
}

// remove takes a port out of its list; the last one of the list takes its
// place.
func (f *freeSet) remove(list *[]uint16, port uint16) {
	i := f.at[port-f.min] - 1
	last := len(*list) - 1
	moved := (*list)[last]
	(*list)[i] = moved
	f.at[moved-f.min] = i + 1
	*list = (*list)[:last]
	f.at[port-f.min] = 0
	f.kind[port-f.min] = placeNone
}
