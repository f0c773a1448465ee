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

func newTestEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	if o.Logger == nil {
		o.Logger = zaptest.NewLogger(t)
	}
	e, err := New(lowerEngine(t), o)
	if err != nil {
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
	for _, mode := range []Mode{TCX, Clsact} {
		t.Run(string(mode), func(t *testing.T) {
			enginetest.Config{
				Open: func(t *testing.T) media.Engine { return newTestEngine(t, Options{Mode: mode}) },
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
