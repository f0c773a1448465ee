package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// longBurst takes more than the three seconds within which a source is
// learned; after them it is confirmed, and the flow may move into the kernel.
const longBurst = 450

// TestLongCalls plays calls long enough for their flows to move between the
// engines, with packets running all the time.
func TestLongCalls(t *testing.T) {
	t.Parallel()
	b := newBench(t, lab.Config{TwoDirections: true})
	for _, mux := range []bool{false, true} {
		name := map[bool]string{false: "rtcp_port", true: "rtcp_mux"}[mux]
		b.run(t, name+"/public_calls", false, func(s *scene) { long(s, mux) })
		b.run(t, name+"/private_calls", true, func(s *scene) { long(s, mux) })
	}
}

func long(s *scene, mux bool) {
	a, b := s.caller("audio", "video"), s.gateway(1, "audio", "video")
	for i := range a.Media.Ends {
		a.Media.Ends[i].Mux, b.Media.Ends[i].Mux = mux, mux
	}
	play.Connect(a, b)
	s.ok(phone.Exchange(longBurst, phone.Both(a.Media, b.Media)...))
	s.kernelized(a.ID)
	// Strangers are not heard, and see nothing.
	for _, host := range []int{66, 21} {
		x := s.ends(s.from, host, 0).Ends[0]
		x.Remote = a.Media.Ends[0].Remote
		_, err := phone.Send(burst, phone.Flow{From: x, To: b.Media.Ends[0]})
		s.ok(err)
		talk(a, b)
		if got := x.Take(); len(got) > 0 {
			s.Errorf("the stranger got %d packets", len(got))
		}
	}
	// Hold and resume replace every flow.
	for _, direction := range []string{"inactive", ""} {
		for i := range a.Media.Ends {
			a.Media.Ends[i].Direction, b.Media.Ends[i].Direction = direction, direction
		}
		play.Reinvite(b, a)
	}
	s.ok(phone.Exchange(longBurst, phone.Both(a.Media, b.Media)...))
	s.kernelized(a.ID)
	// Media on another port in the middle of the call.
	s.ok(a.Media.AddEnd(0, "audio"))
	a.Media.Ends[0].Off = true
	s.ok(b.Media.AddEnd(0, "audio"))
	b.Media.Ends[0].Off = true
	// Who multiplexes one section multiplexes all.
	for _, m := range []*phone.Media{a.Media, b.Media} {
		m.Ends[len(m.Ends)-1].Mux = mux
	}
	play.Reinvite(a, b)
	talk(a, b)
	play.HangUp(a, b)
}

// kernelized checks that flows have moved into the kernel where the relay says
// that its engine is that of the kernel.
func (s *scene) kernelized(callID string) {
	s.Helper()
	log, err := os.ReadFile(s.lab.Relay.LogFile)
	s.ok(err)
	if !strings.Contains(string(log), `"engine": "kernel"`) {
		return
	}
	reply, err := s.lab.NG.Command(map[string]any{"command": "query", "call-id": callID})
	s.ok(err)
	n := strings.Count(fmt.Sprint(reply), "kernelized")
	s.Logf("%d streams in the kernel", n)
	if n < 4 {
		s.Errorf("%d streams of 4 with RTP are in the kernel: %v", n, reply)
	}
}
