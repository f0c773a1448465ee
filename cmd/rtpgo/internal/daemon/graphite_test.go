package daemon

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
)

// TestGraphite: the daemon reports, and the statistics command shows what.
func TestGraphite(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := launch(t, "--graphite="+l.Addr().String(), "--graphite-prefix=sbc1.")
	p.ask(offerOf("one"))
	l.(*net.TCPListener).SetDeadline(time.Now().Add(20 * time.Second))
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	found := false
	for lines := bufio.NewScanner(conn); !found && lines.Scan(); {
		found = strings.HasPrefix(lines.Text(), "sbc1.offer_count 1 ")
	}
	if !found {
		t.Error("no sbc1.offer_count in the reports")
	}
	if text := p.ask(ng.Dict{{Key: "command", Value: "statistics"}}); !strings.Contains(text, `"intervalstatistics":{"totalcallsduration":`) {
		t.Errorf("statistics: %s", text)
	}
}
