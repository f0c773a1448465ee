package broken

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rtpgo/e2e/lab"
)

// want is the verdict on one direction: the code, and the side to look at, which
// is A, B, rtpgo or nobody. The code may have alternatives, separated by "|".
type want struct{ code, side string }

// nothing says that there is no verdict: no party that could send.
var nothing want

// healthy says that nothing is wrong with a direction.
var healthy = want{"healthy", ""}

// harmless are the verdicts that are no faults; a "-" behind the code of
// another one makes it a remark on media that flows.
var harmless = []string{"healthy", "held", "not-answered"}

// meets tells whether a verdict is the wanted one, and says something.
func (w want) meets(v lab.Verdict) bool {
	code := v.Verdict
	if !bool(v.Fault) && !slices.Contains(harmless, code) {
		code += "-"
	}
	return slices.Contains(strings.Split(w.code, "|"), code) && v.Side == w.side &&
		v.Text != "" && (v.Check != "" || !bool(v.Fault))
}

// wants are the verdicts on both directions of a call: on what the parties
// with these tags send.
type wants struct {
	tags         [2]string
	fromA, fromB want
}

// judge compares an explanation with what it has to say about the first
// section.
func (w wants) judge(e lab.Explanation) error {
	var problems []error
	for i, want := range []want{w.fromA, w.fromB} {
		found := "no verdict"
		if want == nothing {
			found = ""
		}
		for _, v := range e.Verdicts {
			if v.From != w.tags[i] || v.Media > 1 {
				continue
			}
			if at := slices.Index(w.tags[:], v.Side); at >= 0 && v.Side != "" {
				v.Side = "AB"[at : at+1]
			}
			found = fmt.Sprintf("%s/%s, fault %v: %s %s", v.Verdict, v.Side, v.Fault, v.Text, v.Check)
			if want.meets(v) {
				found = ""
			}
			break
		}
		if found != "" {
			problems = append(problems, fmt.Errorf("from %s: %s, not %s/%s", w.tags[i], found, want.code, want.side))
		}
	}
	return errors.Join(problems...)
}

// expect waits for the verdicts, over NG as that is cheaper, and then has the
// operator's command say the same. state is live or ended.
func (b *bench) expect(t *testing.T, id, state string, w wants) {
	t.Helper()
	judge := func(e lab.Explanation) error {
		if e.CallID != id || e.State != state || len(e.Timeline) == 0 {
			return fmt.Errorf("call %q is %s, with %d events", e.CallID, e.State, len(e.Timeline))
		}
		return w.judge(e)
	}
	err := lab.Eventually(patience, func() error {
		e, err := b.NG.Explain(id)
		if errors.Is(err, lab.ErrNoExplain) {
			return lab.Fatal(err)
		}
		if err == nil {
			err = judge(e)
		}
		if err != nil {
			time.Sleep(200 * time.Millisecond)
		}
		return err
	})
	if err == nil {
		var out string
		var e lab.Explanation
		if out, err = b.SBC.Run(b.Config.Relay, "explain", id, "--json"); err == nil {
			err = json.Unmarshal([]byte(out), &e)
		}
		if err == nil {
			err = judge(e)
		}
	}
	if err != nil {
		words, _ := b.SBC.Run(b.Config.Relay, "explain", id)
		t.Errorf("%s: %v\n%s", state, err, words)
	}
}
