package httpserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef0123"

var loopback = netip.MustParseAddrPort("127.0.0.1:0")

// start serves until the test ends: /open, /closed (protected) and /command.
func start(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(w, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	s.Handle("/open", echo)
	s.Handle("/closed", s.Protected(echo))
	s.Handle("/command", s.Commands(echo))
	s.Handle("/", http.NotFoundHandler())
	s.HandleProtocol("x.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "protocol "+r.URL.Path) }))
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error("shutdown:", err)
		}
	})
	return s
}

// client keeps no connection beyond the test, and follows no redirection.
func client(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// get asks with headers "Name: value" and returns status and body.
func get(t *testing.T, c *http.Client, url string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func base(s *Server) string { return "http://" + s.Addresses()[0].String() }

func TestOpenToAll(t *testing.T) {
	s := start(t, Config{HTTP: []netip.AddrPort{loopback, netip.MustParseAddrPort("127.0.0.2:0")}})
	c := client(t)
	for _, a := range s.Addresses() {
		if status, _ := get(t, c, "http://"+a.String()+"/open"); status != 200 {
			t.Errorf("%s: %d", a, status)
		}
	}
	if status, body := get(t, c, base(s)+"/closed"); status != 403 || !strings.Contains(body, "http-token-file") {
		t.Errorf("protected without anything configured: %d %q", status, body)
	}
	status, body := get(t, c, base(s)+"/any/path", "Connection: Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Protocol: other, x.test")
	if status != 200 || body != "protocol /any/path" {
		t.Errorf("subprotocol: %d %q", status, body)
	}
	if status, _ := get(t, c, base(s)+"/login"); status != 404 {
		t.Errorf("login page without a token: %d", status)
	}
}

func TestToken(t *testing.T) {
	file := write(t, "token", token+"\nnot the token\n")
	s := start(t, Config{HTTP: []netip.AddrPort{loopback}, TokenFile: file})
	c := client(t)
	for _, path := range []string{"/open", "/closed", "/command", "/nothing"} {
		if status, _ := get(t, c, base(s)+path); status != 401 {
			t.Errorf("%s without token: %d", path, status)
		}
		if status, _ := get(t, c, base(s)+path, "Authorization: Bearer "+token[1:]); status != 401 {
			t.Errorf("%s with a wrong token: %d", path, status)
		}
		want := map[string]int{"/nothing": 404}[path]
		if status, _ := get(t, c, base(s)+path, "Authorization: bearer "+token); status != max(want, 200) {
			t.Errorf("%s with token: %d", path, status)
		}
	}
	if status, _ := get(t, c, base(s)+"/open", "Upgrade: websocket", "Connection: upgrade", "Sec-WebSocket-Protocol: x.test"); status != 401 {
		t.Errorf("subprotocol without token: %d", status)
	}
	// A new token counts at once on reload.
	if err := os.WriteFile(file, []byte(strings.ToUpper(token)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Reload()
	if status, _ := get(t, c, base(s)+"/open", "Authorization: Bearer "+token); status != 401 {
		t.Errorf("old token: %d", status)
	}
	if status, _ := get(t, c, base(s)+"/open", "Authorization: Bearer "+strings.ToUpper(token)); status != 200 {
		t.Errorf("new token: %d", status)
	}
	// One that is none leaves the old in force.
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Reload()
	for header, want := range map[string]int{"Bearer " + strings.ToUpper(token): 200, "Bearer ": 401, "Bearer": 401} {
		if status, _ := get(t, c, base(s)+"/open", "Authorization: "+header); status != want {
			t.Errorf("%q after the file was emptied: %d", header, status)
		}
	}
}

func TestLogin(t *testing.T) {
	s := start(t, Config{HTTP: []netip.AddrPort{loopback}, TokenFile: write(t, "token", token)})
	c := client(t)
	if status, _ := get(t, c, base(s)+"/closed", "Accept: text/html,*/*"); status != 303 {
		t.Errorf("a browser isn't sent to the login page: %d", status)
	}
	if status, body := get(t, c, base(s)+"/login"); status != 200 || !strings.Contains(body, "<form") {
		t.Errorf("login page: %d %q", status, body)
	}
	login := func(token string) *http.Response {
		answer, err := c.PostForm(base(s)+"/login", url.Values{"token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	if answer := login("wrong"); answer.StatusCode != 401 || len(answer.Cookies()) != 0 {
		t.Errorf("wrong token: %v", answer.Status)
	}
	answer := login(token)
	if answer.StatusCode != 303 || len(answer.Cookies()) != 1 {
		t.Fatalf("right token: %v, cookies %v", answer.Status, answer.Cookies())
	}
	cookie := answer.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || strings.Contains(cookie.Value, token) {
		t.Errorf("cookie %v", cookie)
	}
	if status, _ := get(t, c, base(s)+"/closed", "Cookie: "+cookie.Name+"="+cookie.Value); status != 200 {
		t.Errorf("with cookie: %d", status)
	}
	for _, value := range []string{"", "9999999999.", "9" + cookie.Value, newSession(token, time.Now().Add(-time.Second)), newSession("other", time.Now().Add(time.Hour))} {
		if status, _ := get(t, c, base(s)+"/closed", "Cookie: "+cookie.Name+"="+value); status != 401 {
			t.Errorf("cookie %q: %d", value, status)
		}
	}
	// Pages on other ports of this host get the cookie too.
	if status, _ := get(t, c, base(s)+"/command", "Cookie: "+cookie.Name+"="+cookie.Value, "Origin: http://127.0.0.1:1"); status != 403 {
		t.Errorf("a page of another port: %d", status)
	}
}

func TestBadTokenFiles(t *testing.T) {
	for name, content := range map[string]string{"empty": "", "short": "123456789012345", "blank": "0123456789abcdef 0", "second line": "\n" + token} {
		if _, err := New(Config{HTTP: []netip.AddrPort{loopback}, TokenFile: write(t, "token", content)}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(Config{HTTP: []netip.AddrPort{loopback}, TokenFile: "/nonexistent"}); err == nil {
		t.Error("a file that isn't there was accepted")
	}
}

// What a page of a stranger can make a browser send, and what others send.
func TestPagesOfStrangersDontCommand(t *testing.T) {
	s := start(t, Config{HTTP: []netip.AddrPort{loopback}})
	c := client(t)
	self := s.Addresses()[0].String()
	for _, test := range []struct {
		want    int
		headers []string
	}{
		{200, nil}, // Kamailio, curl, Prometheus
		{200, []string{"Host: media.example"}},
		{200, []string{"User-Agent: curl/8"}},
		{200, []string{"Origin: http://" + self}},
		{200, []string{"Sec-Fetch-Site: none", "User-Agent: Mozilla/5.0"}}, // typed
		{200, []string{"Sec-Fetch-Site: same-origin"}},
		{403, []string{"Origin: http://evil.example"}},
		{403, []string{"Origin: null"}},
		{403, []string{"Sec-Fetch-Site: cross-site"}},
		{403, []string{"Sec-Fetch-Site: same-site", "Origin: http://127.0.0.1:1"}},
		{403, []string{"User-Agent: Mozilla/5.0"}},                                                      // an image, from afar
		{403, []string{"User-Agent: x", "Accept-Language: en"}},                                         // fetch can hide the name only
		{200, []string{"Host: media.example", "Origin: http://media.example"}},                          // Kamailio's libwebsockets
		{403, []string{"Host: evil.example", "Origin: http://evil.example", "User-Agent: Mozilla/5.0"}}, // DNS rebinding
		{403, []string{"Host: evil.example", "Sec-Fetch-Site: same-origin"}},                            // the same
		{403, []string{"Host: evil.example:80", "Accept-Language: "}},                                   // the same, GET
		{200, []string{"Host: localhost:80", "Origin: http://localhost:80"}},                            //
		{403, []string{"Host: localhost:80", "Origin: https://localhost:8080"}},                         //
	} {
		if got, body := get(t, c, base(s)+"/command", test.headers...); got != test.want {
			t.Errorf("%q: %d %q, want %d", test.headers, got, body, test.want)
		}
	}
}

func TestWarningOfOpenness(t *testing.T) {
	for address, want := range map[string]int{"127.0.0.1:0": 0, "0.0.0.0:0": 1} {
		core, logs := observer.New(zap.WarnLevel)
		start(t, Config{HTTP: []netip.AddrPort{netip.MustParseAddrPort(address)}, Log: zap.New(core)})
		start(t, Config{HTTP: []netip.AddrPort{netip.MustParseAddrPort(address)}, Log: zap.New(core), TokenFile: write(t, "token", token)})
		if n := logs.FilterMessageSnippet("controls the daemon").Len(); n != want {
			t.Errorf("%s: %d warnings, want %d", address, n, want)
		}
	}
}

func TestBoundsOfRequests(t *testing.T) {
	s := start(t, Config{HTTP: []netip.AddrPort{loopback}})
	c := client(t)
	post := func(body io.Reader) int {
		answer, err := c.Post(base(s)+"/open", "text/plain", body)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		io.Copy(io.Discard, answer.Body)
		return answer.StatusCode
	}
	if got := post(strings.NewReader("x")); got != 200 {
		t.Errorf("small: %d", got)
	}
	if got := post(strings.NewReader(strings.Repeat("x", maxBody+1))); got != 413 {
		t.Errorf("large: %d", got)
	}
	if status, _ := get(t, c, base(s)+"/open", "X: "+strings.Repeat("x", 2*maxHeader)); status != 431 {
		t.Errorf("headers: %d", status)
	}
}

// A connection beyond the limit is closed, the others live, and a place that
// gets free can be taken.
func TestLimitOfConnections(t *testing.T) {
	s := start(t, Config{HTTP: []netip.AddrPort{loopback}, PerAddress: 2})
	ask := func(c net.Conn) error {
		c.SetDeadline(time.Now().Add(5 * time.Second))
		fmt.Fprint(c, "GET /open HTTP/1.1\r\nHost: x\r\n\r\n")
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err == nil {
			answer.Body.Close()
		}
		return err
	}
	dial := func() net.Conn {
		c, err := net.Dial("tcp", s.Addresses()[0].String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	first, second := dial(), dial()
	for _, c := range []net.Conn{first, second} {
		if err := ask(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := ask(dial()); err == nil {
		t.Error("a third connection was served")
	}
	if err := ask(first); err != nil {
		t.Error("the first suffered:", err)
	}
	first.Close()
	for deadline := time.Now().Add(5 * time.Second); s.bounds.Count() > 1; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the place never became free")
		}
	}
	if err := ask(dial()); err != nil {
		t.Error("a free place can't be taken:", err)
	}
}

// Answers in work are finished, those that never end see the end coming.
func TestShutdown(t *testing.T) {
	s, err := New(Config{HTTP: []netip.AddrPort{loopback}})
	if err != nil {
		t.Fatal(err)
	}
	began, release := make(chan struct{}, 2), make(chan struct{})
	s.Handle("/slow", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-release
		io.WriteString(w, "done")
	}))
	s.Handle("/events", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-r.Context().Done()
	}))
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("tcp", s.Addresses()[0].String()) // asks nothing, holds nobody up
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	slow := make(chan string, 2)
	ask := func(path string) {
		answer, err := client(t).Get(base(s) + path)
		if err != nil {
			slow <- err.Error()
			return
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		slow <- string(body)
	}
	go ask("/slow")
	<-began
	go ask("/events")
	<-began
	ended := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		ended <- s.Shutdown(ctx)
	}()
	if got := <-slow; got != "" {
		t.Errorf("events ended with %q", got)
	}
	close(release)
	if got := <-slow; got != "done" {
		t.Errorf("got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
