package call

import (
	"container/heap"
	"math/rand/v2"
	"sync"
	"time"
	"weak"
)

// defaultRTCPInterval is that of --rtcp-interval.
const defaultRTCPInterval = 5 * time.Second

// reporter knows when each call has to report next: to send RTCP of our own, or
// to take a sample of our own measurement. One goroutine serves all calls.
type reporter struct {
	mu    sync.Mutex
	queue dueCalls
	wake  chan struct{} // an earlier call has come
}

// dueCall is a place in the queue; it doesn't keep a call that has ended.
type dueCall struct {
	at time.Time
	c  weak.Pointer[Call]
}

type dueCalls []dueCall

func (q dueCalls) Len() int           { return len(q) }
func (q dueCalls) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q dueCalls) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dueCalls) Push(x any)        { *q = append(*q, x.(dueCall)) }
func (q *dueCalls) Pop() any {
	n := len(*q) - 1
	x := (*q)[n]
	(*q)[n] = dueCall{}
	*q = (*q)[:n]
	return x
}

// startReports puts a locked call into the queue, once it has something to
// report.
func (c *Call) startReports() {
	if !c.reporting && c.reports() {
		c.reporting = true
		c.registry.reportLater(c)
	}
}

// reports tells whether the call has to report.
func (c *Call) reports() bool {
	if c.registry.Quality.Measure {
		return true
	}
	for _, p := range c.parties {
		for _, m := range p.medias {
			if m.rtcpGenerator {
				return true
			}
		}
	}
	return false
}

// reportLater queues a call. Up to a second is added to the interval at random,
// so that reports of calls that began together don't come in bursts (RFC 3550
// section 6.2).
func (r *Registry) reportLater(c *Call) {
	d := r.Quality.Interval
	if d <= 0 {
		d = defaultRTCPInterval
	}
	d += time.Duration(rand.Int64N(int64(time.Second)))
	q := &r.reporter
	q.mu.Lock()
	defer q.mu.Unlock()
	due := dueCall{r.now().Add(d), weak.Make(c)}
	heap.Push(&q.queue, due)
	if q.queue[0] == due {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// reportDue lets the calls report whose time has come, and returns how long it
// takes until the next.
func (r *Registry) reportDue() time.Duration {
	q := &r.reporter
	for {
		now := r.now()
		q.mu.Lock()
		if len(q.queue) == 0 {
			q.mu.Unlock()
			return time.Hour
		}
		if d := q.queue[0].at.Sub(now); d > 0 {
			q.mu.Unlock()
			return d
		}
		c := heap.Pop(&q.queue).(dueCall).c.Value()
		q.mu.Unlock()
		if c == nil {
			continue
		}
		c.mu.Lock()
		if c.reporting = !c.dead && c.reports(); c.reporting {
			c.report()
			r.reportLater(c)
		}
		c.mu.Unlock()
	}
}

// runReports is the goroutine of the reporter.
func (r *Registry) runReports() {
	defer r.wg.Done()
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	for {
		t.Reset(max(r.reportDue(), time.Millisecond))
		select {
		case <-r.done:
			return
		case <-r.reporter.wake:
		case <-t.C:
		}
	}
}
