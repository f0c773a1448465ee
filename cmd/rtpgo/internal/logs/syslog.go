package logs

import (
	"fmt"
	"io"
	"log/syslog"
	"sync"

	"go.uber.org/zap/zapcore"
)

// facilities by the names that the options take, those of syslog(3).
var facilities = map[string]syslog.Priority{
	"kern": syslog.LOG_KERN, "user": syslog.LOG_USER, "mail": syslog.LOG_MAIL, "daemon": syslog.LOG_DAEMON,
	"auth": syslog.LOG_AUTH, "syslog": syslog.LOG_SYSLOG, "lpr": syslog.LOG_LPR, "news": syslog.LOG_NEWS,
	"uucp": syslog.LOG_UUCP, "cron": syslog.LOG_CRON, "authpriv": syslog.LOG_AUTHPRIV, "ftp": syslog.LOG_FTP,
	"local0": syslog.LOG_LOCAL0, "local1": syslog.LOG_LOCAL1, "local2": syslog.LOG_LOCAL2, "local3": syslog.LOG_LOCAL3,
	"local4": syslog.LOG_LOCAL4, "local5": syslog.LOG_LOCAL5, "local6": syslog.LOG_LOCAL6, "local7": syslog.LOG_LOCAL7,
}

// severity is syslog's of a level.
func severity(level zapcore.Level) syslog.Priority {
	switch {
	case level >= zapcore.DPanicLevel:
		return syslog.LOG_CRIT
	case level == zapcore.ErrorLevel:
		return syslog.LOG_ERR
	case level == zapcore.WarnLevel:
		return syslog.LOG_WARNING
	case level == zapcore.InfoLevel:
		return syslog.LOG_INFO
	default:
		return syslog.LOG_DEBUG
	}
}

// dialSyslog connects to the local syslog daemon; a variable for tests.
var dialSyslog = syslog.New

// syslogTo logs to syslog under one facility.
type syslogTo struct {
	*text
	writer *syslog.Writer
}

func (s *syslogTo) write(e zapcore.Entry, fields []zapcore.Field) error {
	lines, err := s.lines(e, fields)
	for _, l := range lines {
		if err == nil {
			err = syslogLineTo(s.writer, severity(e.Level), l)
		}
	}
	return err
}

func syslogLineTo(w *syslog.Writer, severity syslog.Priority, line string) error {
	switch severity {
	case syslog.LOG_CRIT:
		return w.Crit(line)
	case syslog.LOG_ERR:
		return w.Err(line)
	case syslog.LOG_WARNING:
		return w.Warning(line)
	case syslog.LOG_INFO:
		return w.Info(line)
	default:
		return w.Debug(line)
	}
}

// stream logs to a file, that is standard error.
type stream struct {
	*text
	priorities bool // lines start with their severity as sd-daemon(3) has it

	mu sync.Mutex
	w  io.Writer
}

func (s *stream) write(e zapcore.Entry, fields []zapcore.Field) error {
	lines, err := s.lines(e, fields)
	if err != nil {
		return err
	}
	return s.put(severity(e.Level), lines)
}

func (s *stream) put(severity syslog.Priority, lines []string) error {
	var out []byte
	for _, l := range lines {
		if s.priorities {
			out = fmt.Appendf(out, "<%d>", severity)
		}
		out = append(append(out, l...), '\n')
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.w.Write(out)
	return err
}
