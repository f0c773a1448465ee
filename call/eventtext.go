package call

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"rtpgo/media"
	"rtpgo/media/ice"
	"rtpgo/ng"
)

// eventKind is what kind of thing happened.
type eventKind uint8

const (
	evOffer   eventKind = iota // text: of the description received, more: of that sent
	evAnswer                   // likewise
	evFailed                   // text: the command, more: why
	evPorts                    // a: local, b: as shown in SDP, text: interface
	evLearned                  // a: new, b: old, n: 1 when confirmed, text: why
	evRefused                  // a: who
	evKernel                   // the kernel took the stream over
	evUser                     // user space took it back
	evFirst                    // the first packet; a: from
	evQuiet                    // n: seconds without a packet
	evResumed                  // packets again
	evLast                     // the last packet; n: packets in all
	evDropped                  // n: in all, text: the cause
	evDrop                     // n: so far, text: the cause
	evSend                     // packets can't be sent; n: so far, text: the cause, a: to
	evICE                      // text: what, a: ours, b: the peer's, n: component
	evDTLS                     // text: what, a: the peer
	evSRTP                     // text: what
	evRTCP                     // n: loss in 1/256, text: which report
	evCommand                  // text: the command
	evDelete                   // n: seconds of delay, text: the branch
	evEnd                      // text: why
	evPath                     // an ICMP error; a: to, b: who says it, text: what
	evKinds
)

// kindNames are what each kind is called in a timeline.
var kindNames = [evKinds]string{
	evOffer: "offer", evAnswer: "answer", evFailed: "error", evPorts: "ports", evLearned: "learned",
	evRefused: "refused", evKernel: "engine", evUser: "engine", evFirst: "packets", evQuiet: "packets",
	evResumed: "packets", evLast: "packets", evDropped: "drops", evDrop: "drops", evSend: "drops", evICE: "ice", evDTLS: "dtls", evSRTP: "srtp",
	evRTCP: "rtcp", evCommand: "command", evDelete: "delete", evEnd: "end", evPath: "path",
}

// words are the event as an operator reads it.
func (e *event) words() string {
	stream := [...]string{rtp: "RTP", rtcp: "RTCP"}[e.stream&1]
	switch e.kind {
	case evOffer, evAnswer:
		return describeLines(e.text) + " -> " + describeLines(e.more)
	case evFailed:
		return e.text + " refused: " + e.more
	case evPorts:
		s := fmt.Sprintf("%s port %s on interface %s", stream, e.a, e.text)
		if e.b.IsValid() && e.b != e.a {
			s += fmt.Sprintf(", shown as %s", e.b)
		}
		return s
	case evLearned:
		return learnedWords(stream, e)
	case evRefused:
		return fmt.Sprintf("%s from %s refused: not the peer of this stream", stream, e.a)
	case evKernel:
		return stream + " moves into the kernel"
	case evUser:
		return stream + " moves to user space"
	case evFirst:
		if e.a.IsValid() {
			return fmt.Sprintf("first %s packet, from %s", stream, e.a)
		}
		return fmt.Sprintf("first %s packet", stream)
	case evQuiet:
		return fmt.Sprintf("no %s packet for %d s", stream, e.n)
	case evResumed:
		return stream + " packets again"
	case evLast:
		return fmt.Sprintf("last %s packet of %d", stream, e.n)
	case evDropped:
		return fmt.Sprintf("%s dropped in all: %s, %s", stream, e.text, count(e.n, "packet"))
	case evDrop:
		return fmt.Sprintf("%s dropped: %s, %s so far", stream, e.text, count(e.n, "packet"))
	case evSend:
		return fmt.Sprintf("%s can't be sent to %s: %s, %s so far", stream, e.a, e.text, count(e.n, "packet"))
	case evICE:
		return iceWords(e)
	case evDTLS:
		if e.a.IsValid() {
			return fmt.Sprintf("%s, peer %s", e.text, e.a)
		}
		return e.text
	case evRTCP:
		return fmt.Sprintf("%s on what it gets: %d %% lost", e.text, e.n*100/256)
	case evDelete:
		s := "deleted"
		if e.text != "" {
			s = "branch " + e.text + " deleted"
		}
		if e.n > 0 {
			s += fmt.Sprintf(", ends in %d s", e.n)
		}
		return s
	case evPath:
		return fmt.Sprintf("%s to %s: %s says %s", stream, e.a, e.b.Addr(), e.text)
	}
	return e.text
}

func learnedWords(stream string, e *event) string {
	switch {
	case e.a == e.b:
		return fmt.Sprintf("%s peer %s confirmed: %s", stream, e.a, e.text)
	case e.n != 0:
		return fmt.Sprintf("%s peer is %s from now on (was %s): %s", stream, e.a, orNothing(e.b.IsValid(), e.b), e.text)
	}
	return fmt.Sprintf("%s peer may be %s (signalled %s): %s", stream, e.a, orNothing(e.b.IsValid(), e.b), e.text)
}

func orNothing(known bool, v fmt.Stringer) string {
	if !known {
		return "unknown"
	}
	return v.String()
}

func iceWords(e *event) string {
	s := "ICE: " + e.text
	if e.n != 0 {
		s += fmt.Sprintf(", component %d", e.n)
	}
	if e.a.IsValid() && e.b.IsValid() {
		s += fmt.Sprintf(", %s <-> %s", e.a, e.b)
	}
	return s
}

func count(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// describeLines shortens the decisive lines of a description to one line.
func describeLines(lines string) string {
	type section struct{ typ, addr, port, protocol, direction string }
	var list []section
	session := ""
	for line := range strings.SplitSeq(lines, "\n") {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "c=") && len(list) == 0:
			session = f[len(f)-1]
		case strings.HasPrefix(line, "c="):
			list[len(list)-1].addr = f[len(f)-1]
		case strings.HasPrefix(line, "m=") && len(f) >= 3:
			list = append(list, section{typ: f[0][2:], addr: session, port: f[1], protocol: f[2]})
		case len(list) > 0:
			switch line {
			case "a=sendonly", "a=recvonly", "a=inactive":
				list[len(list)-1].direction = " " + line[2:]
			}
		}
	}
	parts := make([]string, 0, len(list))
	for _, s := range list {
		parts = append(parts, s.typ+" "+net.JoinHostPort(s.addr, s.port)+" "+s.protocol+s.direction)
	}
	if len(parts) == 0 {
		return "no media"
	}
	return strings.Join(parts, ", ")
}

// timeline renders the events behind the first skip, in the order of time, as
// many as fit into the given room; more tells that there are others.
func (l *eventLog) timeline(created time.Time, skip, room int) (list ng.List, more bool) {
	type entry struct {
		event
		tag string
	}
	var all []entry
	l.each(func(e *event, tag string) { all = append(all, entry{*e, tag}) })
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.at, b.at) })
	list = ng.List{}
	for _, e := range all[min(skip, len(all)):] {
		d := ng.Dict{
			{Key: "at", Value: stamp(created.Add(e.at))},
			{Key: "kind", Value: kindNames[e.kind]},
			{Key: "tag", Value: e.tag},
			{Key: "media", Value: int64(e.media)},
			{Key: "text", Value: e.words()},
		}
		if e.kind == evOffer || e.kind == evAnswer {
			d = append(d, ng.Pair{Key: "sdp-in", Value: e.text}, ng.Pair{Key: "sdp-out", Value: e.more})
		}
		if room -= weight(d); room < 0 && len(list) > 0 {
			return list, true
		}
		list = append(list, d)
	}
	return list, false
}

// stamp is a time as timelines show it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// learned records what a flow tells of the sources of its packets. It is called
// by the data plane, without the call's lock.
func (c *Call) learned(s subject, i int, e media.LearnEvent) {
	n := uint64(0)
	if e.Confirmed {
		n = 1
	}
	c.eventOf(s, c.registry.now(), event{kind: evLearned, stream: uint8(i), a: e.New, b: e.Old, n: n, text: e.Why})
}

// iceHappened records what an agent tells.
func (m *Media) iceHappened(l *iceLink, e ice.Event) {
	v := event{kind: evICE, n: uint64(e.Component), text: e.Kind.String()}
	switch {
	case e.Kind == ice.Moved && !e.Pair.Valid():
		v.text = "no pair in use any more"
	case e.Kind == ice.Moved && !e.Pair.Nominated:
		v.text = "valid pair"
	}
	if e.Pair.Valid() {
		v.a, v.b = l.addresses[e.Pair.Local], e.Pair.Remote
		v.text += " (" + e.Pair.Type.String() + ")"
	}
	m.party.call.event(nil, m, v)
}
