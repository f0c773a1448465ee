package logs

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"go.uber.org/zap/zapcore"

	"rtpgo/config"
)

// text makes lines of text.
type text struct {
	encoder  zapcore.Encoder
	json     bool
	parsable bool
	split    bool // a line for each line of what is to be logged
	longest  int  // octets of a line; 0: any number
}

// syslogLine is how long lines for syslog are unless an option says otherwise:
// the reference's default.
const syslogLine = 500

// newText is for lines that carry their time and severity themselves where
// whoever gets them doesn't know.
func newText(o config.Log, c zapcore.EncoderConfig, longest int) *text {
	c.MessageKey, c.StacktraceKey, c.NameKey = "message", "stack", "part"
	c.EncodeDuration, c.ConsoleSeparator = zapcore.StringDurationEncoder, " "
	t := &text{json: o.Format == config.LogJSON, parsable: o.Format == config.LogParsable, split: o.SplitLines, longest: longest}
	switch {
	case o.MaxLine > 0:
		t.longest = o.MaxLine
	case o.MaxLine < 0:
		t.longest = 0
	}
	if t.json {
		c.EncodeName = zapcore.FullNameEncoder
		t.encoder = zapcore.NewJSONEncoder(c)
		return t
	}
	c.EncodeName = func(name string, out zapcore.PrimitiveArrayEncoder) { out.AppendString("[" + name + "]") }
	t.encoder = zapcore.NewConsoleEncoder(c)
	return t
}

// consoleConfig is for standard error. Under systemd, and there alone, the
// journal adds the time.
func consoleConfig(o config.Log) zapcore.EncoderConfig {
	c := zapcore.EncoderConfig{
		TimeKey: "time", LevelKey: "level",
		EncodeTime:  zapcore.ISO8601TimeEncoder,
		EncodeLevel: zapcore.LowercaseLevelEncoder,
	}
	if o.NoTimestamps || underJournal() {
		c.TimeKey = ""
	}
	if underJournal() && o.Format != config.LogJSON {
		c.LevelKey = ""
	}
	return c
}

// underJournal tells whether standard error leads to systemd's journal.
func underJournal() bool { return os.Getenv("JOURNAL_STREAM") != "" }

// lines are the lines of one entry, without their ends.
func (t *text) lines(e zapcore.Entry, fields []zapcore.Field) ([]string, error) {
	var blocks string
	if !t.json {
		if t.parsable {
			e.Message, fields = parsable(e.Message, fields)
		}
		fields, blocks = takeBlocks(fields)
	}
	line, err := t.encoder.EncodeEntry(e, fields)
	if err != nil {
		return nil, err
	}
	whole := strings.TrimRight(line.String(), "\n") + blocks
	line.Free()
	if t.json {
		return []string{whole}, nil
	}
	if !t.split {
		return pieces(nil, whole, t.longest), nil
	}
	var out []string
	head := ""
	for i, l := range strings.Split(whole, "\n") {
		if l = strings.TrimSuffix(l, "\r"); l == "" {
			continue
		}
		if i == 0 {
			head = t.head(e)
		} else {
			l = head + l
		}
		out = pieces(out, l, t.longest)
	}
	return out, nil
}

// head is what lines behind the first one begin with.
func (t *text) head(e zapcore.Entry) string {
	e.Message, e.Stack = "", ""
	line, err := t.encoder.EncodeEntry(e, nil)
	if err != nil {
		return ""
	}
	defer line.Free()
	if s := strings.TrimSpace(line.String()); s != "" {
		return s + " "
	}
	return ""
}

// parsable moves what a line is about in front of its message, in the
// reference's form.
func parsable(message string, fields []zapcore.Field) (string, []zapcore.Field) {
	values := zapcore.NewMapObjectEncoder()
	var rest []zapcore.Field
	for _, f := range fields {
		switch f.Key {
		case callField, "tag", "media", "port":
			f.AddTo(values)
		default:
			rest = append(rest, f)
		}
	}
	var about []string
	for _, p := range [][2]string{{callField, "ID"}, {"tag", "tag"}, {"media", "index"}, {"port", "port"}} {
		if v, ok := values.Fields[p[0]]; ok {
			about = append(about, fmt.Sprintf("%s=%q", p[1], fmt.Sprint(v)))
		}
	}
	if len(about) == 0 {
		return message, fields
	}
	return "[" + strings.Join(about, " ") + "]: " + message, rest
}

// takeBlocks sets texts of several lines (descriptions, stacks) apart: they are
// read below the line.
func takeBlocks(fields []zapcore.Field) (rest []zapcore.Field, blocks string) {
	rest = make([]zapcore.Field, 0, len(fields))
	for _, f := range fields {
		if s := blockText(f); strings.Contains(s, "\n") {
			blocks += "\n" + f.Key + ":\n" + strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
		} else {
			rest = append(rest, f)
		}
	}
	return rest, blocks
}

func blockText(f zapcore.Field) string {
	switch f.Type {
	case zapcore.StringType:
		return f.String
	case zapcore.StringerType, zapcore.ByteStringType:
		values := zapcore.NewMapObjectEncoder()
		f.AddTo(values)
		s, _ := values.Fields[f.Key].(string)
		return s
	}
	return ""
}

// pieces breaks a line that is too long; the pieces tell that they belong
// together as the reference's do.
func pieces(out []string, line string, longest int) []string {
	more := ""
	for longest > 0 && len(line) > longest {
		n := longest
		for n > 1 && !utf8.RuneStart(line[n]) {
			n--
		}
		out = append(out, more+line[:n]+" ...")
		line, more = line[n:], "... "
	}
	return append(out, more+line)
}

// plainText is a value of a field as text.
func plainText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
