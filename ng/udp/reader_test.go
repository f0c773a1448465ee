package udp

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rtpgo/ng"
)

// TestTransportAllocatesNothing: neither to receive a datagram nor to reply.
func TestTransportAllocatesNothing(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::]:0"} {
		a := netip.MustParseAddrPort(listen)
		s, err := open(a, Config{})
		if err != nil {
			t.Logf("%s: %v", listen, err)
			continue
		}
		defer s.Close()
		loopback := "127.0.0.1"
		if a.Addr().Is6() {
			loopback = "::1"
		}
		c := dial(t, netip.AddrPortFrom(netip.MustParseAddr(loopback), s.local.Port()))
		c.SetReadDeadline(time.Now().Add(5 * time.Second))
		peer := c.LocalAddr().(*net.UDPAddr).AddrPort()
		r := new(reader)
		r.prepare()
		message, buf := []byte("ping"), make([]byte, 100)
		if got := testing.AllocsPerRun(100, func() {
			c.Write(message)
			n, errno := r.receive(s)
			if errno != 0 || r.address(s) != peer || !bytes.Equal(r.buf[:n], message) {
				t.Fatalf("%s: received %d bytes from %s, %v", listen, n, peerOf(r.to.name[:r.to.nameLen]), errno)
			}
			r.to.reply(message)
			if n, err := c.Read(buf); err != nil || !bytes.Equal(buf[:n], message) {
				t.Fatalf("%s: reply of %d bytes, %v", listen, n, err)
			}
		}); got != 0 {
			t.Errorf("%s: %v allocations for a datagram", listen, got)
		}
	}
}

// TestReadersCanBeStopped: a garbage collection stops all threads, also those
// that wait for datagrams. Where it can't this test hangs.
func TestReadersCanBeStopped(t *testing.T) {
	l := start(t, pong, "127.0.0.1:0")
	c := dial(t, l.Addresses()[0])
	for i := range 20 {
		ask(t, c, string(rune('a'+i))+" d7:command4:pinge")
		runtime.GC()
	}
}

// TestShutdownLetsRequestsEnd: what is in work is answered, even when nobody
// waits for it any more.
func TestShutdownLetsRequestsEnd(t *testing.T) {
	began, release := make(chan struct{}), make(chan struct{})
	l := start(t, ng.HandlerFunc(func(context.Context, *ng.Request) ng.Dict {
		close(began)
		<-release
		return ng.Dict{{Key: "result", Value: "ok"}}
	}), "127.0.0.1:0")
	c := dial(t, l.Addresses()[0])
	c.Write([]byte("1 d7:command5:offere"))
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Shutdown(ctx); err == nil {
		t.Error("ended with a request in work")
	}
	close(release)
	if got := receive(t, c); got != "1 d6:result2:oke" {
		t.Errorf("got %q", got)
	}
	if err := l.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if l.sockets[0].fd != -1 {
		t.Error("the socket is open")
	}
}

func TestPeerOf(t *testing.T) {
	in4 := [unix.SizeofSockaddrInet6]byte{2: 0x08, 0xaf, 192, 0, 2, 1}
	in6 := [unix.SizeofSockaddrInet6]byte{2: 0x08, 0xaf, 8: 0xfe, 0x80, 23: 1}
	binary.NativeEndian.PutUint16(in4[:], unix.AF_INET)
	binary.NativeEndian.PutUint16(in6[:], unix.AF_INET6)
	binary.NativeEndian.PutUint32(in6[24:], 7) // scope
	if got := peerOf(in4[:unix.SizeofSockaddrInet4]).String(); got != "192.0.2.1:2223" {
		t.Error(got)
	}
	if got := peerOf(in6[:]).String(); got != "[fe80::1%7]:2223" {
		t.Error(got)
	}
	if got := peerOf(nil); got.IsValid() {
		t.Error(got)
	}
}
