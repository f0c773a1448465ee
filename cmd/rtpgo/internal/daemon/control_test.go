package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"rtpgo/ng"
)

// A whole call by TCP alone, and its like by UDP, are one daemon's calls.
func TestNGOverTCP(t *testing.T) {
	address := freeAddress(t)
	p := launch(t, "--listen-tcp-ng="+address)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	replies := json.NewDecoder(conn)
	ask := func(cookie string, request ng.Dict) string {
		t.Helper()
		fmt.Fprintf(conn, "%s %s", cookie, ng.JSON.Append(nil, request))
		var same json.Number // the cookies here are numbers
		var reply json.RawMessage
		if err := errors.Join(replies.Decode(&same), replies.Decode(&reply)); err != nil || same.String() != cookie {
			t.Fatalf("%s %s, %v", same, reply, err)
		}
		return string(reply)
	}
	if got := ask("1", offerOf("by-tcp")); !strings.Contains(got, `"result":"ok"`) {
		t.Errorf("offer: %s", got)
	}
	if got := p.ask(ng.Dict{{Key: "command", Value: "list"}}); !strings.Contains(got, "by-tcp") {
		t.Errorf("list by UDP: %s", got)
	}
	if got := ask("2", ng.Dict{{Key: "command", Value: "delete"}, {Key: "call-id", Value: "by-tcp"}, {Key: "from-tag", Value: "a"}, {Key: "flags", Value: ng.List{"fatal"}}}); !strings.Contains(got, `"result"`) {
		t.Errorf("delete: %s", got)
	}
	if got := p.ask(ng.Dict{{Key: "command", Value: "list"}}); strings.Contains(got, "by-tcp") {
		t.Errorf("list by UDP after the end: %s", got)
	}
}
