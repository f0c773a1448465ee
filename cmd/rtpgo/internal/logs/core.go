package logs

import (
	"slices"

	"go.uber.org/zap/zapcore"
)

// Debugged are the calls whose lines are logged whatever the levels say.
type Debugged interface {
	// Any tells whether there are some; it is asked for every line.
	Any() bool
	// Has tells whether a call is one of them.
	Has(callID string) bool
}

// callField is the name of the field that holds a line's call-id.
const callField = "call"

// core decides which lines are logged, and hands them to the destination.
type core struct {
	levels *Levels
	calls  Debugged
	to     destination
	mark   marks
	fields []zapcore.Field
}

// destination takes lines that are to be logged.
type destination interface {
	write(zapcore.Entry, []zapcore.Field) error
}

func (c *core) Enabled(level zapcore.Level) bool { return c.levels.any(level) || c.calls.Any() }

func (c *core) With(fields []zapcore.Field) zapcore.Core {
	clone := *c
	clone.fields = append(slices.Clip(c.fields), fields...)
	return &clone
}

func (c *core) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.levels.part(e.LoggerName, e.Level) || c.calls.Any() {
		return checked.AddCore(e, c)
	}
	return checked
}

func (c *core) Write(e zapcore.Entry, fields []zapcore.Field) error {
	all := append(slices.Clip(c.fields), fields...)
	if !c.levels.part(e.LoggerName, e.Level) && !c.calls.Has(textOf(all, callField)) {
		return nil
	}
	return c.to.write(e, c.mark.apply(all))
}

func (c *core) Sync() error { return nil }

// textOf is the value of a field that holds a string.
func textOf(fields []zapcore.Field, key string) string {
	for i := range fields {
		if fields[i].Key == key && fields[i].Type == zapcore.StringType {
			return fields[i].String
		}
	}
	return ""
}

// marks are put around values that tell about people, so that who passes a log
// on can find and remove them (--log-mark-prefix, --log-mark-suffix).
type marks struct{ before, after string }

// sensitive are the fields that are marked.
var sensitive = map[string]bool{
	callField: true, "tag": true, "peer": true, "from": true, "to": true, "remote": true, "cookie": true,
	"sdp": true, "reply sdp": true,
}

func (m marks) apply(fields []zapcore.Field) []zapcore.Field {
	if m == (marks{}) {
		return fields
	}
	out := make([]zapcore.Field, len(fields))
	for i, f := range fields {
		if sensitive[f.Key] {
			values := zapcore.NewMapObjectEncoder()
			f.AddTo(values)
			if text := plainText(values.Fields[f.Key]); text != "" {
				f = zapcore.Field{Key: f.Key, Type: zapcore.StringType, String: m.before + text + m.after}
			}
		}
		out[i] = f
	}
	return out
}
