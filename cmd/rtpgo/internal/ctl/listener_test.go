package ctl

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func (b *bench) listen() (*Listener, string) {
	b.Helper()
	l, err := Listen([]netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, 0, b.Interpreter)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Shutdown(context.Background()) })
	return l, l.Addresses()[0].String()
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return conn.(*net.TCPConn)
}

// TestConnection: one line, its answer, and the end; as rtpengine has it.
func TestConnection(t *testing.T) {
	b := newBench(t)
	_, address := b.listen()
	for sent, want := range map[string]string{
		"list timeout\n":                     "TIMEOUT=60\n",
		"\r\n\nlist timeout\r\n":             "TIMEOUT=60\n",
		"list timeout\nlist silenttimeout\n": "TIMEOUT=60\n",
		strings.Repeat("x", 2000) + "\n":     "Unknown or incomplete command::" + strings.Repeat("x", 2000) + "\n",
	} {
		conn := dial(t, address)
		io.WriteString(conn, sent)
		if got, err := io.ReadAll(conn); string(got) != want && err == nil {
			t.Errorf("%.40q: %.80q, %v", sent, got, err)
		}
	}
	conn := dial(t, address)
	io.WriteString(conn, "list silenttimeout") // the end of what is sent ends the line
	conn.CloseWrite()
	if got, err := io.ReadAll(conn); string(got) != "SILENT_TIMEOUT=3600\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	conn = dial(t, address)
	go conn.Write(bytes.Repeat([]byte("x"), MaxLine+1))
	if got, _ := io.ReadAll(conn); len(got) > 0 && string(got) != "The line is too long.\n" { // a reset may take the answer with it
		t.Errorf("%q", got)
	}
}

// TestTooManyConnections: idle clients don't keep each other's places for
// ever, and one that ends makes room.
func TestTooManyConnections(t *testing.T) {
	b := newBench(t)
	l, address := b.listen()
	var idle []*net.TCPConn
	for range maxConnections {
		idle = append(idle, dial(t, address))
	}
	for l.bounds.Count() < maxConnections {
		time.Sleep(time.Millisecond)
	}
	refused := dial(t, address)
	if got, err := io.ReadAll(refused); len(got) != 0 {
		t.Errorf("one too many: %q, %v", got, err)
	}
	idle[0].Close()
	for l.bounds.Count() >= maxConnections {
		time.Sleep(time.Millisecond)
	}
	conn := dial(t, address)
	io.WriteString(conn, "list timeout\n")
	if got, _ := io.ReadAll(conn); string(got) != "TIMEOUT=60\n" {
		t.Errorf("there is room again: %q", got)
	}
	// The daemon ends though clients hold connections open and say nothing.
	if err := l.Shutdown(t.Context()); err != nil || l.bounds.Count() != 0 {
		t.Errorf("%v, %d connections are left", err, l.bounds.Count())
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("it still listens")
	}
}
