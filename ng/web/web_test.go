package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/ng"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// serve runs h until the test ends.
func serveHTTP(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func ping(_ context.Context, r *ng.Request) ng.Dict {
	return ng.Dict{{Key: "result", Value: "pong"}, {Key: "x", Value: r.CallID.Value}}
}

func newServer(h ng.HandlerFunc) *ng.Server { return ng.NewServer(h, nil) }

// dial opens a WebSocket that is closed at the end of the test.
func dial(t *testing.T, url string, o websocket.DialOptions) *websocket.Conn {
	t.Helper()
	transport := &http.Transport{}
	o.HTTPClient = &http.Client{Transport: transport}
	c, _, err := websocket.Dial(t.Context(), url, &o)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(-1)
	t.Cleanup(func() {
		c.CloseNow()
		transport.CloseIdleConnections()
	})
	return c
}

func protocol(name string) websocket.DialOptions {
	return websocket.DialOptions{Subprotocols: []string{name}}
}

func send(t *testing.T, c *websocket.Conn, message string) {
	t.Helper()
	if err := c.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, c *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	kind, b, err := c.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if kind != websocket.MessageBinary {
		t.Errorf("a message of kind %v, want binary", kind)
	}
	return string(b)
}

func TestPost(t *testing.T) {
	server := newServer(ping)
	urls := map[bool]string{false: serveHTTP(t, Post(server, false)), true: serveHTTP(t, Post(server, true))}
	for _, test := range []struct {
		plain      bool
		kind, body string
		status     int
		want       string
	}{
		{false, typeNG, "a d7:command4:ping7:call-id1:ye", 200, "a d6:result4:pong1:x1:ye"},
		{false, typeNG + "; charset=utf-8", `b {"command":"ping","call-id":"y"}`, 200, `b {"result":"pong","x":"y"}`},
		{false, typeNG, "c garbage", 200, "c d6:result5:error12:error-reason22:Invalid NG data formate"},
		{false, typeNG, "c2 {garbage", 200, `c2 {"result":"error","error-reason":"Invalid NG data format"}`},
		{false, typeNG, "nocookie", 400, ""},
		{false, typeNG, "", 400, ""},
		{false, typeNG, " de", 400, ""},
		{false, typeJSON, "d de", 415, ""},
		{false, "text/plain", "d de", 415, ""},
		{false, "", "d de", 415, ""},
		{false, typeNG, strings.Repeat("x", ng.MaxStream+1), 413, ""},
		{true, typeNG, "d7:command4:ping7:call-id1:ye", 200, "d6:result4:pong1:x1:ye"},
		{true, typeJSON, `{"command":"ping","call-id":"y"}`, 200, `{"result":"pong","x":"y"}`},
		{true, typeJSON, "", 200, "d6:result5:error12:error-reason22:Invalid NG data formate"},
		{true, "text/plain", "de", 415, ""},
	} {
		r, err := http.Post(urls[test.plain], test.kind, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.StatusCode != test.status || test.status == 200 && string(body) != test.want {
			t.Errorf("%.40q as %q: %d %q", test.body, test.kind, r.StatusCode, body)
		}
		if kind, _, _ := strings.Cut(test.kind, ";"); test.status == 200 && r.Header.Get("Content-Type") != kind {
			t.Errorf("%.40q: answered as %q", test.body, r.Header.Get("Content-Type"))
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestNG(t *testing.T) {
	server := newServer(ping)
	c := dial(t, serveHTTP(t, NG(server, false, zap.NewNop()))+"/any/path", protocol(ProtocolNG))
	for _, test := range [][2]string{
		{"a d7:command4:ping7:call-id1:ye", "a d6:result4:pong1:x1:ye"},
		{`b {"command":"ping"}`, `b {"result":"pong","x":""}`},
		{"c garbage", "c d6:result5:error12:error-reason22:Invalid NG data formate"},
		{"a d7:command4:ping7:call-id1:ye", "a d6:result4:pong1:x1:ye"},
	} {
		send(t, c, test[0])
		if got := receive(t, c); got != test[1] {
			t.Errorf("%q: got %q, want %q", test[0], got, test[1])
		}
	}
	send(t, c, "nocookie") // isn't answered, as by UDP
	send(t, c, "e de")
	if got := receive(t, c); !strings.HasPrefix(got, "e d6:result5:error") {
		t.Errorf("got %q", got)
	}
	if n := server.Stats().Repeated; n != 1 {
		t.Errorf("%d repetitions", n)
	}
}

func TestNGPlain(t *testing.T) {
	c := dial(t, serveHTTP(t, NG(newServer(ping), true, zap.NewNop())), protocol(ProtocolPlain))
	for _, test := range [][2]string{
		{"d7:command4:ping7:call-id1:ye", "d6:result4:pong1:x1:ye"},
		{`{"command":"ping"}`, `{"result":"pong","x":""}`},
		{"", "d6:result5:error12:error-reason22:Invalid NG data formate"},
	} {
		send(t, c, test[0])
		if got := receive(t, c); got != test[1] {
			t.Errorf("%q: got %q, want %q", test[0], got, test[1])
		}
	}
}

// Requests about different calls overtake one another, those about one don't.
func TestOrder(t *testing.T) {
	release := make(chan struct{})
	c := dial(t, serveHTTP(t, NG(newServer(func(_ context.Context, r *ng.Request) ng.Dict {
		if r.Command.Value == "offer" {
			<-release
		}
		return ng.Dict{{Key: "result", Value: "ok"}}
	}), false, zap.NewNop())), protocol(ProtocolNG))
	for i, command := range []string{"offer", "answer", "delete"} {
		send(t, c, fmt.Sprintf(`%d {"command":"%s","call-id":"x"}`, i, command))
	}
	send(t, c, `y {"command":"delete","call-id":"y"}`)
	if got := receive(t, c); got[0] != 'y' {
		t.Errorf("the first reply is %q", got)
	}
	close(release)
	for i := range 3 {
		if got := receive(t, c); !strings.HasPrefix(got, fmt.Sprint(i)) {
			t.Errorf("reply %d is %q", i, got)
		}
	}
}

func TestEcho(t *testing.T) {
	c := dial(t, serveHTTP(t, Echo(zap.NewNop())), protocol(ProtocolEcho))
	for _, m := range []string{"foobar", "", strings.Repeat("x", 100000)} {
		send(t, c, m)
		if got := receive(t, c); got != m {
			t.Errorf("got %.20q, want %.20q", got, m)
		}
	}
	if err := c.Ping(readingContext(t, c)); err != nil {
		t.Error("ping:", err)
	}
}

// readingContext reads in the background, so that pongs are noticed.
func readingContext(t *testing.T, c *websocket.Conn) context.Context {
	ctx, cancel := context.WithTimeout(c.CloseRead(t.Context()), patience)
	t.Cleanup(cancel)
	return ctx
}

func repeat(_ context.Context, line string, w io.Writer) error {
	_, err := fmt.Fprintf(w, "did %q\n", line)
	return err
}

func TestCLI(t *testing.T) {
	c := dial(t, serveHTTP(t, CLI(repeat, zap.NewNop())), protocol(ProtocolCLI))
	for in, want := range map[string]string{"list numsessions": "did \"list numsessions\"\n", "": "did \"\"\n", strings.Repeat("x", maxLine+1): "The command line is too long.\n"} {
		send(t, c, in)
		if got := receive(t, c); got != want {
			t.Errorf("%.40q: got %q", in, got)
		}
	}
}

func TestGet(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("GET "+GetPrefix, Get(repeat))
	url := serveHTTP(t, mux)
	for path, want := range map[string]string{
		"/cli/list+numsessions": "did \"list numsessions\"\n", "/cli/list%20x%2By?z": "did \"list x+y\"\n", "/cli/": "did \"\"\n",
		"/cli/" + strings.Repeat("x", maxLine+1): "The path is no command line.\n",
	} {
		r, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if string(body) != want {
			t.Errorf("%.40s: got %q", path, body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// Pages from elsewhere, and clients without the subprotocol.
func TestRefusedRequests(t *testing.T) {
	url := serveHTTP(t, Echo(zap.NewNop()))
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for name, want := range map[string]int{"http://evil.example": 403, "null": 403, url: 101} {
		c, r, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{
			HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{ProtocolEcho}, HTTPHeader: http.Header{"Origin": {name}},
		})
		if err == nil {
			c.CloseNow()
		}
		if r == nil || r.StatusCode != want {
			t.Errorf("origin %q: %v, %v", name, r, err)
		}
	}
}

func TestTooLargeAMessage(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	c := dial(t, serveHTTP(t, NG(newServer(ping), false, zap.New(core))), protocol(ProtocolNG))
	send(t, c, strings.Repeat("x", ng.MaxStream+1))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, _, err := c.Read(ctx); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("error %v", err)
	}
	for deadline := time.Now().Add(patience); logs.FilterMessage("WebSocket connection closed").Len() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not logged")
		}
	}
}

// The end of the server: the request in work is answered, then the peer is told.
func TestEndOfTheServer(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	h := NG(newServer(func(_ context.Context, r *ng.Request) ng.Dict {
		close(began)
		<-release
		return ping(context.Background(), r)
	}), false, zap.NewNop())
	ctx, end := context.WithCancel(context.Background())
	returned := make(chan struct{})
	url := serveHTTP(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(returned)
		h.ServeHTTP(w, r.WithContext(ctx))
	}))
	c := dial(t, url, protocol(ProtocolNG))
	send(t, c, "a d7:command4:pinge")
	<-began
	end()
	close(release)
	if got := receive(t, c); got != "a d6:result4:pong1:x0:e" {
		t.Errorf("got %q", got)
	}
	reading, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, _, err := c.Read(reading); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("error %v", err)
	}
	<-returned
}

// Whatever a body is, the answer is one of those that are meant to be.
func FuzzPost(f *testing.F) {
	for _, s := range []string{"a d7:command4:pinge", `b {"command":"ping"}`, "c garbage", " ", "", "a d07:command4:pinge", "a de"} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, plain bool) {
		server := newServer(ping) // that remembers no cookie
		r := httptest.NewRequest("POST", "/ng", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", typeNG)
		w := httptest.NewRecorder()
		Post(server, plain).ServeHTTP(w, r)
		cookie, document := ng.SplitCookie(body)
		if cookie == nil && !plain {
			if w.Code != 400 && len(body) <= ng.MaxStream {
				t.Fatalf("no cookie: %d", w.Code)
			}
			return
		}
		if w.Code != 200 {
			if len(body) <= ng.MaxStream {
				t.Fatalf("%q: %d", body, w.Code)
			}
			return
		}
		reply := w.Body.Bytes()
		if plain {
			document = body
		} else if !strings.HasPrefix(w.Body.String(), string(cookie)+" ") {
			t.Fatalf("cookie %q came back as %q", cookie, reply)
		} else {
			reply = reply[len(cookie)+1:]
		}
		d, enc, err := ng.Unmarshal(reply)
		if err != nil || enc != ng.EncodingOf(document) || d.Text("result") == "" {
			t.Fatalf("%q: reply %q, %v", body, reply, err)
		}
	})
}

func FuzzGet(f *testing.F) {
	for _, s := range []string{"list+numsessions", "a%20b", "%", "%zz", "a/b/../c", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.NewRequest("GET", "http://x"+GetPrefix+path, nil)
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		Get(func(_ context.Context, line string, w io.Writer) error {
			if len(line) > maxLine {
				t.Fatal("a line too long")
			}
			return nil
		}).ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 400 {
			t.Fatalf("%d", w.Code)
		}
	})
}
