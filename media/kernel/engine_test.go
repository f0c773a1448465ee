package kernel

import (
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"rtpgo/media"
	"rtpgo/media/enginetest"
	"rtpgo/media/userspace"
)

func lowerEngine(t testing.TB) media.Engine {
	t.Helper()
	lower, err := userspace.NewSockets(userspace.SocketsOptions{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return lower
}

func batchedEngine(t testing.TB) media.Engine {
	t.Helper()
	lower, err := userspace.NewBatched(userspace.BatchedOptions{Workers: 1})
	if err != nil {
		t.Skip(err)
	}
	return lower
}

func newTestEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	return newTestEngineOn(t, lowerEngine(t), o)
}

func newTestEngineOn(t testing.TB, lower media.Engine, o Options) *Engine {
	t.Helper()
	if o.Logger == nil {
		o.Logger = zaptest.NewLogger(t)
	}
	e, err := New(lower, o)
	if err != nil {
		lower.Close()
		t.Fatal(err)
	}
	return e
}

func wait(t testing.TB, done func() bool, why func() string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still waiting: %s", why())
		}
	}
}

// Whatever an engine has to do is done with the kernel in front of it, too.
func TestEngine(t *testing.T) {
	privileged(t)
	for _, k := range []struct {
		name  string
		mode  Mode
		lower func(testing.TB) media.Engine
		skip  map[string]string
	}{
		{"tcx on sockets", TCX, lowerEngine, nil},
		{"clsact on sockets", Clsact, lowerEngine, nil},
		{"tcx on batched", TCX, batchedEngine, map[string]string{"port of another program": "the engine underneath notices it some seconds late"}},
	} {
		t.Run(k.name, func(t *testing.T) {
			enginetest.Config{
				Skip: k.skip,
				Open: func(t *testing.T) media.Engine { return newTestEngineOn(t, k.lower(t), Options{Mode: k.mode}) },
				Settle: func(t *testing.T, streams ...*media.Stream) {
					for _, s := range streams {
						p := s.Accelerator().(*port)
						wait(t, func() bool {
							p.mu.Lock()
							defer p.mu.Unlock()
							return p.entry.Load() != nil || plain(p.flow) != nil
						}, func() string { return Why(p) })
					}
				},
			}.Run(t)
		})
	}
}
