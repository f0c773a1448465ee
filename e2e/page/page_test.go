package page

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rtpgo/e2e/browser"
	"rtpgo/e2e/loopback"
	"rtpgo/ng"
)

// screenshots is where pictures of the page go, such as those in docs:
//
//	RTPGO_E2E=1 go test ./e2e/page -screenshots=../../docs/page
var screenshots = flag.String("screenshots", "", "directory for pictures of the page")

const token = "a-token-of-some-length"

// key must never be shown.
const key = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"

// lab is a daemon with its page in a browser.
type lab struct {
	*testing.T
	relay   *loopback.Relay
	browser *browser.Chromium
	url     string
	known   string // a call
}

func newLab(t *testing.T, options ...string) *lab {
	t.Helper()
	if os.Getenv("RTPGO_E2E") == "" {
		t.Skip("RTPGO_E2E isn't set")
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &lab{T: t, browser: browser.ForTest(t)}
	address := loopback.FreeAddress()
	l.url = "http://" + address + "/"
	l.relay = loopback.Start(t, append([]string{"--interface=public/127.0.0.1", "--interface=private/127.0.0.2",
		"--port-min=32000", "--port-max=33999", "--listen-http=" + address, "--http-token-file=" + file}, options...)...)
	l.see(browser.Screen{Width: 1280, Height: 800})
	l.must(l.browser.Open(l.url, "document.querySelector('input[name=token]')"))
	l.picture("login")
	l.eval(fmt.Sprintf("document.querySelector('input[name=token]').value = %q; document.querySelector('form').submit()", token))
	l.wait("document.querySelector('.tiles')")
	return l
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *lab) wait(expression string) { l.Helper(); l.must(l.browser.Wait(expression)) }

func (l *lab) eval(expression string) { l.Helper(); l.must(l.browser.Evaluate(expression, nil)) }

func (l *lab) text(selector string) (text string) {
	l.Helper()
	l.must(l.browser.Evaluate(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &text))
	return text
}

func (l *lab) see(s browser.Screen) { l.Helper(); l.must(l.browser.Show(s)) }

// picture takes a screenshot if they are asked for.
func (l *lab) picture(name string) {
	l.Helper()
	if *screenshots == "" {
		return
	}
	png, err := l.browser.Screenshot(false)
	l.must(err)
	if len(png) > 150_000 {
		l.Errorf("%s is too large: %d bytes", name, len(png))
	}
	l.must(os.MkdirAll(*screenshots, 0o755))
	l.must(os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644))
}

// linger waits for lines in the plots of a picture.
func (l *lab) linger() {
	if *screenshots != "" {
		time.Sleep(20 * time.Second)
	}
}

// call makes a call; an end without habits never sends.
func (l *lab) call(id string, a, b habits, answer ...string) {
	l.Helper()
	var ends [2]*telephone
	for i, name := range []string{"alice", "bob"} {
		p, err := newTelephone(name, fmt.Sprintf("127.0.0.%d", i+1))
		l.must(err)
		l.Cleanup(p.close)
		ends[i] = p
	}
	common := []ng.Pair{{Key: "call-id", Value: id}, {Key: "from-tag", Value: "alice-" + id[:4]}, {Key: "replace", Value: ng.List{"origin"}}}
	offer := append([]ng.Pair{
		{Key: "sdp", Value: ends[0].sdp("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"+key, "a=ptime:20")},
		{Key: "direction", Value: ng.List{"public", "private"}}, {Key: "SDES", Value: ng.List{"off"}},
	}, common...)
	l.must(ends[1].read(l.relay.Do("offer", offer...).Text("sdp")))
	reply := append([]ng.Pair{
		{Key: "sdp", Value: ends[1].sdp(answer...)}, {Key: "to-tag", Value: "bob-" + id[:4]},
	}, common...)
	l.must(ends[0].read(l.relay.Do("answer", reply...).Text("sdp")))
	ends[0].talk(a)
	ends[1].talk(b)
}

func id() string { return fmt.Sprintf("%08x-%04x@192.0.2.10", rand.Uint32(), rand.Uint32()&0xffff) }

var (
	fine   = habits{loss: 0.0005, late: 3 * time.Millisecond}
	lossy  = habits{loss: 0.08, late: 3 * time.Millisecond}
	silent = habits{silent: true}
)

var (
	desk      = browser.Screen{Width: 1280, Height: 800}
	darkDesk  = browser.Screen{Width: 1280, Height: 800, Dark: true}
	phone     = browser.Screen{Width: 360, Height: 740, Mobile: true}
	darkPhone = browser.Screen{Width: 360, Height: 740, Mobile: true, Dark: true}
)

// TestPage: who holds the token sees the calls that are made over NG, and what
// becomes of their media.
func TestPage(t *testing.T) {
	l := newLab(t)
	oneWay, bad := id(), id()
	l.call(oneWay, silent, fine)
	l.call(bad, lossy, fine)
	l.call(id(), silent, fine, "a=inactive")
	for range 5 {
		l.call(id(), fine, fine)
	}

	l.wait("document.querySelector('.tiles .figure').innerText == '8'")
	l.wait("parseInt(document.querySelectorAll('.tiles .figure')[1].innerText.replace(/[^0-9]/g, '')) > 400")
	l.wait("document.querySelector('.attention li')")
	if *screenshots != "" {
		time.Sleep(90 * time.Second) // some history for the picture
	}
	l.wait("document.querySelector('.history canvas')")
	l.views("overview", desk, darkDesk, phone, darkPhone)

	l.see(desk)
	l.eval("document.querySelector('nav a[href=\"#/calls\"]').click()")
	l.wait("document.querySelectorAll('.calls tbody tr').length == 8")
	l.views("calls", desk, darkPhone)
	l.see(desk)
	l.press("/") // leads to the search
	l.must(l.browser.Do("Input.insertText", map[string]any{"text": oneWay[:8]}, nil))
	l.wait("document.querySelectorAll('.calls tbody tr').length == 1")
	if state := l.text(".calls .badge"); state != "one-way" {
		t.Errorf("the one-way call is shown as %q", state)
	}

	l.eval("document.querySelector('.calls tbody a').click()")
	l.wait("document.querySelector('.verdict.bad')")
	if v := l.text(".verdict.bad"); !contains(v, "silent-sender", "Next:") {
		t.Errorf("the verdict is %q", v)
	}
	l.wait("document.querySelectorAll('.drawing .way').length == 2 && document.querySelector('.way.good.moves') && document.querySelector('.way.bad:not(.moves)')")
	l.wait("document.querySelectorAll('.plots canvas').length >= 3")
	l.linger()
	l.views("one-way", desk, darkDesk)

	l.see(desk)
	l.eval(fmt.Sprintf("location.hash = '#/call/' + encodeURIComponent(%q)", bad))
	l.wait("document.querySelectorAll('.way.moves').length == 2 && document.querySelectorAll('.plots canvas').length >= 3")
	l.wait("document.querySelectorAll('.legend b').length >= 6 && document.querySelectorAll('.legend b')[2].innerText.endsWith('%')")
	l.eval("document.querySelector('.step').click()")
	l.wait("document.querySelector('.diff .new')")
	if shown := l.text(".diff"); !contains(shown, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 (hidden)", "c=IN IP4 127.0.0.1", "c=IN IP4 127.0.0.2") {
		t.Errorf("the offer before and after is shown as\n%s", shown)
	}
	l.noKey()
	l.linger()
	l.eval("scrollTo(0, 0)")
	l.views("call", desk, phone, darkPhone)

	l.see(desk)
	l.relay.Do("delete", ng.Pair{Key: "call-id", Value: oneWay}, ng.Pair{Key: "from-tag", Value: ""})
	l.eval("location.hash = '#/ended'")
	l.wait("document.querySelectorAll('.calls tbody tr.fault').length == 1")
	l.views("ended", desk, darkPhone)
	l.see(desk)
	l.eval("document.querySelector('.calls tbody a').click()")
	l.wait("document.querySelector('.verdict.bad') && document.querySelector('.timeline li') && document.querySelector('.step')")
	l.noKey()
	l.views("", desk)

	hostile := `<img src=x onerror="document.title='broken'">/%2F#?&amp;`
	l.call(hostile, silent, silent, `a=x:<script>document.title='broken'</script>`)
	l.eval("location.hash = '#/calls?q=onerror'")
	l.wait("document.querySelectorAll('.calls tbody tr').length == 1")
	l.eval("document.querySelector('.calls tbody a').click()")
	l.wait("document.querySelector('.drawing') && document.querySelector('.step')")
	l.eval("document.querySelectorAll('.step')[1].click()")
	l.wait("document.querySelector('.diff').innerText.includes('<script>')")
	if name := l.text("h1"); !contains(name, hostile) {
		t.Errorf("the call is named %q", name)
	}

	for _, p := range l.browser.Problems() {
		t.Errorf("the browser complains: %s", p)
	}
}

// views looks at the page on several screens: nothing sticks out, and all text
// can be read.
func (l *lab) views(name string, screens ...browser.Screen) {
	l.Helper()
	for _, s := range screens {
		l.see(s)
		l.wait(fmt.Sprintf("innerWidth == %d && matchMedia('(prefers-color-scheme: dark)').matches == %v", s.Width, s.Dark))
		l.wait("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
		label := name
		if s.Mobile {
			label += "-phone"
		}
		if s.Dark {
			label += "-dark"
		}
		l.wait("document.documentElement.scrollWidth <= innerWidth")
		var faint []string
		l.must(l.browser.Evaluate(faintText, &faint))
		for _, f := range faint {
			l.Errorf("%s: text is hard to read: %s", label, f)
		}
		if name != "" {
			l.picture(label)
		}
	}
}

// noKey looks for the key in all that the page has.
func (l *lab) noKey() {
	l.Helper()
	var found bool
	l.must(l.browser.Evaluate(fmt.Sprintf("document.documentElement.outerHTML.includes(%q)", key[:12]), &found))
	if found {
		l.Error("the page shows a key")
	}
}

func (l *lab) press(text string) {
	l.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		l.must(l.browser.Do("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": text}, nil))
	}
}

func contains(text string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}
