package operator

import (
	"encoding/json"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/cmd/rtpgo/internal/settings"
	"rtpgo/config"
)

// TestSettings changes options of a daemon that runs.
func TestSettings(t *testing.T) {
	cfg, err := config.Load([]string{"--config-file=none", "--interface=pub/192.0.2.1", "--listen-ng=127.0.0.1:22222", "--log-stderr"})
	if err != nil {
		t.Fatal(err)
	}
	r := registry(t)
	var tos atomic.Int64
	r.ChangeLimits(func(l *call.Limits) {
		*l = call.Limits{Timeout: cfg.Timeout, SilentTimeout: cfg.SilentTimeout, OfferTimeout: cfg.OfferTimeout, DeleteDelay: cfg.DeleteDelay}
	})
	levels := logs.New(cfg.Log, nil, io.Discard).Levels
	s := settings.New(settings.Config{Options: cfg, Calls: r, Levels: levels, ControlTOS: func(n int) error { tos.Store(int64(n)); return nil }})
	address := serve(t, s.Handler(r, zap.NewNop()))
	rtpgo := func(want int, args ...string) string {
		t.Helper()
		status, stdout, stderr := command(append(args, "--address", address)...)
		if status != want {
			t.Errorf("%v: exit status %d, want %d; %s%s", args, status, want, stdout, stderr)
		}
		return stdout + stderr
	}
	offer(t, r, "call-1")
	if got := rtpgo(exitOK, "set"); !strings.Contains(got, "max-sessions") || !strings.Contains(got, "Refuse new calls beyond this number of calls") || strings.Contains(got, "port-min") {
		t.Errorf("what can be changed: %s", got)
	}
	rtpgo(exitOK, "set", "timeout", "77")
	rtpgo(exitOK, "set", "max-sessions", "1")
	rtpgo(exitOK, "set", "control-tos", "184")
	rtpgo(exitOK, "set", "log-level", "7")
	rtpgo(exitOK, "set", "log-level-ice", "3")
	if l := r.CurrentLimits(); l.Timeout != 77*time.Second || l.MaxSessions != 1 || tos.Load() != 184 || levels.Level("core") != 7 || levels.Level("ice") != 3 {
		t.Errorf("%+v, TOS %d, levels %d and %d", l, tos.Load(), levels.Level("core"), levels.Level("ice"))
	}
	if got := rtpgo(exitOK, "params", "--changed"); strings.Count(got, "\n") != 6 || !strings.Contains(got, "log-level-ice  -1            3") {
		t.Errorf("%s", got)
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(rtpgo(exitOK, "params", "--json")), &list); err != nil || len(list) < 30 {
		t.Errorf("%d options, %v", len(list), err)
	}
	rtpgo(exitOK, "set", "max-sessions", "-1")
	if l := r.CurrentLimits(); l.MaxSessions != 0 {
		t.Errorf("-1 is no limit: %+v", l)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"set", "port-min", "1"}, "can't be changed while the daemon runs"},
		{[]string{"set", "timeout", "soon"}, "is no whole number"},
		{[]string{"set", "redis", "x"}, "redis has no effect: "},
		{[]string{"set", "nonsense", "1"}, `no option "nonsense"`},
		{[]string{"set", "log-level", "77"}, "not within"},
	} {
		if got := rtpgo(exitFailed, c.args...); !strings.Contains(got, c.want) {
			t.Errorf("%v: %s", c.args, got)
		}
	}
	rtpgo(exitUsage, "set", "timeout")
	rtpgo(exitUsage, "set", "--revert", "timeout", "1")
	rtpgo(exitOK, "set", "--revert")
	if l := r.CurrentLimits(); l.Timeout != time.Minute || tos.Load() != 0 || levels.Level("ice") != 6 {
		t.Errorf("%+v, TOS %d, level %d", l, tos.Load(), levels.Level("ice"))
	}
	if got := rtpgo(exitOK, "params", "--changed"); strings.Count(got, "\n") != 1 {
		t.Errorf("%s", got)
	}
}
