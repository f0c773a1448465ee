package ng

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

var testTemplates = Templates{
	"default": "ptime=20 label=D media-address=192.0.2.1 sdp-attr=[audio=[add=[d]]] replace=[origin]",
	"offer":   "ptime=30 label=O sdp-attr=[audio=[add=[o]]]",
	"X":       "ptime=40 media-address=192.0.2.3 sdp-attr=[audio=[add=[x]]] template=Y",
	"Y":       "sdp-attr=[audio=[add=[y]]]",
	"loop":    "sdp-attr=[audio=[add=[l]]] template=loop",
	"ids":     "call-id=zid from-tag=ztag to-tag=ttag",
}

// TestTemplates: default, then the command's, then named ones and the
// request's own words in the order in which they stand.
func TestTemplates(t *testing.T) {
	for _, c := range []struct {
		name          string
		request       Dict
		ptime         int
		label, added  string
		media, callID string
	}{
		{"another command", Dict{{"command", "answer"}}, 20, "D", "d", "192.0.2.1", ""},
		{"the command's", Dict{{"command", "offer"}}, 30, "O", "do", "192.0.2.1", ""},
		{"own words", Dict{{"ptime", 60}, {"command", "offer"}, {"label", "own"}}, 60, "own", "do", "192.0.2.1", ""},
		{"named", Dict{{"command", "offer"}, {"template", "X"}}, 40, "O", "doxy", "192.0.2.3", ""},
		{"named, own words", Dict{{"command", "offer"}, {"template", "X"}, {"ptime", 60}}, 60, "O", "doxy", "192.0.2.3", ""},
		{"in a string of flags", Dict{{"command", "offer"}, {"rtpp-flags", "ptime=60 template=X media-address=192.0.2.9 sdp-attr=[audio=[add=[z]]]"}}, 40, "O", "doxyz", "192.0.2.9", ""},
		{"twice", Dict{{"command", "offer"}, {"template", "offer"}}, 30, "O", "doo", "192.0.2.1", ""},
		{"without end", Dict{{"command", "x"}, {"template", "loop"}}, 20, "D", "d" + strings.Repeat("l", maxTemplates), "192.0.2.1", ""},
		{"as a flag", Dict{{"command", "x"}, {"flags", List{"template=X"}}}, 20, "D", "d", "192.0.2.1", ""},
		{"identification", Dict{{"command", "x"}, {"call-id", "own"}, {"template", "ids"}}, 20, "D", "d", "192.0.2.1", "own"},
	} {
		r, _, err := testTemplates.Decode(Bencode.Append(nil, c.request))
		if err != nil {
			t.Fatal(err)
		}
		added := strings.Join(r.SDPAttr["audio"].Add, "")
		if r.Ptime != c.ptime || r.Label.Value != c.label || added != c.added || r.MediaAddress.String() != c.media ||
			r.CallID.Value != c.callID || !r.Replace.Origin {
			t.Errorf("%s: ptime %d, label %q, added %q, media address %s, call-id %q", c.name, r.Ptime, r.Label.Value, added, r.MediaAddress, r.CallID.Value)
		}
	}
}

func TestTemplateUnknown(t *testing.T) {
	for _, known := range []Templates{nil, testTemplates} {
		r, _, err := known.Decode(Bencode.Append(nil, Dict{{"command", "x"}, {"template", "nope"}}))
		if err != nil || len(r.Unknown) != 1 || !strings.Contains(r.Unknown[0].String(), `"nope"`) {
			t.Errorf("%v, %v", r.Unknown, err)
		}
	}
	if r, _, _ := Decode(Bencode.Append(nil, Dict{{"command", "offer"}})); !reflect.DeepEqual(*r, Request{Command: Text{"offer", true}}) {
		t.Errorf("%+v", r)
	}
}

func TestTemplatesCheck(t *testing.T) {
	bad := Templates{"a": "trust-adress", "b": "codec=[transcode=[PCMA]] template=none", "c": "replace=[origin]"}
	got := bad.Check()
	for i, want := range []string{"template a: unknown flags: \"trust-adress\" (is \"trust-address\" meant?)", "template b: codec=transcode isn't built", `template b: unknown template: "none"`} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Fatalf("%q", got)
		}
	}
	if got := testTemplates.Check(); !slices.Equal(got, nil) {
		t.Errorf("%q", got)
	}
}
