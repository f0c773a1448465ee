package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/play"
)

// TestQuality has Kamailio read the quality of a call from the relay, in its
// variables mos_* and $rtpestat.
func TestQuality(t *testing.T) {
	t.Parallel()
	b := newBench(t, lab.Config{TwoDirections: true})
	for _, mux := range []bool{false, true} {
		b.run(t, fmt.Sprintf("rtcp_mux_%v", mux), false, func(s *scene) { quality(s, mux) })
	}
}

func quality(s *scene, mux bool) {
	a, b := s.caller(), s.gateway(1)
	a.Media.Ends[0].Mux, b.Media.Ends[0].Mux = mux, mux
	// The reports that count are those of the test.
	a.Media.Ends[0].NoBlocks, b.Media.Ends[0].NoBlocks = true, true
	play.Connect(a, b)
	talk(a, b)
	// A hears 3 % of loss, B 9. After a report of either side, and an answer to
	// it, the round trips are known, and from then on the calls are rated.
	s.reports(a, b, 1000, 0, 10)
	s.reports(b, a, 2000, 1000, 25)
	s.reports(a, b, 1001, 2000, 10)
	s.reports(b, a, 2001, 1001, 25)
	s.ok(a.Send("INFO", ""))
	info := b.Take("INFO")
	s.ok(b.Respond(info, 200, "OK", ""))
	a.Wait(200)
	told := map[string]string{}
	for _, word := range strings.Fields(info.Get("X-Quality")) {
		key, value, _ := strings.Cut(word, "=")
		told[key] = value
	}
	for key, want := range map[string]string{"average": "3.2", "min": "2.7", "max": "3.7", "at": "0:0", "loss": "6", "jitter": "10", "samples": "1", "A": "3.7", "lossA": "3"} {
		if got := told[key]; !strings.HasPrefix(got, want) {
			s.Errorf("Kamailio says %s=%s, want %s", key, got, want)
		}
	}
	// Network namespaces of one host: the way takes less than a tenth of a second.
	if us, err := strconv.Atoi(told["rtt"]); err != nil || us <= 0 || us > 100000 {
		s.Errorf("a round trip of %q microseconds", told["rtt"])
	}
	// Reports of 52 octets, and those of the telephones with 48.
	traffic := [2]int{2 * burst * 172, 4*52 + 2*burst/10*48}
	packets := [2]int{2 * burst, 4 + 2*burst/10}
	if mux {
		traffic[0], packets[0] = traffic[0]+traffic[1], packets[0]+packets[1]
		traffic[1], packets[1] = 0, 0
	}
	want := fmt.Sprintf("RTP: %d bytes, %d packets, 0 errors; RTCP: %d bytes, %d packets, 0 errors", traffic[0], packets[0], traffic[1], packets[1])
	if got := info.Get("X-Traffic"); got != want {
		s.Errorf("Kamailio says %q, want %q", got, want)
	}
	play.HangUp(a, b)
}

// reports sends a report from one party, and waits until it has come to the
// other: a sender report of the time ntp (seconds), with what it hears of the
// other, whose report of lastSR it got just now.
func (s *scene) reports(from, to *play.Party, ntp, lastSR uint32, fraction uint8) {
	s.Helper()
	e, other := from.Media.Ends[0], to.Media.Ends[0]
	p, err := rtcp.Marshal([]rtcp.Packet{&rtcp.SenderReport{
		SSRC: e.SSRC, NTPTime: uint64(ntp) << 32, PacketCount: burst, OctetCount: burst * 160,
		Reports: []rtcp.ReceptionReport{{SSRC: other.SSRC, FractionLost: fraction, Jitter: 80, LastSenderReport: lastSR << 16}},
	}})
	s.ok(err)
	s.ok(e.SendRTCP(p))
	s.ok(lab.Eventually(3*time.Second, func() error {
		if got := other.Take(); len(got) != 1 || string(got[0].Data) != string(p) {
			return fmt.Errorf("%d packets came", len(got))
		}
		return nil
	}))
}
