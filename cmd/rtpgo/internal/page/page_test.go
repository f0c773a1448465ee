package page

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

// lab is a page of a registry on the engine without sockets.
type lab struct {
	*testing.T
	calls *call.Registry
	page  *Page
	web   *httptest.Server
}

func newLab(t *testing.T) *lab {
	t.Helper()
	set, err := interfaces.Parse([]string{"public/192.0.2.1", "private/10.0.0.1!198.51.100.1"}, interfaces.PoolConfig{Min: 30000, Max: 39999})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{T: t, calls: call.New(call.Config{Interfaces: set, Engine: memory.New(), Version: "1.2.3", TOS: -1, KeepEnded: time.Minute})}
	l.page = New(Sources{Calls: l.calls, NG: ng.NewServer(l.calls, nil), Host: "sbc"})
	l.page.every = 5 * time.Millisecond
	l.web = httptest.NewServer(l.page)
	t.Cleanup(func() {
		l.page.Close() // ends the streams
		l.web.Close()
		l.calls.Close()
	})
	return l
}

const secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"

// begin makes a call up to the answer.
func (l *lab) begin(id, tag string) {
	l.Helper()
	sdp := func(addr string) string {
		return "v=0\r\no=- 1 1 IN IP4 " + addr + "\r\ns=-\r\nc=IN IP4 " + addr + "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n" +
			"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + secret + "\r\n"
	}
	for _, d := range []ng.Dict{
		{{Key: "command", Value: "offer"}, {Key: "sdp", Value: sdp("192.0.2.10")}, {Key: "direction", Value: ng.List{"public", "private"}}},
		{{Key: "command", Value: "answer"}, {Key: "sdp", Value: sdp("10.0.0.10")}, {Key: "to-tag", Value: tag + "-b"}},
	} {
		d = append(d, ng.Pair{Key: "call-id", Value: id}, ng.Pair{Key: "from-tag", Value: tag})
		r, _, err := ng.Decode(ng.Bencode.Append(nil, d))
		if err != nil {
			l.Fatal(err)
		}
		if reply := l.calls.HandleNG(context.Background(), r); reply.Text("result") != "ok" {
			l.Fatalf("%v", reply)
		}
	}
}

// get asks for JSON.
func (l *lab) get(path string, v any) string {
	l.Helper()
	r := httptest.NewRequest("GET", path, nil)
	w := httptest.NewRecorder()
	l.page.ServeHTTP(w, r)
	if w.Code != 200 {
		l.Fatalf("%s is answered %d %s", path, w.Code, w.Body)
	}
	text := w.Body.String()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		l.Fatalf("%s: %v in %s", path, err, text)
	}
	return text
}

func TestListsAreSearchedSortedAndPaged(t *testing.T) {
	l := newLab(t)
	for i := range 120 {
		l.begin(fmt.Sprintf("call-%03d", i), fmt.Sprintf("Tag%d", i))
	}
	for query, want := range map[string]struct {
		matched, shown int
		first          string
	}{
		"":                                   {120, pageSize, ""},
		"sort=id":                            {120, pageSize, "call-000"},
		"sort=id&order=down":                 {120, pageSize, "call-119"},
		"sort=id&offset=100":                 {120, 20, "call-100"},
		"sort=id&offset=1000":                {120, 0, ""},
		"sort=id&limit=1000&offset=-3":       {120, 120, "call-000"},
		"q=CALL-11&sort=id":                  {10, 10, "call-110"},
		"q=tag7-&sort=id":                    {1, 1, "call-007"}, // the other side's
		"q=192.0.2.10":                       {120, pageSize, ""},
		"q=private&sort=id":                  {120, pageSize, "call-000"},
		"q=pcma&sort=dropped":                {120, pageSize, ""},
		"q=nothing+such":                     {0, 0, ""},
		"state=no+media":                     {120, pageSize, ""},
		"state=one-way":                      {0, 0, ""},
		"state=fault":                        {0, 0, ""}, // too young
		"q=" + strings.Repeat("x", 1000):     {0, 0, ""},
		"sort=nonsense&offset=x&limit=x&q=%": {120, pageSize, ""},
	} {
		var got listJSON
		l.get("/api/calls?"+query, &got)
		if got.Total != 120 || got.Matched != want.matched || len(got.Calls) != want.shown ||
			want.first != "" && got.Calls[0].ID != want.first {
			t.Errorf("%q finds %d of %d calls and shows %d, want %+v", query, got.Matched, got.Total, len(got.Calls), want)
		}
	}
}

func TestOneCall(t *testing.T) {
	l := newLab(t)
	const id = "a/b <c>&d@192.0.2.1"
	l.begin(id, "alice")
	var got struct {
		Head headJSON
		Call struct {
			Call struct {
				ID      string `json:"call-id"`
				Parties []struct{ Tag string }
			}
		}
		Signalling []exchangeJSON
	}
	text := l.get("/api/call?id="+url.QueryEscape(id), &got)
	if got.Head.State != "live" || got.Call.Call.ID != id || len(got.Call.Call.Parties) != 2 || len(got.Signalling) != 2 {
		t.Errorf("the call is shown as %s", text)
	}
	if s := got.Signalling[0]; s.Command != "offer" || s.From != "alice" || !strings.Contains(s.Before, "192.0.2.10") || !strings.Contains(s.After, "198.51.100.1") {
		t.Errorf("the offer is shown as %+v", s)
	}
	if strings.Contains(text, secret[:8]) {
		t.Errorf("a key is shown: %s", text)
	}
	text = l.get("/api/call?id=none", &got)
	if got.Head.State != "unknown" || strings.Contains(text, `"call":`) {
		t.Errorf("a call that isn't there is shown as %s", text)
	}
}

func TestEndedCalls(t *testing.T) {
	l := newLab(t)
	for i := range 60 {
		l.begin(fmt.Sprintf("call-%02d", i), fmt.Sprintf("Tag%d", i))
		l.calls.Terminate(fmt.Sprintf("call-%02d", i))
	}
	var got endedJSON
	l.get("/api/ended", &got)
	if got.Total != 60 || got.Matched != 60 || len(got.Calls) != pageSize || got.Calls[0].ID != "call-59" {
		t.Fatalf("%+v", got)
	}
	if c := got.Calls[0]; c.Verdict == "" || c.Text == "" || c.Reason == "" || c.Ended == 0 {
		t.Errorf("a call is shown as %+v", c)
	}
	for query, want := range map[string]int{
		"q=CALL-1": 10, "q=tag7-b": 1, "offset=50": 10, "offset=99": 0, "limit=3": 3, "q=none": 0,
	} {
		l.get("/api/ended?"+query, &got)
		if len(got.Calls) != want {
			t.Errorf("%q shows %d calls, want %d", query, len(got.Calls), want)
		}
	}
	var one struct {
		Head       headJSON
		Explain    map[string]any
		Signalling []exchangeJSON
	}
	text := l.get("/api/call?id=call-07", &one)
	if one.Head.State != "ended" || one.Explain["state"] != "ended" || len(one.Signalling) != 2 {
		t.Errorf("an ended call is shown as %s", text)
	}
}

func TestOverview(t *testing.T) {
	l := newLab(t)
	l.begin("x", "alice")
	var o overviewJSON
	l.get("/api/overview", &o)
	if o.Calls != 1 || o.Conditions["no media"] != 1 || o.Ports != 4 || o.Host != "sbc" || o.Version != "1.2.3" || len(o.Interfaces) != 2 {
		t.Errorf("%+v", o)
	}
	if i := o.Interfaces[1]; i.Name != "private" || i.Address != "10.0.0.1" || i.Advertised != "198.51.100.1" || i.Used != 2 || i.Size != 10000 {
		t.Errorf("%+v", i)
	}
}

// TestSnapshotsAreShared: requests within a second see the same snapshot.
func TestSnapshotsAreShared(t *testing.T) {
	l := newLab(t)
	first := l.page.collect.current()
	if again := l.page.collect.current(); again != first {
		t.Error("a second request took a snapshot of its own")
	}
	q := listQuery{limit: pageSize}
	if a, b := first.list(q), first.list(q); &a[0] != &b[0] {
		t.Error("the same list was made twice")
	}
	for i := range 2 * maxAnswers {
		first.list(listQuery{limit: 1 + i})
	}
	if n := len(first.lists.answers); n > maxAnswers {
		t.Errorf("%d answers are kept", n)
	}
}

func TestRates(t *testing.T) {
	at := time.Now()
	then := &snapshot{at: at, full: true, figures: new(call.Figures), latencies: make([]ng.Latency, 1),
		calls: []call.Summary{{ID: "x", Created: at, Streams: []call.StreamSummary{{Received: 100, Lost: 10, Unintended: 5}}}}}
	then.index()
	now := &snapshot{at: at.Add(2 * time.Second), full: true, figures: new(call.Figures), latencies: make([]ng.Latency, 1),
		calls: []call.Summary{
			{ID: "x", Created: at, Streams: []call.StreamSummary{{Received: 190, Lost: 20, Unintended: 9}, {Tag: "b", Received: 1000}}},
			{ID: "new", Created: at.Add(time.Second), Streams: []call.StreamSummary{{Received: 50}}},
		}}
	now.latencies[0].Classes[2], now.latencies[0].Sum = 4, 8*time.Millisecond
	now.index()
	now.measure(then)
	if got, want := now.rates[0], (rate{packets: 45, drops: 2, loss: 0.1}); got != want {
		t.Errorf("the call does %+v, want %+v", got, want)
	}
	if now.rates[1] != (rate{}) {
		t.Errorf("a new call has rates already: %+v", now.rates[1])
	}
	if now.ngRate.requests != 2 || now.ngRate.latency != 2*time.Millisecond {
		t.Errorf("NG: %+v", now.ngRate)
	}
	if most := most(&now.latencies[0], 4); most != 0.25 {
		t.Errorf("99 of 100 requests took at most %v ms", most)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	start := time.Now()
	for i := range 3 * historyPoints {
		h.add(&snapshot{at: start.Add(time.Duration(i) * historyStep / 2), window: time.Second, figures: &call.Figures{Live: i}})
	}
	if len(h.points) != historyPoints {
		t.Errorf("%d points", len(h.points))
	}
	if !slices.IsSortedFunc(h.points, func(a, b point) int { return int(a.At - b.At - int64(historyStep/time.Second)) }) {
		t.Error("points are nearer than a step")
	}
	if last := h.points[len(h.points)-1]; last.Calls < 3*historyPoints-3 {
		t.Errorf("the last point is %+v", last)
	}
}

// stream opens a stream of events.
func (l *lab) stream(query string) (*http.Response, error) {
	r, _ := http.NewRequest("GET", l.web.URL+"/api/events?"+query, nil)
	return l.web.Client().Do(r)
}

func TestEvents(t *testing.T) {
	l := newLab(t)
	l.begin("x", "alice")
	for query, want := range map[string][]string{
		"":               {"overview"},
		"view=calls&q=x": {"calls", "overview"},
		"view=ended":     {"ended", "overview"},
		"view=call&id=x": {"call", "explain", "head", "overview", "signalling"},
		"view=call&id=y": {"head", "overview", "signalling"},
		"view=nonsense":  {"overview"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			l.follow(t, query, want)
		})
	}
}

// follow reads a stream until the overview has come twice, and checks which
// events came.
func (l *lab) follow(t *testing.T, query string, want []string) {
	r, err := l.stream(query)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if kind := r.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Errorf("answered as %s", kind)
	}
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(nil, 1<<20)
	seen := map[string]int{}
	for seen["overview"] < 2 && lines.Scan() {
		name, ok := strings.CutPrefix(lines.Text(), "event: ")
		if !ok {
			continue
		}
		seen[name]++
		if !lines.Scan() || !json.Valid([]byte(strings.TrimPrefix(lines.Text(), "data: "))) {
			t.Errorf("%s brings %q", name, lines.Text())
		}
	}
	var names []string
	for name, n := range seen {
		names = append(names, name)
		if name == "signalling" && n != 1 {
			t.Errorf("what hasn't changed comes %d times", n)
		}
	}
	if slices.Sort(names); !slices.Equal(names, want) {
		t.Errorf("the events are %q, want %q", names, want)
	}
}

func TestBrowsersAreBounded(t *testing.T) {
	l := newLab(t)
	var open []*http.Response
	for range maxStreams {
		r, err := l.stream("")
		if err != nil || r.StatusCode != 200 {
			t.Fatal(r, err)
		}
		open = append(open, r)
	}
	r, err := l.stream("")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("one more is answered %d", r.StatusCode)
	}
	for _, r := range open {
		r.Body.Close()
	}
	deadline := time.Now().Add(20 * time.Second)
	for l.page.streams.Load() > 0 {
		if time.Now().After(deadline) {
			t.Fatal("streams that browsers have closed stay open")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestNothingIsChanged(t *testing.T) {
	l := newLab(t)
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		for _, path := range []string{"/", "/api/calls", "/api/call", "/api/events"} {
			w := httptest.NewRecorder()
			l.page.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s is answered %d", method, path, w.Code)
			}
		}
	}
	w := httptest.NewRecorder()
	l.page.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if p := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; ") || strings.Contains(p, "unsafe") {
		t.Errorf("the policy is %q", p)
	}
}
