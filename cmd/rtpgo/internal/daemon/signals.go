package daemon

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"go.uber.org/zap"
)

const (
	// drainPoll is how often the number of calls is looked at while draining.
	drainPoll = 100 * time.Millisecond
	// drainReport is how often the service manager hears of it.
	drainReport = time.Second
)

// wait returns when the daemon shall end: at SIGINT, and at SIGTERM either at
// once or when the calls have ended, as --drain-timeout says. At SIGHUP files
// are read again.
func (d *daemon) wait(signals <-chan os.Signal) {
	s := <-signals
	for ; s == syscall.SIGHUP; s = <-signals {
		d.reload()
	}
	d.log.Info("signal received", zap.Stringer("signal", s))
	if s != syscall.SIGTERM || d.cfg.DrainTimeout <= 0 {
		return
	}
	d.calls.Drain()
	d.log.Info("draining: no new calls are taken", zap.Int("calls", d.calls.Count()), zap.Duration("at most", d.cfg.DrainTimeout))
	deadline := time.NewTimer(d.cfg.DrainTimeout)
	defer deadline.Stop()
	poll := time.NewTicker(drainPoll)
	defer poll.Stop()
	var reported time.Time
	for d.calls.Count() > 0 {
		if time.Since(reported) >= drainReport {
			reported = time.Now()
			// Without this the service manager would kill a daemon that takes
			// longer than TimeoutStopSec.
			d.notify(fmt.Sprintf("STOPPING=1\nSTATUS=draining, %d calls left\nEXTEND_TIMEOUT_USEC=%d",
				d.calls.Count(), (5 * drainReport).Microseconds()))
		}
		select {
		case s := <-signals:
			if s == syscall.SIGHUP {
				d.reload()
				continue
			}
			d.log.Info("signal received while draining", zap.Stringer("signal", s), zap.Int("calls", d.calls.Count()))
			return
		case <-deadline.C:
			d.log.Warn("the drain time-out is over", zap.Int("calls", d.calls.Count()))
			return
		case <-poll.C:
		}
	}
	d.log.Info("drained")
}

// reload reads again what may change while the daemon runs.
func (d *daemon) reload() {
	d.log.Info("signal received: files are read again", zap.Stringer("signal", syscall.SIGHUP))
	if d.http != nil {
		d.http.Reload()
	}
}
