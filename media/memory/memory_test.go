package memory_test

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"

	"rtpgo/media"
	"rtpgo/media/memory"
)

func TestRelay(t *testing.T) {
	e := memory.New()
	defer e.Close()
	a, err := e.Open(netip.MustParseAddrPort("192.0.2.1:30000"))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := e.Open(netip.MustParseAddrPort("192.0.2.1:0"))
	if _, err := e.Open(a.Local()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("second Open: %v", err)
	}
	sa, sb := media.NewStream(a), media.NewStream(b)
	sa.SetRemote(netip.MustParseAddrPort("198.51.100.1:4000"))
	sb.SetRemote(netip.MustParseAddrPort("198.51.100.2:5000"))
	var learned []media.LearnEvent
	a.Install(&media.Flow{
		Stream: sa, RTP: []media.Sink{{To: sb}},
		Learned: func(ev media.LearnEvent) { learned = append(learned, ev) },
	})
	pkt := append([]byte{0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4}, make([]byte, 160)...)
	if !e.Inject(a.Local(), sa.Advertised(), pkt) {
		t.Fatal("no flow")
	}
	sent := e.Sent()
	if len(sent) != 1 || sent[0].From != b.Local() || sent[0].To != sb.Advertised() || len(sent[0].Payload) != 172 {
		t.Fatalf("sent %v", sent)
	}
	if len(learned) != 1 || !learned[0].Confirmed || !sa.Confirmed() {
		t.Fatalf("learned %v", learned)
	}
	if v := sa.Snapshot(); v.In.Packets != 1 || v.In.Octets != 172 || len(v.IngressSSRC) != 1 || v.IngressSSRC[0].SSRC != 0x01020304 {
		t.Fatalf("%+v", v)
	}
	if v := sb.Snapshot(); v.Out.Packets != 1 || len(v.EgressSSRC) != 1 {
		t.Fatalf("%+v", v)
	}
	if a.Close(); len(e.Ports()) != 1 || e.Inject(a.Local(), sa.Advertised(), pkt) {
		t.Fatal("closed port lives")
	}
}
