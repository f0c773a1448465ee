package e2e

import (
	"testing"

	"rtpgo/e2e/lab"
)

// TestKamailioByWebSocket has Kamailio's rtpengine module speak with the relay
// by its module lwsc (a client of libwebsockets) instead of UDP.
func TestKamailioByWebSocket(t *testing.T) {
	if lab.LacksModule("lwsc.so") {
		t.Skip("end-to-end: needs the Debian package kamailio-lwsc-modules")
	}
	t.Parallel()
	b := newBench(t, lab.Config{TwoDirections: true, WebSocket: true})
	for _, sc := range scenarios {
		switch sc.name {
		case "audio", "audio_and_video", "early_media", "cancel/early_media", "failover/refused":
			b.run(t, sc.name, false, func(s *scene) {
				sc.play(s)
				if n := len(s.lab.Tap.Exchanges("")); n > 0 {
					s.Errorf("%d requests came by UDP", n)
				}
			})
		}
	}
}
