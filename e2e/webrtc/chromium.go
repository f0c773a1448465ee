// Package webrtc proves rtpgo with a real browser: headless Chromium calls a
// plain RTP peer through it, and is called.
package webrtc

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Chromium is a headless browser with one page, spoken to by the DevTools
// protocol over a pair of pipes.
type Chromium struct {
	cmd     *exec.Cmd
	server  *httptest.Server
	in      io.WriteCloser
	session string
	log     *os.File

	mu      sync.Mutex
	next    int
	waiting map[int]chan message
}

type message struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// options give the browser a camera and a microphone that need no hardware and
// no permission, and let ICE use loopback.
var options = []string{
	"--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
	"--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
	"--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
	"--autoplay-policy=no-user-gesture-required", "--remote-debugging-pipe",
}

// StartChromium starts the browser with the page; dir takes its profile and log.
func StartChromium(dir string) (*Chromium, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	c := &Chromium{waiting: map[int]chan message{}}
	// Cameras are only there for pages of a secure origin, as localhost is.
	c.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, page)
	}))
	commands, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, events, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.in = in
	if c.log, err = os.Create(filepath.Join(dir, "chromium.log")); err != nil {
		return nil, err
	}
	c.cmd = exec.Command(program, append(options, "--user-data-dir="+filepath.Join(dir, "profile"), "about:blank")...)
	c.cmd.ExtraFiles = []*os.File{commands, events} // descriptors 3 and 4
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.Env = append(os.Environ(), "HOME="+dir)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	commands.Close()
	events.Close()
	go c.read(out)
	return c, c.open()
}

// read hands replies to those who wait for them.
func (c *Chromium) read(out io.Reader) {
	r := bufio.NewReader(out)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) != nil || m.ID == 0 {
			continue
		}
		c.mu.Lock()
		w := c.waiting[m.ID]
		delete(c.waiting, m.ID)
		c.mu.Unlock()
		if w != nil {
			w <- m
		}
	}
}

func (c *Chromium) open() error {
	var target struct{ TargetID string }
	if err := c.do("Target.createTarget", map[string]any{"url": c.server.URL}, &target); err != nil {
		return err
	}
	var session struct{ SessionID string }
	if err := c.do("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session); err != nil {
		return err
	}
	c.session = session.SessionID
	deadline := time.Now().Add(20 * time.Second)
	for {
		var ready bool
		if err := c.Evaluate("document.readyState == 'complete' && typeof begin == 'function'", &ready); err == nil && ready {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the page doesn't load: see %s", c.log.Name())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *Chromium) do(method string, params any, result any) error {
	reply := make(chan message, 1)
	c.mu.Lock()
	c.next++
	id := c.next
	c.waiting[id] = reply
	request := map[string]any{"id": id, "method": method, "params": params}
	if c.session != "" {
		request["sessionId"] = c.session
	}
	text, err := json.Marshal(request)
	if err == nil {
		_, err = c.in.Write(append(text, 0))
	}
	c.mu.Unlock()
	if err != nil {
		return fmt.Errorf("chromium: %s: %w", method, err)
	}
	select {
	case m := <-reply:
		if m.Error != nil {
			return fmt.Errorf("chromium: %s: %s", method, m.Error.Message)
		}
		return json.Unmarshal(m.Result, result)
	case <-time.After(30 * time.Second):
		return fmt.Errorf("chromium: %s: no reply, see %s", method, c.log.Name())
	}
}

// Evaluate runs an expression in the page, waits for it if it is a promise, and
// decodes its value.
func (c *Chromium) Evaluate(expression string, value any) error {
	var r struct {
		Result struct {
			Value json.RawMessage
		}
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := c.do("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &r)
	if err != nil {
		return err
	}
	if e := r.ExceptionDetails; e != nil {
		return fmt.Errorf("chromium: %s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if value == nil || len(r.Result.Value) == 0 {
		return nil
	}
	return json.Unmarshal(r.Result.Value, value)
}

// Close ends the browser.
func (c *Chromium) Close() {
	c.in.Close()
	syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // its helpers too
	c.cmd.Wait()
	c.server.Close()
	c.log.Close()
}
