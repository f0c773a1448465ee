package page

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rtpgo/ng"
)

// many is how many calls TestLoad puts on; it measures, and proves nothing:
//
//	RTPGO_E2E=1 go test ./e2e/page -run TestLoad -v -calls=5000
var many = flag.Int("calls", 0, "calls of TestLoad")

// span is how long each figure is measured.
const span = 15 * time.Second

// TestLoad measures the daemon's CPU time with nobody and with more and more
// browsers looking, and how the browser itself fares.
func TestLoad(t *testing.T) {
	if *many == 0 {
		t.Skip("-calls isn't given")
	}
	l := newLab(t, "--port-min=1100", "--port-max=65535", "--timeout=3600")
	for range 40 {
		l.call(id(), fine, fine)
	}
	l.quietCalls(*many - 40)

	l.must(l.browser.Open("about:blank", "true"))
	time.Sleep(6 * time.Second) // until nobody counts as looking
	t.Logf("%d calls, 40 of them with media", *many)
	l.eval(watchFrames)
	t.Logf("nobody looks: %s; an empty page: %s", l.cpu(), l.frames())
	for _, view := range []string{"", "#/calls", "#/calls?sort=loss&order=down", "#/calls?q=192.0.2"} {
		l.must(l.browser.Open("about:blank", "true"))
		l.must(l.browser.Open(l.url+view, "document.querySelector('.tiles, .calls tbody tr')"))
		l.eval(watchFrames)
		cpu := l.cpu()
		t.Logf("one browser at %q: %s; %s", view, cpu, l.frames())
	}
	l.must(l.browser.Open("about:blank", "true"))
	ctx, end := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for i := range 31 {
		all.Go(func() { l.follow(ctx, fmt.Sprintf("view=calls&sort=loss&offset=%d", i*50)) })
	}
	time.Sleep(2 * time.Second)
	t.Logf("31 browsers, each at another page of the list: %s", l.cpu())
	end()
	all.Wait()
	var status string
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", l.relay.PID)); err == nil {
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, "VmRSS") {
				status = strings.TrimSpace(line)
			}
		}
	}
	t.Log(status)
}

// frames is how the browser fared since watchFrames.
func (l *lab) frames() string {
	var f struct{ Frames, Over50, Longest, Tasks, LongestTask float64 }
	l.must(l.browser.Evaluate("watched()", &f))
	return fmt.Sprintf("%.0f frames, %.0f later than 50 ms, the latest %.0f ms; %.0f long tasks, the longest %.0f ms",
		f.Frames, f.Over50, f.Longest, f.Tasks, f.LongestTask)
}

// quietCalls makes calls without media.
func (l *lab) quietCalls(n int) {
	sdp := func(host int) string {
		return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 192.0.2.%d\r\ns=-\r\nc=IN IP4 192.0.2.%d\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 101\r\n", host, host)
	}
	for i := range n {
		l.known = id()
		common := []ng.Pair{{Key: "call-id", Value: l.known}, {Key: "from-tag", Value: "a" + strconv.Itoa(i)}}
		l.relay.Do("offer", append([]ng.Pair{
			{Key: "sdp", Value: sdp(i%200 + 1)}, {Key: "direction", Value: ng.List{"public", "private"}},
		}, common...)...)
		l.relay.Do("answer", append([]ng.Pair{{Key: "sdp", Value: sdp(i%200 + 2)}, {Key: "to-tag", Value: "b" + strconv.Itoa(i)}}, common...)...)
	}
}

// cpu is the share of a core that the daemon takes for a while, and how long it
// takes to answer.
func (l *lab) cpu() string {
	ticks := func() (n int) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", l.relay.PID))
		l.must(err)
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		for _, f := range fields[11:13] { // utime, stime, in 1/100 s
			t, _ := strconv.Atoi(f)
			n += t
		}
		return n
	}
	before, start := ticks(), time.Now()
	var took []time.Duration // of requests about one call
	for time.Since(start) < span {
		asked := time.Now()
		l.relay.Do("query", ng.Pair{Key: "call-id", Value: l.known})
		took = append(took, time.Since(asked))
		time.Sleep(20 * time.Millisecond)
	}
	share := float64(ticks()-before) / time.Since(start).Seconds()
	slices.Sort(took)
	return fmt.Sprintf("%.1f %% of a core, queries answered in %.1f ms, 99 %% in %.1f ms", share,
		took[len(took)/2].Seconds()*1e3, took[len(took)*99/100].Seconds()*1e3)
}

// follow reads a stream of events as a browser does.
func (l *lab) follow(ctx context.Context, query string) {
	r, err := http.NewRequestWithContext(ctx, "GET", l.url+"api/events?"+query, nil)
	if err != nil {
		l.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+token)
	reply, err := http.DefaultClient.Do(r)
	if err != nil || reply.StatusCode != http.StatusOK {
		l.Error(reply, err)
		return
	}
	defer reply.Body.Close()
	lines := bufio.NewReader(reply.Body)
	for {
		if _, err := lines.ReadString('\n'); err != nil {
			return
		}
	}
}

// watchFrames counts frames and long tasks from now on.
const watchFrames = `(() => {
  const f = {Frames: 0, Over50: 0, Longest: 0, Tasks: 0, LongestTask: 0};
  let last = performance.now();
  const frame = now => {
    f.Frames++;
    const d = now - last;
    last = now;
    if (d > 50) f.Over50++;
    f.Longest = Math.max(f.Longest, d);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(frame); });
  new PerformanceObserver(list => {
    for (const e of list.getEntries()) { f.Tasks++; f.LongestTask = Math.max(f.LongestTask, e.duration); }
  }).observe({type: 'longtask'});
  window.watched = () => f;
})()`
