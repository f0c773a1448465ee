// Package enginetest holds the tests that every media engine has to pass: they
// send real packets through it and look at what arrives.
package enginetest

import (
	"net/netip"
	"testing"

	"rtpgo/media"
)

// Config tells where the tests run. Its zero value, with Open set, uses
// loopback addresses.
type Config struct {
	// Open starts an engine. The tests close it.
	Open func(t *testing.T) media.Engine
	// Local are the engine's addresses on the two sides of a call, Peer those
	// of the two ends. Local6 and Peer6 are their IPv6 counterparts; tests of
	// IPv6 are skipped where a socket can't be bound to Peer6.
	Local, Peer   [2]netip.Addr
	Local6, Peer6 [2]netip.Addr
	// Stranger is an address that belongs to none of them.
	Stranger netip.Addr
	// Settle, if not nil, is called when both ends of a call have sent a
	// packet and are confirmed: it returns when the flows that arrive at these
	// streams are in the state to be tested, in the kernel for example.
	Settle func(t *testing.T, streams ...*media.Stream)
	// Skip names cases that this engine doesn't take, with the reason.
	Skip map[string]string
}

// Run runs all tests on loopback addresses.
func Run(t *testing.T, open func(t *testing.T) media.Engine) {
	Config{Open: open}.Run(t)
}

// Run runs all tests.
func (c Config) Run(t *testing.T) {
	c.defaults()
	cases := []struct {
		name string
		run  func(*fixture)
	}{
		{"both directions", testBothDirections},
		{"sizes", testSizes},
		{"same address on both sides", testHairpin},
		{"IPv6", testIPv6},
		{"IPv4 to IPv6", testFamilies},
		{"RTCP on its own port", testSeparateRTCP},
		{"RTCP multiplexed", testMuxedRTCP},
		{"RTCP multiplexed on one side", testHalfMuxedRTCP},
		{"raw", testRaw},
		{"learning: heuristic", testLearnHeuristic},
		{"learning: immediate", testLearnImmediate},
		{"learning: delayed", testLearnDelayed},
		{"learning: off", testLearnOff},
		{"strict source", testStrict},
		{"strangers", testStrangers},
		{"asymmetric", testAsymmetric},
		{"media handover", testHandover},
		{"signalled again", testSignalledAgain},
		{"hold and resume", testHold},
		{"early media", testEarlyMedia},
		{"block", testBlock},
		{"block DTMF", testBlockDTMF},
		{"telephone events", testEvents},
		{"silence", testSilence},
		{"fan-out", testFanOut},
		{"transforms", testTransforms},
		{"STUN and DTLS", testOther},
		{"broken packets", testBroken},
		{"counters", testCounters},
		{"TOS", testTOS},
		{"send", testSend},
		{"no flow", testNoFlow},
		{"replacement under traffic", testReplacement},
		{"bursts", testBursts},
		{"many ports", testManyPorts},
		{"port in use", testInUse},
		{"port of another program", testForeignPort},
		{"close a port", testClosePort},
		{"close under traffic", testCloseUnderTraffic},
	}
	engine := c.Open(t)
	defer func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
	}()
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			if why, skip := c.Skip[k.name]; skip {
				t.Skip(why)
			}
			k.run(&fixture{T: t, Config: &c, engine: engine})
		})
	}
	t.Run("nothing is left", func(t *testing.T) { testLeaks(t, &c) })
}

func (c *Config) defaults() {
	set := func(a *[2]netip.Addr, first, second string) {
		if !a[0].IsValid() {
			a[0], a[1] = netip.MustParseAddr(first), netip.MustParseAddr(second)
		}
	}
	set(&c.Local, "127.0.0.1", "127.0.0.2")
	set(&c.Peer, "127.0.0.11", "127.0.0.12")
	set(&c.Local6, "::1", "::1")
	set(&c.Peer6, "::1", "::1")
	if !c.Stranger.IsValid() {
		c.Stranger = netip.MustParseAddr("127.0.0.66")
	}
}
