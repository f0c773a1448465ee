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
	for d.goesOn(s) {
		s = <-signals
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
			if d.goesOn(s) {
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

// goesOn carries out signals that don't end the daemon: files are read again at
// SIGHUP, and the log gets less talkative at SIGUSR1 and more at SIGUSR2, as in
// the reference. It returns false for others.
func (d *daemon) goesOn(s os.Signal) bool {
	switch s {
	case syscall.SIGHUP:
		d.reload()
	case syscall.SIGUSR1:
		d.stepLogLevel(-1)
	case syscall.SIGUSR2:
		d.stepLogLevel(1)
	default:
		return false
	}
	return true
}

func (d *daemon) stepLogLevel(by int) {
	d.log.Warn("log level changed by signal", zap.Int("level", d.logs.Levels.Step(by)))
}

// reload reads again what may change while the daemon runs.
func (d *daemon) reload() {
	d.log.Info("signal received: files are read again", zap.Stringer("signal", syscall.SIGHUP))
	if d.http != nil {
		d.http.Reload()
	}
}
