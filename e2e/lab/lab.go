// Package lab builds a session border controller in network namespaces: the
// media relay under test and a real Kamailio on a host with a public and a
// private address, and a namespace of telephones and gateways on either side.
// The two sides have no route to each other and the host forwards nothing, so
// whatever arrives has passed through the relay.
package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// Addresses of the host. Gateways are .11 to .13 of each network, callers
// .21 upwards; strangers .66.
const (
	PublicIP  = "203.0.113.1"
	PrivateIP = "192.0.2.1"
	SIPPort   = 5060
)

// NGAddress is where Kamailio expects the relay.
const NGAddress = "127.0.0.1:22222"

// HTTPAddress is where Kamailio expects it with Config.WebSocket.
const HTTPAddress = "127.0.0.1:22280"

// Media ports of the relay.
const (
	PortMin = 20000
	PortMax = 21999
)

// Config says which laboratory is wanted.
type Config struct {
	// Relay is the binary under test.
	Relay string
	// PrivateFirst names the private interface first on the command line;
	// otherwise the public one is first.
	PrivateFirst bool
	// TwoDirections makes Kamailio name both sides in requests too.
	TwoDirections bool
	// WebSocket makes Kamailio speak with the relay over WebSocket.
	WebSocket bool
	// Without Kamailio only the relay is started.
	NoKamailio bool
	// Options are appended to the relay's command line.
	Options []string
	// Env is added to the relay's environment.
	Env []string
	// KamailioConfig is the text of kamailio.cfg.
	KamailioConfig []byte
	// Dir takes logs and sockets; New creates it.
	Dir string
}

// Lab is a running laboratory.
type Lab struct {
	Config Config
	// SBC is the host; Public and Private are the networks on its sides.
	SBC, Public, Private *Netns
	Relay, Kamailio      *Process
	// NG talks to the relay from inside the host.
	NG *NG
	// Tap sees the NG messages between Kamailio and the relay.
	Tap *Tap

	closers []func() error
}

var count atomic.Int32

// New sets everything up; on an error nothing remains.
func New(c Config) (l *Lab, err error) {
	removeStale()
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return nil, err
	}
	// The relay is started in another directory.
	if c.Relay, err = exec.LookPath(c.Relay); err != nil {
		return nil, err
	}
	if c.Relay, err = filepath.Abs(c.Relay); err != nil {
		return nil, err
	}
	l = &Lab{Config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
			l = nil
		}
	}()
	if err := l.network(); err != nil {
		return l, err
	}
	if err := l.startRelay(); err != nil {
		return l, err
	}
	if c.NoKamailio {
		return l, nil
	}
	if l.Tap, err = openTap(l.SBC, 22222); err != nil {
		return l, err
	}
	l.onClose(l.Tap.Close)
	return l, l.startKamailio()
}

// Close ends the programs and removes the namespaces.
func (l *Lab) Close() error {
	var errs []error
	for i := len(l.closers) - 1; i >= 0; i-- {
		errs = append(errs, l.closers[i]())
	}
	l.closers = nil
	return errors.Join(errs...)
}

func (l *Lab) onClose(f func() error) { l.closers = append(l.closers, f) }

// String names the kind of laboratory, as in the names of tests.
func (c Config) String() string {
	s := []string{"one-direction", "public-first"}
	if c.TwoDirections {
		s[0] = "two-directions"
	}
	if c.PrivateFirst {
		s[1] = "private-first"
	}
	return strings.Join(s, "_")
}

// FirstIP is the address of the relay's first interface.
func (c Config) FirstIP() string {
	if c.PrivateFirst {
		return PrivateIP
	}
	return PublicIP
}

func (l *Lab) network() error {
	id := fmt.Sprintf("%s%d-%d", namePrefix, os.Getpid(), count.Add(1))
	for _, n := range []struct {
		at   **Netns
		name string
	}{{&l.SBC, "sbc"}, {&l.Public, "pub"}, {&l.Private, "prv"}} {
		ns, err := newNetns(id + "-" + n.name)
		if err != nil {
			return err
		}
		*n.at = ns
		l.onClose(ns.delete)
	}
	if err := l.SBC.sysctl("ipv4/ip_forward", "0"); err != nil {
		return err
	}
	if err := l.side(l.Public, "pub0", PublicIP, PrivateIP); err != nil {
		return err
	}
	return l.side(l.Private, "prv0", PrivateIP, PublicIP)
}

// side links one side to the host. The telephones can reach the host's other
// address too, which the relay names where Kamailio gives one direction only.
func (l *Lab) side(ns *Netns, dev, hostIP, otherIP string) error {
	steps := [][]string{
		{"-n", l.SBC.Name, "link", "add", dev, "type", "veth", "peer", "name", "eth0", "netns", ns.Name},
		{"-n", l.SBC.Name, "addr", "add", hostIP + "/24", "dev", dev},
		{"-n", l.SBC.Name, "link", "set", dev, "up"},
		{"-n", ns.Name, "link", "set", "eth0", "up"},
	}
	net := hostIP[:strings.LastIndexByte(hostIP, '.')+1]
	for _, host := range hosts {
		steps = append(steps, []string{"-n", ns.Name, "addr", "add", fmt.Sprintf("%s%d/24", net, host), "dev", "eth0"})
	}
	steps = append(steps, []string{"-n", ns.Name, "route", "add", otherIP + "/32", "via", hostIP})
	for _, step := range steps {
		if err := ip(step...); err != nil {
			return err
		}
	}
	return nil
}

var hosts = []int{11, 12, 13, 21, 22, 23, 66}

// path gives a file of the laboratory's directory.
func (l *Lab) path(name string) string { return filepath.Join(l.Config.Dir, name) }
