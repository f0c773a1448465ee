package userspace

import (
	"testing"

	"rtpgo/media"
	"rtpgo/media/enginetest"
)

func openSockets(workers int) func(t *testing.T) media.Engine {
	return func(t *testing.T) media.Engine {
		e, err := NewSockets(SocketsOptions{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

func TestSockets(t *testing.T) {
	t.Run("one worker", func(t *testing.T) { enginetest.Run(t, openSockets(1)) })
	t.Run("three workers", func(t *testing.T) { enginetest.Run(t, openSockets(3)) })
}
