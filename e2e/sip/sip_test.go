package sip

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	m, err := Parse([]byte("SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bK1;rport\r\n" +
		"Record-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\nt: <sip:x@y;tag=no>;tag=yes\r\n" +
		"CSeq: 7 INVITE\r\n\r\nv=0\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	number, method := m.cseq()
	got := []string{m.branch(), param(m.Get("to"), "tag"), address(m.Get("To")), number, method, m.Body,
		strings.Join(m.All("record-route"), " ")}
	want := []string{"z9hG4bK1", "yes", "sip:x@y;tag=no", "7", "INVITE", "v=0\r\n", "<sip:a;lr> <sip:b;lr> <sip:c;lr>"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, not %q", got[i], want[i])
		}
	}
	for _, bad := range []string{"", "INVITE\r\n\r\n", "SIP/2.0 x OK\r\n\r\n", "INVITE sip:a SIP/2.0\r\nbad\r\n\r\n"} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a message", bad)
		}
	}
}

// TestCall has two agents call each other without a proxy between them, with
// each datagram sent twice.
func TestCall(t *testing.T) {
	open := func() *net.UDPConn {
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	ca, cb := open(), open()
	a := NewAgent(ca, cb.LocalAddr().(*net.UDPAddr).AddrPort())
	b := NewAgent(cb, a.Addr)
	defer a.Close()
	defer b.Close()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	call, err := a.Invite("100", "offer")
	ok(err)
	ok(a.send(call.invite, b.Addr)) // repeated
	in, err := b.Accept()
	ok(err)
	invite, err := in.Request("INVITE")
	ok(err)
	if invite.Body != "offer" {
		t.Errorf("body %q", invite.Body)
	}
	ok(in.Respond(invite, 183, "Progress", "early"))
	ok(in.Respond(invite, 200, "OK", "answer"))
	m, err := call.Response(200)
	ok(err)
	if m.Body != "answer" || call.RemoteTag() != in.LocalTag() || in.RemoteTag() != call.LocalTag() {
		t.Errorf("answer %q, tags %q %q", m.Body, call.RemoteTag(), in.LocalTag())
	}
	ok(call.Ack(""))
	_, err = in.Request("ACK")
	ok(err)
	ok(in.Send("BYE", ""))
	bye, err := call.Request("BYE")
	ok(err)
	ok(call.Respond(bye, 481, "Gone", ""))
	if _, err := in.Response(200); err == nil || !strings.Contains(err.Error(), "481") {
		t.Errorf("a failure was not told: %v", err)
	}
	if b.Repeated.Load() == 0 || !b.Quiet() {
		t.Error("the repeated INVITE was taken for a new one")
	}
}
