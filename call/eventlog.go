package call

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// eventLog is what happened to a call, in little memory: records of a few
// octets, put into words when somebody asks. It has a lock of its own, for
// events come from goroutines that must not wait for the call.
//
// The first events stay, for they tell how the call was set up; of those that
// follow, the oldest make room.
type eventLog struct {
	mu         sync.Mutex
	names      []partyName
	head, tail []byte
	count      int // events ever recorded
	headCount  int // of them in head
}

// Bounds of the records of one call, in octets.
const (
	headRoom = 4 << 10
	tailRoom = 4 << 10
	// usualHead has room for an offer, its answer, and the first packets.
	usualHead = 896
	// textRoom bounds each text of an event.
	textRoom = 700
	// maxNames bounds the parties that events can name.
	maxNames = 255
	nobodyAt = 255
)

type partyName struct {
	id  uint64
	tag string
}

// event is one entry.
type event struct {
	at     time.Duration // since the call began
	kind   eventKind
	who    uint8 // in eventLog.names
	media  uint8 // number of the section, 0: none
	stream uint8
	a, b   netip.AddrPort
	n      uint64
	text   string
	more   string
}

// Parts of a record that are there.
const (
	partA = 1 << iota
	partB
	partN
	partText
	partMore
)

// event records what happened to the locked call, one of its parties or
// sections; p and m may be nil.
func (c *Call) event(p *Party, m *Media, e event) {
	var s subject
	switch {
	case m != nil:
		s = m.subject()
	case p != nil:
		s.party = p.id
	}
	c.eventOf(s, c.registry.now(), e)
}

// subject is what an event is about, for those who don't hold the call's lock.
type subject struct {
	party uint64 // Party.id, 0: none
	media uint8  // number of the section, 0: none
}

func (m *Media) subject() subject { return subject{m.party.id, uint8(min(m.index+1, 255))} }

// eventOf records what happened at a time.
func (c *Call) eventOf(s subject, at time.Time, e event) {
	e.at, e.media = at.Sub(c.created), s.media
	c.log.put(s.party, e)
	c.logEvent(s.party, &e)
}

func (l *eventLog) put(party uint64, e event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.who = nobodyAt
	if party != 0 {
		e.who = l.whoLocked(party)
	}
	l.count++
	if l.headCount == l.count-1 {
		if l.head == nil {
			l.head = make([]byte, 0, usualHead)
		}
		if all := e.append(l.head); len(all) <= headRoom {
			l.head = all
			l.headCount++
			return
		}
	}
	before := len(l.tail)
	l.tail = e.append(l.tail)
	if len(l.tail) <= tailRoom {
		return
	}
	oldest := 0
	for len(l.tail)-oldest > tailRoom && oldest < before {
		oldest += recordSize(l.tail[oldest:])
	}
	l.tail = l.tail[:copy(l.tail, l.tail[oldest:])]
}

// name tells what a party is called from now on, in earlier events too.
func (l *eventLog) name(p *Party) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := l.whoLocked(p.id); at != nobodyAt {
		l.names[at].tag = p.tag
	}
}

// called is what a party was named last.
func (l *eventLog) called(party uint64) string {
	if party == 0 {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := l.whoLocked(party); at != nobodyAt {
		return l.names[at].tag
	}
	return ""
}

func (l *eventLog) whoLocked(id uint64) uint8 {
	for i := range l.names {
		if l.names[i].id == id {
			return uint8(i)
		}
	}
	if len(l.names) == maxNames {
		return nobodyAt
	}
	l.names = append(l.names, partyName{id: id})
	return uint8(len(l.names) - 1)
}

// append writes the record: its length in two octets, and then its parts.
func (e *event) append(to []byte) []byte {
	parts := byte(0)
	for i, there := range [...]bool{e.a.IsValid(), e.b.IsValid(), e.n != 0, e.text != "", e.more != ""} {
		if there {
			parts |= 1 << i
		}
	}
	start := len(to)
	r := append(to, 0, 0, byte(e.kind), e.who, e.media, e.stream, parts)
	r = binary.AppendUvarint(r, uint64(max(0, e.at/time.Millisecond)))
	for _, ep := range [...]netip.AddrPort{e.a, e.b} {
		if ep.IsValid() {
			r = appendEndpoint(r, ep)
		}
	}
	if e.n != 0 {
		r = binary.AppendUvarint(r, e.n)
	}
	for _, s := range [...]string{e.text, e.more} {
		if s = s[:min(len(s), textRoom)]; s != "" {
			r = append(binary.AppendUvarint(r, uint64(len(s))), s...)
		}
	}
	binary.BigEndian.PutUint16(r[start:], uint16(len(r)-start))
	return r
}

// recordSize is the length of the first record.
func recordSize(records []byte) int { return int(binary.BigEndian.Uint16(records)) }

func appendEndpoint(r []byte, ep netip.AddrPort) []byte {
	if a := ep.Addr(); a.Is4() {
		b := a.As4()
		r = append(append(r, byte(len(b))), b[:]...)
	} else {
		b := a.As16()
		r = append(append(r, byte(len(b))), b[:]...)
	}
	return binary.BigEndian.AppendUint16(r, ep.Port())
}

// read takes the first record off what append wrote.
func (e *event) read(from []byte) (rest []byte) {
	size := recordSize(from)
	r, rest := from[2:size], from[size:]
	*e = event{kind: eventKind(r[0]), who: r[1], media: r[2], stream: r[3]}
	parts := r[4]
	r = r[5:]
	number := func() uint64 {
		v, n := binary.Uvarint(r)
		r = r[n:]
		return v
	}
	e.at = time.Duration(number()) * time.Millisecond
	endpoint := func() netip.AddrPort {
		n := int(r[0])
		a, _ := netip.AddrFromSlice(r[1 : 1+n])
		ep := netip.AddrPortFrom(a, binary.BigEndian.Uint16(r[1+n:]))
		r = r[3+n:]
		return ep
	}
	text := func() string {
		n := int(number())
		s := string(r[:n])
		r = r[n:]
		return s
	}
	if parts&partA != 0 {
		e.a = endpoint()
	}
	if parts&partB != 0 {
		e.b = endpoint()
	}
	if parts&partN != 0 {
		e.n = number()
	}
	if parts&partText != 0 {
		e.text = text()
	}
	if parts&partMore != 0 {
		e.more = text()
	}
	return rest
}

// each calls f with the events that are left.
func (l *eventLog) each(f func(e *event, tag string)) {
	l.mu.Lock()
	head, tail, names := l.head, slices.Clone(l.tail), slices.Clone(l.names)
	l.mu.Unlock()
	for _, records := range [...][]byte{head, tail} {
		for len(records) > 0 {
			var e event
			records = e.read(records)
			tag := ""
			if int(e.who) < len(names) {
				tag = names[e.who].tag
			}
			f(&e, tag)
		}
	}
}

// size is what the log holds, in octets.
func (l *eventLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return cap(l.head) + cap(l.tail) + 24*cap(l.names)
}

// pack appends the log as octets; see unpackLog.
func (l *eventLog) pack(to []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	to = binary.AppendUvarint(to, uint64(len(l.names)))
	for i := range l.names {
		to = append(binary.AppendUvarint(to, uint64(len(l.names[i].tag))), l.names[i].tag...)
	}
	to = binary.AppendUvarint(to, uint64(len(l.head)))
	return append(append(to, l.head...), l.tail...)
}

// unpackLog makes a log again that no event is added to any more.
func unpackLog(from []byte) *eventLog {
	number := func() uint64 {
		n, size := binary.Uvarint(from)
		from = from[size:]
		return n
	}
	l := new(eventLog)
	for range number() {
		n := number()
		l.names = append(l.names, partyName{tag: string(from[:n])})
		from = from[n:]
	}
	n := number()
	l.head, l.tail = from[:n:n], from[n:]
	return l
}
