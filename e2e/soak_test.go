package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/sip"
)

// soakCalls is the number of calls set up and torn down by TestSoak;
// RTPGO_SOAK overrides it.
const soakCalls = 20000

// usage is what a process holds, seen from outside.
type usage struct{ calls, descriptors, mediaPorts, portsTaken, threads, rss, live int }

// measure has some calls made first, so that the collector runs.
func measure(l *lab.Lab) (u usage, err error) {
	if err = soak(l, 200); err != nil {
		return u, err
	}
	if u.descriptors, err = l.Relay.Descriptors(); err != nil {
		return u, err
	}
	if u.mediaPorts, err = l.MediaPorts(); err != nil {
		return u, err
	}
	if u.portsTaken, err = l.NG.PortsTaken(); err != nil {
		return u, err
	}
	if u.threads, err = l.Relay.Status("Threads"); err != nil {
		return u, err
	}
	if u.rss, err = l.Relay.Status("VmRSS"); err != nil {
		return u, err
	}
	if u.live, err = live(l.Relay.LogFile); err != nil {
		return u, err
	}
	calls, err := l.NG.Calls()
	u.calls = len(calls)
	return u, err
}

// gctrace is what GODEBUG=gctrace=1 prints after a collection: the heap found
// alive and the goroutines' stacks.
var gctrace = regexp.MustCompile(`->(\d+) MB, \d+ MB goal, (\d+) MB stacks`)

// live is the number of MB of heap and stacks in use after the last garbage
// collection; 0 when the relay is no Go program.
func live(log string) (mb int, err error) {
	text, err := os.ReadFile(log)
	if err != nil {
		return 0, err
	}
	all := gctrace.FindAllSubmatch(text, -1)
	if len(all) == 0 {
		return 0, nil
	}
	for _, number := range all[len(all)-1][1:] {
		n, err := strconv.Atoi(string(number))
		if err != nil {
			return 0, err
		}
		mb += n
	}
	return mb, nil
}

// TestSoak sets calls up and tears them down as fast as the relay answers, and
// finds as many descriptors, ports, threads and as much live memory as after
// the first quarter of them. The replies that a relay must be able to repeat
// count as memory, too, so it has to wait until those have been forgotten.
func TestSoak(t *testing.T) {
	needLab(t)
	total := soakCalls
	if n, err := strconv.Atoi(os.Getenv("RTPGO_SOAK")); err == nil {
		total = n
	}
	l, err := lab.New(lab.Config{
		Relay: relay(), Dir: t.TempDir(), NoKamailio: true, Env: []string{"GODEBUG=gctrace=1"},
		// Freed ports rest for a while, so that this many need a wide range.
		Options: append([]string{"--port-max=32767", "--log-level=4"}, options()...),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := soak(l, total/4); err != nil {
		t.Fatal(err, l.Relay.LogTail(20))
	}
	before, err := measure(l)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := soak(l, total-total/4); err != nil {
		t.Fatal(err, l.Relay.LogTail(20))
	}
	rate := float64(total-total/4) / time.Since(start).Seconds()
	top, err := measure(l)
	if err != nil {
		t.Fatal(err)
	}
	// The wait is spent while the scenarios are played.
	t.Parallel()
	var after usage
	err = lab.Eventually(100*time.Second, func() error {
		if after, err = measure(l); err != nil {
			return lab.Fatal(err)
		}
		err := after.exceeds(before)
		if err != nil {
			time.Sleep(5 * time.Second)
		}
		return err
	})
	t.Logf("%d calls, %.0f a second\nbefore   %+v\nat once  %+v\nat last  %+v", total, rate, before, top, after)
	if err != nil {
		t.Error(err)
	}
}

// exceeds compares. The collector finds what is in work at its moment, so that
// the live memory may differ a little, and so may the number of threads.
func (u usage) exceeds(before usage) error {
	switch {
	case u.calls != 0:
		return fmt.Errorf("%d calls remain", u.calls)
	case u.descriptors > before.descriptors:
		return fmt.Errorf("%d descriptors, before %d", u.descriptors, before.descriptors)
	case u.mediaPorts > before.mediaPorts:
		return fmt.Errorf("%d media ports, before %d", u.mediaPorts, before.mediaPorts)
	case u.portsTaken != 0:
		return fmt.Errorf("the relay says that %d ports are in use", u.portsTaken)
	case u.threads > before.threads+4:
		return fmt.Errorf("%d threads, before %d", u.threads, before.threads)
	case u.live > before.live+4:
		return fmt.Errorf("%d MB live, before %d", u.live, before.live)
	}
	return nil
}

// soak runs calls in parallel, each a dialogue of its own.
func soak(l *lab.Lab, calls int) error {
	const workers = 16
	var left atomic.Int64
	left.Store(int64(calls))
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		var conn net.Conn
		if err := l.SBC.Do(func() (err error) {
			conn, err = net.Dial("udp", lab.NGAddress)
			return err
		}); err != nil {
			return err
		}
		wg.Go(func() {
			defer conn.Close()
			c := ngConn{Conn: conn, name: fmt.Sprintf("%d_%s", w, sip.Token())}
			for left.Add(-1) >= 0 && errs[w] == nil {
				errs[w] = c.call()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// ngConn speaks bencode, as Kamailio does.
type ngConn struct {
	net.Conn
	name   string
	number int
	buf    [1 << 14]byte
}

// call is offer, answer, every other time a re-offer with its answer, and
// delete.
func (c *ngConn) call() error {
	c.number++
	id := fmt.Sprintf("%s-%d@soak", c.name, c.number)
	steps := []string{"offer", "answer", "offer", "answer", "delete"}
	if c.number%2 == 0 {
		steps = []string{"offer", "answer", "delete"}
	}
	for i, command := range steps {
		request := map[string]string{"call-id": id, "from-tag": "a", "command": command}
		host, direction := "203.0.113.21", "l6:public7:privatee"
		if command == "answer" {
			host, direction = "192.0.2.11", "l7:private6:publice"
		}
		if command == "answer" || i > 1 && command == "offer" {
			request["to-tag"] = "b"
		}
		var extra string
		if command != "delete" {
			request["sdp"] = fmt.Sprintf("v=0\r\no=- 1 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"+
				"m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"+
				"m=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n", i, host, host)
			extra = "9:direction" + direction
		}
		if err := c.command(fmt.Sprintf("%s_%d_%d", c.name, c.number, i), request, extra); err != nil {
			return fmt.Errorf("%s of %s: %w", command, id, err)
		}
	}
	return nil
}

func (c *ngConn) command(cookie string, request map[string]string, extra string) error {
	var b strings.Builder
	b.WriteString(cookie + " d" + extra)
	for k, v := range request {
		fmt.Fprintf(&b, "%d:%s%d:%s", len(k), k, len(v), v)
	}
	b.WriteString("e")
	var err error
	for range 5 {
		if _, err = c.Write([]byte(b.String())); err != nil {
			return err
		}
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
		var n int
		if n, err = c.Read(c.buf[:]); err != nil {
			continue // asked again, as Kamailio does
		}
		reply := c.buf[:n]
		if !bytes.HasPrefix(reply, []byte(cookie+" ")) {
			continue // a late answer to a repeated request
		}
		if !bytes.Contains(reply, []byte("6:result2:ok")) || bytes.Contains(reply, []byte("7:warning")) {
			return fmt.Errorf("answered %q", reply)
		}
		return nil
	}
	return fmt.Errorf("no answer: %w", err)
}
