package daemon

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"rtpgo/media/srtp"
	"rtpgo/ng"
)

// eventListener is where DTMF events are sent, as Kamailio's dtmf_events_sock.
type eventListener struct {
	t    *testing.T
	conn *net.UDPConn
}

func listenEvents(t *testing.T) *eventListener {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &eventListener{t, conn}
}

func (l *eventListener) address() string { return l.conn.LocalAddr().String() }

// hears waits for an event of a call.
func (l *eventListener) hears(call, tag string, event int) {
	l.t.Helper()
	b := make([]byte, 2048)
	l.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := l.conn.Read(b)
	if err != nil {
		l.t.Fatal(err)
	}
	want := fmt.Sprintf(`"callid":%q,"source_tag":%q,"source_label":"","tags":["a","b"],"type":"DTMF","timestamp":`, call, tag)
	if !strings.Contains(string(b[:n]), want) || !strings.HasSuffix(string(b[:n]), fmt.Sprintf(`"source_ip":"127.0.0.1","event":%d,"duration":60,"volume":10}`, event)) || !json.Valid(b[:n]) {
		l.t.Errorf("event %s, want %s and %d", b[:n], want, event)
	}
}

// press sends a key's packets from one end and has all of them arrive at the
// other, or none where they are blocked.
func press(d *dialogue, from, to *peer, seq uint16, key byte, arrive bool) {
	d.t.Helper()
	for n := range uint16(4) {
		p := make([]byte, 16)
		p[0], p[1] = 0x80, 101
		binary.BigEndian.PutUint16(p[2:], seq+n)
		binary.BigEndian.PutUint32(p[4:], uint32(seq)*160)
		binary.BigEndian.PutUint32(p[8:], 0xa0a0)
		p[12], p[13] = key, 10
		binary.BigEndian.PutUint16(p[14:], 160*(n+1))
		if n >= 2 {
			p[13] |= 0x80
			binary.BigEndian.PutUint16(p[14:], 480)
		}
		if arrive {
			d.pass(from, to, 0, p)
		} else {
			from.send(0, p)
		}
	}
}

var eventLines = []string{"rtpmap:101 telephone-event/8000", "fmtp:101 0-15"}

// withEvents is a description with telephone-event under 101.
func withEvents(sdp string) string {
	return strings.Replace(sdp, " 8\r\n", " 8 101\r\n", 1) + "a=" + strings.Join(eventLines, "\r\na=") + "\r\n"
}

// TestDTMFEvents: keys are reported as Kamailio reads it, of plain and
// encrypted calls, though the call blocks them, and to the place that the call
// itself names.
func TestDTMFEvents(t *testing.T) {
	for _, engine := range userSpaceEngines {
		t.Run(engine, func(t *testing.T) {
			general, own := listenEvents(t), listenEvents(t)
			p := launchEngine(t, engine, "--dtmf-log-dest="+general.address())

			d := sub(t, p)
			d.command("offer", withEvents(d.a.sdp("RTP/AVP")))
			d.command("answer", withEvents(d.b.sdp("RTP/AVP")))
			d.both(1)
			press(d, d.a, d.b, 10, 7, true)
			general.hears(d.id, "a", 7)
			press(d, d.b, d.a, 10, 11, true)
			general.hears(d.id, "b", 11)
			p.ask(ng.Dict{{Key: "command", Value: "block DTMF"}, {Key: "call-id", Value: d.id}})
			press(d, d.a, d.b, 30, 3, false)
			general.hears(d.id, "a", 3)
			d.b.silent("blocked events")
			d.end()

			// The same key on both sides: packets pass as they are, and are read.
			d = sub(t, p)
			suite := srtp.AES_CM_128_HMAC_SHA1_80
			key, answer := srtp.GenerateKey(suite), srtp.GenerateKey(suite)
			m := d.command("offer", withEvents(d.a.sdp("RTP/SAVP", crypto(1, suite, key, ""))), ng.Pair{Key: "DTMF-log-dest", Value: own.address()})
			c, theirs := offered(t, m, suite)
			d.b.keyed(srtp.Params{Suite: suite, Key: theirs}, srtp.Params{Suite: suite, Key: answer})
			answerKeys(t, d, suite, key, withEvents(d.b.sdp("RTP/SAVP", crypto(c.Tag, suite, answer, ""))))
			d.both(1)
			press(d, d.a, d.b, 10, 0, true)
			own.hears(d.id, "a", 0)
			d.end()
		})
	}
}

// TestDTMFEventsOfOneCall: without an option only calls that name a place are
// read.
func TestDTMFEventsOfOneCall(t *testing.T) {
	own := listenEvents(t)
	p := launchEngine(t, "sockets")
	for i, more := range [][]ng.Pair{nil, {{Key: "DTMF-log-dest", Value: own.address()}}} {
		d := sub(t, p)
		d.command("offer", withEvents(d.a.sdp("RTP/AVP")), more...)
		d.command("answer", withEvents(d.b.sdp("RTP/AVP")))
		d.both(1)
		press(d, d.a, d.b, 10, byte(i), true)
		if i == 1 { // the first that is heard at all
			own.hears(d.id, "a", 1)
		}
		d.end()
	}
}

func TestWrongDestinations(t *testing.T) {
	for option, want := range map[string]string{
		"--dtmf-log-dest=127.0.0.1":    "dtmf-log-dest: ",
		"--dtmf-log-dest=0.0.0.0:2000": "isn't an address and port",
	} {
		log := &output{}
		args := []string{"--config-file=none", "--log-stderr", "--table=-1", "--engine=sockets", "--interface=127.0.0.1", "--listen-ng=" + freeAddress(t), option}
		if status := run(args, "1", "rtpgo 1", nil, log, log); status != exitFailed || !strings.Contains(log.String(), want) {
			t.Errorf("%s: exit status %d\n%s", option, status, log)
		}
	}
}
