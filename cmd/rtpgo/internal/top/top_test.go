package top

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

// daemon is a source whose answers the test decides.
type daemon struct {
	mu    sync.Mutex
	now   Snapshot
	err   error
	ended []string
	asked int
}

func (d *daemon) set(change func(*daemon)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *daemon) Fetch(context.Context) (Snapshot, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	s := d.now
	s.At = time.Now()
	s.Calls = append([]Call(nil), d.now.Calls...)
	return s, d.err
}

func (d *daemon) Detail(_ context.Context, id string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, d.err
	}
	lines := []string{"call " + id + ": up for 0:10"}
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("line %d", i))
	}
	return lines, nil
}

func (d *daemon) Terminate(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err
	}
	d.ended = append(d.ended, id)
	for i := range d.now.Calls {
		if d.now.Calls[i].ID == id {
			d.now.Calls = append(d.now.Calls[:i], d.now.Calls[i+1:]...)
			break
		}
	}
	return nil
}

// view is a view that runs on a screen without a terminal.
type view struct {
	tcell.SimulationScreen
	t    *testing.T
	done chan error
	mu   sync.Mutex
	seen []string
}

func show(t *testing.T, source Source, o Options) *view {
	t.Helper()
	v := &view{SimulationScreen: tcell.NewSimulationScreen(""), t: t, done: make(chan error, 1)}
	if err := v.Init(); err != nil {
		t.Fatal(err)
	}
	v.SetSize(80, 24)
	if o.Interval == 0 {
		o.Interval = 20 * time.Millisecond
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		v.done <- run(ctx, v, source, o)
		close(ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		v.Fini()
	})
	return v
}

// Show keeps what the screen shows, for the goroutine of the test.
func (v *view) Show() {
	v.SimulationScreen.Show()
	cells, width, height := v.GetContents()
	lines := make([]string, height)
	for y := range lines {
		var b strings.Builder
		for x := range width {
			if r := cells[y*width+x].Runes; len(r) > 0 {
				b.WriteRune(r[0])
			}
		}
		lines[y] = strings.TrimRight(b.String(), " \x00")
	}
	v.mu.Lock()
	v.seen = lines
	v.mu.Unlock()
}

// lines are what the screen shows.
func (v *view) lines() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.seen
}

// wait waits until the screen has a text.
func (v *view) wait(want string) {
	v.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(strings.Join(v.lines(), "\n"), want) {
		if time.Now().After(deadline) {
			v.t.Fatalf("the screen never shows %q:\n%s", want, strings.Join(v.lines(), "\n"))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (v *view) keys(text string) {
	for _, r := range text {
		v.InjectKey(tcell.KeyRune, r, tcell.ModNone)
	}
}

func (v *view) press(k tcell.Key) { v.InjectKey(k, 0, tcell.ModNone) }

func calls(n int) []Call {
	list := make([]Call, n)
	for i := range list {
		list[i] = Call{ID: fmt.Sprintf("call-%04d@example.org", i), Age: time.Duration(i) * time.Second, State: "up", Codec: "PCMA",
			Engine: "kernel", Packets: uint64(50 * i), Idle: 0}
	}
	return list
}

func TestView(t *testing.T) {
	d := &daemon{now: Snapshot{Daemon: "rtpgo 1.2.3, engine kernel, up 1:00, 5000 calls", Uptime: time.Minute, Calls: calls(5000)}}
	d.now.Calls[7].State, d.now.Calls[7].Codec = "one-way", "opus"
	d.now.Calls[8].ID = "evil\x1b[2Jcall\x00"
	v := show(t, d, Options{})
	v.wait("rtpgo 1.2.3, engine kernel")
	v.wait("5000 calls, ")
	v.wait("call-4999@example.o~")
	for i, line := range v.lines() {
		if len(line) > 80 {
			t.Errorf("line %d is %d wide: %q", i, len(line), line)
		}
	}
	if head := v.lines()[2]; strings.Join(strings.Fields(head), " ") != "CALL-ID AGEv STATE CODEC PKT/S LOSS% JIT ms IDLE DROPS ENGINE" {
		t.Errorf("the head at 80 columns: %q", head)
	}
	if got := v.lines()[3]; !strings.HasPrefix(got, "call-4999@example.o~ 1:23:19 up ") || !strings.HasSuffix(got, "kernel") {
		t.Errorf("first line: %q", got)
	}

	v.keys(">") // by state: what needs a look first
	v.wait("STATEv")
	v.wait("call-0007@ex")
	if got := v.lines()[3]; !strings.Contains(got, "one-way") {
		t.Errorf("sorted by state: %q", got)
	}
	v.keys("/OPUS")
	v.wait(`1 match "OPUS"`)
	v.press(tcell.KeyEnter)
	v.press(tcell.KeyEnter)
	v.wait("call call-0007@example.org: up for 0:10")
	v.press(tcell.KeyEnd)
	v.wait("line 39")
	v.press(tcell.KeyEscape)
	v.wait("one-way")

	v.keys("t")
	v.wait("End the call call-0007@example.org?")
	v.keys("n")
	v.wait("not ended")
	v.keys("ty")
	v.wait("ended call-0007@example.org")
	v.wait("no call matches")
	d.set(func(d *daemon) {
		if len(d.ended) != 1 || d.ended[0] != "call-0007@example.org" {
			t.Errorf("ended %v", d.ended)
		}
	})
	v.press(tcell.KeyEscape) // the filter goes
	v.wait("4999 calls")
	v.keys("/evil")
	v.wait("evil?[2Jcall?")
	v.press(tcell.KeyEscape)
	v.keys("?")
	v.wait("any key goes back")
	v.keys("x")
	v.wait("? help")
	v.keys("q")
	if err := <-v.done; err != nil {
		t.Error(err)
	}
}

// TestDaemonGone: the calls stay on the screen, it says that the daemon is
// gone, and goes on when it is back, with rates that don't jump.
func TestDaemonGone(t *testing.T) {
	d := &daemon{now: Snapshot{Daemon: "rtpgo 1", Uptime: time.Minute, Calls: calls(3)}}
	v := show(t, d, Options{})
	v.wait("call-0002")
	d.set(func(d *daemon) { d.err = errors.New("127.0.0.1:22222: no daemon listens there\nmore") })
	v.wait("GONE for 0:0")
	v.wait("trying again: 127.0.0.1:22222: no daemon listens there")
	v.wait("call-0002")
	v.keys("ty")
	v.wait("not ended: ")
	d.set(func(d *daemon) {
		d.err, d.now.Uptime, d.now.Calls = nil, time.Second, calls(2)
		d.now.Calls[1].Packets = 1e9
	})
	v.wait("2 calls, 0 packets/s")
}

// TestConfirmed: the call that is ended is the one that the question was about,
// though another one has taken its line.
func TestConfirmed(t *testing.T) {
	d := &daemon{now: Snapshot{Daemon: "rtpgo 1", Calls: calls(3)}}
	v := show(t, d, Options{})
	v.wait("3 calls")
	v.keys("t")
	v.wait("End the call call-0002@example.org?")
	d.set(func(d *daemon) {
		d.now.Calls = append([]Call(nil), d.now.Calls...)
		d.now.Calls[0].Age = time.Hour
	})
	v.wait("call-0000@example.o~ 1:00:00")
	v.keys("y")
	v.wait("ended call-0002@example.org")
}

func TestPause(t *testing.T) {
	d := &daemon{now: Snapshot{Daemon: "rtpgo 1", Calls: calls(3)}}
	v := show(t, d, Options{})
	v.wait("3 calls")
	v.keys("p")
	v.wait("PAUSED")
	d.set(func(d *daemon) { d.now.Calls = calls(1) })
	v.keys("j") // any event draws
	if got := v.lines()[1]; !strings.HasPrefix(got, "3 calls") {
		t.Errorf("%q", got)
	}
	v.keys("p")
	v.wait("1 calls")
}

// TestSmallScreens: no size makes it fall over.
func TestSmallScreens(t *testing.T) {
	d := &daemon{now: Snapshot{Daemon: "rtpgo 1", Calls: calls(30)}}
	v := show(t, d, Options{})
	v.wait("30 calls")
	for _, size := range [][2]int{{1, 1}, {5, 3}, {13, 4}, {20, 5}, {200, 60}, {80, 24}} {
		v.SetSize(size[0], size[1])
		v.PostEvent(tcell.NewEventResize(size[0], size[1]))
		v.press(tcell.KeyEnter)
		v.press(tcell.KeyPgDn)
		v.press(tcell.KeyEscape)
		v.press(tcell.KeyEnd)
	}
	v.wait("call-0000@exa") // the last by age
}

func TestTexts(t *testing.T) {
	for d, want := range map[time.Duration]string{-1: "0:00", 307 * time.Second: "5:07", 5107 * time.Second: "1:25:07",
		26*time.Hour + 5*time.Minute: "26h05m", 1000 * time.Hour: "41d16h"} {
		if got := age(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0", 99999: "99999", 123456: "123k", 12345678: "12M", 1 << 40: "1099G"} {
		if got := count(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "-", 0: "0s", 99 * time.Second: "99s", 2 * time.Minute: "2m", 3 * time.Hour: "3h"} {
		if got := idle(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for line, want := range map[string]string{
		"short":                    "short",
		"":                         "",
		"  in 223 packets, lost 0": "  in 223|  packets,|  lost 0",
		"0123456789abc":            "0123456789|abc",
		"        0123456789":       "0123456789",
		"ends here  ":              "ends here |",
	} {
		if got := strings.Join(wrap([]string{line}, 10), "|"); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
	for width := range 12 {
		for _, line := range wrap([]string{"      a long line, with words of all kinds", "0123456789"}, width) {
			if len(line) > width && width > 0 {
				t.Errorf("%q is wider than %d", line, width)
			}
		}
	}
}

func TestRates(t *testing.T) {
	start := time.Now()
	before := &Snapshot{At: start, Uptime: time.Minute, Calls: []Call{{ID: "a", Packets: 100, Drops: 1}, {ID: "b", Packets: 100}}}
	after := &Snapshot{At: start.Add(2 * time.Second), Uptime: time.Minute + 2*time.Second,
		Calls: []Call{{ID: "a", Packets: 300, Drops: 2}, {ID: "b", Packets: 50}, {ID: "c", Packets: 70}}}
	list := rows(after, before)
	if list[0].rate != 100 || !list[0].dropping || list[1].rate != 0 || list[2].rate != 0 {
		t.Errorf("%+v", list)
	}
	after.Uptime = time.Second // started again
	if list := rows(after, before); list[0].rate != 0 {
		t.Errorf("%+v", list)
	}
}

// TestSelection: the selected call stays selected wherever the order moves it.
func TestSelection(t *testing.T) {
	m := newModel()
	m.height = 10
	s := Snapshot{Calls: calls(100)}
	m.update(&s, nil, time.Now())
	m.move(42)
	id := m.selected
	for i := range s.Calls { // the other way round
		s.Calls[i].Age = -s.Calls[i].Age
	}
	m.update(&s, nil, time.Now())
	if m.cursor != 57 || m.selected != id || m.rows[m.shown[m.cursor]].ID != id || m.cursor < m.offset || m.cursor >= m.offset+m.height {
		t.Errorf("%q at %d of %d, was %q", m.selected, m.cursor, m.offset, id)
	}
	if m.sortBy(0); m.cursor != 0 || m.selected != "call-0000@example.org" {
		t.Errorf("another order begins at its top: %q at %d", m.selected, m.cursor)
	}
	m.move(50)
	gone := Snapshot{Calls: calls(10)}
	m.update(&gone, nil, time.Now())
	if m.selected == "" || m.cursor >= 10 || m.offset > m.cursor {
		t.Errorf("%q at %d of %d", m.selected, m.cursor, m.offset)
	}
	none := Snapshot{}
	m.update(&none, nil, time.Now())
	if m.selected != "" || m.cursor != 0 || m.offset != 0 {
		t.Errorf("%q at %d of %d", m.selected, m.cursor, m.offset)
	}
}

func TestOnce(t *testing.T) {
	d := &daemon{now: Snapshot{Daemon: "rtpgo 1", Calls: calls(5)}}
	var out strings.Builder
	if err := Once(t.Context(), &out, d, Options{Interval: time.Millisecond, Sort: "call-id", Limit: 2}, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[1], "CALL-ID ") || !strings.HasPrefix(lines[3], "call-0001@example.org ") {
		t.Errorf("%s", out.String())
	}
	d.err = errors.New("gone")
	if err := Once(t.Context(), &out, d, Options{}, true); err != d.err {
		t.Error(err)
	}
}
