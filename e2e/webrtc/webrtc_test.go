package webrtc

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"rtpgo/e2e/browser"
	"rtpgo/e2e/loopback"
	"rtpgo/ng"
)

// relay is the daemon under test.
type relay struct {
	*loopback.Relay
	t *testing.T
}

func startRelay(t *testing.T, options ...string) *relay {
	t.Helper()
	options = append([]string{"--interface=127.0.0.1", "--port-min=31000", "--port-max=31999"}, options...)
	return &relay{loopback.Start(t, options...), t}
}

func (r *relay) do(command, sdp string, more ...ng.Pair) string {
	r.t.Helper()
	keys := append([]ng.Pair{
		{Key: "call-id", Value: r.t.Name()}, {Key: "from-tag", Value: "a"}, {Key: "sdp", Value: sdp},
	}, more...)
	if command == "answer" {
		keys = append(keys, ng.Pair{Key: "to-tag", Value: "b"})
	}
	return r.Do(command, keys...).Text("sdp")
}

func (r *relay) status() string {
	reply, err := r.Client.Do(r.t.Context(), ng.Dict{{Key: "command", Value: "rtpgo status"}, {Key: "call-id", Value: r.t.Name()}})
	if err != nil {
		return err.Error()
	}
	return string(ng.JSON.Append(nil, reply))
}

// faultless checks that the relay finds nothing wrong with the call.
func (r *relay) faultless() {
	r.t.Helper()
	reply := r.Do("rtpgo explain", ng.Pair{Key: "call-id", Value: r.t.Name()})
	for _, p := range reply {
		list, _ := p.Value.(ng.List)
		if p.Key != "verdicts" {
			continue
		}
		if len(list) == 0 {
			r.t.Errorf("no verdicts: %v", reply)
		}
		for _, v := range list {
			for _, k := range v.(ng.Dict) {
				if k.Key == "fault" && k.Value != int64(0) {
					r.t.Errorf("a fault is found: %v", v)
				}
			}
		}
	}
}

// stats is what the page's function of that name returns.
type stats struct {
	Connection, ICE, Suite, Role                                                                string
	DTLS                                                                                        []string
	AudioReceived, AudioSent, Samples, VideoReceived, VideoSent, FramesDecoded, FramesSent, PLI float64
}

func chromium(t *testing.T) *browser.Chromium {
	t.Helper()
	if os.Getenv("RTPGO_E2E") == "" {
		t.Skip("RTPGO_E2E isn't set")
	}
	c := browser.ForTest(t)
	// Cameras are only there for pages of a secure origin, as localhost is.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, page)
	}))
	t.Cleanup(server.Close)
	if err := c.Open(server.URL, "document.readyState == 'complete' && typeof begin == 'function'"); err != nil {
		t.Fatal(err)
	}
	return c
}

func evaluate[T any](t *testing.T, c *browser.Chromium, expression string) T {
	t.Helper()
	var v T
	if err := c.Evaluate(expression, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// flows waits until audio and video have gone both ways, as both ends tell it,
// from what they had before.
func flows(t *testing.T, c *browser.Chromium, e *Echo, r *relay, before stats) stats {
	t.Helper()
	var s stats
	heard := [2]int64{e.lines[0].Received.Load(), e.lines[1].Received.Load()}
	deadline := time.Now().Add(30 * time.Second)
	for {
		s = evaluate[stats](t, c, "stats()")
		if s.AudioReceived-before.AudioReceived > 50 && s.FramesDecoded-before.FramesDecoded > 15 && s.Samples > before.Samples &&
			e.lines[0].Received.Load()-heard[0] > 50 && e.lines[1].Received.Load()-heard[1] > 15 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("media doesn't flow: %+v, echo %d %d\n%s", s, e.lines[0].Received.Load(), e.lines[1].Received.Load(), r.status())
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.faultless()
	for _, state := range s.DTLS {
		if state != "connected" {
			t.Errorf("DTLS states %v", s.DTLS)
		}
	}
	if s.Connection != "connected" || len(s.DTLS) == 0 {
		t.Errorf("%+v", s)
	}
	for _, l := range e.lines {
		if n := l.Foreign.Load(); n > 0 {
			t.Errorf("%d %s packets of a foreign payload type reached the plain peer", n, l.kind)
		}
	}
	return s
}

func list(words ...string) (l ng.List) {
	for _, w := range words {
		l = append(l, w)
	}
	return l
}

var (
	toPlain = []ng.Pair{
		{Key: "transport-protocol", Value: "RTP/AVP"}, {Key: "ICE", Value: "remove"},
		{Key: "rtcp-mux", Value: list("demux")}, {Key: "replace", Value: list("origin")},
	}
	toBrowser = []ng.Pair{
		{Key: "transport-protocol", Value: "UDP/TLS/RTP/SAVPF"}, {Key: "ICE", Value: "force"},
		{Key: "rtcp-mux", Value: list("require")}, {Key: "SDES", Value: list("off")}, {Key: "flags", Value: list("generate-mid")},
	}
)

// TestBrowserCalls: Chromium calls a plain RTP peer; in the middle of the call
// comes a re-INVITE, and ICE is restarted.
func TestBrowserCalls(t *testing.T) {
	c := chromium(t)
	for _, engine := range []string{"auto", "batched", "sockets"} {
		t.Run(engine, func(t *testing.T) {
			r, e := startRelay(t, "--engine="+engine), echo(t)
			evaluate[any](t, c, "begin()")
			defer c.Evaluate("end()", nil)
			var s stats
			for _, step := range []struct{ name, offer string }{
				{"call", "offer()"}, {"re-INVITE", "offer()"}, {"ICE restart", "offer(true)"},
			} {
				offer := evaluate[string](t, c, step.offer)
				if err := e.Read(r.do("offer", offer, toPlain...)); err != nil {
					t.Fatal(err)
				}
				answer := r.do("answer", e.SDP(), ng.Pair{Key: "ICE", Value: "force"})
				if !strings.Contains(answer, "UDP/TLS/RTP/SAVPF") || !strings.Contains(answer, "a=fingerprint:") {
					t.Fatalf("the browser is answered %q", answer)
				}
				evaluate[any](t, c, "answered("+quote(answer)+")")
				s = flows(t, c, e, r, s)
				t.Logf("%s: %+v", step.name, s)
			}
		})
	}
}

// TestBrowserIsCalled: a plain RTP peer calls Chromium.
func TestBrowserIsCalled(t *testing.T) {
	c := chromium(t)
	r, e := startRelay(t), echo(t)
	evaluate[any](t, c, "begin()")
	defer c.Evaluate("end()", nil)
	offer := r.do("offer", e.SDP(), toBrowser...)
	answer := evaluate[string](t, c, "accept("+quote(offer)+")")
	if err := e.Read(r.do("answer", answer)); err != nil {
		t.Fatal(err)
	}
	s := flows(t, c, e, r, stats{})
	t.Logf("%+v", s)
	if s.PLI == 0 {
		loopback.Until(t, "a picture loss indication reaches the browser", func() bool { return evaluate[stats](t, c, "stats()").PLI > 0 })
	}
}

func echo(t *testing.T) *Echo {
	t.Helper()
	e, err := NewEcho()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}
