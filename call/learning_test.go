package call

import (
	"testing"

	"rtpgo/media"
	"rtpgo/ng"
)

// TestSourcePolicy: what requests and options say about the source of packets,
// and whom it concerns: flags the sender of the description, endpoint-learning
// both sides.
func TestSourcePolicy(t *testing.T) {
	type policy = media.SourcePolicy
	learn := func(l media.Learning) policy { return policy{Learning: l} }
	for _, c := range []struct {
		name   string
		keys   []ng.Pair
		option media.Learning
		a, b   policy
	}{
		{"nothing", nil, media.LearnHeuristic, learn(media.LearnHeuristic), learn(media.LearnHeuristic)},
		{"option", nil, media.LearnImmediate, learn(media.LearnImmediate), learn(media.LearnImmediate)},
		{"off", []ng.Pair{kv("endpoint-learning", "off")}, 0, learn(media.LearnOff), learn(media.LearnOff)},
		{"immediate", []ng.Pair{kv("endpoint-learning", "immediate")}, 0, learn(media.LearnImmediate), learn(media.LearnImmediate)},
		{"delayed", []ng.Pair{flags("endpoint-learning-delayed")}, 0, learn(media.LearnDelayed), learn(media.LearnDelayed)},
		{"heuristic", []ng.Pair{kv("endpoint-learning", "heuristic")}, media.LearnOff, learn(media.LearnHeuristic), learn(media.LearnHeuristic)},
		{"strict", []ng.Pair{flags("strict-source")}, 0, policy{Strict: true}, policy{}},
		{"handover", []ng.Pair{flags("media-handover")}, 0, policy{Handover: true}, policy{}},
		{"asymmetric", []ng.Pair{flags("asymmetric")}, 0, policy{Asymmetric: true}, policy{}},
		{"symmetric", []ng.Pair{flags("symmetric")}, 0, policy{}, policy{}},
	} {
		k := newLab(t, func(cfg *Config) { cfg.Learning = c.option }).call()
		k.offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), c.keys...)
		k.answer(description("198.51.100.2", "m=audio 5000 RTP/AVP 0"))
		for tag, want := range map[string]policy{"a": c.a, "b": c.b} {
			if got := k.engine.Flow(k.facing(tag)).Source; got.Learning != want.Learning || got.Strict != want.Strict ||
				got.Handover != want.Handover || got.Asymmetric != want.Asymmetric {
				t.Errorf("%s, packets from %s: %+v, want %+v", c.name, tag, got, want)
			}
		}
	}
}

// TestSourceFlagsEnd: what a request says about a party's packets counts until the
// party's next description.
func TestSourceFlagsEnd(t *testing.T) {
	k := newLab(t, nil).call()
	a, b := description("198.51.100.1", "m=audio 4000 RTP/AVP 0"), description("198.51.100.2", "m=audio 5000 RTP/AVP 0")
	said := flags("strict-source", "asymmetric")
	strict := func(tag string) bool {
		s := k.engine.Flow(k.facing(tag)).Source
		if s.Strict != s.Asymmetric {
			t.Errorf("%s: %+v", tag, s)
		}
		return s.Strict
	}
	for _, c := range []struct {
		command, from, to, sdp string
		keys                   []ng.Pair
		a, b                   bool
	}{
		{"offer", k.a, "", a, []ng.Pair{said}, true, false},
		{"answer", k.a, k.b, b, nil, true, false},
		{"offer", k.b, k.a, b, []ng.Pair{said}, true, true},
		{"answer", k.b, k.a, a, nil, false, true},
		{"offer", k.b, k.a, b, nil, false, false},
	} {
		k.exchange(c.command, c.from, c.to, c.sdp, c.keys...)
		if strict(k.a) != c.a || (c.to != "" && strict(k.b) != c.b) {
			t.Errorf("%s of %s", c.command, c.from)
		}
	}
}

// TestList: as many calls as asked for, 32 unless asked otherwise.
func TestList(t *testing.T) {
	l := newLab(t, nil)
	for range 40 {
		l.call().offer(description("198.51.100.1", "m=audio 4000 RTP/AVP 0"))
	}
	for limit, want := range map[int]int{-1: defaultListLimit, 0: 0, 5: 5, 100: 40} {
		var keys []ng.Pair
		if limit >= 0 {
			keys = append(keys, kv("limit", limit))
		}
		if n := len(get(l.do("list", keys...), "calls").(ng.List)); n != want {
			t.Errorf("limit %d: %d calls, want %d", limit, n, want)
		}
	}
}

// TestStatistics: what calls have done is counted, also when they are gone.
func TestStatistics(t *testing.T) {
	l := newLab(t, nil)
	k := l.established()
	k.mustHear("media", "b a")
	total := func(key string) any {
		return get(get(get(l.do("statistics"), "statistics").(ng.Dict), "totalstatistics").(ng.Dict), key)
	}
	during := total("relayedpackets")
	if m := total("managedsessions"); m != int64(0) {
		t.Errorf("%v calls before one has ended", m)
	}
	k.delete()
	if after := total("relayedpackets"); during != int64(2) || after != during {
		t.Errorf("%v packets during the call, %v after it", during, after)
	}
	if m, r := total("managedsessions"), total("regularterminatedsessions"); m != int64(1) || r != int64(1) {
		t.Errorf("%v calls, %v ended", m, r)
	}
}
