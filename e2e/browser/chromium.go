// Package browser drives headless Chromium by the DevTools protocol.
package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Chromium is a headless browser with one page, spoken to over a pair of pipes.
type Chromium struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	session string
	log     *os.File

	mu       sync.Mutex
	next     int
	waiting  map[int]chan message
	problems []string
}

type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"` // of events
	Params json.RawMessage `json:"params"`
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

// Start starts the browser with an empty page; dir takes its profile and log.
func Start(dir string) (*Chromium, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	c := &Chromium{waiting: map[int]chan message{}}
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
	return c, c.attach()
}

// read hands replies to those who wait for them, and keeps what goes wrong in
// the page.
func (c *Chromium) read(out io.Reader) {
	r := bufio.NewReader(out)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) != nil {
			continue
		}
		c.mu.Lock()
		if p := problem(m); p != "" {
			c.problems = append(c.problems, p)
		}
		w := c.waiting[m.ID]
		delete(c.waiting, m.ID)
		c.mu.Unlock()
		if w != nil {
			w <- m
		}
	}
}

// attach makes the page and listens to what it says.
func (c *Chromium) attach() error {
	var target struct{ TargetID string }
	if err := c.Do("Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var session struct{ SessionID string }
	if err := c.Do("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session); err != nil {
		return err
	}
	c.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		if err := c.Do(domain+".enable", map[string]any{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// Open goes to an address and waits until an expression is true there.
func (c *Chromium) Open(url, ready string) error {
	var r struct{ ErrorText string }
	if err := c.Do("Page.navigate", map[string]any{"url": url}, &r); err != nil {
		return err
	}
	if r.ErrorText != "" {
		return fmt.Errorf("chromium: %s: %s", url, r.ErrorText)
	}
	return c.Wait(ready)
}

// Wait waits until an expression is true.
func (c *Chromium) Wait(expression string) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		var ok bool
		err := c.Evaluate("!!("+expression+")", &ok)
		if err == nil && ok {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("chromium: never: %s (%v), see %s", expression, err, c.log.Name())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Do calls a method of the DevTools protocol.
func (c *Chromium) Do(method string, params any, result any) error {
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
		if result == nil {
			return nil
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
	err := c.Do("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &r)
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
	c.log.Close()
}
