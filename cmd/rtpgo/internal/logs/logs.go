// Package logs is where log lines go: syslog with its facilities, systemd's
// journal, or standard error; as text or JSON. It decides by level, by part and
// by call which lines are logged.
package logs

import (
	"fmt"
	"io"
	"log/syslog"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"rtpgo/config"
)

// Logs are the daemon's logs.
type Logs struct {
	// Log takes lines. Parts log by Log.Named with one of the names above.
	Log *zap.Logger
	// Levels of what is logged.
	Levels *Levels

	options config.Log
	journal *journal
	errors  *stream
}

// New opens the logs. What can't be reached is replaced by standard error,
// which is told so. calls may be nil.
func New(o config.Log, calls Debugged, stderr io.Writer) *Logs {
	if calls == nil {
		calls = none{}
	}
	l := &Logs{Levels: newLevels(o), options: o}
	l.errors = &stream{text: newText(o, consoleConfig(o), 0), priorities: underJournal(), w: stderr}
	c := &core{levels: l.Levels, calls: calls, to: l.errors, mark: marks{o.MarkPrefix, o.MarkSuffix}}
	l.Log = zap.New(c)
	var err error
	what := "journal"
	switch {
	case o.Journal: // though a service file asks for standard error
		if l.journal, err = dialJournal(o.Name); err == nil {
			c.to = l.journal
		}
	case o.Stderr:
	default:
		what = "syslog"
		var w *syslog.Writer
		if w, err = dialSyslog(facilities[o.Facility]|syslog.LOG_INFO, o.Name); err == nil {
			c.to = &syslogTo{newText(o, zapcore.EncoderConfig{}, syslogLine), w}
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "rtpgo: no %s (%v), logging to standard error\n", what, err)
	}
	return l
}

// Facility returns where lines of one kind go under a facility of their own:
// to the journal if the log goes there, else to syslog as in the reference,
// also where the log goes to standard error. nil without a name.
func (l *Logs) Facility(name string) func(line string) error {
	facility, ok := facilities[name]
	if !ok {
		return nil
	}
	if l.journal != nil {
		return func(line string) error { return l.journal.facility(facility, line) }
	}
	w, err := dialSyslog(facility|syslog.LOG_INFO, l.options.Name)
	if err != nil {
		l.Log.Warn("no syslog: lines for one of its facilities go to standard error", zap.String("facility", name), zap.Error(err))
		return func(line string) error { return l.errors.put(syslog.LOG_INFO, []string{l.stamp() + line}) }
	}
	return w.Info
}

// stamp is the time before a line on standard error, where lines have one.
func (l *Logs) stamp() string {
	if l.options.NoTimestamps || underJournal() || l.options.Format == config.LogJSON {
		return ""
	}
	return time.Now().Format("2006-01-02T15:04:05.000Z0700 ")
}

// none debugs no call.
type none struct{}

func (none) Any() bool       { return false }
func (none) Has(string) bool { return false }
