package ng

import (
	"net/netip"
	"strconv"
	"strings"
	"sync"
)

// Decode reads one document (what follows the cookie). The error is
// [ErrDocument] or wraps the reason why the document is malformed; the
// encoding is right in any case. Names outside the vocabulary and values of
// unexpected type aren't errors.
//
// The strings of the request share one copy of doc, so that keeping one of
// them keeps all of it alive. The identifying ones (call-id, tags, via-branch,
// labels, metadata) are apart from it and may be kept.
func Decode(doc []byte) (*Request, Encoding, error) { return Templates(nil).Decode(doc) }

// CallID is the call-id that a document names, or "": for transports that keep
// the requests about one call in order.
func CallID(doc []byte) (id string) {
	d := decoders.Get().(*decoder)
	defer d.release()
	if _, err := d.t.read(string(doc)); err != nil {
		return ""
	}
	want, found := keys.find("call-id"), false
	value{&d.t, 0}.entries(func(name string, v value) {
		if !found && keys.find(name) == want {
			if found = true; v.kind() == kindString {
				id, _ = v.text()
			}
		}
	})
	return strings.Clone(id)
}

// decoder carries the document's values into a request by way of the
// vocabulary.
type decoder struct {
	r    *Request
	t    tree
	seen [4]uint64 // keys met, by word.id

	inString bool     // inside an rtpp-flags string or a template
	received []string // received-from given twice in such a string

	templates  Templates
	inTemplate int // templates inside each other
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// release gives the decoder back; what it decoded stays valid.
func (d *decoder) release() {
	d.t.reset()
	*d = decoder{t: d.t}
	decoders.Put(d)
}

// entries reads all keys of a dictionary.
func (d *decoder) entries(v value) {
	end := d.t.nodes[v.i].next
	for j := v.i + 1; j < end; {
		e := value{&d.t, j + 1}
		d.key(d.t.nodes[j].str, e)
		j = d.t.nodes[e.i].next
	}
}

func (d *decoder) key(name string, v value) {
	w := keys.find(name)
	if w == nil {
		d.unknown(keys.where, name)
		return
	}
	seen, bit := &d.seen[w.id>>6], uint64(1)<<(w.id&63)
	switch given := *seen&bit != 0; {
	case d.inString && w.proxy && given:
		return // the string repeats what Kamailio already made keys of
	case !d.inString && !w.repeats && given:
		return // of repeated keys the first counts
	case !d.inString:
		*seen |= bit
	}
	d.needs(w.names[0], w.needs)
	w.read(d, v)
}

// word carries out a word of a list or of a set of values.
func (d *decoder) word(s *section, name string) {
	if w := s.find(name); w != nil {
		d.plain(s, w)
		return
	}
	if w, rest := s.findPrefix(name); w != nil && rest != "" {
		d.prefixed(s, w, rest)
		return
	}
	d.unknown(s.where, name)
}

func (d *decoder) plain(s *section, w *word) {
	if !w.needs.Built() {
		if s == &flags {
			d.needs(w.names[0], w.needs)
		} else {
			d.needs(s.where+"="+w.names[0], w.needs)
		}
	}
	if w.set != nil {
		w.set(d.r)
	}
}

func (d *decoder) prefixed(s *section, w *word, rest string) {
	if w.sub != nil {
		d.word(w.sub, rest)
		return
	}
	if !w.needs.Built() {
		d.needs(s.where+"="+w.names[0]+rest, w.needs)
	}
	w.rest(d, rest)
}

// flag carries out an entry of "flags".
func (d *decoder) flag(name string) {
	if w := flags.find(name); w != nil {
		d.plain(&flags, w)
		return
	}
	if w, rest := flagPrefixes.findPrefix(name); w != nil && rest != "" {
		d.prefixed(&flags, w, rest)
		return
	}
	if d.inString {
		if w := stringWords.find(name); w != nil {
			d.plain(&stringWords, w)
			return
		}
	}
	d.unknown(flags.where, name)
}

func (d *decoder) unknown(where, name string) { d.useless(where, name, "") }

// useless remembers a word that has no effect. Those of templates are for
// [Templates.Check].
func (d *decoder) useless(where, name, hint string) {
	if d.inTemplate == 0 && len(d.r.Unknown) < maxUnknown {
		d.r.Unknown = append(d.r.Unknown, UnknownFlag{where, name, hint})
	}
}

// needs remembers a word whose feature isn't there.
func (d *decoder) needs(name string, f Feature) {
	if f.Built() || len(d.r.Unsupported) >= maxUnknown {
		return
	}
	for _, s := range d.r.Unsupported {
		if s == name {
			return
		}
	}
	d.r.Unsupported = append(d.r.Unsupported, name)
}

func (d *decoder) finish() {
	r := d.r
	if len(d.received) >= 2 {
		r.ReceivedFrom = receivedFrom(d.received[0], d.received[1])
	}
	if r.Flags.WebRTC {
		r.webRTC()
	}
	r.detach()
}

// webRTC spells the flag WebRTC out. What the request says about transport and
// ICE otherwise has priority.
func (r *Request) webRTC() {
	if !r.TransportProtocol.Set {
		r.TransportProtocol = Text{"UDP/TLS/RTP/SAVPF", true}
	}
	if r.ICE == ICEUnset {
		r.ICE = ICEForce
	}
	r.RTCPMux.Offer, r.RTCPMux.Require = true, true
	r.Flags.TrickleICE, r.Flags.NoRTCPAttribute, r.Flags.GenerateMID = true, true, true
	r.SDES.Off = true
}

// detach moves the strings that a call keeps into one small allocation of
// their own, so that a call doesn't keep whole datagrams alive.
func (r *Request) detach() {
	kept := [...]*Text{
		&r.CallID, &r.FromTag, &r.ToTag, &r.ViaBranch,
		&r.Label, &r.SetLabel, &r.ToLabel, &r.Metadata,
	}
	n := 0
	for _, t := range kept {
		n += len(t.Value)
	}
	if n == 0 {
		return
	}
	var b strings.Builder
	b.Grow(n)
	for _, t := range kept {
		b.WriteString(t.Value)
	}
	all := b.String()
	for _, t := range kept {
		t.Value, all = all[:len(t.Value)], all[len(t.Value):]
	}
}

// Readers of keys with a form of their own.

func (d *decoder) texts(to *[]string, v value) {
	v.eachText(func(s string) { *to = append(*to, s) })
}

// viaBranch passes over what a script wrote for Kamailio ("via-branch=auto"):
// Kamailio puts the branch itself into a key, but leaves its rtpp-flags string
// as it is.
func (d *decoder) viaBranch(v value) {
	s, ok := v.text()
	if !ok {
		return
	}
	if d.inString {
		switch s {
		case "1", "2", "auto", "extra", "next", "auto-extra", "extra-auto", "auto-next", "next-auto":
			return
		}
	}
	d.r.ViaBranch = Text{s, true}
}

// direction counts only as a list, but in an rtpp-flags string it may be given
// twice.
func (d *decoder) direction(v value) {
	switch s, plain := v.text(); {
	case plain && d.inString:
		d.r.Direction = append(d.r.Direction, s)
	case plain:
		d.useless("direction", s, "a list is expected")
	case v.kind() == kindList:
		d.r.Direction = make([]string, 0, 2)
		d.texts(&d.r.Direction, v)
	}
}

// receivedFrom counts only as a list of exactly two strings.
func (d *decoder) receivedFrom(v value) {
	if s, plain := v.text(); plain {
		if d.inString {
			d.received = append(d.received, s)
		} else {
			d.useless("received-from", s, "a list is expected")
		}
		return
	}
	var parts [2]string
	n := 0
	v.eachText(func(s string) {
		if n < len(parts) {
			parts[n] = s
		}
		n++
	})
	if n == len(parts) {
		d.r.ReceivedFrom = receivedFrom(parts[0], parts[1])
	}
}

func receivedFrom(family, address string) netip.Addr {
	a, err := netip.ParseAddr(address)
	switch {
	case err != nil || a.Zone() != "":
	case family == "IP4" && a.Is4(), family == "IP6" && a.Is6():
		return a
	}
	return netip.Addr{}
}

// dtlsReverse reads into DTLSReverse what dtlsModes writes into DTLS.
func (d *decoder) dtlsReverse(v value) {
	kept := d.r.DTLS
	d.r.DTLS = d.r.DTLSReverse
	choice(&dtlsModes)(d, v)
	d.r.DTLS, d.r.DTLSReverse = kept, d.r.DTLS
}

func (d *decoder) frequencies(v value) {
	add := func(s string) {
		if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && n > 0 {
			d.r.Frequency = append(d.r.Frequency, n)
		}
	}
	if n, ok := v.integer(); ok {
		d.r.Frequency = append(d.r.Frequency, clamp(n))
		return
	}
	v.each(func(e value) {
		if n, ok := e.integer(); ok {
			d.r.Frequency = append(d.r.Frequency, clamp(n))
		} else if s, ok := e.text(); ok {
			for part := range strings.SplitSeq(s, ",") {
				add(part)
			}
		}
	})
}

// mediaRemove takes a media type for sdp-media-remove.
func (d *decoder) mediaRemove(s string) {
	d.r.SDPMediaRemove = append(d.r.SDPMediaRemove, strings.ToLower(s))
}

func appendSplit(to []string, s string, separator byte) []string {
	for s != "" {
		part := s
		if i := strings.IndexByte(s, separator); i >= 0 {
			part, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if part != "" {
			to = append(to, part)
		}
	}
	return to
}
