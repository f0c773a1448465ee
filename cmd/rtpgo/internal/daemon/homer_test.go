package daemon

import (
	"net"
	"strings"
	"testing"
	"time"

	"rtpgo/cmd/rtpgo/internal/homer/heptest"
	"rtpgo/media/srtp"
	"rtpgo/ng"
)

// capture is a HOMER server.
type capture struct {
	t    *testing.T
	conn *net.UDPConn
}

func (c *capture) next() map[uint16][]byte {
	c.t.Helper()
	b := make([]byte, 1<<16)
	c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := c.conn.Read(b)
	if err != nil {
		c.t.Fatal(err)
	}
	chunks, err := heptest.Decode(b[:n])
	if err != nil {
		c.t.Fatal(err)
	}
	return chunks
}

// payload is what a packet says, and of which protocol and call.
func (c *capture) payload(protocol byte, call string) string {
	c.t.Helper()
	chunks := c.next()
	if string(chunks[11]) != string(protocol) || string(chunks[17]) != call || string(chunks[12]) != "\x00\x00\x00\x4d" {
		c.t.Errorf("packet %v, want protocol %d and call %s", chunks, protocol, call)
	}
	return string(chunks[15])
}

// TestHomer: requests, replies and RTCP, also of encrypted calls, reach HOMER
// under the call's id, without its keys.
func TestHomer(t *testing.T) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	homer := &capture{t, conn}
	p := launchEngine(t, "sockets", "--homer="+conn.LocalAddr().String(), "--homer-id=77", "--homer-enable-ng", "--homer-ng-capture-proto=62")
	d := sub(t, p)
	suite := srtp.AES_CM_128_HMAC_SHA1_80
	key := srtp.GenerateKey(suite)
	offer := d.a.sdp("RTP/SAVP", crypto(1, suite, key, "|2^31"))
	d.command("offer", offer, savp("RTP/AVP"))
	request := homer.payload(62, d.id)
	if !strings.Contains(request, " d7:command5:offer7:call-id") || !strings.Contains(request, "inline:****************************************|2^31\r\n") {
		t.Errorf("request %q", request)
	}
	if _, _, err := ng.Unmarshal([]byte(request[strings.Index(request, " ")+1:])); err != nil {
		t.Errorf("the request can't be read: %v", err)
	}
	reply := homer.payload(62, d.id)
	if cookie, _, _ := strings.Cut(request, " "); !strings.HasPrefix(reply, cookie+" d") || !strings.Contains(reply, "6:result2:ok") {
		t.Errorf("reply %q", reply)
	}
	answerKeys(t, d, suite, key, d.b.sdp("RTP/AVP"))
	homer.payload(62, d.id)
	homer.payload(62, d.id)

	d.pass(d.a, d.b, 1, report(0xa0a0))
	if text := homer.payload(5, d.id); !strings.HasPrefix(text, `{ "ssrc":41120,"type":201,`) {
		t.Errorf("RTCP %s", text)
	}
	d.end()
	for range 2 {
		if got := homer.next(); string(got[1]) != "\x02" || string(got[2]) != "\x11" || string(got[4]) != "\x7f\x00\x00\x01" {
			t.Errorf("addresses of NG: %v", got)
		}
	}
}

// TestDTMFNotification: clients of NG over TCP hear of keys unasked.
func TestDTMFNotification(t *testing.T) {
	address := freeAddress(t)
	p := launchEngine(t, "sockets", "--listen-tcp-ng="+address, "--dtmf-log-ng-tcp")
	client, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	until := time.Now().Add(10 * time.Second)
	client.SetDeadline(until)
	b := make([]byte, 4096)
	if _, err := client.Write([]byte("c1 d7:command4:pinge")); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Read(b); err != nil || string(b[:n]) != "c1 d6:result4:ponge" {
		t.Fatalf("%q %v", b[:n], err)
	}
	d := sub(t, p)
	d.command("offer", withEvents(d.a.sdp("RTP/AVP")))
	d.command("answer", withEvents(d.b.sdp("RTP/AVP")))
	d.both(1)
	press(d, d.a, d.b, 10, 7, true)
	n, err := client.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	cookie, document, _ := strings.Cut(string(b[:n]), " ")
	notice, _, err := ng.Unmarshal([]byte(document))
	if err != nil || len(cookie) != 16 || notice.Text("notify") != "onDTMF" || notice.Dict("data").Int("event") != 7 || notice.Dict("data").Text("callid") != d.id {
		t.Errorf("notification %q, %v", b[:n], err)
	}
	d.end()
}
