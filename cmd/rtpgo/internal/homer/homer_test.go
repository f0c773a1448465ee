package homer

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/cmd/rtpgo/internal/homer/heptest"
)

func sample(n int) *Packet {
	return &Packet{
		Source: netip.MustParseAddrPort("198.51.100.1:4001"), Destination: netip.MustParseAddrPort("192.0.2.1:30001"),
		Time: time.Unix(1795830400, 494639000), Protocol: RTCP, Correlation: "call@host", Payload: fmt.Appendf(nil, `{"n":%d}`, n),
	}
}

func TestEncoding(t *testing.T) {
	four, six := sample(1), sample(1)
	six.Source, six.TCP, six.Correlation = netip.MustParseAddrPort("[2001:db8::1]:4001"), true, ""
	unknown := sample(1)
	unknown.Destination = netip.AddrPort{}
	for name, c := range map[string]struct {
		packet *Packet
		want   map[uint16]string
	}{
		"IPv4": {four, map[uint16]string{1: "\x02", 2: "\x11", 3: "\xc6\x33\x64\x01", 4: "\xc0\x00\x02\x01", 17: "call@host"}},
		"IPv6 and IPv4, TCP": {six, map[uint16]string{1: "\x0a", 2: "\x06", 5: " \x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
			6: "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xc0\x00\x02\x01"}},
		"destination unknown": {unknown, map[uint16]string{1: "\x02", 2: "\x11", 3: "\xc6\x33\x64\x01", 4: "\x00\x00\x00\x00", 8: "\x00\x00", 17: "call@host"}},
	} {
		for typ, text := range map[uint16]string{7: "\x0f\xa1", 8: "\x75\x31", 9: "k\n2\x80", 10: "\x00\x07\x8c/", 11: "\x05", 12: "\x00\x00\x00\x4d", 15: `{"n":1}`} {
			if _, ok := c.want[typ]; !ok {
				c.want[typ] = text
			}
		}
		got, err := heptest.Decode(appendHEP(nil, c.packet, 77))
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %d chunks, want %d, %v", name, len(got), len(c.want), err)
		}
		for typ, text := range c.want {
			if string(got[typ]) != text {
				t.Errorf("%s: chunk %d is %q, want %q", name, typ, got[typ], text)
			}
		}
	}
	p := sample(1)
	p.Payload = make([]byte, 65400)
	if b := appendHEP(nil, p, 1); b == nil {
		t.Error("a long packet doesn't fit")
	} else if _, err := heptest.Decode(b); err != nil {
		t.Error(err)
	}
	p.Payload = make([]byte, 65530)
	if appendHEP(nil, p, 1) != nil {
		t.Error("a packet that is too long for HEP is made")
	}
}

// number is that of a sample.
func number(t *testing.T, b []byte) (n int) {
	t.Helper()
	chunks, err := heptest.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(chunks[15]), `{"n":%d}`, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestUDP(t *testing.T) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := NewSender(Config{Network: "udp", Address: conn.LocalAddr().String(), Capture: 77, Log: zap.NewNop()})
	defer s.Close()
	b := make([]byte, 1<<16)
	for n := range 3 {
		s.Send(sample(n))
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		k, err := conn.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		if got := number(t, b[:k]); got != n {
			t.Errorf("packet %d, want %d", got, n)
		}
	}
}

// TestTCP: packets keep their order, and a connection that breaks is made anew.
func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	core, logs := observer.New(zap.InfoLevel)
	s := NewSender(Config{Network: "tcp", Address: l.Addr().String(), Log: zap.New(core)})
	defer s.Close()
	s.Send(sample(0))
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < 100; n++ {
		s.Send(sample(n))
	}
	for n := range 100 {
		if got := number(t, readPacket(t, first)); got != n {
			t.Fatalf("packet %d, want %d", got, n)
		}
	}
	first.Close()
	connections := make(chan net.Conn)
	go func() {
		c, err := l.Accept()
		if err != nil {
			close(connections)
			return
		}
		connections <- c
	}()
	// What is sent before the end of the connection is noticed may be lost.
	var second net.Conn
	deadline := time.After(20 * time.Second)
	for n := 100; second == nil; n++ {
		s.Send(sample(n))
		select {
		case second = <-connections:
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("no new connection")
		}
	}
	defer second.Close()
	before := number(t, readPacket(t, second))
	if before < 100 {
		t.Errorf("packet %d again", before)
	}
	if n := logs.FilterMessage("HOMER is reached").Len(); n != 2 {
		t.Errorf("reached %d times in the log", n)
	}
}

func readPacket(t *testing.T, c net.Conn) []byte {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	b := make([]byte, 6)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatal(err)
	}
	b = append(b, make([]byte, int(binary.BigEndian.Uint16(b[4:]))-6)...)
	if _, err := io.ReadFull(c, b[6:]); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNobodyThere: a HOMER that isn't there holds nobody up, neither the senders
// of packets nor the end.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	core, logs := observer.New(zap.InfoLevel)
	s := NewSender(Config{Network: "tcp", Address: address, Log: zap.New(core)})
	p := sample(1)
	p.Payload = bytes.Repeat([]byte("x"), 20000)
	for range 2 * maxWaiting {
		s.Send(p)
	}
	if lost := s.Lost(); lost < maxWaiting {
		t.Errorf("%d lost", lost)
	}
	s.Close()
	if n := logs.FilterMessage("HOMER is not reached").Len(); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
}

func TestCheck(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:9060": true, "[2001:db8::1]:9060": true, "homer.example.com:9060": true,
		"127.0.0.1": false, ":9060": false, "127.0.0.1:0": false, "127.0.0.1:nonsense": false,
	} {
		if err := Check(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if !strings.Contains(fmt.Sprint(Check("127.0.0.1:99999")), "99999") {
		t.Error("the error doesn't name the port")
	}
}
