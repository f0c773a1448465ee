package daemon

import (
	"fmt"
	"io"
	"log/syslog"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"rtpgo/config"
)

// newLogger makes the daemon's logger. Without syslog on the machine the log
// goes to standard error, and says so.
func newLogger(o config.Log, stderr io.Writer) *zap.Logger {
	level := zapLevel(o.Level)
	if !o.Stderr {
		core, err := newSyslogCore(o.Name, level)
		if err == nil {
			return zap.New(core)
		}
		defer fmt.Fprintf(stderr, "rtpgo: no syslog (%v), logging to standard error\n", err)
	}
	return zap.New(zapcore.NewCore(lineEncoder(o), zapcore.Lock(zapcore.AddSync(stderr)), level))
}

// zapLevel is the least level to log. Zap knows no levels between
// information and warning, nor above error.
func zapLevel(syslogLevel int) zapcore.Level {
	switch {
	case syslogLevel >= 7:
		return zapcore.DebugLevel
	case syslogLevel >= 5:
		return zapcore.InfoLevel
	case syslogLevel == 4:
		return zapcore.WarnLevel
	default:
		return zapcore.ErrorLevel
	}
}

// priority is syslog's severity of a level.
func priority(level zapcore.Level) syslog.Priority {
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

// lineEncoder makes one line of each message. Under systemd the line carries
// its severity as sd-daemon(3) has it, and the journal adds the time.
func lineEncoder(o config.Log) zapcore.Encoder {
	c := zapcore.EncoderConfig{
		TimeKey: "time", LevelKey: "level", MessageKey: "message", StacktraceKey: "stack",
		EncodeTime:       zapcore.ISO8601TimeEncoder,
		EncodeLevel:      zapcore.LowercaseLevelEncoder,
		EncodeDuration:   zapcore.StringDurationEncoder,
		ConsoleSeparator: " ",
	}
	if o.NoTimestamps {
		c.TimeKey = ""
	}
	if os.Getenv("JOURNAL_STREAM") != "" {
		c.TimeKey = ""
		c.EncodeLevel = func(l zapcore.Level, out zapcore.PrimitiveArrayEncoder) {
			out.AppendString(fmt.Sprintf("<%d>", priority(l)))
		}
	}
	return zapcore.NewConsoleEncoder(c)
}

// syslogCore sends each message to syslog with its severity.
type syslogCore struct {
	zapcore.LevelEnabler
	encoder zapcore.Encoder
	writer  *syslog.Writer
}

func newSyslogCore(name string, level zapcore.Level) (zapcore.Core, error) {
	writer, err := syslog.New(syslog.LOG_DAEMON|syslog.LOG_INFO, name)
	if err != nil {
		return nil, err
	}
	encoder := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
		MessageKey: "message", StacktraceKey: "stack", ConsoleSeparator: " ",
		EncodeDuration: zapcore.StringDurationEncoder,
	})
	return &syslogCore{level, encoder, writer}, nil
}

func (c *syslogCore) With(fields []zapcore.Field) zapcore.Core {
	clone := *c
	clone.encoder = c.encoder.Clone()
	for _, f := range fields {
		f.AddTo(clone.encoder)
	}
	return &clone
}

func (c *syslogCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

func (c *syslogCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	line, err := c.encoder.EncodeEntry(entry, fields)
	if err != nil {
		return err
	}
	defer line.Free()
	text := line.String()
	switch priority(entry.Level) {
	case syslog.LOG_CRIT:
		return c.writer.Crit(text)
	case syslog.LOG_ERR:
		return c.writer.Err(text)
	case syslog.LOG_WARNING:
		return c.writer.Warning(text)
	case syslog.LOG_INFO:
		return c.writer.Info(text)
	default:
		return c.writer.Debug(text)
	}
}

func (c *syslogCore) Sync() error { return nil }
