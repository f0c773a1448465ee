package ng

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	bencode "github.com/jackpal/bencode-go"
)

func TestReadBencode(t *testing.T) {
	for _, c := range []struct {
		doc  string
		want Dict // nil: refused
	}{
		{"de", Dict{}},
		{"d7:command4:pinge", Dict{{"command", "ping"}}},
		{"d7:command4:pingegarbage", Dict{{"command", "ping"}}},
		{"d1:zi1e7:command4:ping1:ai1ee", Dict{{"z", int64(1)}, {"command", "ping"}, {"a", int64(1)}}},
		{"d7:command4:ping7:command5:offere", Dict{{"command", "ping"}}},
		{"d1:xi-5ee", Dict{{"x", int64(-5)}}},
		{"d0:0:e", Dict{{"", ""}}},
		{"d1:xd1:yl1:z1:wd1:ai1eeeee", Dict{{"x", Dict{{"y", List{"z", "w", Dict{{"a", int64(1)}}}}}}}},
		{"d1:a3:\x00\xff\ne", Dict{{"a", "\x00\xff\n"}}},
		{"", nil},
		{"d", nil},
		{"d7:command", nil},
		{"d7:command4:ping", nil},
		{"d7:command4:pin", nil},
		{"d07:command4:pinge", nil},
		{"d00:0:e", nil},
		{"d7command4:pinge", nil},
		{"d-1:a1:be", nil},
		{"d99999999999999999999:a1:be", nil},
		{"d9223372036854775807:a1:be", nil},
		{"d3:abe", nil},
		{"di1e1:ae", nil},
		{"dl1:ae1:be", nil},
		{"d1:ae", nil},
		{"d1:ai1e1:be", nil},
		{"d1:aie1:b1:ce", nil},
		{"d1:ai-e1:b1:ce", nil},
		{"d1:ai1", nil},
		{"d1:ai999999999999999999999999ee", nil},
		{"d1:ax1:be", nil},
		{"l4:pinge", nil},
		{"i5e", nil},
		{"4:ping", nil},
		{"e", nil},
		{strings.Repeat("d1:a", 31) + "de" + strings.Repeat("e", 31), nested(31)},
		{strings.Repeat("d1:a", 32) + "de" + strings.Repeat("e", 32), nil},
		{"d1:a" + strings.Repeat("l", 60000), nil},
	} {
		got, _, err := Unmarshal([]byte(c.doc))
		if (err == nil) != (c.want != nil) || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%.60q: got %v, %v; want %v", c.doc, got, err, c.want)
		}
	}
}

func nested(n int) Dict {
	d := Dict{}
	for range n {
		d = Dict{{"a", d}}
	}
	return d
}

// Every beginning of a real request is refused, and no cut makes it panic.
func TestTruncatedRequests(t *testing.T) {
	for name, doc := range samples(t) {
		for n := range doc {
			if _, _, err := Decode(doc[:n]); err == nil {
				t.Errorf("%s cut to %d bytes was accepted", name, n)
			}
		}
		if _, _, err := Decode(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func samples(t testing.TB) map[string][]byte {
	files, err := filepath.Glob("testdata/kamailio/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	m := map[string][]byte{}
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m[filepath.Base(f)] = doc
	}
	return m
}

func TestBencodeAgreesWithJackpal(t *testing.T) {
	for name, doc := range samples(t) {
		agreesWithJackpal(t, name, doc)
	}
}

// agreesWithJackpal compares what both readers make of a document that ours
// accepts. (What ours refuses isn't given to the other: it panics on hostile
// lengths, or asks for gigabytes.)
func agreesWithJackpal(t *testing.T, name string, doc []byte) {
	d, _, err := Unmarshal(doc)
	if err != nil || !noRepeats(doc) {
		return
	}
	want, err := bencode.Decode(bytes.NewReader(doc))
	if err != nil {
		t.Errorf("%s: accepted, but the other reader says %v", name, err)
		return
	}
	if got := loose(d); !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", name, got, want)
	}
	again, _, err := Unmarshal(Bencode.Append(nil, d))
	if err != nil || !reflect.DeepEqual(again, d) {
		t.Errorf("%s: written and read again it is %v, %v", name, again, err)
	}
}

// loose is a value in the types of jackpal/bencode-go.
func loose(v any) any {
	switch v := v.(type) {
	case Dict:
		m := map[string]any{}
		for _, p := range v {
			m[p.Key] = loose(p.Value)
		}
		return m
	case List:
		l := []any{}
		for _, e := range v {
			l = append(l, loose(e))
		}
		return l
	}
	return v
}

// noRepeats tells whether no dictionary of a document repeats a key, and no
// integer is outside 64 bits: there the readers differ on purpose.
func noRepeats(doc []byte) bool {
	var t tree
	if readBencode(&t, string(doc)) != nil {
		return false
	}
	ok := true
	for i := range t.nodes {
		v := value{&t, int32(i)}
		if t.nodes[i].kind == kindInt {
			if _, fits := v.integer(); !fits {
				ok = false
			}
		}
		seen := map[string]bool{}
		v.entries(func(key string, _ value) {
			ok = ok && !seen[key]
			seen[key] = true
		})
	}
	return ok
}

func TestEncodeTakesEveryNumber(t *testing.T) {
	d := Dict{{"a", 1}, {"b", uint64(2)}, {"c", true}, {"d", []string{"x", "y"}}, {"e", uint16(3)}, {"f", int32(-4)}, {"g", nil}}
	if got, want := string(Bencode.Append(nil, d)), "d1:ai1e1:bi2e1:ci1e1:dl1:x1:ye1:ei3e1:fi-4e1:g0:e"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := string(JSON.Append(nil, d)), `{"a":1,"b":2,"c":1,"d":["x","y"],"e":3,"f":-4,"g":""}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
