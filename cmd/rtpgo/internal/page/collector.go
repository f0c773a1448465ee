package page

import (
	"sync"
	"sync/atomic"
	"time"

	"rtpgo/ng"
)

// Times of collecting.
const (
	interval   = time.Second
	lookedAt   = 5 * time.Second  // so long after a request somebody counts as looking
	rateWindow = 3 * time.Second  // rates are those of so long, if there are snapshots
	maxWindow  = 30 * time.Second // rates over more than this say nothing of now
	keptBehind = 4                // snapshots kept for rates
)

// collector takes snapshots for whoever looks, at most one in an interval.
// While nobody does, it takes one for each point of the history, without
// looking at a call.
type collector struct {
	sources Sources
	looked  atomic.Int64 // UnixNano of the last request
	latest  atomic.Pointer[snapshot]
	history history
	quit    chan struct{}
	wg      sync.WaitGroup

	taking sync.Mutex
	before []*snapshot // oldest first
}

func newCollector(s Sources) *collector {
	c := &collector{sources: s, quit: make(chan struct{})}
	c.take(time.Now(), false)
	return c
}

func (c *collector) start() { c.wg.Go(c.run) }

func (c *collector) stop() {
	close(c.quit)
	c.wg.Wait()
}

func (c *collector) run() {
	t := time.NewTicker(interval)
	defer t.Stop()
	for {
		select {
		case <-c.quit:
			return
		case now := <-t.C:
			look := now.UnixNano()-c.looked.Load() < int64(lookedAt)
			if look || now.Sub(c.latest.Load().at) >= historyStep {
				c.take(now, look)
			}
		}
	}
}

// current is the latest snapshot; asking for it keeps new ones coming. Who asks
// first gets one made at once.
func (c *collector) current() *snapshot {
	c.looked.Store(time.Now().UnixNano())
	now := time.Now()
	if s := c.latest.Load(); s.full && now.Sub(s.at) < 2*interval {
		return s
	}
	return c.take(now, true)
}

// take makes the next snapshot, full with all calls; one that is no older than
// an interval and has what is asked for is taken instead.
func (c *collector) take(now time.Time, full bool) *snapshot {
	c.taking.Lock()
	defer c.taking.Unlock()
	if s := c.latest.Load(); s != nil && now.Sub(s.at) < interval/2 && (s.full || !full) {
		return s
	}
	start := time.Now()
	s := &snapshot{
		at: now, full: full, figures: c.sources.Calls.Figures(), latencies: c.sources.NG.Latencies(), ng: c.sources.NG.Stats(),
	}
	if full {
		s.calls = c.sources.Calls.Summaries()
		s.index()
	}
	s.measure(c.reference(now))
	s.took = time.Since(start)
	s.describe(c.sources)
	c.before = append(c.before, s)
	if len(c.before) > keptBehind {
		c.before = append(c.before[:0], c.before[len(c.before)-keptBehind:]...)
	}
	c.history.add(s)
	c.latest.Store(s)
	return s
}

// reference is the snapshot that rates are measured from: the newest one that
// is at least rateWindow old, else the oldest; nil when there is none of use.
func (c *collector) reference(now time.Time) *snapshot {
	var best *snapshot
	for _, s := range c.before {
		age := now.Sub(s.at)
		if age <= maxWindow && (best == nil || age >= rateWindow-interval/2) {
			best = s
		}
	}
	return best
}

// NG is what the control protocol counts.
type NG interface {
	Stats() ng.Stats
	Latencies() []ng.Latency
}
