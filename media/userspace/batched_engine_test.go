package userspace

import (
	"testing"

	"rtpgo/media"
	"rtpgo/media/enginetest"
)

func openBatched(workers int) func(t *testing.T) media.Engine {
	return func(t *testing.T) media.Engine { return startBatched(t, BatchedOptions{Workers: workers}) }
}

func TestBatched(t *testing.T) {
	for name, workers := range map[string]int{"one worker": 1, "three workers": 3} {
		t.Run(name, func(t *testing.T) {
			enginetest.Config{
				Open: openBatched(workers),
				Skip: map[string]string{"port of another program": "noticed some seconds late, see TestBatchedForeignPorts"},
			}.Run(t)
		})
	}
}

// The same in a network namespace that has nothing but this.
func TestBatchedInNewNamespace(t *testing.T) {
	if inNetns(t, 65536) {
		enginetest.Config{Open: openBatched(2), Skip: map[string]string{"port of another program": "noticed some seconds late"}}.Run(t)
	}
}
