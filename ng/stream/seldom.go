package stream

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// seldomLines is how many lines of one text pass in a minute.
const seldomLines = 10

// Seldom is a logger for what outsiders can cause at will: of one text it
// lets ten lines pass in a minute, so that noise doesn't fill the disk.
func Seldom(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, time.Minute, seldomLines, 0)
	}))
}
