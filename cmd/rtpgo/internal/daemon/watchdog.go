package daemon

import (
	"context"
	"time"

	"go.uber.org/zap"

	"rtpgo/cmd/rtpgo/internal/systemd"
	"rtpgo/ng"
)

// watchdog feeds the service manager's watchdog as long as commands are carried
// out; nil where none watches.
type watchdog struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// visitAll is a request that has to wait for every lock which all calls share.
var visitAll = ng.Request{Command: ng.Text{Value: "list", Set: true}, LimitSet: true}

func startWatchdog(calls ng.Handler, log *zap.Logger) *watchdog {
	interval := systemd.WatchdogInterval()
	if interval <= 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &watchdog{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			calls.HandleNG(ctx, &visitAll)
			if err := systemd.Notify("WATCHDOG=1"); err != nil {
				log.Warn("watchdog", zap.Error(err))
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return w
}

func (w *watchdog) stop() {
	if w == nil {
		return
	}
	w.cancel()
	<-w.done
}
