package userspace

import (
	"go.uber.org/zap"

	"rtpgo/media"
)

// logErrors tells what went wrong on the packet path since before, in one
// line; nothing if all is well.
func logErrors(log *zap.Logger, before, now *media.EngineStats) {
	var fields []zap.Field
	for _, c := range []struct {
		name      string
		from, now uint64
	}{
		{"receive_errors", before.ReceiveErrors, now.ReceiveErrors},
		{"too_long", before.TooLong, now.TooLong},
		{"queue_drops", before.QueueDrops, now.QueueDrops},
		{"send_busy", before.SendBusy, now.SendBusy},
		{"send_unreachable", before.SendUnreachable, now.SendUnreachable},
		{"send_denied", before.SendDenied, now.SendDenied},
		{"send_errors", before.SendErrors, now.SendErrors},
		{"events_lost", before.EventsLost, now.EventsLost},
	} {
		if c.now > c.from {
			fields = append(fields, zap.Uint64(c.name, c.now-c.from))
		}
	}
	if fields != nil {
		log.Warn("errors on the media path in the last second", fields...)
	}
}
