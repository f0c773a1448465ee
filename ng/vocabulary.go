package ng

import "strings"

// The vocabulary is every name that a request may hold, as data: sections of
// words, one section per place (dictionary keys, the list "flags", the list
// "replace", the values of "ICE" ...). Decoding, docs/ng-flags.md and the
// suggestions for misspelled names all come from it.
//
// A hyphen in a name stands for a blank as well ("Spaces in each string may be
// replaced by hyphens", ng_control_protocol.md); other variants of a spelling
// are listed. Names are case sensitive.

// word is one entry.
type word struct {
	names []string // the usual spelling first
	doc   string
	takes string  // what value goes with it, for the docs
	needs Feature // the word has no effect before this part is built

	// Exactly one of the following says what the word does.
	set  func(*Request)           // a plain word
	rest func(*decoder, string)   // a prefix: gets what follows the name
	sub  *section                 // a prefix: what follows is a word of this section
	list func(*Request) *[]string // a key of "codec"
	read func(*decoder, value)    // a dictionary key: gets the value
	none bool                     // accepted, nothing to do

	repeats bool // a key whose repetitions all count (lists); else the first counts
	proxy   bool // a key that the SIP proxy fills in; an rtpp-flags string doesn't change it
	id      int  // of a key: bit in decoder.seen
}

// section is the words of one place.
type section struct {
	where string // name of the place, as in UnknownFlag.Where
	title string
	intro string
	words []word

	index    map[string]*word
	prefixes []*word
}

const maxName = 64 // no word is longer; the buffer for blanks to hyphens

// sections lists all places in the order of the documentation.
var sections = []*section{
	&keys, &flags, &flagPrefixes, &replaceWords, &rtcpMuxWords, &codecLists, &sdesWords,
	&osrtpWords, &t38Words, &iceModes, &iceLiteModes, &dtlsModes, &learningModes,
	&dropModes, &echoModes, &families, &switchModes, &supportWords, &sdpAttrCommands, &stringWords,
}

// The words are attached here and not in the declarations because they refer
// to decoding functions, which refer to the sections.
func init() {
	keys.words = keyWords()
	flags.words = flagWords()
	flagPrefixes.words = prefixWords()
	stringWords.words = rtppStringWords()
	for _, s := range sections {
		s.build()
	}
}

func (s *section) build() {
	s.index = make(map[string]*word, 2*len(s.words))
	for i := range s.words {
		w := &s.words[i]
		w.id = i
		if w.rest != nil || w.sub != nil {
			s.prefixes = append(s.prefixes, w)
			continue
		}
		for _, n := range w.names {
			if s.index[n] != nil || len(n) > maxName {
				panic("ng: bad or repeated word " + n + " in " + s.where)
			}
			s.index[n] = w
		}
	}
}

// find looks up a plain word or key.
func (s *section) find(name string) *word {
	if w := s.index[name]; w != nil {
		return w
	}
	if len(name) > maxName || strings.IndexByte(name, ' ') < 0 {
		return nil
	}
	var b [maxName]byte
	n := copy(b[:], name)
	for i, c := range b[:n] {
		if c == ' ' {
			b[i] = '-'
		}
	}
	return s.index[string(b[:n])]
}

// findPrefix looks up the prefix that name starts with, and what follows it.
func (s *section) findPrefix(name string) (w *word, rest string) {
	for _, w := range s.prefixes {
		for _, p := range w.names {
			if hasPrefix(name, p) {
				return w, name[len(p):]
			}
		}
	}
	return nil, ""
}

// hasPrefix is strings.HasPrefix with a blank in name equal to a hyphen in p.
func hasPrefix(name, p string) bool {
	if len(name) < len(p) {
		return false
	}
	for i := 0; i < len(p); i++ {
		if c := name[i]; c != p[i] && (c != ' ' || p[i] != '-') {
			return false
		}
	}
	return true
}
