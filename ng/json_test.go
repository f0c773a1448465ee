package ng

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestReadJSON(t *testing.T) {
	for _, c := range []struct {
		doc  string
		want Dict // nil: refused
	}{
		{`{}`, Dict{}},
		{` {}`, nil}, // a document starts with its brace
		{`{"command":"ping"}`, Dict{{"command", "ping"}}},
		{"{ \"a\" : [ 1 , -2 , \"x\" ] }\r\n ", Dict{{"a", List{int64(1), int64(-2), "x"}}}},
		{`{"a":"1","a":"2"}`, Dict{{"a", "1"}}},
		{`{"":"x"}`, Dict{{"", "x"}}},
		{`{"a":null,"b":true,"c":1.5,"d":1e3}`, Dict{{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}}},
		{`{"a":"caf\u00e9 \ud83d\ude00 \ud83d \\ \/ \" \b\f\n\r\t"}`, Dict{{"a", "café 😀 \ufffd \\ / \" \b\f\n\r\t"}}},
		{"{\"a\":\"caf\xe9 \x01\"}", Dict{{"a", "caf\xe9 \x01"}}},
		{`{"a":{"b":[[],{}]}}`, Dict{{"a", Dict{{"b", List{List{}, Dict{}}}}}}},
		{`{"command":`, nil},
		{`{"command"}`, nil},
		{`{"a":1,}`, nil},
		{`{,}`, nil},
		{`{"a" 1}`, nil},
		{`{"a":1 "b":2}`, nil},
		{`{a:1}`, nil},
		{`{"a":01}`, nil},
		{`{"a":-}`, nil},
		{`{"a":1.}`, nil},
		{`{"a":1e}`, nil},
		{`{"a":nul}`, nil},
		{`{"a":"\x"}`, nil},
		{`{"a":"\u12"}`, nil},
		{`{"a":"b`, nil},
		{`{"a":"b\`, nil},
		{`{"a":[1}`, nil},
		{`{} x`, nil},
		{`["ping"]`, nil},
		{`"ping"`, nil},
		{`{"a":` + strings.Repeat("[", 60000), nil},
		{`{"a":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, nil},
	} {
		got, _, err := Unmarshal([]byte(c.doc))
		if (err == nil) != (c.want != nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%.60q: got %v, %v; want %v", c.doc, got, err, c.want)
		}
	}
}

// agreesWithEncodingJSON checks that what encoding/json accepts is read with
// the same meaning, and that what we write is valid.
func agreesWithEncodingJSON(t *testing.T, doc []byte) {
	d, enc, err := Unmarshal(doc)
	if err == nil {
		if again := enc.Append(nil, d); enc == JSON && !json.Valid(again) {
			t.Errorf("wrote invalid JSON: %q", again)
		}
	}
	var want map[string]any
	if len(doc) == 0 || doc[0] != '{' || !utf8.Valid(doc) || json.Unmarshal(doc, &want) != nil {
		return
	}
	if err != nil {
		if strings.Contains(err.Error(), errDeep.Error()) || strings.Contains(err.Error(), "too many") {
			return
		}
		t.Fatalf("%q: refused: %v", doc, err)
	}
	for _, p := range d {
		if s, ok := want[p.Key].(string); ok && strings.Count(string(doc), `"`+p.Key+`"`) == 1 && p.Value != s {
			t.Errorf("%q: %q is %q, want %q", doc, p.Key, p.Value, s)
		}
	}
}

func TestWriteJSON(t *testing.T) {
	d := Dict{{"a\"b", "x\\\r\n\t\x01\x7f"}, {"latin", "caf\xe9"}, {"utf8", "café"}, {"l", List{Dict{}, int64(-1), List{}}}}
	got := JSON.Append(nil, d)
	want := `{"a\"b":"x\\\r\n\t\u0001\u007f","latin":"café","utf8":"café","l":[{},-1,[]]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !json.Valid(got) {
		t.Error("not valid")
	}
}
