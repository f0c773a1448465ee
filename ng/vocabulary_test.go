package ng

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/ng-flags.md anew")

const flagsDocument = "../docs/ng-flags.md"

// docs/ng-flags.md is the vocabulary in words; `go test ./ng -update` writes it.
func TestDocumentIsInStep(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile(flagsDocument, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(flagsDocument)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s isn't what the vocabulary says (%v): run go test ./ng -update", flagsDocument, err)
	}
}

func document() []byte {
	var b bytes.Buffer
	b.WriteString(`# Keys and flags of NG requests

<!-- Written by "go test ./ng -update" from ng/vocabulary*.go. -->

Everything that rtpgo understands in a request, with every spelling. A hyphen may be written as a
blank and the other way round. Names are case sensitive. What isn't listed here is ignored with a
warning in the log, which suggests the nearest known name. Words marked with a part of rtpgo in
brackets are understood but have no effect before that part is built; the log names them.

The meaning is that of rtpengine mr13.1.1.6, ng_control_protocol.md, and of its answers where that
document is silent.
`)
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n", s.title)
		if s.intro != "" {
			fmt.Fprintf(&b, "%s\n\n", s.intro)
		}
		values := false
		for _, w := range s.words {
			values = values || w.takes != ""
		}
		if values {
			b.WriteString("| name | value | meaning |\n| --- | --- | --- |\n")
		} else {
			b.WriteString("| name | meaning |\n| --- | --- |\n")
		}
		for _, w := range s.words {
			doc := w.doc
			if !w.needs.Built() {
				doc += " [" + w.needs.String() + "]"
			}
			fmt.Fprintf(&b, "| `%s` |", strings.Join(w.names, "`, `"))
			if values {
				fmt.Fprintf(&b, " %s |", w.takes)
			}
			fmt.Fprintf(&b, " %s |\n", strings.TrimSpace(doc))
		}
	}
	return b.Bytes()
}

// Every word is found by all its spellings, does something, and says what.
func TestVocabularyIsComplete(t *testing.T) {
	for _, s := range sections {
		if s.title == "" || s.where == "" || len(s.words) == 0 {
			t.Errorf("section %q: incomplete", s.where)
		}
		for i := range s.words {
			w := &s.words[i]
			acts := 0
			for _, is := range []bool{w.set != nil, w.rest != nil, w.sub != nil, w.read != nil, w.list != nil, w.none} {
				if is {
					acts++
				}
			}
			if acts != 1 && s != &sdpAttrCommands {
				t.Errorf("%s: %s: %d actions", s.where, w.names[0], acts)
			}
			if w.doc == "" && w.sub == nil {
				t.Errorf("%s: %s: no description", s.where, w.names[0])
			}
			for _, n := range w.names {
				if w.rest != nil || w.sub != nil {
					if got, rest := s.findPrefix(n + "x"); got != w || rest != "x" {
						t.Errorf("%s: prefix %s isn't found", s.where, n)
					}
					continue
				}
				if s.find(n) != w || s.find(strings.ReplaceAll(n, "-", " ")) != w {
					t.Errorf("%s: %s isn't found", s.where, n)
				}
			}
		}
	}
}

// Every plain word of a list changes the request: none is a word without effect.
func TestWordsHaveAnEffect(t *testing.T) {
	for _, s := range sections {
		for i := range s.words {
			if w := &s.words[i]; w.set != nil {
				var r Request
				w.set(&r)
				if reflect.DeepEqual(r, Request{}) {
					t.Errorf("%s: %s does nothing", s.where, w.names[0])
				}
			}
		}
	}
}

func TestSuggestions(t *testing.T) {
	for _, c := range []struct{ where, name, want string }{
		{"flags", "trust-adress", `flags: "trust-adress" (is "trust-address" meant?)`},
		{"flags", "Trust_Address", `flags: "Trust_Address" (is "trust-address" meant?)`},
		{"flags", "replace-orgin", `flags: "replace-orgin" (see docs/ng-flags.md)`},
		{"flags", "ICE=remove", `flags: "ICE=remove" (has no effect in this list; give the key "ICE")`},
		{"flags", "RTP/SAVP", `flags: "RTP/SAVP" (give the key "transport-protocol" or transport-protocol=RTP/SAVP)`},
		{"flags", "ptime", `flags: "ptime" (is a key, not a flag)`},
		{"flags", "transport-protokol", `flags: "transport-protokol" (is the key "transport-protocol" meant?)`},
		{"rtcp-mux", "answer", `rtcp-mux: "answer"`},
		{"rtcp-mux", "ofer", `rtcp-mux: "ofer" (is "offer" meant?)`},
		{"key", "from_tag", `key: "from_tag" (is "from-tag" meant?)`},
		{"key", "Flags", `key: "Flags" (is "flags" meant?)`},
		{"key", "internal-ip", `key: "internal-ip"`},
		{"key", strings.Repeat("x", 5000), `key: "` + strings.Repeat("x", 5000) + `"`},
		{"nowhere", "x", `nowhere: "x"`},
	} {
		if got := (UnknownFlag{Where: c.where, Name: c.name}).String(); got != c.want {
			t.Errorf("got  %.200s\nwant %.200s", got, c.want)
		}
	}
}

func TestUnknownNamesAreCollected(t *testing.T) {
	r := decode(t, Dict{
		{"internal-ip", "x"},
		{"flags", List{"bogus", "direction=priv", "codec-frob-PCMU", "codec-strip-", "sdp-attr-frob-audio-x", "replace-bogus"}},
		{"rtcp-mux", List{"answer"}},
		{"direction", "priv"},
		{"ICE", "bogus"},
		{"sdp-attr", Dict{{"audio", Dict{{"frob", "x"}}}, {"bogus", Dict{}}}},
		{"record-call", "perhaps"},
	})
	var got []string
	for _, u := range r.Unknown {
		got = append(got, u.Where+" "+u.Name)
	}
	want := []string{"key internal-ip", "flags bogus", "flags direction=priv", "flags codec-frob-PCMU", "flags codec-strip-",
		"flags sdp-attr-frob-audio-x", "replace bogus", "rtcp-mux answer", "direction priv", "ICE bogus",
		"sdp-attr frob", "sdp-attr bogus", "record-call perhaps"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Words of parts that aren't built are named, once each.
func TestUnsupportedWordsAreNamed(t *testing.T) {
	build(t, FeatureTranscoding, false)
	r := decode(t, Dict{
		{"codec", Dict{{"transcode", List{"opus", "G722"}}}},
		{"flags", List{"always-transcode", "codec-transcode-PCMA", "always transcode", "trust-address"}},
	})
	if want := []string{"codec=transcode", "always-transcode"}; !reflect.DeepEqual(r.Unsupported, want) {
		t.Errorf("got %q, want %q", r.Unsupported, want)
	}
	if want := []string{"opus", "G722", "PCMA"}; !reflect.DeepEqual(r.Codec.Transcode, want) {
		t.Errorf("got %q, want %q", r.Codec.Transcode, want)
	}
}

// build pretends for the time of a test that a part of rtpgo is there or not.
func build(t *testing.T, f Feature, built bool) {
	before := features[f].built
	t.Cleanup(func() { features[f].built = before })
	features[f].built = built
}
