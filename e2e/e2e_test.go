package e2e

import (
	"os"
	"strings"
	"testing"

	"rtpgo/e2e/lab"
	"rtpgo/e2e/play"
)

// relay is the binary under test.
func relay() string {
	if bin := os.Getenv("RTPGO_BIN"); bin != "" {
		return bin
	}
	return "../bin/rtpgo"
}

// options are further ones for the relay, from RTPGO_OPTIONS.
func options() []string { return strings.Fields(os.Getenv("RTPGO_OPTIONS")) }

// needLab skips where no laboratory can be built.
func needLab(t *testing.T) {
	t.Helper()
	if os.Getenv("RTPGO_E2E") == "" {
		t.Skip("end-to-end: takes minutes; RTPGO_E2E=1 or e2e/run starts it")
	}
	if why := lab.Missing(relay()); why != "" {
		t.Skip("end-to-end: " + why)
	}
}

// bench is a laboratory on which one scenario after the other is played.
type bench struct {
	config lab.Config
	lab    *lab.Lab
	// ports is the number of sockets in the relay's port range without calls.
	ports int
}

func newBench(t *testing.T, c lab.Config) *bench {
	t.Helper()
	needLab(t)
	b := &bench{config: c}
	b.start(t)
	t.Cleanup(func() { b.stop(t) })
	return b
}

func (b *bench) start(t *testing.T) {
	t.Helper()
	c := b.config
	c.Relay = relay()
	c.Options = append(c.Options, options()...)
	var err error
	if c.Dir, err = os.MkdirTemp("", "rtpgo-e2e-"); err != nil {
		t.Fatal(err)
	}
	if c.KamailioConfig, err = Testdata.ReadFile("testdata/kamailio.cfg"); err != nil {
		t.Fatal(err)
	}
	if b.lab, err = lab.New(c); err != nil {
		t.Fatal(err)
	}
	if b.ports, err = b.lab.MediaPorts(); err != nil {
		t.Fatal(err)
	}
	b.lab.Tap.Forget()
}

func (b *bench) stop(t *testing.T) {
	t.Helper()
	if b.lab == nil {
		return
	}
	if err := b.lab.Close(); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(b.lab.Config.Dir); err != nil {
		t.Error(err)
	}
	b.lab = nil
}

// run plays a scenario as a test, with a caller on the public or on the
// private side.
func (b *bench) run(t *testing.T, name string, privateCalls bool, scenario func(*scene)) {
	t.Helper()
	passed := t.Run(name, func(t *testing.T) {
		if b.lab == nil {
			b.start(t)
		}
		s := &scene{T: t, lab: b.lab}
		s.from, s.to = play.Sides(b.lab, privateCalls)
		defer s.close(b.ports)
		scenario(s)
	})
	if !passed {
		// What a broken scenario leaves behind is not to fail the next one.
		b.stop(t)
	}
}

// TestScenarios plays every scenario in both directions with each way in
// which interfaces and directions may be named.
func TestScenarios(t *testing.T) {
	for _, c := range []lab.Config{
		{TwoDirections: true},
		{PrivateFirst: true},
		{},
	} {
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c)
			for _, sc := range scenarios {
				b.run(t, sc.name+"/public_calls", false, sc.play)
				b.run(t, sc.name+"/private_calls", true, sc.play)
			}
		})
	}
}
