package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/phone"
)

// First media ports of SIPp's telephones and gateways; each call takes the
// next but three.
const (
	callerPorts  = 40000
	gatewayPorts = 50000
)

// sipp starts SIPp on a side's host with one of the scenario files, for a
// number of calls.
func (s *scene) sipp(at side, host int, scenario string, mediaPort, calls int, args ...string) *lab.Process {
	s.Helper()
	text, err := Testdata.ReadFile("testdata/sipp/" + scenario + ".xml")
	s.ok(err)
	dir, err := os.MkdirTemp(s.lab.Config.Dir, scenario+"-")
	s.ok(err)
	file := filepath.Join(dir, scenario+".xml")
	s.ok(os.WriteFile(file, text, 0o644))
	ip := fmt.Sprintf("%s%d", at.net, host)
	all := append([]string{
		fmt.Sprintf("%s:%d", at.sbc, lab.SIPPort), "-sf", file, "-i", ip, "-p", strconv.Itoa(lab.SIPPort),
		"-mi", ip, "-mp", strconv.Itoa(mediaPort), "-key", "ends", fmt.Sprintf("%s%d", at.net, host+1), "-m", strconv.Itoa(calls), "-s", "100",
		"-nostdin", "-trace_err", "-timeout", "60s", "-timeout_error", "-skip_rlimit",
	}, args...)
	p, err := at.ns.Start(dir, scenario, "sipp", all...)
	s.ok(err)
	s.Cleanup(func() {
		if ended, _ := p.Exited(); !ended {
			// Only after a failure; what it says then is of no interest.
			_ = p.Stop()
		}
	})
	return p
}

// sippEnds opens the media ports that SIPp names for a number of calls, on the
// host next to it, as SIPp takes the ports of its own address.
func (s *scene) sippEnds(at side, host, mediaPort, calls int) *phone.Media {
	s.Helper()
	m := s.ends(at, host+1, mediaPort)
	for k := 1; k < calls; k++ {
		s.ok(m.AddEnd(mediaPort+4*k, "audio"))
	}
	return m
}

// sippEnded waits for the end of both, which is an error unless every call
// went as the scenario says.
func (s *scene) sippEnded(processes ...*lab.Process) {
	s.Helper()
	for _, p := range processes {
		if err := p.Wait(40 * time.Second); err != nil {
			errors, _ := filepath.Glob(filepath.Join(filepath.Dir(p.LogFile), "*_errors.log"))
			for _, name := range errors {
				text, _ := os.ReadFile(name)
				s.Logf("%s:\n%.3000s", name, text)
			}
			s.Fatalf("sipp: %s: %v\n%s", p.Name, err, p.LogTail(40))
		}
	}
}

// sippCalls places calls by SIPp and gives their media to play.
func sippCalls(s *scene, uac, uas string, calls int, uacArgs, uasArgs []string, play func(pairs [][2]*phone.End)) {
	a, b := s.sippEnds(s.from, 21, callerPorts, calls), s.sippEnds(s.to, 11, gatewayPorts, calls)
	callers, gateways := watch(s, s.from), watch(s, s.to)
	gateway := s.sipp(s.to, 11, uas, gatewayPorts, calls, uasArgs...)
	listening := func() error {
		ports, err := s.to.ns.UDPPorts()
		for _, p := range ports {
			if p == lab.SIPPort {
				return nil
			}
		}
		return fmt.Errorf("sipp does not listen: %v", err)
	}
	s.ok(lab.Eventually(5*time.Second, listening))
	caller := s.sipp(s.from, 21, uac, callerPorts, calls, uacArgs...)
	pairs, err := flows(callers, gateways, calls, a, b)
	s.ok(err)
	want := netip.MustParseAddr(s.from.sbc)
	for _, p := range pairs {
		if got := p[0].Remote.RTP.Addr(); got != want {
			s.Fatalf("the caller was told %s, not %s", got, want)
		}
		if got := p[1].Remote.RTP.Addr(); got != s.offered() {
			s.Fatalf("the gateway was told %s, not %s", got, s.offered())
		}
	}
	play(pairs)
	s.sippEnded(caller, gateway)
}

func bothWays(pairs [][2]*phone.End) (flows []phone.Flow) {
	for _, p := range pairs {
		flows = append(flows, phone.Flow{From: p[0], To: p[1]}, phone.Flow{From: p[1], To: p[0]})
	}
	return flows
}

// TestSIPp places calls by SIPp, with media by our own ends.
func TestSIPp(t *testing.T) {
	t.Parallel()
	b := newBench(t, lab.Config{TwoDirections: true})
	for _, privateCalls := range []bool{false, true} {
		side := map[bool]string{false: "/public_calls", true: "/private_calls"}[privateCalls]
		b.run(t, "basic"+side, privateCalls, func(s *scene) {
			sippCalls(s, "uac", "uas", 1, []string{"-d", "2000"}, nil, func(pairs [][2]*phone.End) {
				s.ok(phone.Exchange(burst, bothWays(pairs)...))
			})
		})
		b.run(t, "early_media"+side, privateCalls, func(s *scene) {
			sippCalls(s, "uac", "uas_early", 1, []string{"-d", "2000"}, []string{"-d", "1500"}, func(pairs [][2]*phone.End) {
				s.ok(phone.Exchange(burst, phone.Flow{From: pairs[0][1], To: pairs[0][0]}))
				s.ok(phone.Exchange(burst, bothWays(pairs)...))
			})
		})
		b.run(t, "cancel"+side, privateCalls, func(s *scene) {
			sippCalls(s, "uac_cancel", "uas_cancel", 1, []string{"-d", "1500"}, nil, func(pairs [][2]*phone.End) {
				s.ok(phone.Exchange(burst, phone.Flow{From: pairs[0][1], To: pairs[0][0]}))
			})
		})
	}
	b.run(t, "100_calls", false, func(s *scene) {
		const calls = 100
		sippCalls(s, "uac", "uas", calls, []string{"-d", "6000", "-r", "100", "-l", "100"}, nil, func(pairs [][2]*phone.End) {
			s.ok(phone.Exchange(burst, bothWays(pairs)...))
		})
	})
}
