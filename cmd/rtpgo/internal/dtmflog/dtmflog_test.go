package dtmflog

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rtpgo/call"
)

var pressed = call.DTMFEvent{
	CallID: "a\"b", Tag: "ft1", Label: "alice", Tags: []string{"ft1", "ta1"}, Source: netip.MustParseAddr("198.51.100.21"),
	Event: 7, Volume: 10, Duration: 80 * time.Millisecond, Time: time.Unix(1795382317, 5e8),
}

const (
	wantJSON = `{"callid":"a\"b","source_tag":"ft1","source_label":"alice","tags":["ft1","ta1"],"type":"DTMF",` +
		`"timestamp":1795382317,"source_ip":"198.51.100.21","event":7,"duration":80,"volume":10}`
	wantNotification = `d6:notify6:onDTMF4:datad4:tagsl3:ft13:ta1e6:callid3:a"b10:source_tag3:ft112:source_label5:alice` +
		`4:type4:DTMF9:source_ip13:198.51.100.219:timestampi1795382317e5:eventi7e8:durationi80e6:volumei10eee`
)

func TestForms(t *testing.T) {
	if got := string(JSON(pressed)); got != wantJSON {
		t.Errorf("JSON\n%s want\n%s", got, wantJSON)
	}
	if got := string(Notification(pressed)); got != wantNotification {
		t.Errorf("notification\n%s want\n%s", got, wantNotification)
	}
	if got := string(JSON(call.DTMFEvent{Source: netip.MustParseAddr("::1"), Time: time.Unix(1, 0)})); got != `{"callid":"","source_tag":"","source_label":"","tags":[],"type":"DTMF","timestamp":1,"source_ip":"::1","event":0,"duration":0,"volume":0}` {
		t.Errorf("without anything: %s", got)
	}
}

func listen(t *testing.T) (at netip.AddrPort, next func() string) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort(), func() string {
		t.Helper()
		b := make([]byte, 2048)
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := conn.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
}

func TestPlaces(t *testing.T) {
	general, nextGeneral := listen(t)
	own, nextOwn := listen(t)
	lines, notes := make(chan string, 4), make(chan string, 4)
	core, logs := observer.New(zap.WarnLevel)
	l, err := New(Config{
		To: general, Log: zap.New(core),
		Line:   func(s string) error { lines <- s; return errors.New("full") },
		Notify: func(b []byte) { notes <- string(b) },
	})
	if err != nil {
		t.Fatal(err)
	}
	l.Event(pressed)
	elsewhere := pressed
	elsewhere.To = own
	l.Event(elsewhere)
	if got := nextGeneral(); got != wantJSON {
		t.Errorf("datagram %s", got)
	}
	if got := nextOwn(); got != wantJSON {
		t.Errorf("datagram to the call's own place: %s", got)
	}
	l.Close()
	for range 2 {
		if got := <-lines; got != wantJSON {
			t.Errorf("line %s", got)
		}
		if got := <-notes; got != wantNotification {
			t.Errorf("notification %s", got)
		}
	}
	if n := logs.FilterMessage("DTMF events not sent").Len(); n != 1 {
		t.Errorf("%d lines about failures, want one", n)
	}
}
