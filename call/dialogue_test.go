package call

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"rtpgo/ng"
)

// shape tells who is in a call and who hears whom, as query shows it:
// "a>b b(alias)>a", with ? for a party whose tag isn't known.
func (k *talk) shape(keys ...ng.Pair) string {
	k.Helper()
	d := k.do("query", append([]ng.Pair{kv("call-id", k.id)}, keys...)...)
	var out []string
	for _, p := range get(d, "tags").(ng.Dict) {
		party := p.Value.(ng.Dict)
		s := tagOf(party)
		if l, ok := get(party, "tag-aliases").(ng.List); ok {
			s += fmt.Sprintf("(%v)", strings.Trim(fmt.Sprint(l), "[]"))
		}
		s += ">"
		for i, sub := range get(party, "subscriptions").(ng.List) {
			if i > 0 {
				s += ","
			}
			s += tagOf(sub.(ng.Dict))
		}
		out = append(out, s)
	}
	sort.Strings(out)
	return strings.Join(out, " ")
}

func tagOf(d ng.Dict) string {
	if tag := d.Text("tag"); tag != "" {
		return tag
	}
	return "?"
}

func get(d ng.Dict, key string) any {
	for _, p := range d {
		if p.Key == key {
			return p.Value
		}
	}
	return nil
}

// step is one request: "offer a", "offer a b", "answer a b", with words behind:
// "branch=x", "new-branch", "provisional", "code=200".
func (k *talk) step(text string) ng.Dict {
	k.Helper()
	f := strings.Fields(text)
	keys := []ng.Pair{kv("call-id", k.id), kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))}
	tags := []string{"from-tag", "to-tag"}
	var words []string
	for _, w := range f[1:] {
		switch name, value, ok := strings.Cut(w, "="); {
		case name == "branch":
			keys = append(keys, kv("via-branch", value))
		case name == "code":
			keys = append(keys, kv("sip-code", value), kv("sip-message-type", "sip-reply"))
		case ok:
			keys = append(keys, kv(name, value))
		case w == "new-branch" || w == "provisional":
			words = append(words, w)
		default:
			keys = append(keys, kv(tags[0], w))
			tags = tags[1:]
		}
	}
	return k.do(f[0], append(keys, flags(words...))...)
}

// TestDialogue: which parties there are after a row of offers and answers, and
// who is in a dialogue with whom.
func TestDialogue(t *testing.T) {
	for _, c := range []struct{ steps, want string }{
		{"offer a", "?>a a>?"},
		{"offer a; answer a b", "a>b b>a"},
		{"offer a; answer a b; offer a b; answer a b", "a>b b>a"},
		{"offer a; answer a b; offer b a; answer b a", "a>b b>a"},
		{"offer a b; answer a b", "a>b b>a"},
		// The side that isn't named yet gets its name with the first request that has it.
		{"offer a; offer a b", "a>b b>a"},
		// Another to-tag renames the party, and the old name goes on working.
		{"offer a; answer a b; answer a c", "a>c c(b)>a"},
		{"offer a; answer a b; answer a c; offer b a; answer b a", "a>c c(b)>a"},
		{"offer a; answer a b; answer a c new-branch", "a>c b> c>a"},
		{"offer a; answer a b code=183; answer a c code=200", "a>c c(b)>a"},
		{"offer a; answer a b code=200; answer a c", "a>c b> c>a"},
		{"offer a; answer a b code=200; answer a c provisional", "a>c c(b)>a"},
		// Forks: a party for each branch; the one that answers has the dialogue.
		{"offer a branch=1; offer a branch=2", "?> ?>a a>?"},
		{"offer a branch=1; offer a branch=2; answer a b branch=1", "?> a>b b>a"},
		{"offer a branch=1; offer a branch=2; answer a b branch=1; answer a c branch=2", "a>c b> c>a"},
		{"offer a branch=1; offer a branch=1; answer a b branch=1", "a>b b>a"},
		// Glare: both offer, one is answered.
		{"offer a; answer a b; offer a b; offer b a; answer b a", "a>b b>a"},
		// A new caller in an old call.
		{"offer a; answer a b; offer c", "?>c a>b b>a c>?"},
		{"offer a; answer a b; offer c b; answer c b", "a> b>c c>b"},
		// An answer out of the blue.
		{"offer a; answer x b", "?>a ?>b a>? b>?"},
	} {
		t.Run(c.steps, func(t *testing.T) {
			k := newLab(t, nil).call()
			for text := range strings.SplitSeq(c.steps, "; ") {
				if d := k.step(text); d.Text("result") != "ok" {
					t.Fatalf("%s: %v", text, d)
				}
			}
			if got := k.shape(); got != c.want {
				t.Errorf("parties %q, want %q", got, c.want)
			}
		})
	}
}

// TestQuerySelects: a named tag and the one that it talks to; an unknown one is
// no error.
func TestQuerySelects(t *testing.T) {
	k := newLab(t, nil).call()
	for _, s := range []string{"offer a branch=1", "offer a branch=2", "answer a b branch=1", "answer a c branch=2"} {
		k.step(s)
	}
	for tag, want := range map[string]string{"a": "a>c c>a", "b": "b>", "c": "a>c c>a", "x": ""} {
		if got := k.shape(kv("from-tag", tag)); got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
	k.mustRefuse("Unknown call-id", "query", kv("call-id", "nobody"))
	k.mustRefuse("No call-id in message", "query")
}

func TestDialogueRefuses(t *testing.T) {
	l := newLab(t, nil)
	sdp := kv("sdp", description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	id, from, to := kv("call-id", "c"), kv("from-tag", "a"), kv("to-tag", "b")
	l.mustRefuse("No SDP body in message", "offer", id, from)
	l.mustRefuse("No call-id in message", "offer", sdp, from)
	l.mustRefuse("No from-tag in message", "offer", sdp, id)
	l.mustRefuse("No to-tag in message", "answer", sdp, id, from)
	l.mustRefuse("Unknown call-id", "answer", sdp, id, from, to)
	l.mustRefuse("Unrecognized command", "Offer", sdp, id, from)
	l.mustRefuse(`Command "publish" is not supported by rtpgo`, "publish", sdp, id, from)
	if n := l.r.Count(); n != 0 {
		t.Fatalf("%d calls", n)
	}
	if d := l.do("offer", sdp, id, from); d.Text("result") != "ok" {
		t.Fatal(d)
	}
	l.mustRefuse("Invalid dialogue association", "answer", sdp, id, from, kv("to-tag", "a"))
	if got := (&talk{lab: l, id: "c"}).shape(); got != "?>a a>?" {
		t.Errorf("afterwards %q", got)
	}
}

// TestPartiesAreBounded: a call doesn't grow with every tag that somebody
// sends.
func TestPartiesAreBounded(t *testing.T) {
	k := newLab(t, nil).call()
	refused := ng.Dict(nil)
	for i := range 2 * MaxPartiesPerCall {
		if d := k.step(fmt.Sprintf("offer a%d", i)); d.Text("result") != "ok" {
			refused = d
			break
		}
	}
	if refused == nil {
		t.Fatal("no limit")
	}
	used := k.r.Interfaces.Pools()[0].Used()
	k.step("offer late")
	if n := k.r.Interfaces.Pools()[0].Used(); n != used {
		t.Errorf("a refused offer took %d ports", n-used)
	}
	k.model(func(c *Call) {
		if len(c.parties) > MaxPartiesPerCall || c.party("late") != nil {
			t.Errorf("%d parties", len(c.parties))
		}
	})
}
