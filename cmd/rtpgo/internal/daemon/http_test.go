package daemon

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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
