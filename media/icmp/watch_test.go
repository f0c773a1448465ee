package icmp

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"rtpgo/media"
)

// oneFlow is an engine of one port.
type oneFlow struct {
	local netip.AddrPort
	flow  *media.Flow
}

func (o oneFlow) FlowAt(local netip.AddrPort) *media.Flow {
	if local == o.local {
		return o.flow
	}
	return nil
}

type port struct{ local netip.AddrPort }

func (p port) Local() netip.AddrPort             { return p.local }
func (p port) Install(*media.Flow)               {}
func (p port) Send([]byte, netip.AddrPort) error { return nil }
func (p port) Close() error                      { return nil }

// TestWatch: that a peer's port is closed is told to the stream, of whom alone
// packets go there.
func TestWatch(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		ip := net.ParseIP(address)
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip})
		if err != nil {
			t.Logf("no %s here: %v", address, err)
			continue
		}
		defer conn.Close()
		gone, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip})
		if err != nil {
			t.Fatal(err)
		}
		peer := gone.LocalAddr().(*net.UDPAddr).AddrPort()
		gone.Close()
		local := conn.LocalAddr().(*net.UDPAddr).AddrPort()
		stream := media.NewStream(port{local})
		stream.SetRemote(peer)
		w, err := Watch(oneFlow{local, &media.Flow{Stream: stream}})
		if err != nil {
			t.Skip(err)
		}
		for deadline := time.Now().Add(10 * time.Second); stream.Path().Problem != media.PathPort; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: nothing is told", address)
			}
			_, _ = conn.WriteToUDPAddrPort([]byte("x"), peer)
		}
		if e := stream.Path(); e.From != peer.Addr() || e.Count == 0 || e.Last.IsZero() {
			t.Errorf("%+v", e)
		}
		w.tell(&report{media.PathHost, 0, local, netip.AddrPortFrom(peer.Addr(), peer.Port()^1)}, peer.Addr())
		w.tell(&report{media.PathHost, 0, peer, peer}, peer.Addr())
		if e := stream.Path(); e.Problem != media.PathPort {
			t.Errorf("an error about a packet of nobody counts: %+v", e)
		}
		w.Close()
	}
	(*Watcher)(nil).Close()
}
