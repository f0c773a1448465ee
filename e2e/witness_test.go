package e2e

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/play"
)

// TestWitness has tshark, which knows nothing of this harness, find the RTP
// streams of a call on both interfaces of the host, and none with a loss.
func TestWitness(t *testing.T) {
	t.Parallel()
	b := newBench(t, lab.Config{TwoDirections: true})
	b.run(t, "call", false, func(s *scene) {
		file := filepath.Join(s.lab.Config.Dir, "call.pcapng")
		p, err := s.lab.SBC.Start(s.lab.Config.Dir, "tshark", "tshark", "-q", "-i", "pub0", "-i", "prv0", "-w", file, "-f", "udp")
		s.ok(err)
		s.ok(lab.Eventually(10*time.Second, func() error {
			if ended, err := p.Exited(); ended {
				return lab.Fatal(fmt.Errorf("tshark ended: %v\n%s", err, p.LogTail(10)))
			}
			if st, err := os.Stat(file); err != nil || st.Size() == 0 {
				return fmt.Errorf("tshark does not capture yet: %v", err)
			}
			return nil
		}))
		caller, gateway := s.caller(), s.gateway(1)
		play.Connect(caller, gateway)
		talk(caller, gateway)
		play.HangUp(caller, gateway)
		var table string
		err = lab.Eventually(10*time.Second, func() (err error) {
			// The file is still being written, so its last packet may be cut.
			table, _ = s.lab.SBC.Run("tshark", "-r", file, "-q", "-z", "rtp,streams")
			return checkStreams(table, caller, gateway)
		})
		s.Log(table)
		s.ok(err)
		s.ok(p.Stop())
	})
}

// checkStreams reads tshark's table: each SSRC is to appear twice, on the way
// to the relay and on the way from it, with all packets.
func checkStreams(table string, parties ...*play.Party) error {
	type stream struct{ ssrc, from, to string }
	found := map[stream]bool{}
	lines := bufio.NewScanner(strings.NewReader(table))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		// start end source port destination port SSRC payload packets lost (percent) ...
		if len(f) < 11 || !strings.HasPrefix(f[6], "0x") {
			continue
		}
		if f[8] != fmt.Sprint(burst) || f[9] != "0" {
			return fmt.Errorf("stream not complete: %s", lines.Text())
		}
		found[stream{f[6], f[2] + ":" + f[3], f[4] + ":" + f[5]}] = true
	}
	for i, p := range parties {
		sender, receiver := p.Media.Ends[0], parties[1-i].Media.Ends[0]
		ssrc := fmt.Sprintf("0x%08X", sender.SSRC)
		for _, want := range []stream{
			{ssrc, sender.Local().String(), sender.Remote.RTP.String()},
			{ssrc, receiver.Remote.RTP.String(), receiver.Local().String()},
		} {
			if !found[want] {
				return fmt.Errorf("tshark saw no stream %v", want)
			}
		}
	}
	if len(found) != 2*len(parties) {
		return fmt.Errorf("tshark saw %d streams, not %d", len(found), 2*len(parties))
	}
	return nil
}
