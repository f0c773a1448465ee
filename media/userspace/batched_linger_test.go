package userspace

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"rtpgo/media"
)

// TestStrays: who sends to a port that was closed is known, until the port is
// opened again.
func TestStrays(t *testing.T) {
	e := startBatched(t, BatchedOptions{Workers: 1, Linger: time.Minute})
	at := netip.MustParseAddr("127.0.0.1")
	p, err := e.open(netip.AddrPortFrom(at, 0))
	if err != nil {
		t.Fatal(err)
	}
	local := p.Local()
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(local))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	{
		f := &media.Flow{}
		p.Install(f)
		if e.FlowAt(local) != f {
			t.Error("the flow of an open port isn't found")
		}
		p.Install(nil)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if e.FlowAt(local) != nil {
		t.Error("a closed port has a flow")
	}
	stray := func() (s media.Stray) {
		for _, v := range e.Strays() {
			if v.Port == local {
				return v
			}
		}
		return s
	}
	for deadline := time.Now().Add(10 * time.Second); stray().Packets < 3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("strays: %+v", e.Strays())
		}
		_, _ = conn.Write([]byte("late"))
	}
	if s := stray(); s.Source != conn.LocalAddr().(*net.UDPAddr).AddrPort() || time.Since(s.Last) > time.Minute {
		t.Errorf("stray %+v, from %s", s, conn.LocalAddr())
	}
	if _, err := e.open(local); err != nil {
		t.Fatal(err)
	}
	if s := stray(); s.Packets != 0 {
		t.Errorf("a port that is open has strays: %+v", s)
	}
}
