package metrics

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/interfaces"
	"rtpgo/media/memory"
	"rtpgo/ng"
)

// lab is a daemon without sockets.
type lab struct {
	*testing.T
	Sources
	engine *memory.Engine
	n      int
}

func newLab(t testing.TB) *lab {
	set, err := interfaces.Parse([]string{"public/192.0.2.1", "private/10.0.0.1"}, interfaces.PoolConfig{Min: 20000, Max: 60000})
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{engine: memory.New()}
	l.T, _ = t.(*testing.T)
	l.Engine, l.Version = l.engine, "9.9.9"
	l.Calls = call.New(call.Config{Interfaces: set, Engine: l.engine, TOS: -1})
	l.Server = ng.NewServer(l.Calls, nil)
	t.Cleanup(func() { l.Calls.Close(); l.engine.Close() })
	return l
}

// do sends an NG request from 192.0.2.7.
func (l *lab) do(command, id string, keys ...ng.Pair) ng.Dict {
	l.n++
	d := append(ng.Dict{{Key: "command", Value: command}, {Key: "call-id", Value: id}, {Key: "from-tag", Value: "a"}}, keys...)
	reply := l.Server.Do(context.Background(), netip.MustParseAddrPort("192.0.2.7:5000"), ng.Bencode.Append(nil, d))
	answer, _, err := ng.Unmarshal(reply)
	if err != nil {
		panic(err)
	}
	return answer
}

var portOf = regexp.MustCompile(`m=audio (\d+)`)

// establish sets a call up and returns the port that its first end sends to.
func (l *lab) establish(id string) netip.AddrPort {
	sdp := func(addr string) ng.Pair {
		return ng.Pair{Key: "sdp", Value: "v=0\r\no=- 1 1 IN IP4 " + addr + "\r\ns=-\r\nc=IN IP4 " + addr + "\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"}
	}
	l.do("offer", id, sdp("198.51.100.1"))
	d := l.do("answer", id, ng.Pair{Key: "to-tag", Value: "b"}, sdp("198.51.100.2"))
	port := portOf.FindStringSubmatch(d.Text("sdp"))
	if port == nil {
		panic(fmt.Sprint(d))
	}
	return netip.MustParseAddrPort("192.0.2.1:" + port[1])
}

// scrape asks as Prometheus does.
func (l *lab) scrape() string {
	r := httptest.NewRecorder()
	Handler(l.Sources, zap.NewNop()).ServeHTTP(r, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if r.Code != http.StatusOK {
		l.Fatalf("%d %s", r.Code, r.Body)
	}
	return r.Body.String()
}

// eventually waits until the clock has looked at the calls.
func (l *lab) eventually(line string) string {
	l.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		text := l.scrape()
		if strings.Contains(text, "\n"+line+"\n") {
			return text
		}
		if time.Now().After(end) {
			l.Fatalf("no line %q in\n%s", line, text)
		}
	}
}

// talked is a lab in which something of everything has happened.
func talked(t *testing.T) (*lab, string) {
	l := newLab(t)
	at := l.establish("one")
	rtp := []byte{0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 1, 2, 3, 4}
	l.engine.Inject(at, netip.MustParseAddrPort("198.51.100.1:4000"), rtp)
	at = l.establish("two")
	l.engine.Inject(at, netip.MustParseAddrPort("198.51.100.1:4000"), []byte("nonsense"))
	l.do("delete", "two", ng.Pair{Key: "delete-delay", Value: int64(0)})
	l.do("nonsense", "one")
	return l, l.eventually(`rtpengine_packets_total{type="userspace"} 1`)
}

func TestScrape(t *testing.T) {
	_, text := talked(t)
	for _, line := range []string{
		`rtpengine_sessions{type="own"} 1`,
		`rtpengine_sessions_total 2`,
		`rtpengine_closed_sessions_total{reason="terminated"} 1`,
		`rtpengine_zero_packet_streams_total 1`,
		`rtpengine_bytes_total{type="userspace"} 16`,
		`rtpengine_packet_errors_total{type="userspace"} 1`,
		`rtpengine_interface_packets{address="192.0.2.1",direction="egress",name="public"} 1`,
		`rtpengine_requests_total{proxy="192.0.2.7",request="offer"} 2`,
		`rtpengine_errors_total{proxy="192.0.2.7"} 1`,
		`rtpengine_ports{address="192.0.2.1",name="public"} 40001`,
		`rtpgo_calls{state="answered"} 1`,
		`rtpgo_drops_total{address="192.0.2.1",cause="not RTP",name="public"} 1`,
		`rtpgo_drops_total{address="10.0.0.1",cause="not RTP",name="private"} 0`,
		`rtpgo_ng_request_duration_seconds_count{command="answer"} 2`,
		`rtpgo_ng_request_duration_seconds_bucket{command="other",le="+Inf"} 1`,
		`rtpgo_ng_request_errors_total{command="other"} 1`,
		`rtpgo_engine_info{engine="memory",user_space="memory"} 1`,
	} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	for _, name := range []string{"rtpgo_build_info{goversion=", "go_goroutines ", "process_cpu_seconds_total "} {
		if !strings.Contains(text, "\n"+name) {
			t.Errorf("no metric %s", name)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

// notHere are metrics of the reference that rtpgo lacks (docs/compatibility.md).
var notHere = regexp.MustCompile(`^rtpengine_rtp_(skips|seq_resets|reordered)$`).MatchString

// TestMetricsOfTheReference: all of its names are here, with the same labels
// and types.
func TestMetricsOfTheReference(t *testing.T) {
	ours := map[string]string{}
	for _, f := range families {
		ours[f.name] = strings.TrimSpace(string(f.kind) + " " + strings.Join(f.labels, " "))
	}
	file, err := os.Open("testdata/reference.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), " ")
		if name == "" || name == "#" {
			continue
		}
		if have, ok := ours[name]; ok == notHere(name) || ok && have != rest {
			t.Errorf("%s is %q here, %q there", name, have, rest)
		}
		delete(ours, name)
	}
	for name := range ours {
		if strings.HasPrefix(name, "rtpengine_") {
			t.Errorf("%s isn't the reference's", name)
		}
	}
}

// TestPromtool: what we say is well-formed to Prometheus; only names that are
// the reference's may offend its taste.
func TestPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool isn't installed: .ci/install-deps")
	}
	_, text := talked(t)
	cmd := exec.Command(tool, "check", "metrics")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if len(out) == 0 && err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "rtpengine_") {
			t.Errorf("promtool: %s", line)
		}
	}
}

// BenchmarkScrape: a scrape costs the same with 10,000 calls as with one.
func BenchmarkScrape(b *testing.B) {
	for _, calls := range []int{1, 10000} {
		b.Run(fmt.Sprint(calls, " calls"), func(b *testing.B) {
			l := newLab(b)
			for i := range calls {
				l.establish(fmt.Sprint("call-", i))
			}
			h := Handler(l.Sources, zap.NewNop())
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil))
			}
		})
	}
}
