package daemon

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rtpgo/ng"
	"rtpgo/ng/web"
)

// fetch asks over HTTP on a connection of its own.
func (p *process) fetch(method, url, body string, headers ...string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Close = true
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	// NG answers before HTTP listens.
	for deadline := time.Now().Add(10 * time.Second); errors.Is(err, syscall.ECONNREFUSED) && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
		answer, err = http.DefaultClient.Do(r)
	}
	if err != nil {
		p.t.Fatalf("%s %s: %v\n%s", method, url, err, p.log)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestHTTPIsOffUnlessAskedFor(t *testing.T) {
	p := launch(t)
	if strings.Contains(p.log.String(), "HTTP listens") {
		t.Error("HTTP listens without being asked to")
	}
}

func TestHTTPListens(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("first-token-of-the-test"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, second := freeAddress(t), freeAddress(t)
	p := launch(t, "--listen-http="+address, "--listen-http="+second, "--http-token-file="+file)
	for _, a := range []string{address, second} {
		if status, body := p.fetch("GET", "http://"+a+"/ping", "", "Authorization: Bearer first-token-of-the-test"); status != 200 || body != "pong\n" {
			t.Errorf("ping: %d %q", status, body)
		}
	}
	if status, _ := p.fetch("GET", "http://"+address+"/ping", ""); status != 401 {
		t.Errorf("without token: %d", status)
	}
	if err := os.WriteFile(file, []byte("second-token-of-the-test"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.signals <- syscall.SIGHUP
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		status, _ := p.fetch("GET", "http://"+address+"/ping", "", "Authorization: Bearer second-token-of-the-test")
		if status == 200 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the new token isn't read: %d", status)
		}
	}
	p.signals <- syscall.SIGTERM
	p.ends(0)
	if conn, err := net.Dial("tcp", address); err == nil {
		conn.Close()
		t.Error("still listening")
	}
}

func TestHTTPThatCantListen(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	log := &output{}
	status := run([]string{"--foreground", "--log-stderr", "--config-file=none", "--table=-1", "--engine=sockets", "--interface=127.0.0.1",
		"--listen-ng=" + freeAddress(t), "--listen-http=" + l.Addr().String()}, "1", "", nil, log, log)
	if status != exitFailed || !strings.Contains(log.String(), "listen-http: tcp "+l.Addr().String()) {
		t.Errorf("status %d\n%s", status, log)
	}
}

const ngType = "Content-Type: application/x-rtpengine-ng"

func TestNGOverHTTP(t *testing.T) {
	address := freeAddress(t)
	p := launch(t, "--listen-http="+address)
	url := "http://" + address
	offer := string(ng.JSON.Append(nil, offerOf("by-http")))
	if status, body := p.fetch("POST", url+"/ng", "1 "+offer, ngType); status != 200 || !strings.HasPrefix(body, `1 {"`) || !strings.Contains(body, `"result":"ok"`) {
		t.Errorf("offer: %d %q", status, body)
	}
	if status, body := p.fetch("POST", url+"/ng-plain", `{"command":"list"}`, "Content-Type: application/json"); status != 200 || !strings.Contains(body, "by-http") {
		t.Errorf("list: %d %q", status, body)
	}
	if status, body := p.fetch("GET", url+"/cli/list+numsessions", ""); status != 200 || !strings.HasPrefix(body, "Current sessions own: 1\n") {
		t.Errorf("command line: %d %q", status, body)
	}
	if status, _ := p.fetch("GET", url+"/cli/terminate+all", "", "User-Agent: Mozilla/5.0"); status != 403 {
		t.Errorf("an image of a stranger's page: %d", status)
	}
	for _, path := range []string{"/janus", "/admin/x"} {
		if status, body := p.fetch("POST", url+path, "{}"); status != 501 || !strings.Contains(body, "Janus") {
			t.Errorf("%s: %d %q", path, status, body)
		}
	}
	stop := `2 {"command":"delete","call-id":"by-http"}`
	if status, _ := p.fetch("POST", url+"/ng", stop, ngType, "Origin: http://evil.example"); status != 403 {
		t.Errorf("a stranger's page: %d", status)
	}
	if got := p.ask(ng.Dict{{Key: "command", Value: "list"}}); !strings.Contains(got, "by-http") {
		t.Errorf("a stranger's page ended the call: %s", got)
	}
}

// All subprotocols are behind the gate, and the daemon ends with them open.
func TestNGOverWebSocket(t *testing.T) {
	address := freeAddress(t)
	launch(t, "--listen-http="+address)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	dial := func(protocol string, headers http.Header) (*websocket.Conn, int) {
		c, answer, err := websocket.Dial(t.Context(), "ws://"+address+"/", &websocket.DialOptions{
			HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{protocol}, HTTPHeader: headers})
		if answer == nil {
			t.Fatal(err)
		}
		if err == nil {
			t.Cleanup(func() { c.CloseNow() })
		}
		return c, answer.StatusCode
	}
	ask := func(c *websocket.Conn, message string) string {
		t.Helper()
		if err := c.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
			t.Fatal(err)
		}
		_, reply, err := c.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return string(reply)
	}
	for protocol, test := range map[string][2]string{
		web.ProtocolNG:    {"1 d7:command4:pinge", "1 d6:result4:ponge"},
		web.ProtocolPlain: {`{"command":"ping"}`, `{"result":"pong"}`},
		web.ProtocolEcho:  {"x", "x"},
		web.ProtocolCLI:   {"get maxsessions", "Maximum sessions configured on rtpengine: -1\n"},
	} {
		c, status := dial(protocol, nil)
		if status != 101 {
			t.Fatalf("%s: %d", protocol, status)
		}
		if got := ask(c, test[0]); got != test[1] {
			t.Errorf("%s: %q", protocol, got)
		}
		for _, origin := range []string{"http://evil.example", "http://127.0.0.1:1"} {
			if _, status := dial(protocol, http.Header{"Origin": {origin}}); status != 403 {
				t.Errorf("%s from %s: %d", protocol, origin, status)
			}
		}
	}
	if _, status := dial("janus-protocol", nil); status != 501 {
		t.Errorf("janus-protocol: %d", status)
	}
	if _, status := dial("unknown", nil); status == 101 {
		t.Error("an unknown subprotocol was accepted")
	}
}
