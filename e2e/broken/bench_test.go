package broken

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"rtpgo/e2e"
	"rtpgo/e2e/lab"
	"rtpgo/e2e/play"
)

// TestMain has all calls last at the same time, however many processors there
// are and whatever -parallel says: they mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "100"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// bench is the laboratory of all calls.
type bench struct {
	*lab.Lab
	hosts atomic.Int32 // addresses given away
	rules atomic.Int32 // firewall tables
}

// newBench starts it, or skips where it can't be built.
func newBench(t *testing.T) *bench {
	t.Helper()
	if os.Getenv("RTPGO_E2E") == "" {
		t.Skip("end-to-end: RTPGO_E2E=1 or e2e/run starts it")
	}
	relay := "../../bin/rtpgo"
	if bin := os.Getenv("RTPGO_BIN"); bin != "" {
		relay = bin
	}
	if why := lab.Missing(relay); why != "" {
		t.Skip("end-to-end: " + why)
	}
	config, err := e2e.Testdata.ReadFile("testdata/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{}
	b.Lab, err = lab.New(lab.Config{
		Relay: relay, Dir: t.TempDir(), TwoDirections: true, KamailioConfig: config,
		// The silence that ends a call is the subject of some of them.
		Options: append([]string{fmt.Sprintf("--timeout=%d", silence)}, strings.Fields(os.Getenv("RTPGO_OPTIONS"))...),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("relay:\n%s", b.Relay.LogTail(60, "'list'"))
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	b.routes(t)
	return b
}

// silence is how many seconds without any packet end a call.
const silence = 12

// Networks behind routers that answer nothing: that of telephones that don't
// know they are behind NAT has a route, as any host with a default route has
// one; the other has none.
const (
	behindNAT = "10.9.0.5"
	noRoute   = "198.51.100.7"
)

func (b *bench) routes(t *testing.T) {
	t.Helper()
	b.run(t, b.Public, "ip", "addr", "add", "203.0.113.254/24", "dev", "eth0")
	b.run(t, b.SBC, "ip", "route", "add", "10.9.0.0/16", "via", "203.0.113.254")
}

func (b *bench) run(t *testing.T, ns *lab.Netns, name string, args ...string) {
	t.Helper()
	if _, err := ns.Run(name, args...); err != nil {
		t.Fatal(err)
	}
}

// firewall adds a rule to a hook of a namespace: its statements, less the
// chain.
func (b *bench) firewall(t *testing.T, ns *lab.Netns, hook, rule string) {
	t.Helper()
	table := fmt.Sprintf("ip t%d", b.rules.Add(1))
	// Before packets are put together from fragments.
	priority := "-450"
	if hook == "output" {
		priority = "0"
	}
	b.run(t, ns, "nft", fmt.Sprintf("add table %[1]s; add chain %[1]s c { type filter hook %[2]s priority %[3]s; }; add rule %[1]s c %[4]s",
		table, hook, priority, rule))
}

// engine is the name of the one that the relay has chosen.
func (b *bench) engine(t *testing.T) string {
	t.Helper()
	reply, err := b.NG.Command(map[string]any{"command": "rtpgo status"})
	if err != nil {
		t.Fatal(err)
	}
	engine, _ := reply["engine"].(map[string]any)
	name, _ := engine["name"].(string)
	return name
}

// sides gives the public and the private network.
func (b *bench) sides() (public, private play.Side) { return play.Sides(b.Lab, false) }

// host gives a new address on a side.
func (b *bench) host(t *testing.T, at play.Side) string {
	t.Helper()
	ip := at.IP(100 + int(b.hosts.Add(1))) // at most 153 of them
	b.run(t, at.Netns, "ip", "addr", "add", ip+"/24", "dev", "eth0")
	return ip
}
