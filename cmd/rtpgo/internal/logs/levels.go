package logs

import (
	"fmt"
	"slices"
	"sync/atomic"

	"go.uber.org/zap/zapcore"

	"rtpgo/config"
)

// The parts of rtpgo that log under a name of their own and may have a level
// of their own (--log-level-NAME). What has none logs as Core.
const (
	Core      = "core"
	Control   = "control"
	Crypto    = "crypto"
	HTTP      = "http"
	ICE       = "ice"
	Internals = "internals"
)

var parts = []string{Core, Control, Crypto, HTTP, ICE, Internals}

// Parts are the names of all parts.
func Parts() []string { return slices.Clone(parts) }

// Levels says what is logged. Levels are those of syslog: 3 errors, 4 warnings,
// 5 and 6 information, 7 everything. They may be changed at any time.
type Levels struct {
	of      map[string]*atomic.Int32
	general atomic.Int32 // of parts without a level of their own
	highest atomic.Int32
}

const (
	leastLevel = 0
	mostLevel  = 7
)

func newLevels(o config.Log) *Levels {
	l := &Levels{of: map[string]*atomic.Int32{}}
	own := map[string]int{
		Core: o.Levels.Core, Control: o.Levels.Control, Crypto: o.Levels.Crypto,
		HTTP: o.Levels.HTTP, ICE: o.Levels.ICE, Internals: o.Levels.Internals,
	}
	l.general.Store(int32(o.Level))
	for _, name := range parts {
		n := new(atomic.Int32)
		n.Store(int32(min(own[name], mostLevel)))
		l.of[name] = n
	}
	l.update()
	return l
}

// Level is that of a part; "" asks for the one of parts that have none of
// their own.
func (l *Levels) Level(part string) int {
	if n := l.of[part]; n != nil && n.Load() != config.LevelUnset {
		return int(n.Load())
	}
	return int(l.general.Load())
}

// Own is the level that a part was given, config.LevelUnset where it follows
// the general one.
func (l *Levels) Own(part string) int {
	if n := l.of[part]; n != nil {
		return int(n.Load())
	}
	return config.LevelUnset
}

// Set changes the level of a part, or with "" that of --log-level; -1 makes a
// part follow the latter again.
func (l *Levels) Set(part string, level int) error {
	n, least := l.of[part], config.LevelUnset
	if part == "" {
		n, least = &l.general, leastLevel
	}
	switch {
	case n == nil:
		return fmt.Errorf("nothing logs as %q", part)
	case level < least || level > mostLevel:
		return fmt.Errorf("log level %d isn't between %d and %d", level, least, mostLevel)
	}
	n.Store(int32(level))
	l.update()
	return nil
}

// Step makes the log more (1) or less (-1) talkative, up to the ends of the
// scale, and returns the new level.
func (l *Levels) Step(by int) int {
	level := min(max(l.Level("")+by, leastLevel), mostLevel)
	l.general.Store(int32(level))
	l.update()
	return level
}

func (l *Levels) update() {
	highest := l.general.Load()
	for _, n := range l.of {
		highest = max(highest, n.Load())
	}
	l.highest.Store(highest)
}

// any tells whether some part logs at this level.
func (l *Levels) any(level zapcore.Level) bool { return level >= zapLevel(int(l.highest.Load())) }

// part tells whether a part, named as its logger is, logs at this level.
func (l *Levels) part(name string, level zapcore.Level) bool {
	if name == "" {
		name = Core
	}
	return level >= zapLevel(l.Level(name))
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
