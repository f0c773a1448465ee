package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

// TestExplain: a call in words of at most 80 columns and as JSON, live and when
// it has ended, and the list of those that have.
func TestExplain(t *testing.T) {
	set, err := interfaces.Parse([]string{"pub/192.0.2.1"}, interfaces.PoolConfig{Min: 30000, Max: 30999})
	if err != nil {
		t.Fatal(err)
	}
	engine := memory.New()
	r := call.New(call.Config{Interfaces: set, Engine: engine, Version: "1.2.3", TOS: -1, KeepEnded: time.Hour})
	t.Cleanup(func() { r.Close(); engine.Close() })
	address := serve(t, r)
	ask := func(want int, args ...string) string {
		t.Helper()
		status, out, errs := command(append(args, "--address", address)...)
		if status != want {
			t.Fatalf("%v: status %d, %s%s", args, status, out, errs)
		}
		return out
	}
	if out := ask(exitOK, "explain"); !strings.Contains(out, "no call has ended") {
		t.Errorf("the empty list: %s", out)
	}
	ask(exitNoCall, "explain", "nobody")
	ask(exitUsage, "explain", "one", "two")

	offer(t, r, "call-1@example.org")
	check := func(state string) {
		t.Helper()
		out := ask(exitOK, "explain", "call-1@example.org")
		for _, want := range []string{"call call-1@example.org: " + state, "alice -> ", "audio (1): ok, not-answered", "offer alice: audio 198.51.100.5:4000", "< m=audio 4000 RTP/AVP 8", "> m=audio 30"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is missing in\n%s", state, want, out)
			}
		}
		for line := range strings.SplitSeq(out, "\n") {
			if len(line) > width {
				t.Errorf("a line of %d columns: %s", len(line), line)
			}
		}
		var e struct {
			CallID   string `json:"call-id"`
			State    string
			Verdicts []struct {
				From, Verdict string
				Fault         bool
				Media         int
			}
			Timeline []struct {
				At   time.Time
				Kind string
			}
			More *int
		}
		if err := json.Unmarshal([]byte(ask(exitOK, "explain", "--json", "call-1@example.org")), &e); err != nil {
			t.Fatal(err)
		}
		if e.CallID != "call-1@example.org" || e.State != state || len(e.Verdicts) != 1 || e.Verdicts[0].From != "alice" || e.Verdicts[0].Media != 1 ||
			len(e.Timeline) < 2 || e.Timeline[0].Kind != "offer" || time.Since(e.Timeline[0].At) > time.Minute || e.More != nil {
			t.Errorf("%s: %+v", state, e)
		}
	}
	check("live")
	ask(exitOK, "terminate", "call-1@example.org")
	check("ended")
	if out := ask(exitOK, "explain"); !strings.Contains(out, "not-answered  call-1@example.org") {
		t.Errorf("the list: %s", out)
	}
	if out := ask(exitOK, "explain", "--json"); !strings.Contains(out, `"fault": false`) {
		t.Errorf("the list: %s", out)
	}
}

// TestExplainPages: a long timeline is put together from its pages.
func TestExplainPages(t *testing.T) {
	var pages atomic.Int32
	d := &daemon{timeout: time.Second, ask: nil}
	address := serve(t, ng.HandlerFunc(func(_ context.Context, r *ng.Request) ng.Dict {
		pages.Add(1)
		n := 0
		fmt.Sscan(r.Cursor.Value, &n)
		return ng.Dict{
			{Key: "call-id", Value: "x"}, {Key: "verdicts", Value: ng.List{}},
			{Key: "timeline", Value: ng.List{ng.Dict{{Key: "text", Value: fmt.Sprint("event ", n)}}}},
			{Key: "more", Value: int64(min(1, 2-n))}, {Key: "result", Value: "ok"},
		}
	}))
	client, err := ng.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	d.ask = client.Do
	e, err := d.explain("x")
	if list := field[ng.List](e, "timeline"); err != nil || len(list) != 3 || pages.Load() != 3 || field[string](list[2].(ng.Dict), "text") != "event 2" {
		t.Errorf("%v, %v in %d pages", e, err, pages.Load())
	}
}
